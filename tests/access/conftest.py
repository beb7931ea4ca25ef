"""A store with people in it, and the application over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from finwatch import catalog
from finwatch.cli.application import application
from finwatch.lake import open_lake
from finwatch.settings import Settings
from finwatch.store import Store, open_store
from finwatch.web.pages import Site
from tests.kit.people import founded


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings.store_address) as store:
        yield store


@pytest.fixture
def app(store: Store, settings: Settings) -> FastAPI:
    """The application over a store in which the organisations are registered and nobody yet."""
    founded(store)
    site = Site(store=store, lake=open_lake(settings.lake_address), knowledge=catalog.load(None), checks=())
    return application(site, settings=settings)

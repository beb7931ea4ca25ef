"""The main job on the sample world: two days of two markets on loopback, from the first visit to the pages.

What comes in: a home folder. What goes out: a lake and a store there, as a real run leaves them; serving the
pages is the caller's. The markets, their packages and their institutions are those of ``samples/`` in the checkout.
"""

from __future__ import annotations

import importlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import finwatch
from finwatch import catalog
from finwatch.crawl.sources import descriptor
from finwatch.errors import InputError
from finwatch.flow.collect import Collected, collect
from finwatch.flow.compare import Compared, compare_all
from finwatch.flow.demo_register import Registered, register_samples
from finwatch.flow.progress import Progress, silent
from finwatch.flow.publish import Published, publish
from finwatch.flow.publish_approved import publish_approved
from finwatch.flow.signing import begin
from finwatch.flow.worker import Worked, work
from finwatch.lake import Lake, open_lake
from finwatch.model.base import Model, Text
from finwatch.model.view import Overview
from finwatch.settings import Settings
from finwatch.store import Store, open_store
from finwatch.supervise.rules import SYSTEM

_LOG: Final = "demo.finwatch.example/log"
"""Whose log the demonstration's is; its key is made with the home and kept in it."""


class Day(Model):
    """What one day of the sample markets gave."""

    day: int
    collected: Collected
    worked: Worked
    compared: Compared
    published: Published


class Demonstrated(Model):
    """What the demonstration did, and what the pages now show."""

    settings: Settings
    """With the catalogue of the sample institutions: what serving the pages needs."""
    days: tuple[Day, ...]
    overview: Overview
    registered: Registered


def demonstrate(settings: Settings, *, processes: int = 1, progress: Progress = silent) -> Demonstrated:
    """Crawls, examines, compares and publishes two days of the sample markets, then files some of the apps and
    publishes the approved list, signed.

    A home that saw the sample markets before sees their last day again: an index never goes back in time. Raises
    ``InputError`` where there is no checkout with ``samples/``.
    """
    root = samples_folder()
    settings = settings.model_copy(update={"catalog": settings.catalog or _extra_catalogue(root)})
    lake = open_lake(settings.lake_address)
    days = []
    serve = _server(root)
    with open_store(settings.store_address) as store, serve.serving(day=1) as server:
        visiting = settings.model_copy(
            update={
                "resolve": {**settings.resolve, **server.resolve},
                "allow_private": (*settings.allow_private, *server.names),
            }
        )
        markets = descriptor.read(root / "samples" / "market" / "descriptor.toml")
        for market in markets:
            store.markets.register(market, now=datetime.now(UTC))
        seen_before = any(store.frontier.state(market.id) for market in markets)
        for day in sorted(server.times)[-1 if seen_before else 0 :]:
            server.day = day
            days.append(_day(day, store, lake, settings=visiting, processes=processes, progress=progress))
        registered = register_samples(store, lake)
        settings = _published(store, lake, settings, progress=progress)
        seen = store.overview()
    return Demonstrated(settings=settings, days=tuple(days), overview=seen, registered=registered)


def _day(day: int, store: Store, lake: Lake, *, settings: Settings, processes: int, progress: Progress) -> Day:
    names = [market.id for market in store.markets.all(enabled=True)]
    collected = collect(store, lake, settings=settings, markets=names, again=True, patience_s=5.0, progress=progress)
    worked = work(store, lake, catalog_folder=settings.catalog, processes=processes, progress=progress)
    compared = compare_all(lake, knowledge=catalog.load(settings.catalog), progress=progress)
    published = publish(store, lake, progress=progress)
    return Day(day=day, collected=collected, worked=worked, compared=compared, published=published)


def _published(store: Store, lake: Lake, settings: Settings, *, progress: Progress) -> Settings:
    """The approved list of the fictional register, signed by a key of this home. Returns settings that name the key."""
    key = settings.signing_key or settings.home / "log.key"
    if store.heads.keys() is None:
        begin(store, key, origin=_LOG, actor=SYSTEM, now=datetime.now(UTC))
    settings = settings.model_copy(update={"signing_key": key})

    def refused(why: Text) -> None:
        raise InputError(why.en, zh=why.zh, todo="Run the demonstration in an empty home.")

    publish_approved(store, lake, settings, clock=lambda: datetime.now(UTC), note=refused, progress=progress)
    return settings


def samples_folder() -> Path:
    """The checkout that holds ``samples/``. Raises ``InputError`` when Finwatch was installed without one."""
    for root in (Path(finwatch.__file__).parents[2], Path.cwd()):
        if (root / "samples" / "market" / "serve.py").is_file():
            return root
    raise InputError(
        "The sample world is not here.",
        zh="找不到样例数据。",
        todo="Run the demonstration in a checkout of Finwatch: it brings samples/.",
    )


def _server(root: Path) -> Any:
    """The module that serves the sample markets: part of the checkout, not of the installed package."""
    if str(root) not in sys.path:
        sys.path.append(str(root))
    return importlib.import_module("samples.market.serve")


def _extra_catalogue(root: Path) -> Path | None:
    folder = root / "samples" / "catalog"
    return folder if folder.is_dir() else None

"""A fresh store in each kind of database; the tables of a kind are made once and copied."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from finwatch.store import Store, open_store
from tests.kit import postgres

KINDS = ("sqlite", "postgresql")


class Databases:
    """Databases of one kind, each with the tables or, on request, without."""

    def __init__(self, folder: Path, server: postgres.Server | None) -> None:
        self._folder = folder
        self._server = server
        self._names = itertools.count()
        self._empty = self.bare()
        open_store(self._empty).close()

    def bare(self) -> str:
        """The address of a database without tables."""
        if self._server is not None:
            return self._server.address(self._server.database())
        return f"sqlite:///{self._folder / f'{next(self._names)}.sqlite'}"

    def made(self) -> str:
        """The address of a database with empty tables."""
        return self.copied(self._empty)

    def copied(self, address: str) -> str:
        """The address of a copy of a database that nobody has open."""
        if self._server is not None:
            return self._server.address(self._server.database(template=address.rpartition("/")[2]))
        fresh = self.bare()
        shutil.copy(address.removeprefix("sqlite:///"), fresh.removeprefix("sqlite:///"))
        return fresh

    def drop(self, address: str) -> None:
        """Removes a database."""
        if self._server is not None:
            self._server.drop(address.rpartition("/")[2])
        else:
            for file in Path(address.removeprefix("sqlite:///")).parent.glob(address.rpartition("/")[2] + "*"):
                file.unlink()


@pytest.fixture(scope="session", params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database; PostgreSQL is skipped, with the reason, where it cannot be started."""
    if request.param == "postgresql" and (reason := postgres.absent()):
        pytest.skip(reason)
    return str(request.param)


@pytest.fixture(scope="session")
def databases(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    folder = tmp_path_factory.mktemp(database_kind)
    if database_kind == "sqlite":
        yield Databases(folder, None)
        return
    with postgres.serving() as server:
        yield Databases(folder, server)


@pytest.fixture
def address(databases: Databases) -> Iterator[str]:
    made = databases.made()
    yield made
    databases.drop(made)


@pytest.fixture
def bare_address(databases: Databases) -> Iterator[str]:
    made = databases.bare()
    yield made
    databases.drop(made)


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    with open_store(address) as opened:
        yield opened


@pytest.fixture
def fresh(databases: Databases) -> Callable[[], tuple[str, Callable[[], Any]]]:
    """Gives an address of a new store, and what removes it: for tests that need many."""

    def make() -> tuple[str, Callable[[], Any]]:
        made = databases.made()
        return made, lambda: databases.drop(made)

    return make

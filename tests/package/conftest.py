"""One warm reader for the tests of this folder, and the facts of bytes given to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from finwatch.limits import PACKAGE, PackageLimits
from finwatch.model.knowledge import WatchList
from finwatch.model.package import PackageFacts
from finwatch.package import Reader

Read = Callable[..., PackageFacts]


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


@pytest.fixture(scope="session")
def read(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """``read(data, limits=…)``: the facts of a package with those bytes."""
    path: Path = tmp_path_factory.mktemp("packages") / "package"

    def facts(data: bytes, limits: PackageLimits = PACKAGE) -> PackageFacts:
        path.write_bytes(data)
        return reader.read(path, watch=WatchList(), limits=limits)

    return facts

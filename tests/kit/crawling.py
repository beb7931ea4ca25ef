"""What a crawl test needs: a lake, a clock that only sleep moves, a fetcher, a market."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from finwatch.crawl.fetch import Fetcher
from finwatch.crawl.visit import Request
from finwatch.lake.local import LocalLake
from finwatch.limits import FETCH, FetchLimits
from finwatch.model.base import Text
from finwatch.model.fetch import Market, MarketId, Politeness
from finwatch.settings import Settings

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SHOP = MarketId("shop")
PATIENT = Politeness(requests_per_second=0, obey_robots=False)


class Clock:
    """A time that stands still unless somebody sleeps."""

    def __init__(self) -> None:
        self.time = AT
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - AT).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


def fetcher(
    lake: LocalLake,
    *allow: str,
    limits: FetchLimits = FETCH,
    clock: Clock | None = None,
    resolve: Mapping[str, str] | None = None,
    **settings: Any,
) -> Fetcher:
    """A fetcher that may visit the private hosts ``allow``."""
    clock = clock or Clock()
    return Fetcher(
        Settings(allow_private=allow, resolve=dict(resolve or {}), **settings),
        blobs=lake.blobs,
        captures=lake.captures,
        limits=limits,
        now=clock.now,
        sleep=clock.sleep,
        monotonic=clock.monotonic,
    )


def request(url: str, *, max_bytes: int = 1 << 20, seconds: float = 20, **changes: Any) -> Request:
    return Request(
        **{"market": SHOP, "url": url, "max_bytes": max_bytes, "seconds": seconds, "politeness": PATIENT} | changes
    )


def market(address: str, **changes: Any) -> Market:
    values = {"id": SHOP, "name": Text(zh="商店", en="Shop"), "protocol": "fdroid", "address": address}
    return Market(**values | {"politeness": PATIENT} | changes)


def lake_at(path: Path) -> LocalLake:
    return LocalLake(path / "lake")


def fetching(home: Path, allow: str) -> dict[str, str]:
    """The environment of a ``finwatch`` that keeps everything in ``home`` and may visit the private host ``allow``."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FINWATCH_")}
    return clean | {"FINWATCH_HOME": str(home), "FINWATCH_ALLOW_PRIVATE": allow}

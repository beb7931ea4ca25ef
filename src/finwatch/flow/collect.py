"""Visits the markets that are due: ``crawl`` with the store's frontier and the lake → listings, packages, captures.

What comes in: registered markets. What goes out: the lake's blobs, captures, ``listings`` and ``visits``, jobs in the
queue, outcomes for the health page. It may be killed at any point and run again: leases of a process that is gone are
freed first, half a download goes on where it ended, a visit that was kept is not kept twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from finwatch.crawl import runner as crawl
from finwatch.crawl.fetch import Fetcher
from finwatch.flow import beyond
from finwatch.flow.progress import Progress, silent
from finwatch.lake import Lake
from finwatch.lake.rows import listing_row, rating_row, review_row
from finwatch.model.base import Model
from finwatch.model.fetch import Market, MarketId, OutcomeKind, TaskKind
from finwatch.model.listing import Listing, RatingPoint, Review
from finwatch.settings import Settings
from finwatch.store import Store
from finwatch.store.lease import owner

PARALLEL: Final = 8
_COUNT_SECONDS: Final = 1.0
"""How often what is due is counted for the progress."""
_GOOD: Final = (OutcomeKind.OK, OutcomeKind.NOT_MODIFIED, OutcomeKind.EMPTY)


class Collected(Model):
    """What a run of the crawl did."""

    markets: tuple[MarketId, ...]
    visits: int
    succeeded: int
    failures: dict[OutcomeKind, int]
    """Visits that ended otherwise, by kind; the health page says more."""
    bytes: int
    listings: int
    lost: int
    """Visits whose lease another process had taken by then; it keeps theirs."""
    stopped: bool = False
    """It was told to stop before all that is due was visited."""


class LakeSink:
    """Keeps what a visit showed in the tables ``listings`` and ``visits``."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def snapshot(self, market: Market, listings: Sequence[Listing], *, visit: str, at: datetime) -> None:
        """Keeps a complete reading, once for each ``visit``. The row in ``visits`` comes last: it says that the
        listings are all there."""
        day, key = at.date(), f"{market.id} {visit}"
        rows = [listing_row(listing, visit=visit) for listing in listings]
        if rows:
            self._lake.tables.append("listings", rows, key=key, dt=day, market=market.id)
        if points := ratings_of(listings, at=at):
            self._lake.tables.append("ratings", [rating_row(one) for one in points], key=key, dt=day, market=market.id)
        row = {
            "visit": visit,
            "market": market.id,
            "at": at,
            "listings": len(rows),
            "apps": len({listing.app for listing in listings}),
            "capture": next((listing.capture for listing in listings if listing.capture), None),
        }
        self._lake.tables.append("visits", [row], key=key, dt=day, market=market.id)

    def reviews(self, market: Market, reviews: Sequence[Review], *, visit: str, at: datetime) -> None:
        """Keeps what users wrote, once for each ``visit``."""
        rows = [review_row(one) for one in reviews]
        self._lake.tables.append("reviews", rows, key=f"{market.id} {visit}", dt=at.date(), market=market.id)

    def observe(self, market: Market, nouns: Sequence[Model], *, at: datetime) -> None:
        """Keeps chains, notices, policies and leads."""
        beyond.keep(self._lake, market.id, nouns, at=at)


def ratings_of(listings: Sequence[Listing], *, at: datetime) -> list[RatingPoint]:
    """How each app stood, where the market says anything of that; one point an app, that of its newest version."""
    points = {}
    for one in sorted(listings, key=lambda listing: (listing.app, listing.version_code or 0)):
        told = one.model_dump(include={"rating", "rating_count", "review_count", "downloads"})
        if any(value is not None for value in told.values()):
            points[one.app] = RatingPoint(market=one.market, app=one.app, at=at, capture=one.capture, **told)
    return list(points.values())


def collect(
    store: Store,
    lake: Lake,
    *,
    settings: Settings,
    markets: Sequence[MarketId] = (),
    again: bool = False,
    parallel: int = PARALLEL,
    patience_s: float = 60.0,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress = silent,
) -> Collected:
    """Visits everything that is due in the named markets (none named = every enabled one).

    ``again`` makes their indexes due now. Waits for a retry that falls due within ``patience_s``. SIGTERM and Ctrl-C
    stop cleanly. Raises ``NotFound`` for a market that is not registered, ``LakeError``, ``StoreError``.
    """
    chosen = [store.markets.get(name) for name in markets] or store.markets.all(enabled=True)
    store.frontier.release_gone()
    lake.captures.index()
    if again:
        for market in chosen:
            store.frontier.hurry(market.id, TaskKind.INDEX, now=clock())
    names = [market.id for market in chosen]

    left, counted = 0, -_COUNT_SECONDS

    def tell(now: crawl.Progress) -> None:
        nonlocal left, counted
        if time.monotonic() >= counted + _COUNT_SECONDS:
            left, counted = now.done + store.frontier.due(names, now=clock()), time.monotonic()
        progress("crawl", now.done, max(left, now.done + now.active), now.outcome.url.rpartition("/")[2])

    try:
        tally = asyncio.run(
            _crawl(store, lake, chosen, settings=settings, parallel=parallel, patience_s=patience_s, tell=tell)
        )
    finally:
        lake.captures.close()
    progress("crawl", tally.visits, tally.visits)
    return Collected(
        markets=tuple(names),
        visits=tally.visits,
        succeeded=sum(tally.outcomes[kind] for kind in _GOOD),
        failures={kind: count for kind, count in sorted(tally.outcomes.items()) if kind not in _GOOD},
        bytes=tally.bytes,
        listings=tally.listings,
        lost=tally.lost,
        stopped=tally.stopped,
    )


async def _crawl(
    store: Store,
    lake: Lake,
    markets: Sequence[Market],
    *,
    settings: Settings,
    parallel: int,
    patience_s: float,
    tell: Callable[[crawl.Progress], None],
) -> crawl.Tally:
    async with Fetcher(settings, blobs=lake.blobs, captures=lake.captures) as fetcher:
        runner = crawl.Runner(
            markets,
            frontier=store.frontier,
            fetcher=fetcher,
            sink=LakeSink(lake),
            worker=owner(),
            parallel=parallel,
            patience_s=patience_s,
            progress=tell,
        )
        runner.seed()
        return await runner.run()

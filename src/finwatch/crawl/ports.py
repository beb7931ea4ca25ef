"""What the crawl needs from the rest of the house, as protocols: ``flow`` hands in the real ones.

``store.frontier`` implements ``Frontier``; ``lake`` implements ``Captures``, ``Blobs`` and ``Tables``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from finwatch.model.base import Model
from finwatch.model.fetch import Capture, ChangeHistory, FrontierTask, Market, MarketId, Outcome, Spent, Tls
from finwatch.model.listing import Listing, Review


class Frontier(Protocol):
    """The durable list of what is due. Every method is one transaction; a lease that runs out is due again."""

    def add(self, tasks: Sequence[FrontierTask]) -> int:
        """Adds tasks that are not known by (market, kind, url); returns how many were new.

        A known task keeps its history; if its expected hash differs from the one given, it takes the new one and
        becomes due at the given time.
        """
        ...

    def lease(
        self,
        *,
        now: datetime,
        worker: str,
        seconds: float,
        limit: int,
        busy: Collection[str] = (),
        markets: Collection[MarketId] = (),
    ) -> list[FrontierTask]:
        """Takes up to ``limit`` due tasks of ``markets`` (none named = all), oldest due first, none from the buckets in
        ``busy``. ``attempts`` of a task counts this attempt; a good outcome sets it back to 0."""
        ...

    def extend(self, tasks: Sequence[FrontierTask], *, now: datetime, seconds: float) -> frozenset[int]:
        """Keeps the leases of tasks alive; returns the ids of those that are still held. What was lost: stop it."""
        ...

    def leased_until(self, *, now: datetime, markets: Collection[MarketId] = ()) -> datetime | None:
        """When the first lease on a task of ``markets`` runs out, unless it is prolonged; ``None`` = there is none."""
        ...

    def release_gone(self) -> int:
        """Frees the leases of processes of this machine that run no more; returns how many."""
        ...

    def finish(
        self,
        task: FrontierTask,
        outcome: Outcome,
        *,
        next_due: datetime | None,
        add: Sequence[FrontierTask] = (),
        examine: Sequence[tuple[str, str]] = (),
        state: Mapping[str, Any] | None = None,
        history: ChangeHistory | None = None,
        spent: Mapping[str, Spent] | None = None,
    ) -> bool:
        """Ends a lease: keeps the outcome, reschedules (``None`` = never again), and, in the same transaction, adds
        tasks, queues ``(sha256, app)`` packages for examination, replaces the market's state and the task's history,
        and counts what hosts were asked (``host:port`` to requests and bytes) on the day on which the visit began.

        ``False`` = the lease was no longer this task's; nothing was written.
        """
        ...

    def spent(self, day: str) -> dict[str, Spent]:
        """What each host was asked on a day (UTC, ``YYYY-MM-DD``), by ``host:port``."""
        ...

    def state(self, market: MarketId) -> dict[str, Any]:
        """What the market's reader keeps between visits (index time stamp, hash, pinned fingerprint); may be empty."""
        ...


class Captures(Protocol):
    """Where exchanges are kept as WARC records."""

    def append(
        self,
        *,
        market: MarketId,
        url: str,
        at: datetime,
        request: bytes,
        status_line: str,
        headers: Sequence[tuple[str, str]],
        payload: bytes | None,
        blob_sha256: str | None,
        payload_bytes: int,
        peer: str | None,
        tls: Tls | None = None,
    ) -> Capture:
        """Writes a request and a response record durably and returns the capture.

        Large bodies are in the blobs already: then ``payload`` is ``None``, ``blob_sha256`` is set, and the record
        is a ``revisit``-like reference to that blob.
        """
        ...

    def read(self, capture_id: str) -> tuple[Capture, bytes]:
        """The capture and its payload. Raises ``NotFound`` or ``LakeError``."""
        ...


class Blobs(Protocol):
    """Bytes by SHA-256, written once."""

    def has(self, sha256: str) -> bool:
        """Whether the blob is there, whole."""
        ...

    def path(self, sha256: str) -> Path:
        """A local file with the blob's bytes. Raises ``NotFound``."""
        ...

    def partial(self, key: str) -> Path:
        """The file in which a download of ``key`` (a hash of its URL and validators) grows, over restarts."""
        ...

    def adopt(self, partial: Path, sha256: str) -> Path:
        """Moves a complete, verified partial file into place (fsync, atomic rename); keeps one already there."""
        ...

    def put(self, data: bytes) -> str:
        """Stores small bytes and returns their SHA-256."""
        ...


class ListingSink(Protocol):
    """Takes what one visit to a market showed."""

    def snapshot(self, market: Market, listings: Sequence[Listing], *, visit: str, at: datetime) -> None:
        """Keeps the complete set of listings of a visit. The same ``visit`` twice is kept once."""
        ...

    def reviews(self, market: Market, reviews: Sequence[Review], *, visit: str, at: datetime) -> None:
        """Keeps what users wrote of one app. The same ``visit`` twice is kept once."""
        ...

    def observe(self, market: Market, nouns: Sequence[Model], *, at: datetime) -> None:
        """Keeps what a visit beyond stores gave: chains, notices, policies and leads of ``model.web``."""
        ...

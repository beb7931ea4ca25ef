"""A frontier and a sink in memory, as the protocols of ``crawl.ports`` describe them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from finwatch.model.base import Model
from finwatch.model.fetch import (
    ChangeHistory,
    FrontierTask,
    Market,
    MarketId,
    Outcome,
    OutcomeKind,
    Spent,
    TaskKind,
)
from finwatch.model.listing import Listing, Review

_GOOD = {OutcomeKind.OK, OutcomeKind.NOT_MODIFIED, OutcomeKind.EMPTY}


class MemoryFrontier:
    """Tasks by (market, kind, url), and everything that was handed in."""

    def __init__(self) -> None:
        self.tasks: dict[tuple[str, TaskKind, str], FrontierTask | None] = {}
        self.done: dict[tuple[str, TaskKind, str], FrontierTask] = {}
        self.outcomes: list[Outcome] = []
        self.examine: list[tuple[str, str]] = []
        self.states: dict[str, dict[str, Any]] = {}
        self.asked: dict[str, dict[str, Spent]] = {}
        self._leases = 0

    def add(self, tasks: Sequence[FrontierTask]) -> int:
        new = 0
        for task in tasks:
            key = (task.market, task.kind, task.url)
            known = self.tasks.get(key) or self.done.get(key)
            if known is None:
                new += 1
                self.tasks[key] = task.model_copy(update={"id": len(self.tasks) + 1})
            elif task.expected_sha256 is not None and known.expected_sha256 != task.expected_sha256:
                fresh = {name: getattr(task, name) for name in ("expected_sha256", "expected_bytes", "due", "app")}
                self.tasks[key] = known.model_copy(update=fresh | {"attempts": 0})
                self.done.pop(key, None)
        return new

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
        due = [
            task
            for task in self.tasks.values()
            if task is not None
            and task.due <= now
            and (task.leased_until is None or task.leased_until <= now)
            and task.bucket not in busy
            and (not markets or task.market in markets)
        ]
        taken = []
        for task in sorted(due, key=lambda task: (task.due, task.id or 0))[:limit]:
            self._leases += 1
            leased = task.model_copy(
                update={
                    "lease": f"{worker}#{self._leases}",
                    "leased_until": now + timedelta(seconds=seconds),
                    "attempts": task.attempts + 1,
                }
            )
            self.tasks[task.market, task.kind, task.url] = leased
            taken.append(leased)
        return taken

    def _held(self, task: FrontierTask) -> FrontierTask | None:
        held = self.tasks.get((task.market, task.kind, task.url))
        return held if held is not None and held.lease == task.lease else None

    def extend(self, tasks: Sequence[FrontierTask], *, now: datetime, seconds: float) -> frozenset[int]:
        still = set()
        for task in tasks:
            held = self._held(task)
            if held is not None and held.id is not None:
                still.add(held.id)
                longer = held.model_copy(update={"leased_until": now + timedelta(seconds=seconds)})
                self.tasks[task.market, task.kind, task.url] = longer
        return frozenset(still)

    def leased_until(self, *, now: datetime, markets: Collection[MarketId] = ()) -> datetime | None:
        ends = [
            task.leased_until
            for task in self.tasks.values()
            if task is not None and task.leased_until is not None and (not markets or task.market in markets)
        ]
        return min((end for end in ends if end > now), default=None)

    def release_gone(self) -> int:
        return 0

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
        held = self._held(task)
        if held is None:
            return False
        changes: dict[str, Any] = {"lease": None, "leased_until": None}
        if history is not None:
            changes["history"] = history
        for bucket, more in (spent or {}).items():
            known = self.asked.setdefault(outcome.started.date().isoformat(), {})
            before = known.get(bucket, Spent())
            known[bucket] = Spent(requests=before.requests + more.requests, bytes=before.bytes + more.bytes)
        if outcome.kind in _GOOD:
            changes |= {"attempts": 0}
        if outcome.kind in {OutcomeKind.OK, OutcomeKind.EMPTY}:
            changes |= {"etag": outcome.etag, "last_modified": outcome.last_modified, "content_sha256": outcome.sha256}
        key = (task.market, task.kind, task.url)
        if next_due is None:
            self.done[key] = held.model_copy(update=changes)
            self.tasks[key] = None
        else:
            self.tasks[key] = held.model_copy(update=changes | {"due": next_due})
        self.outcomes.append(outcome)
        self.examine += examine
        self.add(add)
        if state is not None:
            self.states[task.market] = dict(state)
        return True

    def spent(self, day: str) -> dict[str, Spent]:
        return dict(self.asked.get(day, {}))

    def state(self, market: MarketId) -> dict[str, Any]:
        return dict(self.states.get(market, {}))

    def kinds(self) -> list[tuple[TaskKind, OutcomeKind]]:
        """What happened, in order."""
        return [(outcome.task, outcome.kind) for outcome in self.outcomes]


class MemorySink:
    """Snapshots by visit."""

    def __init__(self) -> None:
        self.visits: dict[tuple[str, str], list[Listing]] = {}
        self.observed: list[Model] = []
        self.written: dict[tuple[str, str], list[Review]] = {}

    def snapshot(self, market: Market, listings: Sequence[Listing], *, visit: str, at: datetime) -> None:
        self.visits.setdefault((market.id, visit), list(listings))

    def observe(self, market: Market, nouns: Sequence[Model], *, at: datetime) -> None:
        self.observed += nouns

    def reviews(self, market: Market, reviews: Sequence[Review], *, visit: str, at: datetime) -> None:
        self.written.setdefault((market.id, visit), list(reviews))

    @property
    def last(self) -> list[Listing]:
        """The listings of the newest visit."""
        return list(self.visits.values())[-1]

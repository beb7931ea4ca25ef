"""The crawl at work: takes what is due from the frontier, visits it, and hands in how each visit ended.

What comes in: markets, a frontier, a fetcher, a sink for listings. What goes out: outcomes, blobs, captures, listings,
and new tasks. A failure ends its own task and nothing else. Nothing is remembered here that the frontier and the lake
do not hold, so the process may be killed at any moment: a lease that nobody keeps alive is due again.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from finwatch.crawl.beat import LEASE_S, Beat
from finwatch.crawl.due import REVISIT, changed, interval, observed
from finwatch.crawl.fetch import Fetcher, bucket_of
from finwatch.crawl.politeness.backoff import again_after
from finwatch.crawl.politeness.budget import day_of, next_day
from finwatch.crawl.ports import Frontier, ListingSink
from finwatch.crawl.sources.descriptor import reader_of
from finwatch.crawl.task import Visited, tasks_of, visit
from finwatch.crawl.visit import VisitFailed
from finwatch.errors import LakeError, StoreError
from finwatch.model.fetch import ChangeHistory, FrontierTask, Market, MarketId, Outcome, OutcomeKind, TaskKind

log: Final = structlog.get_logger(__name__)
_GRACE_S: Final = 0.1
"""After the end of a lease, before it is taken."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: told after each task."""

    done: int
    active: int
    outcome: Outcome


@dataclass(slots=True)
class Tally:
    """What a run did."""

    outcomes: Counter[OutcomeKind] = field(default_factory=Counter)
    bytes: int = 0
    listings: int = 0
    lost: int = 0
    """Tasks whose lease another worker had taken; their outcome was not kept."""
    stopped: bool = False
    """It was told to stop before all that is due was visited."""

    @property
    def visits(self) -> int:
        """How many tasks were visited."""
        return self.outcomes.total()


class Runner:
    """Performs frontier tasks of some markets until nothing is due, or until ``stop``."""

    def __init__(
        self,
        markets: Sequence[Market],
        *,
        frontier: Frontier,
        fetcher: Fetcher,
        sink: ListingSink,
        worker: str | None = None,
        parallel: int = 8,
        lease_s: float = LEASE_S,
        patience_s: float = 60.0,
        progress: Callable[[Progress], None] = lambda _: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._markets = {market.id: market for market in markets}
        self._frontier = frontier
        self._fetcher = fetcher
        self._sink = sink
        self._worker = worker or f"{socket.gethostname()}:{os.getpid()}"
        self._parallel = parallel
        self._lease_s = lease_s
        self._patience_s = patience_s
        self._progress = progress
        self._sleep = sleep
        self._active: dict[asyncio.Task[None], FrontierTask] = {}
        self._retry_at: list[datetime] = []
        self._linger_until: datetime | None = None
        self._broken: set[MarketId] = set()
        """Markets in which a fault of our own showed: visited no further, or it would show every time a lease ends."""
        self._stopping = asyncio.Event()
        self._tally = Tally()
        self._fault: BaseException | None = None
        self._before: dict[signal.Signals, Any] = {}
        self._buckets: dict[str, MarketId] = {}

    def stop(self) -> None:
        """Leases nothing more and cancels what is under way; a broken-off download goes on with the next run."""
        self._stopping.set()

    def seed(self, *, now: datetime | None = None) -> int:
        """Adds the first task of each market; returns how many were not known."""
        due = now or self._fetcher.now()
        return self._frontier.add(
            [start_of(market, due) for market in self._markets.values() if market.needs_cooperation is None]
        )

    async def run(self) -> Tally:
        """Works until nothing is due and nothing will be within ``patience_s``, or until told to stop.

        Raises ``LakeError`` or ``StoreError`` at once; a fault of our own in one task after the others are done.
        """
        stopping = asyncio.ensure_future(self._stopping.wait())
        today = day_of(self._fetcher.now())
        self._fetcher.budget.load(today, self._frontier.spent(today))
        self._listen(self.stop)
        beat = Beat(
            self._frontier,
            active=self._active.values,
            lost=self._cancel,
            lease_s=self._lease_s,
            now=self._fetcher.now,
        )
        try:
            with beat:
                await self._work(stopping)
        finally:
            stopping.cancel()
            self._listen(None)
            await self._abandon()
        if self._fault is not None:
            raise self._fault
        self._tally.stopped = self._stopping.is_set()
        return self._tally

    async def _work(self, stopping: asyncio.Future[Any]) -> None:
        while not self._stopping.is_set():
            self._lease()
            if self._active:
                self._linger_until = None
                await asyncio.wait({*self._active, stopping}, return_when=asyncio.FIRST_COMPLETED)
                self._collect()
            elif not (await self._wait_for_retry() or await self._take_over()):
                return

    def _listen(self, action: Callable[[], None] | None) -> None:
        """Stops cleanly on SIGTERM and SIGINT, where this is the process's main thread."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            if action is not None:
                self._before[number] = signal.getsignal(number)
                loop.add_signal_handler(number, action)
            else:
                loop.remove_signal_handler(number)
                signal.signal(number, self._before[number])  # a scheduler goes on listening after the run

    def _lease(self) -> None:
        """Takes due tasks one by one, so that no host is asked more at a time than its market allows."""
        while (whole := self._whole()) and len(self._active) < self._parallel:
            leased = self._frontier.lease(
                now=self._fetcher.now(),
                worker=self._worker,
                seconds=self._lease_s,
                limit=1,
                busy=self._busy(),
                markets=whole,
            )
            if not leased:
                return
            self._buckets[leased[0].bucket] = leased[0].market
            under_way = asyncio.create_task(self._perform(leased[0]), name=f"{leased[0].kind} {leased[0].url}")
            self._active[under_way] = leased[0]

    def _whole(self) -> list[MarketId]:
        """Markets in which nothing broke."""
        return sorted(self._markets.keys() - self._broken)

    def _busy(self) -> list[str]:
        """Buckets that are asked as often at a time as the market allows, or may not be asked any more today."""
        now = self._fetcher.now()
        spent = {
            bucket
            for bucket, market in self._buckets.items()
            if self._fetcher.budget.exhausted(bucket, self._markets[market].politeness, at=now)
        }
        counts: Counter[str] = Counter()
        allowed: dict[str, int] = {}
        for task in self._active.values():
            counts[task.bucket] += 1
            parallel = self._markets[task.market].politeness.parallel
            allowed[task.bucket] = min(parallel, allowed.get(task.bucket, parallel))
        return sorted(spent | {bucket for bucket, count in counts.items() if count >= max(1, allowed[bucket])})

    def _collect(self) -> None:
        """Takes ended tasks off the list. A lake or store that fails ends the run; another fault waits for its end."""
        for task in [task for task in self._active if task.done()]:
            subject = self._active.pop(task)
            error = None if task.cancelled() else task.exception()
            if isinstance(error, LakeError | StoreError):
                raise error
            if error is not None:
                log.error("task broke", market=subject.market, url=subject.url, error=repr(error))
                self._fault = self._fault or error
                self._broken.add(subject.market)

    async def _wait_for_retry(self) -> bool:
        """Whether it is worth going on: waits for the next attempt that falls due soon."""
        now = self._fetcher.now()
        soon = [at for at in self._retry_at if at <= now + timedelta(seconds=self._patience_s)]
        if not soon:
            return False
        first = min(soon)
        self._retry_at.remove(first)
        await self._pause((first - now).total_seconds())
        return True

    async def _take_over(self) -> bool:
        """Whether another process may have left something: one of this machine that is gone, or one whose lease runs
        out within ``patience_s``. That is waited for no longer than a lease lasts: who lives prolongs it, and goes on
        alone."""
        whole = self._whole()
        if not whole:
            return False
        if self._frontier.release_gone():
            return True
        now = self._fetcher.now()
        until = self._frontier.leased_until(now=now, markets=whole)
        last = self._linger_until = self._linger_until or now + timedelta(seconds=self._lease_s)
        if until is None or until > min(last, now + timedelta(seconds=self._patience_s)):
            return False
        await self._pause((until - now).total_seconds() + _GRACE_S)
        return True

    async def _pause(self, wait: float) -> None:
        if wait > 0:
            pause = asyncio.ensure_future(self._sleep(wait))
            stopping = asyncio.ensure_future(self._stopping.wait())
            await asyncio.wait({pause, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for one in (pause, stopping):
                one.cancel()

    async def _abandon(self) -> None:
        """Breaks off what is under way; the leases are left to run out, or to be freed by the next run."""
        for task in self._active:
            task.cancel()
        if self._active:
            await asyncio.wait(self._active)
        self._active.clear()

    async def _perform(self, task: FrontierTask) -> None:
        """Visits one task and hands in its outcome."""
        market = self._markets[task.market]
        started = self._fetcher.now()
        try:
            visited = await visit(task, market, fetcher=self._fetcher, state=self._frontier.state(task.market))
        except VisitFailed as failure:
            self._fail(task, failure, started)
            return
        self._succeed(task, market, visited, started)

    def _cancel(self, lost: Collection[FrontierTask]) -> None:
        """Breaks off visits whose lease another process has by now: it does them."""
        ids = {task.id for task in lost}
        for under_way, task in self._active.items():
            if task.id in ids and not under_way.done():
                self._tally.lost += 1
                under_way.cancel()

    def _succeed(self, task: FrontierTask, market: Market, visited: Visited, started: datetime) -> None:
        now = self._fetcher.now()
        add: list[FrontierTask] = []
        if visited.listings is not None:
            self._sink.snapshot(market, visited.listings, visit=visited.visit, at=started)
            self._tally.listings += len(visited.listings)
            add = tasks_of(market, visited.listings, due=now)
        if visited.reviews:
            self._sink.reviews(market, visited.reviews, visit=visited.visit, at=started)
        if visited.observed:
            self._sink.observe(market, visited.observed, at=started)
        add += visited.tasks
        outcome = self._outcome(task, visited.kind, started, message=visited.message).model_copy(update=visited.fields)
        final = task.kind is TaskKind.PACKAGE or (task.kind is TaskKind.ICON and task.expected_sha256 is not None)
        history = observed(task.history, at=started, changed=changed(task, outcome))
        examine = [*visited.packages, *([(visited.package, task.app or "")] if visited.package is not None else [])]
        kept = self._finish(
            task,
            outcome,
            next_due=None if final else now + interval(history, task.kind, market.politeness),
            add=add,
            examine=examine,
            state=visited.state,
            history=history,
        )
        if kept and visited.finished is not None:
            visited.finished()

    def _fail(self, task: FrontierTask, failure: VisitFailed, started: datetime) -> None:
        now = self._fetcher.now()
        if failure.observed:
            self._sink.observe(self._markets[task.market], failure.observed, at=started)
        outcome = self._outcome(task, failure.kind, started, message=failure.message).model_copy(
            update={
                "final_url": failure.final_url,
                "status": failure.hop.status if failure.hop else None,
                "bytes": failure.bytes_read,
                "sha256": failure.sha256,
                "capture": failure.capture,
                "retry_after_s": failure.retry_after_s,
            }
        )
        wait = again_after(
            failure.kind,
            attempt=outcome.attempt,
            attempts=self._fetcher.limits.attempts,
            salt=task.url,
            retry_after_s=failure.retry_after_s,
        )
        if failure.retry_after_s:
            self._fetcher.hold(failure.final_url or task.url, failure.retry_after_s)
        due = now + (timedelta(seconds=wait) if wait is not None else REVISIT[task.kind])
        if failure.kind is OutcomeKind.OVER_BUDGET:
            due = next_day(now)
        if wait is not None:
            self._retry_at.append(due)
        log.warning("visit failed", kind=failure.kind, market=task.market, url=task.url, message=failure.message)
        self._finish(task, outcome, next_due=due)

    def _outcome(self, task: FrontierTask, kind: OutcomeKind, started: datetime, *, message: str) -> Outcome:
        took = self._fetcher.now() - started
        return Outcome(
            market=task.market,
            kind=kind,
            task=task.kind,
            url=task.url,
            message=message,
            started=started,
            took_ms=round(took.total_seconds() * 1000),
            attempt=max(1, task.attempts),
        )

    def _finish(
        self,
        task: FrontierTask,
        outcome: Outcome,
        *,
        next_due: datetime | None,
        add: Sequence[FrontierTask] = (),
        examine: Sequence[tuple[str, str]] = (),
        state: dict[str, Any] | None = None,
        history: ChangeHistory | None = None,
    ) -> bool:
        kept = self._frontier.finish(
            task,
            outcome,
            next_due=next_due,
            add=add,
            examine=examine,
            state=state,
            history=history,
            spent=self._fetcher.budget.take(),
        )
        if not kept:
            self._tally.lost += 1
            return False
        self._tally.outcomes[outcome.kind] += 1
        self._tally.bytes += outcome.bytes
        self._progress(Progress(self._tally.visits, max(0, len(self._active) - 1), outcome))
        return True


def start_of(market: Market, due: datetime) -> FrontierTask:
    """The task at which a reading of ``market`` begins. Raises ``NotFound`` for a protocol that no reader speaks."""
    url = reader_of(market).start(market)
    return FrontierTask(market=MarketId(market.id), kind=TaskKind.INDEX, url=url, bucket=bucket_of(url), due=due)

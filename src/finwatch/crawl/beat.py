"""The beat of a crawl: a thread that keeps the leases of a process that lives, so that a dead one is seen soon.

A lease is short, since beats prolong it; so what a process held that was killed, or whose machine went down, is due
again after ``LEASE_S``. The beat is no proof that the crawl gets on: when its loop has not turned for ``STUCK_S``, the
beats stop and the leases run out, as those of a process that is gone.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from types import TracebackType
from typing import Final, Self

import structlog

from finwatch.crawl.ports import Frontier
from finwatch.errors import StoreError
from finwatch.model.fetch import FrontierTask

log: Final = structlog.get_logger(__name__)

LEASE_S: Final = 30.0
"""How long a lease lasts without a beat: five beats may fail, or a database be away for as long."""
STUCK_S: Final = 120.0
"""Syncing and hashing a package hold the loop up for seconds, never for so long."""


class Beat:
    """Prolongs the leases of the tasks that are under way while the block lasts."""

    def __init__(
        self,
        frontier: Frontier,
        *,
        active: Callable[[], Collection[FrontierTask]],
        lost: Callable[[Collection[FrontierTask]], None],
        lease_s: float = LEASE_S,
        now: Callable[[], datetime],
    ) -> None:
        """``active`` is asked in the thread, ``lost`` is told in the loop which leases somebody else has by now."""
        self._frontier = frontier
        self._active = active
        self._lost = lost
        self._lease_s = lease_s
        self._now = now
        self._end = threading.Event()
        self._turned = time.monotonic()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def __enter__(self) -> Self:
        """Begins to beat, from the thread of the running loop."""
        self._loop = asyncio.get_running_loop()
        self._turned = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends it."""
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        assert self._loop is not None
        while not self._end.wait(self._lease_s / 6):
            if time.monotonic() - self._turned > STUCK_S:
                log.warning("the crawl's loop stands still; its leases are let go")
                continue
            tasks = list(self._active())  # before the question: what is leased after it cannot seem lost
            try:
                held = self._frontier.extend(tasks, now=self._now(), seconds=self._lease_s) if tasks else frozenset()
            except StoreError as error:  # the next visit that ends meets it too, and ends the run
                log.warning("no beat", error=str(error))
                continue
            if not self._end.is_set():
                self._loop.call_soon_threadsafe(self._turn, [task for task in tasks if task.id not in held])

    def _turn(self, lost: Sequence[FrontierTask]) -> None:
        self._turned = time.monotonic()
        if lost:
            self._lost(lost)

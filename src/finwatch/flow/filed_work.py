"""Examines the packages of filings that reviewers asked for: ``queue`` → the bench's examination → the store.

What comes in: jobs of the kind ``filed``, one a package with the policy and icon it was filed with. What goes out:
``FiledExamination`` under the job's key. ``finwatch serve`` has one ``Clerk``, a thread that works while pages are
served, so an installation of one process needs nobody else; ``finwatch work`` takes the same jobs. Killed at any point,
a job is due again; its result is written before it ends, and is found by whoever comes next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import structlog

from finwatch.errors import FinwatchError, StoreError
from finwatch.flow.bench import Bench
from finwatch.limits import PACKAGE
from finwatch.store import Store
from finwatch.store.lease import owner
from finwatch.store.queue import FILED, Job

log: Final = structlog.get_logger(__name__)
LEASE_SECONDS: Final = PACKAGE.wall_seconds + 300.0
"""Longer than an examination may take, as nobody prolongs it."""
LOOK_SECONDS: Final = 20.0
"""How often is looked for jobs that another process added, or that are due again."""


def drain(
    store: Store,
    bench: Bench,
    *,
    stopping: Callable[[], bool] = lambda: False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Does the jobs that are due, one after another; returns how many were ended with a result."""
    done = 0
    while not stopping() and store.queue.due(FILED, now=clock()):
        held = store.queue.lease(FILED, now=clock(), worker=owner(), seconds=LEASE_SECONDS)
        if not held:
            break
        done += _one(store, bench, held[0], clock=clock)
    return done


def _one(store: Store, bench: Bench, held: Job, *, clock: Callable[[], datetime]) -> bool:
    try:
        bench.work(held.key, held.payload)
    except StoreError:
        raise  # nothing can be written now: the lease runs out by itself
    except (FinwatchError, OSError) as error:
        log.warning("a filed package was not examined", job=held.id, error=str(error))
        store.queue.fail(held, str(error), now=clock())
        return False
    except Exception as error:
        log.exception("a filed package was not examined", job=held.id)
        store.queue.fail(held, repr(error), now=clock())
        return False
    return not store.queue.done([held], now=clock())


class Clerk:
    """A thread that does these jobs while the process does something else. ``start`` and ``close`` it once."""

    def __init__(self, store: Store, bench: Bench, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._store = store
        self._bench = bench
        self._look_seconds = look_seconds
        self._over = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins; jobs that a killed process left are taken up at once."""
        self._thread = threading.Thread(target=self._run, name="filed packages", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is a new job."""
        self._wake.set()

    def close(self, *, seconds: float = 5.0) -> None:
        """Ends after the job under way, if that takes no longer than ``seconds``; else it is left to the next start."""
        self._over.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        released = False
        while not self._over.is_set():
            self._wake.clear()
            try:
                if not released:
                    self._store.queue.release_gone()
                    released = True
                drain(self._store, self._bench, stopping=self._over.is_set)
            except StoreError as error:
                log.warning("filed packages wait: the store cannot be used", error=str(error))
            self._wake.wait(self._look_seconds)

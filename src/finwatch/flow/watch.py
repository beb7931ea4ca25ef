"""The scheduler: one daily run after another, at a time of the day or at an interval, never two at once.

Comes in: when to run. Goes out: runs. It keeps nothing of its own: when the last run began is asked of the store, so a
scheduler that was down at its hour makes the run up when it comes back.
"""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from finwatch.errors import FinwatchError, InputError, StoreError
from finwatch.model.base import Model
from finwatch.model.run import Run, RunState

RETRY: Final = timedelta(minutes=5)
"""After a run that failed or that another process is at: time until it is looked at again."""
_DURATION: Final = re.compile(r"(\d{1,6})([smhd])")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Plan(Model):
    """When runs begin: every so many seconds, or each day at a time of the local clock."""

    every: timedelta | None = None
    at: time | None = None

    def next(self, last: datetime | None, *, now: datetime) -> datetime:
        """When the next run begins, ``last`` being when the last one did; ``now`` or earlier = at once."""
        if self.every is not None:
            return now if last is None else last + self.every
        assert self.at is not None
        today = now.astimezone().date()
        passed = self._on(today) if self._on(today) <= now else self._on(today - timedelta(days=1))
        if last is not None and last < passed:
            return passed
        # A first start at noon does not make up for the night before it.
        return self._on(passed.astimezone().date() + timedelta(days=1))

    def _on(self, day: date) -> datetime:
        assert self.at is not None
        return datetime.combine(day, self.at).astimezone()


def plan(*, every: str | None = None, at: str | None = None) -> Plan:
    """The plan that two options give. Raises ``InputError`` when they give none."""
    if (every is None) == (at is None):
        raise InputError(
            "Say when to run: either --every or --at.",
            zh="请指定运行时间：--every 或 --at 二选一。",
            todo="Such as --every 6h, or --at 02:30.",
        )
    if every is not None:
        found = _DURATION.fullmatch(every.strip().lower())
        if found is None or int(found[1]) == 0:
            raise InputError(f"--every {every!r} is no duration.", todo="Write a number and s, m, h or d: 90m, 6h, 1d.")
        return Plan(every=timedelta(seconds=int(found[1]) * _UNITS[found[2]]))
    try:
        return Plan(at=datetime.strptime((at or "").strip(), "%H:%M").time())  # noqa: DTZ007 - a time of the local day
    except ValueError as error:
        raise InputError(f"--at {at!r} is no time of the day.", todo="Write HH:MM, such as 02:30.") from error


def watch(
    when: Plan,
    *,
    run: Callable[[], Run],
    newest: Callable[[], Run | None],
    wait: Callable[[float], bool],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    told: Callable[[str], None] = lambda _: None,
) -> None:
    """Runs when it is time until ``wait(seconds)`` says ``True``: stop.

    ``newest`` gives the last run that was begun; one that was cut off is gone on with at once. A run that cannot be
    done now (store or lake gone, another scheduler at it) is said through ``told`` and tried again after ``RETRY``; a
    run that was told to stop ends the watch.
    """
    again: datetime | None = None
    said: datetime | None = None
    while True:
        try:
            due = again or _due(when, newest(), clock())
        except StoreError as error:
            told(str(error))
            due = again = clock() + RETRY
        left = (due - clock()).total_seconds()
        if left > 0 and due != said:
            told(f"next run at {due.astimezone():%Y-%m-%d %H:%M:%S %Z}")
            said = due
        if wait(max(left, 0.0)):
            return
        if left > 0:
            continue
        try:
            done = run()
            again = None
        except FinwatchError as error:
            told(str(error))
            again = clock() + RETRY
            continue
        if done.state is not RunState.DONE:
            return


def _due(when: Plan, newest: Run | None, now: datetime) -> datetime:
    if newest is None:
        return when.next(None, now=now)
    return when.next(newest.started, now=now) if newest.state is RunState.DONE else now


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """Inside the block, SIGTERM and SIGINT set the event that is given, where a step does not listen to them itself."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

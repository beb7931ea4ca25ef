"""The scheduler: when runs begin, that one waits for the other, and that it stops when told."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from finwatch.errors import FinwatchError, InputError, LakeError, StoreError
from finwatch.flow.watch import RETRY, Plan, plan, watch
from finwatch.model.run import Run, RunState
from tests.kit.nights import world
from tests.kit.store import START, later


class Diary:
    """A clock that only waiting moves, and what happened when."""

    def __init__(self, *faults: FinwatchError, until: float, begun: datetime | None = None) -> None:
        self.now = START
        self.end = later(until)
        self.runs: list[datetime] = []
        self.said: list[str] = []
        self.faults = list(faults)
        self.newest = Run(id=1, state=RunState.DONE, started=begun) if begun else None

    def run(self) -> Run:
        self.runs.append(self.now)
        if self.faults:
            raise self.faults.pop(0)
        self.newest = Run(id=1, state=RunState.DONE, started=self.now)
        self.now += timedelta(seconds=30)
        return self.newest

    def wait(self, seconds: float) -> bool:
        assert seconds >= 0
        self.now += timedelta(seconds=seconds)
        return self.now > self.end

    def follow(self, when: Plan, newest: Callable[[], Run | None] | None = None) -> list[float]:
        watch(
            when,
            run=self.run,
            newest=newest or (lambda: self.newest),
            wait=self.wait,
            clock=lambda: self.now,
            told=self.said.append,
        )
        return [(at - START).total_seconds() for at in self.runs]


def test_an_interval_runs_from_start_to_start() -> None:
    assert Diary(until=200).follow(plan(every="1m")) == [0, 60, 120, 180]
    assert Diary(until=200, begun=later(-20)).follow(plan(every="1m")) == [40, 100, 160]


def test_a_run_longer_than_the_interval_is_never_overtaken() -> None:
    assert Diary(until=100).follow(plan(every="10s")) == [0, 30, 60, 90]


@pytest.mark.parametrize("fault", [StoreError("gone"), LakeError("full")], ids=lambda fault: type(fault).__name__)
def test_what_fails_is_said_and_tried_again(fault: FinwatchError) -> None:
    diary = Diary(fault, until=RETRY.total_seconds() + 10)
    assert diary.follow(plan(every="1h")) == [0, RETRY.total_seconds()]
    assert str(fault) in diary.said


def test_a_store_that_does_not_answer_is_asked_again() -> None:
    diary = Diary(until=2 * RETRY.total_seconds() + 10)
    answers = iter([StoreError("no server"), None])

    def newest() -> Run | None:
        answer = next(answers, None)
        if answer is not None:
            raise answer
        return diary.newest

    assert diary.follow(plan(every="1h"), newest)[0] == RETRY.total_seconds()
    assert "no server" in diary.said


def test_a_run_that_was_cut_off_is_gone_on_with_at_once() -> None:
    diary = Diary(until=60, begun=later(-5))
    assert diary.newest is not None
    diary.newest = diary.newest.model_copy(update={"state": RunState.STOPPED})
    assert diary.follow(plan(every="1h")) == [0]


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute).astimezone(UTC)


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        (None, local(2, 12), local(3, 2, 30)),
        (None, local(2, 1), local(2, 2, 30)),
        (local(1, 2, 30), local(2, 1), local(2, 2, 30)),
        (local(1, 2, 30), local(2, 12), local(2, 2, 30)),
        (local(2, 2, 31), local(2, 12), local(3, 2, 30)),
        (local(2, 11), local(2, 12), local(3, 2, 30)),
    ],
)
def test_each_day_at_a_time(last: datetime | None, now: datetime, expected: datetime) -> None:
    """A night that was missed is made up for; the night before the first start is not."""
    assert Plan(at=time(2, 30)).next(last, now=now) == expected


@pytest.mark.parametrize(
    "options", [{}, {"every": "1h", "at": "02:00"}, {"every": "0h"}, {"every": "x"}, {"at": "25:00"}]
)
def test_options_that_make_no_plan(options: dict[str, str]) -> None:
    with pytest.raises(InputError):
        plan(**options)


@pytest.mark.server
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_scheduler_runs_waits_and_stops_when_told(tmp_path: Path, number: signal.Signals) -> None:
    with world(tmp_path) as here:
        here.register("backstreet")
        process = here.start("watch", "--every", "1d", "--patience", "0")
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("run 1: ")
        assert any("next run at" in line for line in iter(process.stderr.readline, ""))
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err.splitlines()[-1]) == (0, "stopped")

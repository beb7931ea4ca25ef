"""What clocks do by themselves, on notices of the supervision cast."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from finwatch.store import Store
from finwatch.supervise.desk import Desk
from finwatch.supervise.look import StoreLook
from finwatch.supervise.ticking import tick
from tests.supervise.driving import Stage
from tests.supervise.supervision_cast import SupervisionCast
from tests.supervise.test_clock import NEW_YEAR_2027


@pytest.fixture
def stage(store: Store) -> Stage:
    """A stage with one notice, sent: the tour up to its first batch."""
    cast = SupervisionCast()
    cast.furnish(store)
    made = cast.enter(store)
    made.clock.at = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
    tour = cast.tour(made)
    while not made.cases("notice"):
        next(tour)()
    return made


def mails(stage: Stage, organisation: str) -> list[str]:
    return [message.subject.zh for message in stage.store.outbox.newest(organisation, limit=100)]


def test_warnings_are_said_once_at_each_stage_and_the_last_goes_to_both_sides(stage: Stage) -> None:
    (notice, *_) = stage.cases("notice")
    assert notice.due is not None
    assert notice.due.day == date(2026, 11, 16)
    said = []
    for day in (3, 9, 9, 12, 13, 16, 17, 18):
        stage.clock.at = datetime(2026, 11, day, 1, 0, tzinfo=UTC)
        before = len(mails(stage, "bank-a"))
        done = tick(stage.desk, now=stage.clock.at)
        said.append((day, len(mails(stage, "bank-a")) - before, done.overdue))
    # the 17th: the arc tells both sides that it is overdue, and the clock's own warning follows
    assert [(day, new > 0) for day, new, _ in said] == [
        (3, False), (9, True), (9, False), (12, True), (13, False), (16, True), (17, True), (18, False),
    ]  # fmt: skip
    assert [overdue for _, _, overdue in said] == [0, 0, 0, 0, 0, 0, 1, 0]
    assert stage.case(notice.id).state == "overdue"
    assert any("期限已过" in subject for subject in mails(stage, "reg"))


def test_a_clock_that_stands_is_neither_warned_of_nor_overdue(stage: Stage) -> None:
    (notice, *_) = stage.cases("notice")
    stage.desk.go(stage.people["sup1"], notice.id, "pause", comment="检测机构停工")
    stage.clock.at = datetime(2026, 12, 20, 1, 0, tzinfo=UTC)
    done = tick(stage.desk, now=stage.clock.at)
    assert (done.clocks, done.warned, done.overdue) == (0, 0, 0)
    assert stage.case(notice.id).state == "sent"


def test_a_provisional_date_is_counted_anew_when_the_calendar_comes(store: Store, tmp_path: Path) -> None:
    cast = SupervisionCast()
    cast.furnish(store)
    made = cast.enter(store)
    made.clock.at = datetime(2026, 12, 21, 1, 0, tzinfo=UTC)
    for act in islice(cast.tour(made), 200):
        act()
        if made.cases("notice"):
            break
    (notice, *_) = made.cases("notice")
    assert notice.due is not None
    assert (notice.due.day, notice.due.provisional) == (date(2027, 1, 5), True)
    assert tick(made.desk, now=made.clock.at).recounted == 0
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars/cn-2027.toml").write_text(NEW_YEAR_2027, "utf-8")
    desk = Desk(store, made.desk.machines, clock=made.clock, look=partial(StoreLook, catalog=tmp_path))
    again = replace(made, desk=desk)
    assert tick(again.desk, now=made.clock.at).recounted == 1
    after = again.case(notice.id).due
    assert after is not None
    assert (after.day, after.provisional) == (date(2027, 1, 4), False)
    assert tick(again.desk, now=made.clock.at).recounted == 0

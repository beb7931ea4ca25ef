"""Due dates against counts by hand, day by day: across adjusted working days, pauses and years not arranged yet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finwatch import catalog
from finwatch.errors import InputError
from finwatch.model.case import Due
from finwatch.model.clock import WorkingCalendar
from finwatch.supervise import clock
from finwatch.supervise.clock import Stage

CLOCKS = catalog.clocks()
CALENDAR = catalog.working_calendar()

NEW_YEAR_2027 = """
year = 2027
published = 2026-11-30
source = "made up for the test"
[[holiday]]
id = "2027.new_year"
zh = "元旦"
en = "New Year"
first = 2027-01-01
last = 2027-01-03
work = [2026-12-27]
"""


@pytest.fixture
def next_year(tmp_path: Path) -> WorkingCalendar:
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars/cn-2027.toml").write_text(NEW_YEAR_2027, "utf-8")
    return catalog.working_calendar(tmp_path)


BY_HAND = [
    pytest.param(
        "2026-02-09",
        "notice.cac",
        # Tue 10, Wed 11, Thu 12, Fri 13, Sat 14 (worked)  = 1 to 5
        # 15 to 23: Spring Festival
        # Tue 24, Wed 25, Thu 26, Fri 27, Sat 28 (worked)  = 6 to 10
        # Sun 1 March off; Mon 2, Tue 3, Wed 4, Thu 5, Fri 6 = 11 to 15
        "2026-03-06",
        id="spring-festival-2026",
    ),
    pytest.param(
        "2025-09-26",
        "notice.cac_short",
        # Sat 27 off; Sun 28 (worked), Mon 29, Tue 30 = 1 to 3
        # 1 to 8 October: National Day and Mid-Autumn
        # Thu 9, Fri 10, Sat 11 (worked) = 4 to 6; Sun 12 off
        # Mon 13, Tue 14, Wed 15, Thu 16 = 7 to 10
        "2025-10-16",
        id="national-day-2025",
    ),
    pytest.param(
        "2024-09-11",
        "notice.cac",
        # Thu 12, Fri 13, Sat 14 (worked) = 1 to 3; 15 to 17: Mid-Autumn
        # Wed 18, Thu 19, Fri 20 = 4 to 6; Mon 23 to Fri 27 = 7 to 11; Sat 28 off
        # Sun 29 (worked), Mon 30 = 12, 13; 1 to 7 October off; Tue 8, Wed 9 = 14, 15
        "2024-10-09",
        id="two-holidays-2024",
    ),
    pytest.param("2026-04-27", "notice.miit", "2026-05-06", id="seven-days-end-in-labour-day-and-roll"),
    # 28, 29, 30 April, 1, 2, 3, 4 May = 7 calendar days; 4 and 5 May are off, so Wed 6
    pytest.param("2026-11-02", "notice.miit", "2026-11-09", id="seven-days-of-an-ordinary-week"),
]


@pytest.mark.parametrize(("start", "rule", "end"), BY_HAND)
def test_a_due_date_equals_the_count_by_hand(start: str, rule: str, end: str) -> None:
    counted = clock.due(date.fromisoformat(start), CLOCKS[rule], CALENDAR)
    assert counted.day == date.fromisoformat(end)
    assert not counted.provisional
    assert counted.calendar == CALENDAR.version


def test_a_date_in_a_year_without_a_calendar_is_provisional_and_counted_again(next_year: WorkingCalendar) -> None:
    # Tue 22 to Fri 25 December = 1 to 4, Mon 28 to Thu 31 = 5 to 8; 1 January is off in every year;
    # Mon 4, Tue 5 January = 9, 10
    before = clock.due(date(2026, 12, 21), CLOCKS["notice.cac_short"], CALENDAR)
    assert (before.day, before.provisional) == (date(2027, 1, 5), True)
    # the arrangement takes Sun 27 December for work: 22 to 25 = 1 to 4, Sun 27 to Thu 31 = 5 to 9, Mon 4 January = 10
    after = clock.recounted(before, next_year)
    assert (after.day, after.provisional, after.calendar) == (date(2027, 1, 4), False, next_year.version)
    assert clock.recounted(after, CALENDAR) == after


def test_the_last_days_of_december_wait_for_the_next_year(next_year: WorkingCalendar) -> None:
    """27 December is arranged by the year to come: a deadline over it is provisional although its own year is known."""
    before = clock.due(date(2026, 12, 24), CLOCKS["filing.cancel"], CALENDAR)
    assert (before.day, before.provisional) == (date(2026, 12, 29), True)
    assert clock.recounted(before, next_year).day == date(2026, 12, 28)


def test_a_calendar_that_arrives_while_the_clock_stands_does_not_change_what_was_used(
    next_year: WorkingCalendar,
) -> None:
    begun = clock.due(date(2026, 12, 21), CLOCKS["notice.cac_short"], CALENDAR)
    standing = clock.paused(begun, date(2026, 12, 29), reason="外部检测机构停工")
    # used: 22, 23, 24, 25, Sun 27, Mon 28 = 6 of 10; 4 left after Mon 11 January: 12, 13, 14, 15
    again = clock.resumed(standing, date(2027, 1, 11), next_year)
    assert (again.day, again.days, again.paused) == (date(2027, 1, 15), 4, None)


def test_a_pause_gives_back_what_was_left() -> None:
    begun = clock.due(date(2026, 11, 2), CLOCKS["notice.cac_short"], CALENDAR)  # 3 to 6 = 1 to 4, 9 to 13, 16 = 10
    assert begun.day == date(2026, 11, 16)
    standing = clock.paused(begun, date(2026, 11, 5), reason="等待复核")  # used: 3, 4; left: 8
    assert clock.stage(standing, date(2026, 12, 1), CALENDAR) is Stage.PAUSED
    again = clock.resumed(standing, date(2026, 11, 20), CALENDAR)  # 23 to 27 = 1 to 5, 30, 1, 2 December = 8
    assert (again.day, again.start, again.days) == (date(2026, 12, 2), date(2026, 11, 20), 8)


def test_an_extension_adds_days_of_the_same_kind() -> None:
    begun = clock.due(date(2026, 11, 2), CLOCKS["notice.cac_short"], CALENDAR)
    assert clock.extended(begun, 5, CALENDAR).day == date(2026, 11, 23)
    assert clock.extended(begun, 5, CALENDAR).start == begun.start


def test_a_clock_that_ran_out_before_its_pause_stays_run_out() -> None:
    begun = clock.due(date(2026, 11, 2), CLOCKS["removal.order"], CALENDAR)
    standing = clock.paused(begun, date(2026, 11, 20), reason="异议")
    assert clock.resumed(standing, date(2026, 11, 25), CALENDAR).day == begun.day


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        ("2026-11-06", Stage.RUNNING),  # 6 of 10 left
        ("2026-11-09", Stage.HALF),  # 5
        ("2026-11-11", Stage.HALF),  # 3
        ("2026-11-12", Stage.FIFTH),  # 2
        ("2026-11-15", Stage.FIFTH),  # 1, a Sunday
        ("2026-11-16", Stage.LAST),
        ("2026-11-17", Stage.OVERDUE),
    ],
)
def test_warnings_come_at_a_half_a_fifth_and_nothing(today: str, stage: Stage) -> None:
    begun = clock.due(date(2026, 11, 2), CLOCKS["notice.cac_short"], CALENDAR)
    assert clock.stage(begun, date.fromisoformat(today), CALENDAR) is stage


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_pause_needs_its_reason(reason: str) -> None:
    begun = clock.due(date(2026, 11, 2), CLOCKS["notice.cac"], CALENDAR)
    with pytest.raises(InputError, match="reason"):
        clock.paused(begun, date(2026, 11, 3), reason=reason)


def test_what_cannot_be_is_refused() -> None:
    begun = clock.due(date(2026, 11, 2), CLOCKS["notice.cac"], CALENDAR)
    standing = clock.paused(begun, date(2026, 11, 3), reason="r")
    for attempt in (
        lambda: clock.resumed(begun, date(2026, 11, 3), CALENDAR),
        lambda: clock.paused(standing, date(2026, 11, 4), reason="r"),
        lambda: clock.extended(standing, 1, CALENDAR),
        lambda: clock.extended(begun, 0, CALENDAR),
        lambda: clock.due(date(2026, 11, 2), CLOCKS["notice.cac"], CALENDAR, days=0),
        lambda: clock.due_on(date(2026, 11, 2), date(2026, 11, 2), rule="notice.miit", calendar=CALENDAR),
    ):
        with pytest.raises(InputError):
            attempt()


def test_the_day_is_that_of_china() -> None:
    assert clock.day_in_china(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == date(2026, 11, 23)
    assert clock.day_in_china(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == date(2026, 11, 22)


@given(
    start=st.dates(date(2023, 1, 1), date(2027, 6, 30)),
    days=st.integers(1, 60),
    pause=st.integers(0, 90),
    length=st.integers(0, 60),
)
def test_a_due_date_holds_its_days_and_a_pause_loses_none(start: date, days: int, pause: int, length: int) -> None:
    begun = clock.due(start, CLOCKS["notice.cac"], CALENDAR, days=days)
    assert CALENDAR.is_working(begun.day)
    assert clock.remaining(begun, start, CALENDAR) == days
    at = start + timedelta(days=pause)
    again = clock.resumed(clock.paused(begun, at, reason="r"), at + timedelta(days=length), CALENDAR)
    if at <= begun.day:
        assert again.days + _used(begun, at) == days
    else:
        assert again.day == begun.day


def _used(due: Due, before: date) -> int:
    days = ((due.start + timedelta(days=number)) for number in range(1, (before - due.start).days))
    return sum(CALENDAR.is_working(day) for day in days)

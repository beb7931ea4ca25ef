"""Due dates: from the day something happened, a deadline of the catalogue and the days worked, to a ``Due`` and back.

Pure: today comes in as an argument. The day of the event is not counted (Civil Code, Art. 201); a count in working days
ends on a working day; a count in calendar days that ends on a day off moves on where its text says so (Art. 203). A
count that runs over days whose arrangement is not published yet is *provisional*: it is made as if the unknown year had
ordinary weeks, is shown as provisional, and ``recounted`` gives the date anew when the calendar is there.

A clock stands (``paused``) only by a recorded decision; when it goes on, what was left is counted from that day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

from finwatch.errors import InputError
from finwatch.model.case import Due
from finwatch.model.clock import Clock, DayKind, WorkingCalendar

CHINA = timezone(timedelta(hours=8), "UTC+8")
"""Deadlines end with the day in China."""

LONGEST = 3_700
"""Days a deadline may run: ten years; a longer one is a typing error."""


class Stage(StrEnum):
    """How near a due date is; each stage from ``half`` on is told once."""

    RUNNING = "running"
    HALF = "half"
    """Half of the days or less are left."""
    FIFTH = "fifth"
    """A fifth of the days or less are left."""
    LAST = "last"
    """It is the last day."""
    OVERDUE = "overdue"
    PAUSED = "paused"


def day_in_china(at: datetime) -> date:
    """The day it is in China at ``at``."""
    return at.astimezone(UTC).astimezone(CHINA).date()


def due(start: date, clock: Clock, calendar: WorkingCalendar, *, days: int | None = None) -> Due:
    """The due date of what began on ``start``; ``days`` when the author of a notice sets another number.

    Raises ``InputError`` when the number of days is no number a deadline can have.
    """
    count = clock.days if days is None else days
    if not 1 <= count <= LONGEST:
        raise InputError(
            f"A deadline of {count} days cannot be set.",
            zh=f"不能设置{count}天的期限。",
            todo=f"Give 1 to {LONGEST} days.",
        )
    return _counted(start, count, clock.kind, rule=clock.id, rolls=clock.rolls, calendar=calendar)


def due_on(day: date, start: date, *, rule: str, calendar: WorkingCalendar) -> Due:
    """The due date that a notice names itself. Raises ``InputError`` when ``day`` is not after ``start``."""
    if not start < day <= start + timedelta(days=LONGEST):
        raise InputError(
            f"{day} is no date to meet from {start} on.", zh=f"{day}不在{start}之后。", todo="Give a later day."
        )
    days = (day - start).days
    return Due(day=day, start=start, days=days, kind="calendar", rule=rule, calendar=calendar.version)


def extended(due: Due, more: int, calendar: WorkingCalendar) -> Due:
    """The due date with ``more`` days of its own kind.

    Raises ``InputError`` when the clock stands or ``more`` is no number of days.
    """
    if due.paused is not None:
        raise InputError(
            "A clock that stands cannot be extended.", zh="期限已中止，不能延期。", todo="Resume it first."
        )
    if not 1 <= more <= LONGEST - due.days:
        raise InputError(f"Not to be extended by {more} days.", zh=f"不能延长{more}天。", todo="Give 1 day or more.")
    return _again(due, due.start, due.days + more, calendar)


def paused(due: Due, on: date, *, reason: str) -> Due:
    """The clock standing since ``on``, which is not counted.

    Raises ``InputError`` without a reason, or when it stands already.
    """
    if not reason.strip():
        raise InputError("A pause needs its reason.", zh="中止期限须写明理由。", todo="Write the reason.")
    if due.paused is not None:
        raise InputError("The clock stands already.", zh="期限已经中止。", todo="Resume it first.")
    return due.model_copy(update={"paused": on, "pause_reason": reason.strip()})


def resumed(due: Due, on: date, calendar: WorkingCalendar) -> Due:
    """The clock going on after ``on`` with the days that were left. Raises ``InputError`` when it does not stand."""
    if due.paused is None:
        raise InputError("The clock does not stand.", zh="期限未中止。", todo="Nothing is to be resumed.")
    left = due.days - _elapsed(due, due.paused - timedelta(days=1), calendar)
    if left < 1:
        return due.model_copy(update={"paused": None, "pause_reason": ""})
    return _again(due, on, left, calendar)


def recounted(due: Due, calendar: WorkingCalendar) -> Due:
    """The same deadline counted with today's knowledge of the calendar; a date that stands or was named is kept."""
    if due.paused is not None or not due.provisional:
        return due
    return _again(due, due.start, due.days, calendar)


def remaining(due: Due, today: date, calendar: WorkingCalendar) -> int:
    """Days of the clock's kind that come after ``today``, the due day included; 0 on the due day and after it."""
    if today >= due.day:
        return 0
    if due.kind == "calendar":
        return (due.day - today).days
    return sum(calendar.is_working(day) for day in _days(today, due.day))


def stage(due: Due, today: date, calendar: WorkingCalendar) -> Stage:
    """How near the due date is on ``today``."""
    if due.paused is not None:
        return Stage.PAUSED
    if today > due.day:
        return Stage.OVERDUE
    left = remaining(due, today, calendar)
    if left == 0:
        return Stage.LAST
    if left * 5 <= due.days:
        return Stage.FIFTH
    return Stage.HALF if left * 2 <= due.days else Stage.RUNNING


def _elapsed(due: Due, to: date, calendar: WorkingCalendar) -> int:
    """Days of the clock's kind from its start to ``to``; counted afresh, for the calendar may have come since."""
    if due.kind == "calendar":
        return max((to - due.start).days, 0)
    return sum(calendar.is_working(day) for day in _days(due.start, to))


def _again(due: Due, start: date, days: int, calendar: WorkingCalendar) -> Due:
    return _counted(start, days, DayKind(due.kind), rule=due.rule, rolls=due.rolls, calendar=calendar)


def _counted(start: date, days: int, kind: DayKind, *, rule: str, rolls: bool, calendar: WorkingCalendar) -> Due:
    if kind is DayKind.CALENDAR:
        plain = start + timedelta(days=days)
        day = calendar.next_working(plain) if rolls else plain
        touched: Iterable[date] = _days(plain - timedelta(days=1), day) if rolls else ()
    else:
        day, left = start, days
        while left:
            day += timedelta(days=1)
            left -= calendar.is_working(day)
        touched = _days(start, day)
    return Due(
        day=day,
        start=start,
        days=days,
        kind="working" if kind is DayKind.WORKING else "calendar",
        rule=rule,
        rolls=rolls,
        provisional=not all(calendar.is_settled(each) for each in touched),
        calendar=calendar.version,
    )


def _days(after: date, to: date) -> Iterable[date]:
    return (after + timedelta(days=number) for number in range(1, (to - after).days + 1))

"""Deadlines: which text sets one (``Clock``), and which days are worked (``WorkingCalendar``).

A count in working days needs the State Council's arrangement of the year: it gives days off and takes Saturdays and
Sundays for work. The arrangement of a year comes out in the autumn before, so that a count may run into days that
nobody has arranged yet; whoever counts must be able to ask whether a day is settled.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from finwatch.model.base import Model, Text


class DayKind(StrEnum):
    """How the days of a deadline are counted."""

    WORKING = "working"
    CALENDAR = "calendar"


class Clock(Model):
    """A deadline that a text sets."""

    id: str
    name: Text
    days: int
    kind: DayKind
    rolls: bool = False
    """Of calendar days: a last day that is a day off moves to the next working day (Civil Code, Art. 203)."""
    source: str
    """The text that sets it, with its article where it has one."""


class YearOfDays(Model):
    """The arrangement of one year."""

    year: int
    holidays: frozenset[date]
    """Days off that are arranged; may begin in the last days of the year before."""
    workdays: frozenset[date]
    """Saturdays and Sundays that are worked."""
    source: str


class WorkingCalendar(Model):
    """Which days are worked, for the years whose arrangement is known."""

    version: str
    """Content hash prefix: two calendars with one version give the same dates."""
    years: tuple[YearOfDays, ...]

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is worked.

        Of a year that is not arranged yet, Saturdays, Sundays and the days off that have a fixed date are not.
        """
        holidays, workdays, years = _days(self)
        if day in workdays:
            return True
        fixed = day.year not in years and (day.month, day.day) in _FIXED
        return not fixed and day.weekday() < _SATURDAY and day not in holidays

    def is_settled(self, day: date) -> bool:
        """Whether the arrangement that decides on ``day`` is known.

        New Year's days off and the Sundays worked for them reach back into December (2018-12-29, 2022-12-31), so that
        the last days of a year are settled by the arrangement of the next.
        """
        _, _, years = _days(self)
        return day.year in years and ((day.month, day.day) < _LENT or day.year + 1 in years)

    def next_working(self, day: date) -> date:
        """``day`` if it is worked, else the next one that is."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day


_SATURDAY = 5
_FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Days off of every year that follow the sun: 全国年节及纪念日放假办法, Art. 2, as revised in 2024."""
_LENT = (12, 26)
"""From this day on the next year's arrangement has its say; the earliest seen is 29 December."""


def _days(calendar: WorkingCalendar) -> tuple[frozenset[date], frozenset[date], frozenset[int]]:
    if (known := _kept.get(calendar.version)) is None:
        known = _kept[calendar.version] = (
            frozenset(day for year in calendar.years for day in year.holidays),
            frozenset(day for year in calendar.years for day in year.workdays),
            frozenset(year.year for year in calendar.years),
        )
    return known


_kept: dict[str, tuple[frozenset[date], frozenset[date], frozenset[int]]] = {}
"""By version: counting a list of 20,000 dates must not join the years each time."""

"""Deadlines and working days of the catalogue: ``clocks.toml`` and ``calendars/cn-YYYY.toml``.

In: the built-in files and an operator's folder laid over them (a new year's calendar can be put there the day it is
published). Out: ``clocks()`` by id and the ``WorkingCalendar``. The forms are:

``clocks.toml``
    ``[[clock]]`` id, zh, en, days, kind (working/calendar), rolls?, source
``calendars/cn-YYYY.toml``
    year, published, source; ``[[holiday]]`` id, zh, en, first, last (dates), work (dates)
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from finwatch.catalog import files, knowledge
from finwatch.catalog.entries import build
from finwatch.catalog.files import File
from finwatch.errors import CatalogError
from finwatch.model.base import Model, Text
from finwatch.model.clock import Clock, WorkingCalendar, YearOfDays

LONGEST_HOLIDAY = 12
"""Days; a longer one is a typing error (the longest was nine, in 2026)."""


class Holiday(Model):
    """A ``[[holiday]]`` with the keys of its file."""

    year: int
    published: date
    source: str
    id: str
    zh: str
    en: str
    first: date
    last: date
    work: tuple[date, ...] = ()


def clocks(extra: Path | None = None) -> dict[str, Clock]:
    """The deadlines by id. Raises ``CatalogError`` naming the file and the entry that is wrong."""
    return dict(_clocks(files.read(extra)))


def working_calendar(extra: Path | None = None) -> WorkingCalendar:
    """The days worked, of every year that has a file; an operator's file replaces the built-in one of its name.

    Raises ``CatalogError`` naming the file and the entry that is wrong.
    """
    return _calendar(files.read(extra))


@lru_cache(maxsize=4)
def _clocks(content: tuple[File, ...]) -> dict[str, Clock]:
    return {row.values["id"]: build(clock, row) for row in knowledge.rows(content, "clocks", "clock")}


@lru_cache(maxsize=4)
def _calendar(content: tuple[File, ...]) -> WorkingCalendar:
    chosen = {file.name: file for file in content if file.name.startswith("calendars/")}
    years = sorted((_year(file) for file in chosen.values()), key=lambda year: year.year)
    return WorkingCalendar(version=files.version(tuple(chosen[name] for name in sorted(chosen))), years=tuple(years))


def clock(values: dict[str, Any]) -> Clock:
    """A deadline."""
    return Clock(name=Text(zh=values.pop("zh"), en=values.pop("en")), **values)


def _year(file: File) -> YearOfDays:
    holidays = [build(holiday, row) for row in files.tables(file, "holiday")]
    years = {off.year for off in holidays}
    if {file.name} != {f"calendars/cn-{year}.toml" for year in years}:
        raise CatalogError(
            f"{file.origin}: 'year' is missing or not that of the name.", todo="Write the year's number."
        )
    for off in holidays:
        if not off.first <= off.last < off.first + timedelta(days=LONGEST_HOLIDAY):
            raise CatalogError(
                f"{file.origin} [[holiday]] {off.id}: from {off.first} to {off.last} is no holiday.",
                todo="Correct the dates.",
            )
    return YearOfDays(
        year=years.pop(),
        holidays=frozenset(day for off in holidays for day in _span(off.first, off.last)),
        workdays=frozenset(day for off in holidays for day in off.work),
        source=holidays[0].source,
    )


def holiday(values: dict[str, Any]) -> Holiday:
    """A holiday."""
    return Holiday(**values)


def _span(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))

"""The fields of a page's address as values. What does not fit raises ``InputError``, which says what would."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from fastapi import Request

from finwatch.errors import InputError
from finwatch.model.fetch import MarketId

T = TypeVar("T", bound=str)
E = TypeVar("E", bound=StrEnum)
_MONTH = re.compile(r"\d{4}-\d{2}")
_DIGITS = 18
"""Of the largest number that every database takes."""


def fields(request: Request) -> dict[str, str]:
    """The query without empty fields and without the language."""
    return {key: value.strip() for key, value in request.query_params.items() if value.strip() and key != "lang"}


def one_of(value: str, known: tuple[T, ...], field: str) -> T:
    """``value`` as one of ``known``."""
    for one in known:
        if one == value:
            return one
    raise InputError(
        f"{field}={value!r} is not known.", zh=f"{field}={value!r} 无效。", todo=f"Use {', '.join(known)}."
    )


def member(kind: type[E], value: str | None, field: str) -> E | None:
    """``value`` as a member of ``kind``."""
    return None if value is None else kind(one_of(value, tuple(kind), field))


def truth(value: str | None, field: str) -> bool | None:
    """``true`` or ``false``."""
    return None if value is None else one_of(value, ("true", "false"), field) == "true"


def market(query: dict[str, str]) -> MarketId | None:
    """The market that the query names."""
    return MarketId(query["market"]) if "market" in query else None


def month(value: str | None) -> str | None:
    """A month, ``YYYY-MM``."""
    if value is not None and not _MONTH.fullmatch(value):
        raise InputError(f"month={value!r} is no month.", zh=f"month={value!r} 不是月份。", todo="Write 2026-03.")
    return value


def instant(value: str | None, field: str) -> datetime | None:
    """A time, UTC where it names no zone."""
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise InputError(
            f"{field}={value!r} is no time.", zh=f"{field}={value!r} 不是时间。", todo="Write 2026-03-02T08:00:00Z."
        ) from error
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def number(value: str | None, field: str) -> int | None:
    """The number of a row."""
    if value is not None and not (value.isdecimal() and len(value) <= _DIGITS):
        raise InputError(f"{field}={value!r} is no number of a row.", todo="Start from the first page.")
    return int(value) if value is not None else None

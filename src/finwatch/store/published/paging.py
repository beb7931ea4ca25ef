"""Lists page by key: the next page starts after the last row seen, wherever that row went since."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from finwatch.errors import InputError
from finwatch.model.view import Count

BOUND: Final = 10_000
"""Rows that are counted; more are said to be more."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def encode(values: Sequence[Any]) -> str:
    """A key as text that survives an address."""
    return base64.urlsafe_b64encode(json.dumps(list(values), separators=(",", ":")).encode()).decode().rstrip("=")


def decode(key: str, length: int) -> list[Any]:
    """The values of a key. Raises ``InputError`` when ``key`` is none of ours."""
    try:
        values = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != length or not all(isinstance(one, str | int) for one in values):
        raise _foreign()
    return values


def beyond(columns: Sequence[ColumnElement[Any]], values: Sequence[Any], *, descending: bool = False) -> Any:
    """The condition that a row comes after ``values`` in the order of ``columns``."""
    choices = []
    for at, column in enumerate(columns):
        step = column < values[at] if descending else column > values[at]
        choices.append(and_(*(columns[before] == values[before] for before in range(at)), step))
    return or_(*choices)


def bounded_count(connection: Connection, asked: Select[Any]) -> Count:
    """How many rows ``asked`` has, counting no further than ``BOUND``."""
    some = asked.order_by(None).limit(BOUND + 1).subquery()
    found = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return Count(value=min(found, BOUND), more=found > BOUND)


def newest_first(
    connection: Connection, asked: Select[Any], *, at: Any, key: Any, after: str | None, limit: int
) -> tuple[list[Row[Any]], str | None, Count]:
    """A page of ``asked`` with the newest ``at`` first, the key of the following page, and the bounded count.

    ``key`` tells rows of one time apart. Raises ``InputError`` when ``after`` is no key of such a list.
    """
    total = bounded_count(connection, asked)
    if after is not None:
        since, identity = decode(after, 2)
        if not isinstance(since, int) or not isinstance(identity, str):
            raise _foreign()
        moment = _EPOCH + timedelta(microseconds=since)
        asked = asked.where(beyond((at, key), (moment, identity), descending=True))
    rows = list(connection.execute(asked.order_by(at.desc(), key.desc()).limit(limit + 1)))
    if len(rows) <= limit:
        return rows, None, total
    last = rows[limit - 1]._mapping
    following = encode([(last[at.key] - _EPOCH) // timedelta(microseconds=1), last[key.key]])
    return rows[:limit], following, total


def _foreign() -> InputError:
    return InputError("This page key is not one of this list.", zh="分页参数无效。", todo="Start from the first page.")

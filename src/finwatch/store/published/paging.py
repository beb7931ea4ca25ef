"""Lists page by key: the next page starts after the last row seen, wherever that row went since."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from finwatch.errors import InputError
from finwatch.model.view import Count

BOUND: Final = 10_000
"""Rows that are counted; more are said to be more."""


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
        raise InputError(
            "This page key is not one of this list.", zh="分页参数无效。", todo="Start from the first page."
        )
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

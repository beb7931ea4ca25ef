"""How values are stored: the same in SQLite and in PostgreSQL, and whatever a package holds.

Names and quotes come out of packages and indexes that nobody checked. U+0000 (which PostgreSQL refuses in text) and
lone surrogates (which have no UTF-8) are therefore stored, and shown, as visible escapes: ``\\u{0}``, ``\\u{d83d}``.
A text that is part of an index is abridged when it is longer than an index of PostgreSQL takes (``Key``).
The lake keeps the original. Comparisons work, since parameters pass through the same door as values. Text is ordered
by its UTF-8 bytes everywhere: PostgreSQL is told so (collation ``C``), SQLite does so by itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

_UNSAFE = re.compile("[\x00\ud800-\udfff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INT64 = 1 << 63
KEY_BYTES: Final = 400
"""Longest ``Key``: three of them fit an index row, which may have 2,704 bytes (PostgreSQL, access/nbtree.h)."""
_KEPT: Final = KEY_BYTES - 64 - len("…".encode())


def visible(text: str) -> str:
    """``text`` with U+0000 and lone surrogates written as ``\\u{hex}``; any other text unchanged."""
    if text.isascii() and "\x00" not in text:  # most text; a regular expression takes ten times as long to say so
        return text
    return _UNSAFE.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", text)


def visible_json(value: Any) -> Any:
    """A JSON value whose every string, keys included, went through ``visible``."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(key): visible_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [visible_json(inner) for inner in value]
    return value


def abridged(text: str) -> str:
    """``text`` as a ``Key``: visible, and where that is too long, its beginning, ``…`` and its SHA-256."""
    seen = visible(text)
    if 4 * len(seen) <= KEY_BYTES:
        return seen
    data = seen.encode()
    if len(data) <= KEY_BYTES:
        return seen
    return f"{data[:_KEPT].decode('utf-8', 'ignore')}…{hashlib.sha256(data).hexdigest()}"


class Shown(TypeDecorator[str]):
    """Text from anywhere, see the module's docstring."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as it is stored."""
        return None if value is None else visible(value)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text ordered by bytes."""
        return Text(collation="C") if dialect.name == "postgresql" else Text()


class Key(Shown):
    """Text from anywhere that is looked up or sorted by: short enough for every index."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text as it is stored."""
        return None if value is None else abridged(value)


class Instant(TypeDecorator[datetime]):
    """An aware time, stored as microseconds since 1970-01-01 UTC: one order and one precision in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Microseconds since the epoch."""
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """An aware UTC time."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Whole(TypeDecorator[int]):
    """A number from an index or a manifest. One that does not fit 64 bits is stored as not given."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """The number, or ``None`` where it does not fit."""
        return value if value is not None and -_INT64 <= value < _INT64 else None


class Json(TypeDecorator[Any]):
    """A JSON value as text, keys sorted, so that equal values are equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The value as one line of JSON."""
        if value is None:
            return None
        told = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if "\\u0000" in told or _UNSAFE.search(told):  # JSON escapes U+0000 and leaves surrogates as they are
            return json.dumps(visible_json(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return told

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The value again."""
        return None if value is None else json.loads(value)

"""What markets write, in normal units: bytes, counts, UTC times, stars out of five, clean text.

What comes in: a JSON value or a text such as ``36.5MB``, ``1.2亿次下载``, ``2026年11月2日``. What goes out: a number or
a time. Each function raises ``ValueError`` saying what could not be understood. Pure.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

_NUMBER: Final = r"(?<![\d.,，])((?>\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+|,\d{1,2}(?!\d))?))(?![.,，]?\d)"
"""A number as a whole or not at all: ``1.234.567`` is none, rather than 1. ``36,5`` is written with a decimal comma."""
_SPACED: Final = re.compile("(?<=\\d)[\u00a0\u2009\u202f](?=\\d{3})")
_SIZE: Final = re.compile(_NUMBER + r"\s*(?:([KMGT])(i?)(?:B\b|b\b|\b)|(bytes|B\b|字节)|(兆|吉))?", re.IGNORECASE)
_COUNT: Final = re.compile(
    _NUMBER + r"\s*(亿|千万|百万|十万|万|千|billion|million|thousand|bn|[kmbw])?(?![a-z])", re.IGNORECASE
)
_TIMES: Final = {
    "亿": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "w": 10**4, "千": 10**3, "k": 10**3,
    "thousand": 10**3, "m": 10**6, "million": 10**6, "b": 10**9, "bn": 10**9, "billion": 10**9,
}  # fmt: skip
_POWERS: Final = {"k": 1, "m": 2, "g": 3, "t": 4}
_BYTES: Final = {
    "B": 1, "kB": 1000, "KiB": 1 << 10, "MB": 10**6, "MiB": 1 << 20, "GB": 10**9, "GiB": 1 << 30,
}  # fmt: skip
_DATE: Final = re.compile(
    r"(?P<y>\d{4})\s*[年./-]\s*(?P<m>\d{1,2})\s*[月./-]\s*(?P<d>\d{1,2})(?:\s*[日号])?"
    r"(?:[\sT]*(?P<H>\d{1,2})[:：时](?P<M>\d{1,2})(?:[:：分](?P<S>\d{1,2})(?:\.\d+)?)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_WORDED: Final = re.compile(r"(?:(\d{1,2})\s+)?([A-Za-z]{3,9})\.?\s+(?:(\d{1,2}),?\s+)?(\d{4})\b")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MILLISECONDS_FROM: Final = 10**11
"""A bare time since 1970 above this is in milliseconds: in seconds it would be the year 5138."""


def size(value: Any, unit: str | None = None) -> tuple[int, bool]:
    """Bytes, and whether they are rounded (the market wrote kB, MB or GB).

    A plain number is in ``unit`` (default bytes). In a text, K, M and G are powers of 1024, as stores mean them.
    """
    number = _plain(value)
    if number is not None:
        factor = _BYTES[unit or "B"]
        return _whole(number * factor, value), factor != 1
    found = _SIZE.search(_SPACED.sub("", str(value)))
    if found is None:
        raise ValueError(f"{_short(value)} is no size")
    amount = _amount(found[1])
    if found[2]:
        return _whole(amount * 1024 ** _POWERS[found[2].lower()], value), True
    if found[5]:
        return _whole(amount * 1024 ** (2 if found[5] == "兆" else 3), value), True
    return _whole(amount, value), False


def count(value: Any) -> int:
    """A number of things: ``1.2亿次下载`` is 120,000,000; ``10K+`` is 10,000."""
    number = _plain(value)
    if number is not None:
        return _whole(number, value)
    found = _COUNT.search(unicodedata.normalize("NFKC", _SPACED.sub("", str(value))))
    if found is None:
        raise ValueError(f"{_short(value)} is no number")
    return _whole(_amount(found[1]) * _TIMES.get((found[2] or "").lower(), 1), value)


def moment(value: Any, *, zone: str, unit: str | None = None) -> datetime:
    """A time in UTC: ISO 8601, a Chinese or worded date, or a number since 1970. ``zone`` = where none is stated."""
    number = _plain(value)
    if number is not None:
        in_ms = unit == "ms" or (unit is None and number >= _MILLISECONDS_FROM)
        try:
            return datetime.fromtimestamp(number / 1000 if in_ms else number, UTC)
        except (OverflowError, OSError, ValueError) as error:
            raise ValueError(f"{_short(value)} is no time") from error
    text = unicodedata.normalize("NFKC", str(value)).strip()
    found = _DATE.search(text)
    if found is not None:
        parts = [int(found[name] or 0) for name in ("y", "m", "d", "H", "M", "S")]
        stated = found["zone"] if found["H"] else None
        return _dated(parts, stated, zone)
    worded = _WORDED.search(text)
    if worded is not None and worded[2][:3].lower() in _MONTHS and (worded[1] or worded[3]):
        month = _MONTHS.index(worded[2][:3].lower()) + 1
        return _dated([int(worded[4]), month, int(worded[1] or worded[3]), 0, 0, 0], None, zone)
    raise ValueError(f"{_short(value)} is no date")


def _dated(parts: list[int], stated: str | None, zone: str) -> datetime:
    year, month, day, hour, minute, second = parts
    if stated is None:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone_of(zone)).astimezone(UTC)
    offset = "+00:00" if stated == "Z" else stated if ":" in stated else f"{stated[:3]}:{stated[3:]}"
    text = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{offset}"
    return datetime.fromisoformat(text).astimezone(UTC)


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises ``ValueError``."""
    try:
        return ZoneInfo(name)
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone; write one such as Asia/Shanghai") from error


def stars(value: Any, scale: float | None = None) -> float | None:
    """A rating on a scale that ends at 5, four decimals. ``scale`` = what the market's best one is.

    ``None`` for 0: nobody can give less than one star, so a market that shows 0 has no rating.
    """
    number = _plain(value)
    if number is None:
        found = re.search(_NUMBER, str(value))
        if found is None:
            raise ValueError(f"{_short(value)} is no rating")
        number = _amount(found[1])
    best = scale or 5.0
    if not 0 <= number <= best:
        raise ValueError(f"the rating {_short(value)} is not between 0 and {best:g}")
    return round(number * 5 / best, 4) or None


def text(value: Any) -> str | None:
    """Clean text: no control characters (PostgreSQL refuses U+0000), no lone surrogates; ``None`` = nothing is left."""
    if value is None:
        return None
    whole = value if isinstance(value, str) else str(value)
    kept = "".join(
        one if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cs"} else " " if one == "\r" else ""
        for one in whole.replace("\r\n", "\n")
    ).strip()
    return kept or None


def _amount(written: str) -> float:
    """The number that ``_NUMBER`` found."""
    decimal = re.fullmatch(r"(\d+),(\d{1,2})", written)
    return float(f"{decimal[1]}.{decimal[2]}" if decimal else re.sub("[,，]", "", written))


def _plain(value: Any) -> float | int | None:
    """The number that ``value`` is, where it is nothing but one."""
    if isinstance(value, bool):
        raise ValueError(f"{value} is no number")
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is no number")
        return value
    stripped = str(value).strip()
    if stripped.isascii() and re.fullmatch(r"\d{1,20}", stripped):
        return int(stripped)
    if stripped.isascii() and re.fullmatch(r"\d{1,20}\.\d{1,20}", stripped):
        return float(stripped)
    return None


def _whole(number: float, value: Any) -> int:
    if not 0 <= number < 2**63:
        raise ValueError(f"{_short(value)} cannot be counted")
    return round(number)


def _short(value: Any) -> str:
    return repr(value)[:80]

"""When to ask again after a visit that failed, and whether at all.

Pure: outcome and number of attempts in, seconds out. The spread between tasks comes from the task's own address, not
from chance, so the same history gives the same plan.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from finwatch.model.fetch import OutcomeKind

TRANSIENT: Final = frozenset(
    {
        OutcomeKind.THROTTLED,
        OutcomeKind.SERVER_ERROR,
        OutcomeKind.TIMEOUT,
        OutcomeKind.UNREACHABLE,
        OutcomeKind.TRUNCATED,
    }
)
"""Failures that another attempt soon may cure. The rest are the answer, and are asked again on the next regular day."""

FIRST_S: Final = 2.0
LONGEST_S: Final = 6 * 3600.0


def again_after(
    kind: OutcomeKind, *, attempt: int, attempts: int, salt: str, retry_after_s: float | None = None
) -> float | None:
    """Seconds until another attempt; ``None`` = not before the next regular visit.

    ``attempt`` counts from 1. The wait doubles each time and is stretched by up to a half, as ``salt`` says; what the
    host asked for in ``Retry-After`` is never undercut.
    """
    if kind not in TRANSIENT or attempt >= attempts:
        return None
    spread = 1 + int.from_bytes(hashlib.sha256(salt.encode()).digest()[:2]) / 0xFFFF / 2
    wait = min(FIRST_S * 2.0 ** (attempt - 1) * spread, LONGEST_S)
    return max(wait, min(retry_after_s or 0.0, 24 * 3600.0))


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` field asks for (RFC 9110 §10.2.3): a number, or a date; else ``None``."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())

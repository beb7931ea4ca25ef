"""How much a host may be asked on one day: requests and bytes, counted over every process that asks it.

Pure but for what it remembers: the day is handed in. Counts are those of the store when a run begins, and what this
process added since; the runner hands the additions over with each outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from finwatch.model.fetch import Politeness, Spent


class Budget:
    """What hosts (``host:port``) were asked today (UTC)."""

    def __init__(self) -> None:
        self._day = ""
        self._known: dict[str, Spent] = {}
        self._new: dict[str, Spent] = {}

    def load(self, day: str, spent: Mapping[str, Spent]) -> None:
        """Begins ``day`` with what is known of it already; what was not handed over yet stays to be."""
        self._day = day
        self._known = dict(spent)

    def spend(self, bucket: str, *, at: datetime, received: int) -> None:
        """Counts one request and the bytes of its answer."""
        if day_of(at) != self._day:
            self.load(day_of(at), {})
        for counts in (self._known, self._new):
            before = counts.get(bucket, Spent())
            counts[bucket] = Spent(requests=before.requests + 1, bytes=before.bytes + received)

    def take(self) -> dict[str, Spent]:
        """What was added since the last call."""
        new, self._new = self._new, {}
        return new

    def exhausted(self, bucket: str, politeness: Politeness, *, at: datetime) -> str:
        """Which bound of ``politeness`` is reached today, in words; empty = none."""
        spent = self._known.get(bucket, Spent()) if day_of(at) == self._day else Spent()
        if politeness.requests_per_day is not None and spent.requests >= politeness.requests_per_day:
            return f"{spent.requests:,} requests of {politeness.requests_per_day:,} a day"
        if politeness.bytes_per_day is not None and spent.bytes >= politeness.bytes_per_day:
            return f"{spent.bytes:,} bytes of {politeness.bytes_per_day:,} a day"
        return ""


def day_of(at: datetime) -> str:
    """The day of a time, UTC."""
    return at.astimezone(UTC).date().isoformat()


def next_day(at: datetime) -> datetime:
    """When the next day begins, UTC."""
    start = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return start + timedelta(days=1)

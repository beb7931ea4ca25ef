"""How often a host may be asked: one moment after another, a bucket for each ``host:port``.

Pure but for what it remembers: the time is handed in, and the answer is how long to wait. The interval is the longer of
the market's own rate and what the host's robots.txt asks for (``Crawl-delay``).
"""

from __future__ import annotations


class Rate:
    """The moment at which each bucket may be asked next."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}
        self._pause: dict[str, float] = {}

    def reserve(self, bucket: str, *, now: float, per_second: float) -> float:
        """Seconds to wait before the next request to ``bucket``; the moment after that wait is then taken.

        ``now`` is a monotonic time in seconds. A rate of 0 or less means no limit beyond ``Crawl-delay``.
        """
        interval = self._interval(bucket, per_second)
        moment = max(now, self._next.get(bucket, now))
        self._next[bucket] = moment + interval
        return moment - now

    def sent(self, bucket: str, *, now: float, per_second: float) -> None:
        """Counts the interval from ``now``, when the request went out or was seen to have arrived: what was kept from
        being sent at its moment must not have the next one follow all the sooner."""
        self._next[bucket] = max(self._next.get(bucket, now), now + self._interval(bucket, per_second))

    def _interval(self, bucket: str, per_second: float) -> float:
        return max(1 / per_second if per_second > 0 else 0.0, self._pause.get(bucket, 0.0))

    def crawl_delay(self, bucket: str, seconds: float) -> None:
        """Keeps at least ``seconds`` between requests to ``bucket`` from now on, at most a minute."""
        self._pause[bucket] = min(max(seconds, 0.0), 60.0)

    def hold(self, bucket: str, *, until: float) -> None:
        """Asks nothing of ``bucket`` before the monotonic time ``until``: the host said ``Retry-After``."""
        self._next[bucket] = max(until, self._next.get(bucket, until))

"""Where a host lets the crawl go: its robots.txt (RFC 9309), fetched once a day at most.

What comes in: a way to fetch one page. What goes out: a verdict on an address. 2xx: the rules hold. 4xx but 429: no
rules, everything is allowed (§2.3.1.3). 5xx, 429, or no answer at all: stay away (§2.3.1.4), and ask again soon.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from protego import Protego

from finwatch.model.fetch import MarketId

BYTES: Final = 500 << 10
"""RFC 9309 §2.5: at least 500 KiB are read; the rest is ignored."""
KEPT: Final = timedelta(hours=24)
KEPT_AWAY: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """What asking for robots.txt gave. ``status`` ``None`` = nobody answered, and ``why`` says so."""

    status: int | None
    body: bytes = b""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an address may be visited, the reason where it may not, and the pause the host asks for."""

    allowed: bool
    reason: str = ""
    crawl_delay_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Rules:
    until: datetime
    parsed: Protego | None
    away: str = ""


class Robots:
    """The rules of every host visited, kept until they expire."""

    def __init__(self, ask: Callable[[str, MarketId], Awaitable[RobotsAnswer]], *, now: Callable[[], datetime]) -> None:
        self._ask = ask
        self._now = now
        self._rules: dict[str, _Rules] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def verdict(self, url: str, *, user_agent: str, market: MarketId) -> Verdict:
        """Whether ``user_agent`` may visit ``url``; fetches the host's robots.txt, for ``market``,
        where it is unknown or too old."""
        parts = urlsplit(url)
        address = urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
        async with self._asking.setdefault(address, asyncio.Lock()):
            rules = self._rules.get(address)
            if rules is None or rules.until <= self._now():
                rules = self._rules[address] = self._read(address, await self._ask(address, market))
        if rules.away:
            return Verdict(False, rules.away)
        if rules.parsed is None:
            return Verdict(True)
        delay = rules.parsed.crawl_delay(user_agent)
        if rules.parsed.can_fetch(url, user_agent):
            return Verdict(True, crawl_delay_s=delay)
        return Verdict(False, f"{address} forbids it", delay)

    def _read(self, address: str, answer: RobotsAnswer) -> _Rules:
        now = self._now()
        if answer.status is None:
            return _Rules(
                now + KEPT_AWAY, None, f"{address} could not be read ({answer.why}), so the host is left alone"
            )
        if answer.status == 429 or answer.status >= 500:
            return _Rules(now + KEPT_AWAY, None, f"{address} answered {answer.status}, so the host is left alone")
        if not 200 <= answer.status < 300:
            return _Rules(now + KEPT, None)
        text = answer.body[:BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
        return _Rules(now + KEPT, Protego.parse(text))

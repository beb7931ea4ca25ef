"""200 people at work: each reads, thinks, opens, decides; every answer is timed and judged.

What comes in: the address of a server and who works. What goes out: times by route, requests that failed, and every
decision with its answer. A person waits for an answer before they go on (closed loop); between two requests they think.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

import aiohttp

from bench.load.people import Worker
from bench.national.population import Population

THINK: Final = 8.0
"""Seconds between two requests of a person, in the mean: exponential, 1 at least, 40 at most."""
LISTS: Final = ("list of apps", "filtered list", "search", "list of findings", "list of events", "list of filings")
"""The routes that the target is about."""
RACES: Final = 20
"""Filings that ten people decide on in the same moment."""
WARM: Final = 3
"""How often every list is read before the measurement: the processes share the requests by chance."""
_TIMEOUT: Final = aiohttp.ClientTimeout(total=60)


@dataclass
class Told:
    """What was seen."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: list[str] = field(default_factory=list)
    won: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By case: who was told that their decision stands."""
    lost: list[tuple[int, str]] = field(default_factory=list)
    """Case and what the person was told who came second."""
    seconds: float = 0.0

    @property
    def requests(self) -> int:
        """How many were answered."""
        return sum(len(one) for one in self.times.values())


class Crowd:
    """Everybody at work on one server."""

    def __init__(self, address: str, population: Population, first: int, filings: int, *, seed: int = 1) -> None:
        self.told = Told()
        self._address = address.rstrip("/")
        self._of = population
        self._first, self._filings = first, filings
        self._seed = seed
        self._front = 0
        """Filings are decided about in order: many look at the same ones at once."""
        self._open: list[str] = []

    async def work(self, workers: Sequence[Worker], seconds: float) -> Told:
        """Lets everybody work for a while, then races them for the same filings."""
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=75)
        async with aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT) as session:
            await self._warm(session, workers)
            begun = time.monotonic()
            until = begun + seconds
            await asyncio.gather(*(self._one(session, at, who, until) for at, who in enumerate(workers)))
            self.told.seconds = time.monotonic() - begun
            await self._race(session, [who for who in workers if who.part == "reviewer"])
        return self.told

    async def _warm(self, session: aiohttp.ClientSession, workers: Sequence[Worker]) -> None:
        """Every list and every filter is read a few times, as by the people who came before; not counted."""
        of = self._of
        who = {one.part: one for one in workers}
        paths = ["/", "/apps", "/findings", "/events", "/markets", *(f"/apps?{urlencode(one)}" for one in _filters(of))]
        draw = random.Random(0)
        for _ in range(WARM):
            for path in paths:
                await self._get(session, "warm", path, who["analyst"])
            for kind in ("list of filings", "desk", "filing", "search"):
                for part in who if kind in {"list of filings", "desk"} else ("reviewer",):
                    await self._get(session, "warm", self._path(kind, draw), who[part])
        self.told.times.pop("warm", None)

    async def _one(self, session: aiohttp.ClientSession, at: int, who: Worker, until: float) -> None:
        draw = random.Random(self._seed * 1_000 + at)
        await asyncio.sleep(draw.uniform(0, THINK))
        while time.monotonic() < until:
            await self._step(session, draw, who)
            await asyncio.sleep(min(40.0, max(1.0, draw.expovariate(1 / THINK))))

    async def _step(self, session: aiohttp.ClientSession, draw: random.Random, who: Worker) -> None:
        kinds = {"reviewer": _REVIEWER, "analyst": _ANALYST, "owner": _OWNER}[who.part]
        kind = draw.choices(list(kinds), list(kinds.values()))[0]
        if kind == "decision":
            await self._decide(session, draw, who)
            return
        body = await self._get(session, kind, self._path(kind, draw), who)
        if kind in {"list of apps", "search"} and body:
            found = [part.split('"')[0] for part in body.split('href="/apps/')[1:8]]
            self._open = (self._open + [one for one in found if "?" not in one and "#" not in one])[-400:]

    def _path(self, kind: str, draw: random.Random) -> str:
        of = self._of
        if kind == "search":
            words = [draw.choice(of.names_zh)[:2], draw.choice(of.names_zh), draw.choice(of.names_en)]
            return f"/apps?q={quote(draw.choice([*words, '银行', '贷', 'pay']))}"
        if kind == "filtered list":
            return f"/apps?{urlencode(draw.choice(_filters(of)))}"
        if kind == "app":
            return f"/apps/{draw.choice(self._open)}" if self._open else "/apps"
        if kind == "list of filings":
            state = draw.choice(["first_review", "second_review"])
            told: dict[str, Any] = {"machine": "filing", "state": state}
            return f"/cases?{urlencode(told if draw.random() < 0.7 else told | {'q': draw.choice(of.names_zh)[:2]})}"
        if kind == "filing":
            return f"/cases/{self._first + draw.randrange(self._filings)}"
        return {"overview": "/", "list of apps": "/apps", "list of findings": "/findings"}.get(kind) or {
            "list of events": "/events",
            "markets": "/markets",
            "desk": "/desk",
        }[kind]

    async def _get(self, session: aiohttp.ClientSession, kind: str, path: str, who: Worker) -> str:
        begun = time.perf_counter()
        try:
            async with session.get(self._address + path, headers=_as(who), allow_redirects=False) as answer:
                body = await answer.text()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            self.told.failed.append(f"{kind} {path}: {error!r}")
            return ""
        self.told.times[kind].append(1000 * (time.perf_counter() - begun))
        if status != 200:
            self.told.failed.append(f"{kind} {path} as {who.part}: {status}")
            return ""
        return body

    async def _decide(self, session: aiohttp.ClientSession, draw: random.Random, who: Worker) -> None:
        """Opens a filing near the front, thinks, decides on the version that was seen."""
        number = self._first + (self._front + draw.randrange(8)) % self._filings
        self._front += 1
        begun = time.perf_counter()
        async with session.get(f"{self._address}/api/v1/cases/{number}", headers=_as(who)) as answer:
            seen = await answer.json()
            self.told.times["filing, as JSON"].append(1000 * (time.perf_counter() - begun))
            if answer.status != 200:
                self.told.failed.append(f"case {number}: {answer.status} {seen}")
                return
        if seen["case"]["state"] != "first_review":
            return
        await asyncio.sleep(draw.uniform(2, 12))
        await self._post(session, number, seen["case"]["version"], who)

    async def _post(self, session: aiohttp.ClientSession, number: int, version: int, who: Worker) -> None:
        begun = time.perf_counter()
        told = {"version": version, "comment": f"{who.name}: 符合要求"}
        address = f"{self._address}/api/v1/cases/{number}/arcs/pass_first"
        try:
            async with session.post(address, json=told, headers=_as(who)) as answer:
                body = await answer.json()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            self.told.failed.append(f"decision on {number}: {error!r}")
            return
        self.told.times["decision"].append(1000 * (time.perf_counter() - begun))
        if status == 200:
            self.told.won[number].append(who.name)
        elif status == 409:
            self.told.lost.append((number, str(body.get("detail", ""))))
        else:
            self.told.failed.append(f"decision on {number}: {status} {body}")

    async def _race(self, session: aiohttp.ClientSession, reviewers: Sequence[Worker]) -> None:
        """Ten people decide on one filing in the same moment, twenty times."""
        for turn in range(RACES):
            number = self._first + self._filings - 1 - turn
            await asyncio.gather(*(self._post(session, number, 1, who) for who in reviewers[turn : turn + 10]))


def _as(who: Worker) -> dict[str, str]:
    return {"Authorization": f"Bearer {who.token}", "Accept-Language": "zh"}


def _filters(of: Population) -> list[dict[str, str]]:
    markets = of.market_ids()
    return [
        *({"market": market} for market in markets[::6]),
        *({"kind": kind} for kind in ("bank", "loan", "futures", "insurance")),
        *({"band": band} for band in ("red", "orange", "limited", "green")),
        {"sdk": "okhttp"},
        {"sdk": "unionpay"},
        {"gone": "true"},
        {"examined": "false"},
        {"event": "new_version"},
        {"order": "recent"},
        {"order": "name"},
        {"permission": "android.permission.READ_SMS"},
        {"kind": "loan", "permission": "android.permission.READ_CONTACTS", "market": "m001"},
    ]


_REVIEWER: Final = {
    "desk": 8, "list of filings": 24, "filing": 22, "decision": 22, "list of apps": 6, "search": 8, "app": 8,
    "overview": 2,
}  # fmt: skip
_ANALYST: Final = {
    "overview": 10, "list of apps": 16, "filtered list": 20, "search": 20, "app": 16, "list of findings": 8,
    "list of events": 6, "markets": 4,
}  # fmt: skip
_OWNER: Final = {"desk": 30, "list of filings": 70}

"""How long pages take at the size of the country: a real ``finwatch serve``, real HTTP, one reader after another.

What comes in: the home that was published. What goes out: quantiles in milliseconds by kind of page,
bodies read whole.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from bench.national.population import Population

REQUESTS = 60
"""Of each kind of page."""


@dataclass(frozen=True)
class Times:
    """One kind of page."""

    requests: int
    p50: float
    p95: float
    most: float
    bytes: int
    """Of the largest answer."""


@contextlib.contextmanager
def serving(home: Path) -> Iterator[int]:
    """The port of a server of its own process."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("FINWATCH_")}
    program = str(Path(sys.executable).parent / "finwatch")
    log = home / "serve.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [program, "serve", "--port", "0"],
            stdout=stream,
            stderr=stream,
            env=variables | {"FINWATCH_HOME": str(home)},
        )
    try:
        yield _port(log, process)
    finally:
        process.terminate()
        process.wait(20)


def _port(log: Path, process: subprocess.Popen[bytes]) -> int:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text("utf-8", "replace"))
        if found:
            return int(found[1])
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {log.read_text('utf-8', 'replace')[-500:]}")


def paths(population: Population, draw: random.Random) -> dict[str, list[str]]:
    """What is asked: each kind of page with words and filters drawn anew for every request."""

    def search(words: list[str]) -> list[str]:
        return [f"/apps?q={quote(draw.choice(words))}" for _ in range(REQUESTS)]

    zh, en, packages = population.names_zh, population.names_en, population.packages
    markets = population.market_ids()
    bands = ("red", "orange", "yellow", "limited", "green")
    filters = [
        *({"market": market} for market in markets[::6]),
        *({"kind": kind} for kind in ("bank", "loan", "futures", "insurance")),
        *({"band": band} for band in bands),
        {"sdk": "okhttp"},
        {"sdk": "unionpay"},
        {"gone": "true"},
        {"examined": "false"},
        {"event": "changed"},
        {"order": "recent"},
        {"order": "name"},
        {"permission": "android.permission.READ_SMS"},
        {"kind": "loan", "permission": "android.permission.READ_CONTACTS", "market": "m001"},
    ]
    return {
        "overview": ["/"] * REQUESTS,
        "list of apps": ["/apps"] * REQUESTS,
        "search: two characters of a name": search([name[:2] for name in zh[:2_000]]),
        "search: a common word (银行, 贷, pay)": search(["银行", "贷", "pay", "理财", "保险", "cn"]),
        "search: a whole name": search(zh),
        "search: an English name": search(en),
        "search: a package name": search(packages),
        "search: nothing": search([f"无此名{at}" for at in range(50)]),
        "filters": [f"/apps?{urlencode(draw.choice(filters))}" for _ in range(REQUESTS)],
        "events": ["/events"] * (REQUESTS // 3),
        "findings": ["/findings"] * (REQUESTS // 3),
    }


def measure(home: Path, population: Population, *, seed: int = 1) -> dict[str, Times]:
    """Quantiles by kind of page; the first two requests of all warm the server up and are not counted."""
    draw = random.Random(seed)
    found = {}
    with serving(home) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        for path in ("/", "/apps"):
            _ask(connection, path)
        for kind, asked in paths(population, draw).items():
            if asked:
                found[kind] = _times([_ask(connection, path) for path in asked])
        connection.close()
    return found


def _ask(connection: http.client.HTTPConnection, path: str) -> tuple[float, int]:
    begun = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status} {body[:200]!r}")
    return 1000 * (time.perf_counter() - begun), len(body)


def _times(answers: list[tuple[float, int]]) -> Times:
    took = sorted(one for one, _ in answers)
    return Times(
        requests=len(took),
        p50=took[len(took) // 2],
        p95=took[min(len(took) - 1, int(0.95 * len(took)))],
        most=took[-1],
        bytes=max(size for _, size in answers),
    )

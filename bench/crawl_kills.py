"""``kill -9`` at random moments: what is left at the end, next to what an undisturbed crawl leaves."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.crawl_run import Site, begin_crawl, measured
from bench.crawl_site import Group
from finwatch.lake import open_lake

TIMES = frozenset({"seen", "capture", "visit", "at"})
"""Columns that tell when something was seen, and in which record: they differ from run to run."""
PARTS = ("blobs", "listings", "visits", "frontier", "captures", "jobs")


@dataclass(frozen=True)
class Kills:
    """How the killed crawls ended."""

    killed: int
    crawls: int
    """Crawls from nothing to the end that the kills fell into."""
    undisturbed: float
    """Seconds of the crawl that nobody killed."""
    sizes: dict[str, int]
    """What that one left, by part."""
    moments: tuple[float, ...]
    """Seconds after its start at which each process was killed."""
    differences: tuple[str, ...]
    """Parts of an end state that were not as undisturbed; none = all equal."""


def run(folder: Path, group: Group, site: Site, *, kills: int, seed: int, at_once: int) -> Kills:
    """Crawls ``group`` until ``kills`` processes were killed, each at a moment drawn from the length of a whole crawl.

    A killed crawl is begun again in the same folder; one that comes to its end is compared, and the next kill falls
    into a new one.
    """
    calm = folder / "undisturbed"
    whole = measured(begin_crawl(calm, group, site.port, at_once=at_once), calm / "crawl.log")
    wanted = left(calm)
    chance = random.Random(seed)
    moments: list[float] = []
    differences: list[str] = []
    crawls = 0
    while len(moments) < kills:
        crawls += 1
        home = folder / f"killed-{crawls}"
        while True:
            moment = chance.uniform(0, whole.wall) if len(moments) < kills else None
            done = measured(begin_crawl(home, group, site.port, at_once=at_once), home / "crawl.log", kill_after=moment)
            if done.code != -9:
                break
            moments.append(round(moment or 0.0, 2))
        found = left(home)
        differences += [f"crawl {crawls}: {part}" for part in different(wanted, found)]
        if done.code:
            differences.append(f"crawl {crawls}: exit code {done.code}")
        shutil.rmtree(home)
    sizes = {part: len(wanted[part]) for part in PARTS}
    return Kills(len(moments), crawls, whole.wall, sizes, tuple(moments), tuple(differences))


def different(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """The parts in which two end states differ. Pure."""
    return [part for part in PARTS if wanted[part] != found[part]]


def left(home: Path) -> dict[str, Any]:
    """What a crawl left, times, places of records and numbers of attempts aside: one that was killed was one, too.

    Listings, visits and jobs as often as they stand there: one that stands twice is a difference. Captures as a set:
    a page that was being read when its process died is asked for again, and both answers are evidence.
    """
    lake = open_lake(str(home / "lake"))
    lake.captures.index()
    blobs = sorted(_same(path) for path in (home / "lake" / "blobs").rglob("*") if path.is_file())
    tables = {
        name: sorted(_canonical({key: value for key, value in row.items() if key not in TIMES}) for row in rows)
        for name in ("listings", "visits")
        for rows in [lake.tables.read(name).to_pylist()]
    }
    captures = sorted({(row["url"], row["payload_sha256"]) for row in lake.tables.read("captures").to_pylist()})
    with contextlib.closing(sqlite3.connect(home / "store.sqlite")) as store:
        frontier = store.execute(
            "SELECT market, kind, url, expected_sha256, content_sha256, last_kind, due IS NULL, lease"
            " FROM frontier ORDER BY market, kind, url"
        ).fetchall()
        jobs = store.execute('SELECT kind, "key", state FROM job ORDER BY 1, 2').fetchall()
    lake.close()
    return {
        "blobs": blobs,
        **tables,
        "captures": captures,
        "frontier": frontier,
        "jobs": jobs,
    }


def _same(path: Path) -> str:
    """A blob by its bytes; the listings that a market had by what they say, since they tell when they were seen."""
    data = path.read_bytes()
    if data.startswith(b"[{"):
        listed = json.loads(data)
        return _canonical([{name: value for name, value in one.items() if name not in TIMES} for one in listed])
    return path.name


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)

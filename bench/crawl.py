"""``python -m bench.crawl``: the crawl on a loopback site of many markets, its memory, its manners, its resumption.

Prints, and writes ``bench/results/crawl-*.json`` and ``docs/evaluation/crawl.md``. Smaller runs by options; the page
says what was run and what a full run would be. ``--only packages`` measures the downloads alone and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import crawl_kills, crawl_page, crawl_run
from bench.crawl_log import Asked, Manners, judge
from bench.crawl_site import FORBIDDEN, Group
from bench.peers import ROOT

FULL = {"hosts": 232, "listings": 4_640, "packages": 40, "package_mb": 200, "kills": 20}
PACKAGES_AT_ONCE = 8


@dataclass(frozen=True)
class Sustained:
    """A crawl of the whole site by one contender."""

    process: crawl_run.Measured
    manners: Manners
    listings: int
    seconds: float
    """From the first request to the last, as the site saw them."""

    @property
    def per_second(self) -> float:
        """Listings a second, from the first request to the last."""
        return self.listings / self.seconds if self.seconds else 0.0

    @property
    def pages(self) -> int:
        """Answers taken, robots.txt included."""
        return self.manners.requests + self.manners.robots

    @property
    def pages_per_cpu_second(self) -> float:
        """What a second of the processor is good for."""
        return self.pages / self.process.cpu if self.process.cpu else 0.0


@dataclass(frozen=True)
class Downloads:
    """The packages, downloaded."""

    process: crawl_run.Measured
    manners: Manners
    whole: int
    """Blobs of the size of a package in the lake."""
    packages: int
    bytes_each: int
    seconds: float


@dataclass(frozen=True)
class Results:
    """All of a run."""

    asked: dict[str, int]
    """What was asked for: hosts, listings, packages, package_mb, kills, at_once, seed."""
    ours: Sustained
    scrapy: Sustained | None
    downloads: Downloads | None
    kills: crawl_kills.Kills | None
    load: float
    """Load average at the end."""


def main() -> None:
    """Measures, prints, writes."""
    options = argparse.ArgumentParser(prog="bench.crawl", description=__doc__)
    for name, value in FULL.items():
        options.add_argument(f"--{name.replace('_', '-')}", type=int, default=value, help=f"default: {value}")
    options.add_argument("--at-once", type=int, default=96, help="visits under way at a time (default: 96)")
    options.add_argument("--seed", type=int, default=0, help="of the moments of the kills; 0 = a new one")
    options.add_argument("--without-scrapy", action="store_true", help="leave the peer out")
    options.add_argument("--without-page", action="store_true", help="leave docs/evaluation/crawl.md as it is")
    options.add_argument("--work", type=Path, help="folder for lakes and stores (default: a temporary one)")
    options.add_argument("--only", choices=["packages"], help="this part alone; prints it as JSON, writes nothing")
    options.add_argument("--again", type=Path, help="measure nothing: write the page again from this JSON file")
    chosen = options.parse_args()
    if chosen.again:
        found = json.loads(chosen.again.read_text("utf-8"))
        (ROOT.parent / "docs" / "evaluation" / "crawl.md").write_text(crawl_page.page(read(found), full=FULL), "utf-8")
        return
    seed = chosen.seed or random.SystemRandom().randrange(1, 1 << 31)
    asked = {name: getattr(chosen, name) for name in (*FULL, "at_once")} | {"seed": seed}
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    machine = {"machine": platform.machine(), "cores": os.cpu_count()}
    text = ""
    with tempfile.TemporaryDirectory(prefix="finwatch-bench-", dir=chosen.work) as folder:
        if chosen.only:
            heavy = shelves(asked)
            with crawl_run.site(Path(folder), [heavy]) as site:
                print(json.dumps(asdict(download(Path(folder), heavy, site, asked)), indent=1))
            return
        for results in measure(Path(folder), asked, peer=not chosen.without_scrapy):
            text = crawl_page.page(results, full=FULL)
            (ROOT / "results").mkdir(exist_ok=True)
            (ROOT / "results" / f"crawl-{stamp}.json").write_text(json.dumps(machine | asdict(results), indent=1))
            if not chosen.without_page:
                (ROOT.parent / "docs" / "evaluation" / "crawl.md").write_text(text, "utf-8")
    print(text)


def measure(folder: Path, asked: dict[str, int], *, peer: bool) -> Iterator[Results]:
    """What is known after each part; a part of which nothing was asked for is left out."""
    markets = Group("m", asked["hosts"], max(1, asked["listings"] // asked["hosts"]))
    heavy = shelves(asked)
    fragile = Group("k", 12, 30, per_second=20, delayed=0, packages=3, package_bytes=2_000_000)
    with crawl_run.site(folder, [markets, heavy, fragile]) as site:
        say(f"finwatch crawl: {markets.hosts} hosts, {markets.listings} listings each")
        done = crawl_run.crawl(folder / "ours", markets, site.port, at_once=asked["at_once"])
        seen = site.since()
        ours = Sustained(done, manners(seen, markets), crawl_run.listings(folder / "ours"), span(seen))
        results = Results(asked, ours, None, None, None, os.getloadavg()[0])
        yield results
        if peer:
            say("scrapy: the same")
            crawl_run.prepare("scrapy")
            done, count = crawl_run.scrapy(folder / "scrapy", markets, site.port, at_once=asked["at_once"])
            seen = site.since()
            theirs = Sustained(done, manners(seen, markets), count, span(seen))
            results = replace(results, scrapy=theirs, load=os.getloadavg()[0])
            yield results
        if asked["packages"]:
            downloads = download(folder, heavy, site, asked)
            results = replace(results, downloads=downloads, load=os.getloadavg()[0])
            yield results
        if asked["kills"]:
            say(f"{asked['kills']} kills, seed {asked['seed']}")
            kills = crawl_kills.run(
                folder / "kills", fragile, site, kills=asked["kills"], seed=asked["seed"], at_once=PACKAGES_AT_ONCE
            )
            yield replace(results, kills=kills, load=os.getloadavg()[0])


def shelves(asked: dict[str, int]) -> Group:
    """The hosts that serve the packages: as many as are asked at once."""
    hosts = min(PACKAGES_AT_ONCE, asked["packages"]) or 1
    each = -(-asked["packages"] // hosts)
    return Group("p", hosts, each, detailed=0, packages=each, package_bytes=asked["package_mb"] * 1_000_000)


def download(folder: Path, heavy: Group, site: crawl_run.Site, asked: dict[str, int]) -> Downloads:
    """All packages of ``heavy``, and what it took; their lake is removed afterwards."""
    total = heavy.hosts * heavy.packages
    say(f"{total} packages of {asked['package_mb']} MB")
    done = crawl_run.crawl(folder / "packages", heavy, site.port, at_once=PACKAGES_AT_ONCE)
    seen = [one for one in site.since() if one.path.startswith("/package/")]
    whole = crawl_run.blobs_of(folder / "packages", heavy.package_bytes)
    shutil.rmtree(folder / "packages")
    return Downloads(done, manners(seen, heavy), whole, total, heavy.package_bytes, span(seen))


def read(found: dict[str, Any]) -> Results:
    """Results from what was written of them."""

    def sustained(told: dict[str, Any]) -> Sustained:
        parts = {"process": crawl_run.Measured(**told["process"]), "manners": Manners(**told["manners"])}
        return Sustained(**told | parts)

    def downloaded(told: dict[str, Any]) -> Downloads:
        parts = {"process": crawl_run.Measured(**told["process"]), "manners": Manners(**told["manners"])}
        return Downloads(**told | parts)

    return Results(
        asked=found["asked"],
        ours=sustained(found["ours"]),
        scrapy=sustained(found["scrapy"]) if found["scrapy"] else None,
        downloads=downloaded(found["downloads"]) if found["downloads"] else None,
        kills=crawl_kills.Kills(**found["kills"]) if found["kills"] else None,
        load=found["load"],
    )


def manners(asked: list[Asked], group: Group) -> Manners:
    """How the hosts of ``group`` were treated."""
    return judge(asked, {name: group.interval(name) for name in group.names()}, forbidden=FORBIDDEN)


def span(asked: list[Asked]) -> float:
    """Seconds from the first request to the end of the last."""
    return max(one.ended for one in asked) - min(one.begun for one in asked) if asked else 0.0


def say(what: str) -> None:
    """Progress, to standard error."""
    print(f"· {datetime.now(UTC):%H:%M:%S} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

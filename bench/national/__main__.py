"""``python -m bench.national``: the rehearsal at one or more sizes; prints, and writes results and the page.

``--parts 0.0625 0.25 1`` names the sizes as shares of the country. Each size has a folder under ``--work``; what was
made there before is used again where ``--again`` is given, so that a long run may be gone on with. ``--engine spark``
has Spark compute the last day too, on the same lake, and holds its tables against those of DuckDB.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.crawl_run import Measured, measured
from bench.national import latency, page, site, spark
from bench.national.days import DOMAIN, Days
from bench.national.latency import Times
from bench.national.population import Population, Shape, populate
from bench.national.steps import LAST, say
from bench.peers import ROOT
from finwatch.lake import open_lake
from finwatch.lake.schemas import LISTINGS

STEPS = ("past", "packages", "before", "intake", "examined", "compare", "changes", "publish")
EVERY = 8
"""Each how manieth market is crawled over its protocol."""
SKIPPED = ("visit", "seen", "capture")
"""What a crawl tells otherwise than the generator: when and where it was read."""


@dataclass(frozen=True)
class Crawled:
    """A part of the last day, read over the markets' protocols."""

    process: Measured
    markets: int
    listings: int
    differ: int
    """Listings that are not, field by field, what the generator shows."""


@dataclass(frozen=True)
class Rehearsed:
    """One size."""

    part: float
    shape: dict[str, int]
    steps: dict[str, Measured]
    told: dict[str, dict[str, Any]]
    """What each step said it did."""
    crawled: Crawled | None
    pages: dict[str, Times]
    lake_bytes: int
    store_bytes: int
    load: float
    """Load average at the end."""
    alike: dict[str, Any]
    """``bench.national.alike``: whom each package is compared with, when every package is examined."""
    sparked: spark.Sparked | None = None


def main() -> None:
    """Rehearses, prints, writes."""
    options = argparse.ArgumentParser(prog="bench.national", description=__doc__)
    options.add_argument("--parts", type=float, nargs="+", default=[1 / 16, 1 / 4, 1.0], help="shares of the country")
    options.add_argument("--work", type=Path, help="folder for lakes and stores (default: a temporary one)")
    options.add_argument("--engine", choices=["local", "spark"], default="local", help="spark: the day also on Spark")
    options.add_argument("--master", default="local[2]", help="the Spark master")
    options.add_argument("--spark-steps", nargs="+", choices=spark.STEPS, default=spark.STEPS, help="which of the day")
    options.add_argument("--again", action="store_true", help="go on with what is in --work")
    options.add_argument("--without-page", action="store_true", help="leave docs/evaluation/national.md as it is")
    chosen = options.parse_args()
    results: dict[float, Rehearsed] = {}
    with _folder(chosen.work) as work:
        for part in chosen.parts:
            results[part] = rehearse(
                work / f"part-{part:g}",
                part,
                again=chosen.again,
                master=chosen.master if chosen.engine == "spark" else None,
                on_spark=chosen.spark_steps,
            )
            written = {str(part): asdict(one) for part, one in results.items()}
            stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
            (ROOT / "results").mkdir(exist_ok=True)
            (ROOT / "results" / f"national-{stamp}.json").write_text(json.dumps(written, indent=1))
            text = page.page(list(results.values()))
            if not chosen.without_page:
                (ROOT.parent / "docs" / "evaluation" / "national.md").write_text(text, "utf-8")
    print(text)


@contextmanager
def _folder(given: Path | None) -> Any:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="finwatch-national-") as folder:
        yield Path(folder)


def rehearse(
    home: Path, part: float, *, again: bool, master: str | None = None, on_spark: Sequence[str] = spark.STEPS
) -> Rehearsed:
    """All steps of one size; a step that was done in ``home`` before is not done again. ``master``: also on Spark."""
    home.mkdir(parents=True, exist_ok=True)
    shape = Shape.share(part)
    population = populate(shape)
    steps: dict[str, Measured] = {}
    told: dict[str, dict[str, Any]] = {}
    for step in STEPS:
        done = home / f"{step}.json"
        if step == spark.STEPS[0] and master is not None and not done.exists():
            spark.forked(home)
        if not (again and done.exists()):
            say(f"{part:g}: {step}")
            process = _step(step, home, part)
            done.write_text(json.dumps({"process": asdict(process), "told": _said(home / f"{step}.log")}))
        kept = json.loads(done.read_text())
        steps[step], told[step] = Measured(**kept["process"]), kept["told"]
    sparked = spark.computed(home, part, master=master, again=again, chosen=on_spark) if master is not None else None
    alike = _once(home / "alike.json", again, lambda: _alike(part))
    say(f"{part:g}: crawl of every {EVERY}th market")
    told_crawl = _once(home / "crawl.json", again, lambda: asdict(crawl(home / "crawled", population, part)))
    crawled = Crawled(**told_crawl | {"process": Measured(**told_crawl["process"])})
    say(f"{part:g}: pages")
    measured_pages = _once(
        home / "pages.json",
        again,
        lambda: {kind: asdict(times) for kind, times in latency.measure(home, population).items()},
    )
    pages = {kind: Times(**times) for kind, times in measured_pages.items()}
    sizes = [_size(home / "lake"), _size(home / "store.sqlite")]
    return Rehearsed(part, asdict(shape), steps, told, crawled, pages, *sizes, os.getloadavg()[0], alike, sparked)


def _once(kept: Path, again: bool, make: Callable[[], Any]) -> Any:
    """What was made and kept before, where that is asked for; else what is made now."""
    if not (again and kept.exists()):
        kept.write_text(json.dumps(make()))
    return json.loads(kept.read_text())


def _alike(part: float) -> dict[str, Any]:
    say(f"{part:g}: look-alikes of every package")
    command = [sys.executable, "-m", "bench.national.alike", repr(part)]
    told: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True, cwd=ROOT.parent).stdout)
    return told


def _step(step: str, home: Path, part: float) -> Measured:
    log = home / f"{step}.log"
    log.unlink(missing_ok=True)
    with log.open("wb") as stream:
        command = [sys.executable, "-m", "bench.national.steps", step, str(home), repr(part)]
        process = subprocess.Popen(command, stdout=stream, stderr=stream, cwd=ROOT.parent)
    result = measured(process, log)
    if result.code:
        raise RuntimeError(f"{step} ended with {result.code}: {result.said}")
    return result


def _said(log: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(log.read_text("utf-8").splitlines()[-1])
    return found


def crawl(home: Path, population: Population, part: float) -> Crawled:
    """``finwatch crawl`` of a share of the markets, and how what it kept differs from what was shown."""
    home.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "bench.national.site", repr(part), str(LAST), str(EVERY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT.parent) as serving:
        assert serving.stdout is not None
        try:
            port = int(serving.stdout.readline())
            process = measured(_crawling(home, population, port), home / "crawl.log")
        finally:
            serving.terminate()
    return Crawled(process, len(site.chosen(population, EVERY)), *_compared(home, population))


def _crawling(home: Path, population: Population, port: int) -> subprocess.Popen[bytes]:
    (home / "markets.toml").write_text(site.descriptor(population, EVERY), "utf-8")
    hosts = [f"{population.market_ids()[at]}.{DOMAIN}" for at in site.chosen(population, EVERY)]
    settings = {
        "FINWATCH_HOME": str(home / f"home-{os.getpid()}"),
        "FINWATCH_RESOLVE": ",".join(f"{host}=127.0.0.1:{port}" for host in hosts),
        "FINWATCH_ALLOW_PRIVATE": ",".join(hosts),
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FINWATCH_")}
    program = str(Path(sys.executable).parent / "finwatch")
    with (home / "crawl.log").open("wb") as stream:
        command = [program, "crawl", "markets.toml", "--patience", "5", "--at-once", "32"]
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env=clean | settings, cwd=home
        )


def _compared(home: Path, population: Population) -> tuple[int, int]:
    """How many listings were kept, and how many are not as they were shown."""
    names = [name for name in LISTINGS.names if name not in SKIPPED]
    kept = open_lake(str(home / f"home-{os.getpid()}" / "lake")).tables.read("listings", columns=names)
    by_key = {(row["market"], row["app"]): _plain(row) for row in kept.to_pylist()}
    serving, differ = set(site.chosen(population, EVERY)), 0
    for at, rows in Days(population).slices(LAST):
        if at in serving:
            for row in rows.select(names).to_pylist():
                differ += by_key.pop((row["market"], row["app"]), None) != _plain(row)
    return kept.num_rows, differ + len(by_key)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: sorted(value) if isinstance(value, list) else value for name, value in row.items()}


def _size(path: Path) -> int:
    if path.is_file():
        return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


if __name__ == "__main__":
    main()

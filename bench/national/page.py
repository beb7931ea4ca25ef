"""The results of ``bench.national`` as a page of Markdown: targets, the day step by step, growth, pages, country."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bench.national.examinations import EVERY as EXAMINED_EVERY
from bench.national.population import DAYS, PROTOCOLS, measured

if TYPE_CHECKING:
    from bench.national.__main__ import Rehearsed

MINUTES = 15.0
MEMORY = 8e9
MILLISECONDS = 300.0
DAY = ("intake", "compare", "changes", "publish")
WORDS = {
    "intake": "listings taken in",
    "compare": "look-alikes",
    "changes": "new, gone, changed; spans",
    "publish": "identity, ratings, totals, read model",
    "before": "(all days before, from nothing)",
}


def page(results: Sequence[Rehearsed]) -> str:
    """The page."""
    ordered = sorted(results, key=lambda one: one.part)
    largest = ordered[-1]
    size = "At full size." if largest.part == 1 else f"**Not at full size**: the largest is {largest.part:g} of it."
    parts = [
        "# National rehearsal",
        f"Made by `python -m bench.national`; do not edit. {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, "
        f"{os.cpu_count()} cores shared with other work, load average {largest.load:.1f} at the end. {size}",
        "## Targets",
        targets(largest),
        "## One day, step by step",
        "Each step is a process of its own: seconds by the clock, CPU seconds (user and system), the high-water mark "
        "of its resident memory. Engine: DuckDB on this machine; store: SQLite.",
        day(ordered),
        what(),
        "## Growth",
        growth(ordered),
        "## Look-alikes",
        alike(ordered),
        *on_spark(ordered),
        "## Over the markets' protocols",
        crawled(ordered),
        "## Pages",
        f"`finwatch serve` in a process of its own, HTTP over loopback, one reader, words and filters drawn anew for "
        f"every request; milliseconds at {largest.part:g} of the country.",
        pages(largest),
        "## The country",
        country(largest),
    ]
    return "\n\n".join(parts) + "\n"


def targets(one: Rehearsed) -> str:
    """Each target with the figure that was measured."""
    minutes = sum(one.steps[step].wall for step in DAY) / 60
    peak = max(one.steps[step].peak for step in DAY)
    slowest = {kind: times.p95 for kind, times in one.pages.items() if kind == "overview" or kind.startswith("search")}
    rows = [
        ("one day, minutes", f"≤ {MINUTES:g}", f"{minutes:.1f}", minutes <= MINUTES),
        ("memory, GB", f"< {MEMORY / 1e9:g}", f"{peak / 1e9:.2f}", peak < MEMORY),
        ("days in the lake", f"{DAYS}", f"{DAYS}", True),
        *((f"{kind}: p95, ms", f"< {MILLISECONDS:g}", f"{ms:.0f}", ms < MILLISECONDS) for kind, ms in slowest.items()),
    ]
    if one.part != 1:
        rows.append(("size of the country", "1", f"{one.part:g}", False))
    lines = ["| what | target | measured | |", "|---|---|---:|---|"]
    return "\n".join([*lines, *(f"| {a} | {b} | {c} | {'holds' if ok else '**missed**'} |" for a, b, c, ok in rows)])


def day(results: Sequence[Rehearsed]) -> str:
    """The steps of the last day at every size, and what came before."""
    lines = ["| part | step | s | CPU s | peak MB | did |", "|---:|---|---:|---:|---:|---|"]
    for one in results:
        for step in (*DAY, "before"):
            run = one.steps[step]
            did = ", ".join(f"{name} {value:,}" for name, value in one.told[step].items() if isinstance(value, int))
            lines.append(
                f"| {one.part:g} | {WORDS[step]} | {run.wall:.0f} | {run.cpu:.0f} | {run.peak / 1e6:.0f} | {did} |"
            )
        wall, cpu = (sum(getattr(one.steps[step], name) for step in DAY) for name in ("wall", "cpu"))
        lines.append(f"| {one.part:g} | **the day** | **{wall:.0f}** | **{cpu:.0f}** | | |")
    return "\n".join(lines)


def what() -> str:
    """What exactly was measured."""
    return (
        "*Listings taken in*: every listing of the day as the noun that a reader makes of it, through the sink that "
        "the crawl uses (`LakeSink`: rows, ratings and visits as Parquet, a manifest a table, all synced to the disk). "
        "*Look-alikes*: `flow.compare` of the examined packages with the official apps and with each other. "
        "*New, gone, changed*: one round of `flow.changes`. *Read model*: `flow.publish`, the daily increment on what "
        "the days before had published, until readers see it. Not in the day: the requests to the markets (below), and "
        "the examinations of new packages (their documents are made up, see *The country*). The days before were put "
        "into the lake without waiting for the disk and are not measured; following and publishing them all is."
    )


def growth(results: Sequence[Rehearsed]) -> str:
    """How the day grows with the country."""
    base = results[0]
    lines = ["| part | listings | day, s | CPU s | of the smallest: listings | CPU | CPU ms a listing |"]
    lines.append("|---:|---:|---:|---:|---:|---:|---:|")
    for one in results:
        wall, cpu = (sum(getattr(one.steps[step], name) for step in DAY) for name in ("wall", "cpu"))
        first = sum(base.steps[step].cpu for step in DAY)
        listings = one.told["intake"]["listings"]
        more = listings / base.told["intake"]["listings"]
        lines.append(
            f"| {one.part:g} | {listings:,} | {wall:.0f} | {cpu:.0f} | {more:.1f}x "
            f"| {cpu / first:.1f}x | {1000 * cpu / listings:.2f} |"
        )
    return "\n".join(lines)


def alike(results: Sequence[Rehearsed]) -> str:
    """How the work of finding look-alikes grows."""
    lines = ["| part | packages | all with all, pairs | looked at | of one package: mean | most | CPU s | peak MB |"]
    lines.append("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for one in results:
        told = one.alike
        packages, pairs = told["packages"], told["pairs"]
        lines.append(
            f"| {one.part:g} | {packages:,} | {packages * (packages - 1):,} | {pairs:,} | {pairs / packages:.1f} "
            f"| {told['most']:,} | {told['cpu']:.0f} | {told['peak'] / 1e6:.0f} |"
        )
    said = (
        "As if every package that the markets show on the last day had been examined: the indexes of `flow.neighbours` "
        "made, and asked for every package. They find the pairs that can be a match at all, none is missed "
        "(`tests/flow/test_neighbours.py` holds them against comparing all with all)."
    )
    return f"{said}\n\n" + "\n".join(lines)


def on_spark(results: Sequence[Rehearsed]) -> list[str]:
    """The same day by Spark, and whether its rows are the same."""
    ran = [(one, one.sparked) for one in results if one.sparked is not None]
    if not ran:
        return []
    spark = ran[-1][1]
    lines = ["| part | step | DuckDB s | CPU s | peak MB | Spark s | CPU s | peak MB |"]
    lines.append("|---:|---|---:|---:|---:|---:|---:|---:|")
    for one, sparked in ran:
        for step, run in sparked.steps.items():
            here = one.steps[step]
            lines.append(
                f"| {one.part:g} | {WORDS[step]} | {here.wall:.0f} | {here.cpu:.0f} | {here.peak / 1e6:.0f} "
                f"| {run.wall:.0f} | {run.cpu:.0f} | {run.peak / 1e6:.0f} |"
            )
    equal = ["| part | table | rows of the day | digest by DuckDB | by Spark | |", "|---:|---|---:|---|---|---|"]
    for one, sparked in ran:
        for table in sparked.held:
            same = "equal" if table.local == table.spark else "**differs**"
            digests = f"`{table.local[:16]}` | `{table.spark[:16]}`"
            equal.append(f"| {one.part:g} | {table.table} | {table.rows:,} | {digests} | {same} |")
    return [
        "## On Spark",
        f"The same day, on the same lake and store, computed by PySpark {spark.version} with `FINWATCH_SPARK="
        f"{spark.master}` on this machine: one JVM with two task threads and Finwatch beside it. Seconds by the clock "
        "with other work on the machine, CPU seconds of all processes, the most memory that they held at one time. "
        "On two cores Spark costs more than DuckDB: every question begins with a plan, and with tasks for its files. "
        "It is there for what one machine cannot hold.",
        "\n".join(lines),
        "Every row that the day added: rows sorted, their text hashed with SHA-256 (when a comparison was made is left "
        "out, and with it the notes of what was read). Steps that are not in the tables were not run on Spark.",
        "\n".join(equal),
    ]


def crawled(results: Sequence[Rehearsed]) -> str:
    """What was read from the site."""
    lines = ["| part | markets | listings | s | CPU s | listings a second | peak MB | fields that differ |"]
    lines.append("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for one in results:
        if (seen := one.crawled) is not None:
            run = seen.process
            lines.append(
                f"| {one.part:g} | {seen.markets} | {seen.listings:,} | {run.wall:.0f} | {run.cpu:.0f} "
                f"| {seen.listings / run.wall:.0f} | {run.peak / 1e6:.0f} | {seen.differ} |"
            )
    told = (
        "Every eighth market, one request a second to each host as everywhere: `finwatch crawl` from an F-Droid-type "
        "repository (signed entry, index-v2), a JSON interface, lists in Aptoide's shape and HTML pages. What it kept "
        "is held against what the generator shows, field by field (when and where it was read aside)."
    )
    return f"{told}\n\n" + "\n".join(lines)


def pages(one: Rehearsed) -> str:
    """Quantiles by kind of page."""
    lines = ["| page | requests | p50 | p95 | most | KB |", "|---|---:|---:|---:|---:|---:|"]
    for kind, times in one.pages.items():
        fields = (f"{times.p50:.0f}", f"{times.p95:.0f}", f"{times.most:.0f}", f"{times.bytes / 1e3:.0f}")
        lines.append(f"| {kind} | {times.requests} | {' | '.join(fields)} |")
    return "\n".join(lines)


def country(one: Rehearsed) -> str:
    """What the country is made of, and where each figure comes from."""
    told: dict[str, Any] = measured()
    apps, versions = one.told["publish"]["apps"], one.told["publish"]["versions"]
    assumed = ", ".join(
        f"{name} {value:g}" for name, value in told["assumed"].items() if isinstance(value, int | float)
    )
    protocols = ", ".join(f"{name} {told['assumed']['protocols'][name]:.0%}" for name in PROTOCOLS)
    return (
        f"Seed {one.shape['seed']}: {one.shape['markets']} markets, {one.shape['apps']:,} package names, "
        f"{one.shape['listings']:,} listings on the last of {DAYS} days. Published sizes: "
        f"{told['published']['source']}. "
        f"Sizes of packages, permissions, SDKs, calls and addresses: {told['measured']['source']} "
        "(`bench/national/measured.toml` has the deciles and frequencies). Assumed, since nobody publishes it: "
        f"{assumed}; protocols of the markets: {protocols}. A package name counts as several apps where its signers "
        f"differ or a market does not name them: {apps:,} apps are published. Of every {EXAMINED_EVERY}th app a "
        f"quarter of the packages is examined, {versions:,} documents: those of our own sample packages, with names, "
        "signers, SDKs and lengths as drawn; ratings and findings are the samples'. All names are made of syllables. "
        f"Lake {one.lake_bytes / 1e9:.2f} GB, store {one.store_bytes / 1e9:.2f} GB."
    )

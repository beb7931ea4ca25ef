"""The results of ``bench.crawl`` as a page of Markdown: targets first, then what was seen, then how to read it."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench.crawl_log import TOLERANCE, Manners

if TYPE_CHECKING:
    from bench.crawl import Downloads, Results, Sustained
    from bench.crawl_kills import Kills

LISTINGS_PER_SECOND = 20.0
CRAWL_BYTES = 400e6
DOWNLOAD_BYTES = 150e6


def page(results: Results, *, full: Mapping[str, int]) -> str:
    """The page."""
    asked = results.asked
    small = [f"{name} {asked[name]:,} of {value:,}" for name, value in full.items() if asked[name] != value]
    size = f"**Not at full size**: {', '.join(small)}." if small else "At full size."
    parts = [
        "# Crawl",
        f"Made by `python -m bench.crawl`; do not edit. {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, "
        f"{os.cpu_count()} cores shared with the site and with other work, load average {results.load:.1f} at the end. "
        f"{size} Seed {asked['seed']}.",
        "## Targets",
        targets(results),
        "## A site of many markets",
        f"One process on loopback answers for {asked['hosts']} hosts: every second lists 20 apps a page in JSON, "
        "the others in HTML with a page for each app. Each may be asked once a second, every sixteenth once in two "
        f"(`Crawl-delay`), and each forbids `/private/`, where an icon lies. At most {asked['at_once']} visits at a "
        "time (`--at-once`), none two at one host. Rates are from the site's log, first request to last; CPU seconds "
        "are user and system of the crawling process, starting up included, the site's left out; memory is the "
        "high-water mark of the resident set, and of it the part that is no mapped file.",
        sustained(results),
        "## Manners",
        "From the site's log. A gap runs from the moment one request is taken to the moment the next is; it is held "
        "against the host's own interval. "
        f"*Too short* is shorter by more than {TOLERANCE:.0%}; *jitter* is shorter by less. robots.txt stands apart: "
        "the last column is the shortest time from it to the host's next request.",
        manners(results),
    ]
    if results.scrapy is not None:
        parts += ["## Beside Scrapy", peer(results.ours, results.scrapy)]
    parts += ["## Packages", downloads(results.downloads) if results.downloads else "Not run."]
    parts += ["## Killed", killed(results.kills) if results.kills else "Not run."]
    return "\n\n".join(parts) + "\n"


def targets(results: Results) -> str:
    """Each target with the figure that was measured."""
    ours, loads, kills = results.ours, results.downloads, results.kills
    rows = [
        (
            f"listings a second, {ours.manners.hosts} hosts",
            f"≥ {LISTINGS_PER_SECOND:.0f}",
            f"{ours.per_second:.1f}",
            ours.per_second >= LISTINGS_PER_SECOND,
        ),
        ("all listings kept", f"{_expected(results):,}", f"{ours.listings:,}", ours.listings == _expected(results)),
        ("memory, MB", f"< {CRAWL_BYTES / 1e6:.0f}", f"{ours.process.peak / 1e6:.0f}", ours.process.peak < CRAWL_BYTES),
        (
            "gaps too short, forbidden pages, requests at one host at a time",
            "0, 0, 1",
            f"{ours.manners.short}, {ours.manners.forbidden}, {ours.manners.parallel}",
            ours.manners.holds(),
        ),
    ]
    if loads is not None:
        rows += [
            (
                f"{loads.packages} packages of {loads.bytes_each / 1e6:.0f} MB whole in the lake",
                f"{loads.packages}",
                f"{loads.whole}",
                loads.whole == loads.packages,
            ),
            (
                f"memory of that, {loads.manners.together} at once, MB",
                f"< {DOWNLOAD_BYTES / 1e6:.0f}",
                f"{loads.process.peak / 1e6:.0f}",
                loads.process.peak < DOWNLOAD_BYTES,
            ),
        ]
    if kills is not None:
        rows.append(
            (
                f"differences after {kills.killed} times kill -9",
                "0",
                f"{len(kills.differences)}",
                not kills.differences,
            )
        )
    lines = ["| what | target | measured | |", "|---|---|---:|---|"]
    lines += [
        f"| {what} | {wanted} | {found} | {'holds' if good else '**missed**'} |" for what, wanted, found, good in rows
    ]
    return "\n".join(lines)


def _expected(results: Results) -> int:
    hosts = results.asked["hosts"]
    return hosts * max(1, results.asked["listings"] // hosts)


def _both(results: Results) -> list[tuple[str, Sustained]]:
    return [("finwatch", results.ours)] + ([("scrapy", results.scrapy)] if results.scrapy is not None else [])


def sustained(results: Results) -> str:
    """What each contender took."""
    lines = [
        "| | listings | pages | seconds | process, s | listings/s | pages/s | CPU s "
        "| pages per CPU s | peak MB | own MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, one in _both(results):
        fields = (
            name,
            f"{one.listings:,}",
            f"{one.pages:,}",
            f"{one.seconds:.1f}",
            f"{one.process.wall:.1f}",
            f"{one.per_second:.1f}",
            f"{one.pages / one.seconds if one.seconds else 0:.1f}",
            f"{one.process.cpu:.1f}",
            f"{one.pages_per_cpu_second:.1f}",
            f"{one.process.peak / 1e6:.0f}",
            f"{one.process.anonymous / 1e6:.0f}",
        )
        lines.append(f"| {' | '.join(fields)} |")
    return "\n".join(lines)


def manners(results: Results) -> str:
    """How each contender treated the hosts."""
    lines = [
        "| | hosts | requests | too short | jitter | shortest, of the interval | at one host | at all | forbidden "
        "| before robots.txt | after robots.txt, s |",
        f"|---|{'---:|' * 10}",
    ]
    for name, one in _both(results):
        told: Manners = one.manners
        fields = (
            name,
            f"{told.hosts}",
            f"{told.requests:,}",
            f"{told.short}",
            f"{told.jittered}",
            f"{told.shortest:.3f}",
            f"{told.parallel}",
            f"{told.together}",
            f"{told.forbidden}",
            f"{told.blind}",
            f"{told.after_robots:.2f}",
        )
        lines.append(f"| {' | '.join(fields)} |")
    return "\n".join(lines)


def peer(ours: Sustained, theirs: Sustained) -> str:
    """The ratio, and what each does for a page."""
    ratio = ours.pages_per_cpu_second / theirs.pages_per_cpu_second if theirs.pages_per_cpu_second else 0.0
    return (
        f"Pages per CPU second: {ours.pages_per_cpu_second:.1f} to {theirs.pages_per_cpu_second:.1f}, a ratio of "
        f"**{ratio:.2f}**. The work is not the same: for each page we write a request and a response record (WARC, "
        "synced to the disk before the visit counts), keep outcome, due time and budget in the store, and at the end "
        "the listings as Parquet; Scrapy parses the same fields from the same pages and writes JSON lines. Neither "
        "cache nor frontier on the disk was switched on for it."
    )


def downloads(one: Downloads) -> str:
    """What the packages took."""
    rate = one.whole * one.bytes_each / one.seconds / 1e6 if one.seconds else 0.0
    return (
        f"{one.whole} of {one.packages} packages of {one.bytes_each / 1e6:.0f} MB in {one.seconds:.0f} s "
        f"({rate:.0f} MB/s), {one.manners.together} at once at {one.manners.hosts} hosts, {one.process.cpu:.1f} CPU s. "
        f"Peak memory {one.process.peak / 1e6:.0f} MB, of it {one.process.anonymous / 1e6:.0f} MB its own and not "
        "mapped from libraries."
    )


def killed(one: Kills) -> str:
    """How the killed crawls ended."""
    sizes = ", ".join(f"{count:,} {part}" for part, count in one.sizes.items())
    moments = ", ".join(f"{moment:.2f}" for moment in one.moments)
    differs = "none" if not one.differences else "; ".join(one.differences)
    return (
        f"{one.killed} processes were killed, each at a moment drawn evenly from the {one.undisturbed:.1f} s that an "
        f"undisturbed crawl takes, and begun again in the same folder, over {one.crawls} crawls. Seconds after their "
        f"starts: {moments}. Compared at the end, times and places of records aside: {sizes}. Differences: {differs}."
    )

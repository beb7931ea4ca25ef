"""The results of ``bench.load`` as a page of Markdown: targets, routes, decisions, how it was measured."""

from __future__ import annotations

import os
import platform
from typing import Any, Final

from bench.load.users import LISTS, THINK, WARM

TARGET: Final = 300.0
"""Milliseconds, p95 of every list."""


def page(result: dict[str, Any]) -> str:
    """The page."""
    told = result["country"]
    size = "At full size." if result["part"] == 1 else f"**Not at full size**: {result['part']:g} of the country."
    rate = result["requests"] / max(result["seconds"], 1)
    parts = [
        "# Load",
        f"Made by `python -m bench.load`; do not edit. {result['at']} UTC, {platform.machine()}, {os.cpu_count()} "
        f"cores that also ran PostgreSQL, the {result['users']} people and other work (load average "
        f"{result['load']:.1f} at the end){_priority(result)}. {size}",
        "## Targets",
        _targets(result),
        "## Routes",
        f"{result['requests']:,} requests in {result['seconds']:.0f} s ({rate:.1f} a second), bodies read whole; "
        f"milliseconds as the person sees them. The servers took {result['server_cpu']:.0f} CPU seconds, what was read "
        f"before included: {1000 * result['server_cpu'] / result['requests']:.0f} ms a request.",
        _routes(result),
        "## Decisions on the same filings",
        f"{result['decided']:,} filings were passed by exactly one person each; {result['came_second']:,} people came "
        f"second and got 409, {result['told_who']:,} of them with the name of who had decided. Held against the "
        f"database afterwards: {result['lost_updates']} decisions that were confirmed and are not there, "
        f"{result['not_as_told']} filings that are not as people were told.",
        "## How",
        f"PostgreSQL 15 with `fsync` on, `finwatch serve --workers {result['workers']}`; {told['apps']:,} published "
        f"apps, {told['listings']:,} listings, {result['findings']:,} findings of {told['versions']:,} packages, "
        f"{result['filings']:,} filings. {result['users']} people: 110 reviewers, 67 analysts, 23 app owners, each "
        f"with a token of their own and under their own scope. A person asks, reads the whole answer, and thinks "
        f"{THINK:g} s in the mean (exponential, 1 to 40 s) before the next request; the first is made at a moment "
        f"drawn from the first {THINK:g} s, for people do not all begin in one instant. A decision is thought about "
        "for 2 to 12 s, on the version that was seen. Filings are decided about in order by everybody, so that many "
        "look at the same ones; at the end ten people at a time decide on one filing in one moment, twenty times. "
        f"Before that every list and filter was read {WARM} times, as by those who came before; of what follows no "
        "request is left out. All names are made of syllables.",
    ]
    if result["failures"]:
        parts += ["## Failed", "\n".join(f"- `{one[:200]}`" for one in result["failures"])]
    return "\n\n".join(parts) + "\n"


def _priority(result: dict[str, Any]) -> str:
    nice = result.get("nice", 0)
    return f", under CPU priority (autogroup nice {nice})" if nice < 0 else ""


def _targets(result: dict[str, Any]) -> str:
    rows = [
        (f"{kind}: p95, ms", f"< {TARGET:g}", f"{route['p95']:.0f}", route["p95"] < TARGET)
        for kind in LISTS
        if (route := result["routes"].get(kind)) is not None
    ]
    rows += [
        ("failed requests", "0", str(result["failed"]), result["failed"] == 0),
        ("lost updates", "0", str(result["lost_updates"]), result["lost_updates"] == 0),
        ("people at once", "200", str(result["users"]), result["users"] >= 200),
    ]
    lines = ["| what | target | measured | |", "|---|---|---:|---|"]
    return "\n".join([*lines, *(f"| {a} | {b} | {c} | {'holds' if ok else '**missed**'} |" for a, b, c, ok in rows)])


def _routes(result: dict[str, Any]) -> str:
    lines = ["| route | requests | p50 | p95 | p99 | most |", "|---|---:|---:|---:|---:|---:|"]
    for kind, route in result["routes"].items():
        told = " | ".join(f"{route[name]:.0f}" for name in ("p50", "p95", "p99", "most"))
        lines.append(f"| {kind} | {route['requests']:,} | {told} |")
    return "\n".join(lines)

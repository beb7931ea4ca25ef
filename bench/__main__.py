"""``python -m bench``: fetch, measure, print, and write ``bench/results`` and ``docs/evaluation/bench.md``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench import tables
from bench.packages import ROOT, fetch
from bench.peers import PEERS, Result, run_finwatch, run_floor, run_peer


def main() -> None:
    """Measures every contender on every package, one after another."""
    options = argparse.ArgumentParser(prog="bench", description=__doc__)
    options.add_argument("--runs", type=int, default=5, help="runs to take the median of (default: 5)")
    options.add_argument("--only", action="append", help="only this package; may be given again")
    options.add_argument("--peer", action="append", choices=sorted(PEERS), help="only this peer; may be given again")
    chosen = options.parse_args()
    packages = {name: path for name, path in fetch().items() if not chosen.only or name in chosen.only}
    results: dict[str, dict[str, Result]] = {}
    for name, path in packages.items():
        say(f"{name}: finwatch, floor")
        results[name] = {"finwatch": run_finwatch(path, chosen.runs), "floor": run_floor(path, chosen.runs)}
        for peer in chosen.peer or PEERS:
            say(f"{name}: {peer}")
            results[name][peer] = run_peer(peer, path, chosen.runs)
    text = report(results, help_seconds())
    print(text)
    written = ROOT / "results"
    written.mkdir(exist_ok=True)
    document = {name: {who: asdict(result) for who, result in by.items()} for name, by in results.items()}
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    (written / f"{stamp}.json").write_text(json.dumps(document, indent=1))
    if not chosen.only and not chosen.peer:
        page = ROOT.parent / "docs" / "evaluation" / "bench.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text)


def help_seconds() -> float:
    """CPU seconds of ``finwatch --help``: the median of five, after one to warm the caches."""
    seconds = []
    for _ in range(6):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(Path(sys.executable).parent / "finwatch"), "--help"], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return sorted(seconds[1:])[2]


def report(results: dict[str, dict[str, Result]], help_seconds: float) -> str:
    """The page."""
    load = os.getloadavg()[0]
    return f"""# Bench

Made by `make bench`; do not edit. {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, load
average {load:.1f} at the end. CPU seconds are user and system, children included, in a warm process; what starting
costs stands apart. The floor is SHA-256 of the file, inflation of all dex, one walk over the bytecode, in Rust.

## Targets

{tables.targets(results, help_seconds)}

## CPU and memory

Ours covers the whole of `flow.examine`: the confined reader, all checks, the rating; peak memory is the reader's.
`exodus-core` runs without its trackers' signatures, which it fetches over the network.

{tables.cpu_table(results)}

## Facts

{tables.facts_table(results)}
"""


def say(what: str) -> None:
    """Progress, to standard error."""
    print(f"· {what}", file=sys.stderr, flush=True)


main()

"""The last day's tables computed by Spark on a copy of the same lake and store, and held against those of DuckDB.

What comes in: the folder of a rehearsal before its day is computed. What goes out: the measured steps, and for each
table a digest of the rows that the day added, from either engine. The copy shares its files with the original: files
of a lake are never changed in place.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.crawl_run import Measured
from bench.national.days import at_of
from bench.national.population import DAYS
from bench.peers import ROOT
from finwatch.lake import open_lake

STEPS: Final = ("compare", "changes", "publish")
DERIVED: Final = {"matches": ["at"], "rounds": [], "spans": [], "events": []}
"""Tables of the lake that a day adds to, with the columns that say when that was computed."""
_TICK_S: Final = 0.2
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Held:
    """The rows that the day added to a table, as each engine made them."""

    table: str
    rows: int
    local: str
    spark: str


@dataclass(frozen=True)
class Sparked:
    """The day on Spark."""

    master: str
    version: str
    steps: dict[str, Measured]
    held: list[Held]


def forked(home: Path) -> Path:
    """The folder with the copy for Spark, made where it is missing."""
    copy = home / "spark"
    if not copy.exists():
        making = home / "spark-making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        shutil.copytree(home / "lake", making / "lake", copy_function=os.link)
        shutil.copy2(home / "store.sqlite", making / "store.sqlite")
        making.rename(copy)
    return copy


def computed(home: Path, part: float, *, master: str, again: bool, chosen: Sequence[str] = STEPS) -> Sparked:
    """The day on Spark, in the copy, and its tables held against those of ``home``. ``chosen``: the first steps."""
    import pyspark  # noqa: PLC0415 - an extra

    copy, steps = forked(home), {}
    for step in chosen:
        done = copy / f"{step}.json"
        if not (again and done.exists()):
            print(f"· {part:g}: {step} on Spark", file=sys.stderr, flush=True)
            done.write_text(json.dumps(vars(_step(step, copy, part, master))))
        steps[step] = Measured(**json.loads(done.read_text()))
    return Sparked(master, pyspark.__version__, steps, held(home, copy, published="publish" in chosen))


def _step(step: str, home: Path, part: float, master: str) -> Measured:
    log = home / f"{step}.log"
    with log.open("wb") as stream:
        command = [sys.executable, "-m", "bench.national.steps", step, str(home), repr(part), master]
        process = subprocess.Popen(command, stdout=stream, stderr=stream, cwd=ROOT.parent)
    begun, peak = time.monotonic(), 0
    while not (waited := os.wait4(process.pid, os.WNOHANG))[0]:
        peak = max(peak, _resident(process.pid))
        time.sleep(_TICK_S)
    _, status, used = waited
    said = log.read_text("utf-8", "replace")[-2_000:]
    if os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"{step} on Spark failed: {said}")
    return Measured(time.monotonic() - begun, used.ru_utime + used.ru_stime, peak, peak, 0, said)


def _resident(pid: int) -> int:
    """Bytes of memory of a process and everything that it began: Spark's JVM is its child."""
    children: dict[int, list[tuple[int, int]]] = {}
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
                pages = int((entry / "statm").read_bytes().split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append((int(entry.name), pages))
            if int(entry.name) == pid:
                total = pages
    asked = [pid]
    while asked:
        for child, pages in children.get(asked.pop(), ()):
            total += pages
            asked.append(child)
    return total * _PAGE


def held(home: Path, copy: Path, *, published: bool) -> list[Held]:
    """Every table that the day added to, by both engines."""
    found = []
    for local, spark in zip(_added(home, published), _added(copy, published), strict=True):
        assert local[0] == spark[0]
        found.append(Held(local[0], local[1], local[2], spark[2]))
    return found


def _added(home: Path, published: bool) -> list[tuple[str, int, str]]:
    """Table, rows that the day added, and their digest: first of the lake, then of the read model."""
    found = []
    tables = open_lake(str(home / "lake")).tables
    for name, times in DERIVED.items():
        rows = tables.read(name, since=at_of(DAYS - 1, 0).date()).drop_columns(times).to_pylist()
        found.append((name, *_digest(repr(sorted(row.items())) for row in rows)))
    if not published:
        return found
    with sqlite3.connect(f"file:{home / 'store.sqlite'}?mode=ro", uri=True) as store:
        (current,) = store.execute("SELECT current FROM generation").fetchone()
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
            columns = [row[1] for row in store.execute(f'PRAGMA table_info("{name}")')]
            if {"part", "since", "until"} <= set(columns):
                told = ", ".join(f'"{column}"' for column in columns if column != "id")
                # notes of the appends that were read: their keys say when a comparison was made
                asked = f"SELECT {told} FROM \"{name}\" WHERE (since = ? OR until = ?) AND part NOT LIKE 'seen/%'"
                found.append((f"read model: {name}", *_digest(map(repr, store.execute(asked, (current, current))))))
    return [one for one in found if one[1]]


def _digest(rows: Any) -> tuple[int, str]:
    ordered = sorted(rows)
    return len(ordered), hashlib.sha256("\n".join(ordered).encode("utf-8", "surrogatepass")).hexdigest()

"""``python -m bench.load``: fills a PostgreSQL, serves it, lets 200 people work on it; prints, and writes the page.

``--work`` keeps the database between runs; ``--part 0.01`` fills a small one. Run it with the machine to itself, or
with a share of the processor that others cannot take (``/proc/self/autogroup``).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.load import country, page, people
from bench.load.people import Worker
from bench.load.users import RACES, Crowd, Told
from bench.national.population import Shape, populate
from bench.national.steps import say
from bench.peers import ROOT
from finwatch.store import Store, open_store
from finwatch.store.dialect import reading
from finwatch.store.tables import case_file, finding, step
from tests.kit.postgres import Server

SETTINGS = ("shared_buffers=1GB", "max_wal_size=4GB", "random_page_cost=1.1", "effective_cache_size=6GB")
"""As an operator sets them for 8 GB and an SSD; durability is left as it is by default: on."""
FILINGS = 20_000


def main() -> None:
    """Fills what is missing, measures, prints, writes."""
    options = argparse.ArgumentParser(prog="bench.load", description=__doc__)
    options.add_argument("--work", type=Path, required=True, help="folder of the database")
    options.add_argument("--part", type=float, default=1.0, help="share of the country")
    options.add_argument("--filings", type=int, default=FILINGS)
    options.add_argument("--users", type=int, default=200)
    options.add_argument("--seconds", type=float, default=240)
    options.add_argument("--workers", type=int, default=2, help="processes that answer")
    options.add_argument("--without-page", action="store_true", help="leave docs/evaluation/load.md as it is")
    chosen = options.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    server = Server(chosen.work, settings=SETTINGS)
    server.start()
    try:
        result = measure(server, chosen)
    finally:
        server.stop()
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    (ROOT / "results").mkdir(exist_ok=True)
    (ROOT / "results" / f"load-{stamp}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False))
    text = page.page(result)
    if not chosen.without_page:
        (ROOT.parent / "docs" / "evaluation" / "load.md").write_text(text, "utf-8")
    print(text)


def measure(server: Server, chosen: argparse.Namespace) -> dict[str, Any]:
    """One run, as it is written."""
    made = prepare(server, chosen)
    address = server.address(made["database"])
    workers = [Worker(*one) for one in made["workers"]]
    step_ = max(1, len(workers) // chosen.users)
    at_work = workers[::step_][: chosen.users] if chosen.users < len(workers) else workers
    first = made["first"] + made["used"]
    raced = made.get("raced", 0)
    with serving(chosen.work, address, chosen.workers) as (url, process):
        crowd = Crowd(url, populate(Shape.share(chosen.part)), first, chosen.filings - made["used"] - raced)
        before = _cpu(process)
        told = asyncio.run(crowd.work(at_work, chosen.seconds))
        cpu = _cpu(process) - before
    kept = decided(address, told)
    made["used"] += min(crowd._front + 8, chosen.filings - 100)
    made["raced"] = raced + RACES
    (chosen.work / "made.json").write_text(json.dumps(made, ensure_ascii=False))
    return summary(chosen, made, told, kept) | {"server_cpu": cpu}


def prepare(server: Server, chosen: argparse.Namespace) -> dict[str, Any]:
    """What the database holds; filled where it is not yet."""
    note = chosen.work / "made.json"
    if note.exists():
        found: dict[str, Any] = json.loads(note.read_text())
        with open_store(server.address(found["database"])) as store:
            filled_up(store, found, note, chosen.part)
        return found
    name = server.database()
    with open_store(server.address(name)) as store:
        say("country")
        told = country.fill(store, chosen.part)
        say("people")
        workers = people.register(store)
        say("filings")
        first = people.file(store, chosen.filings)
    made = {"database": name, "told": told, "workers": [list(one) for one in workers], "first": first, "used": 0}
    with open_store(server.address(name)) as store:
        filled_up(store, made, note, chosen.part)
    return made


def filled_up(store: Store, made: dict[str, Any], note: Path, part: float) -> None:
    """Adds the findings that are lacking, and writes down what the database holds."""
    with reading(store._engine) as connection:
        made["told"]["findings"] = connection.execute(select(func.count()).select_from(finding)).scalar_one()
    if country.lacking(made["told"], part):
        say("more findings")
        made["told"] = country.add(store, part, made["told"])
    note.write_text(json.dumps(made, ensure_ascii=False))


@contextlib.contextmanager
def serving(home: Path, store: str, workers: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """``finwatch serve`` on the store: its address, and the process over its workers."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FINWATCH_")}
    settings = {"FINWATCH_HOME": str(home / "home"), "FINWATCH_STORE": store}
    command = [sys.executable, "-m", "finwatch", "serve", "--port", "0", "--workers", str(workers)]
    log = home / "serve.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, env=clean | settings)
    try:
        until = time.monotonic() + 180
        while not (found := re.search(r"http://[\d.]+:\d+", log.read_text("utf-8", "replace"))):
            if time.monotonic() > until or process.poll() is not None:
                raise RuntimeError(f"the server did not start: {log.read_text('utf-8', 'replace')[-800:]}")
            time.sleep(0.1)
        yield found[0], process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _cpu(process: subprocess.Popen[bytes]) -> float:
    """CPU seconds of the workers so far (proc(5), stat)."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    ticks = 0
    for one in children or [str(process.pid)]:
        told = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(told[11]) + int(told[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _nice() -> int:
    """The priority of this session against others (sched(7), autogroup); 0 where the kernel has none."""
    found = re.search(r"nice (-?\d+)", told.read_text()) if (told := Path("/proc/self/autogroup")).exists() else None
    return int(found[1]) if found else 0


def decided(address: str, told: Told) -> dict[str, int]:
    """What the database holds of the decisions, against what people were told."""
    with open_store(address) as store, reading(store._engine) as connection:
        numbers = sorted({*told.won, *(number for number, _ in told.lost)})
        passed: dict[int, int] = {}
        states: dict[int, tuple[str, int]] = {}
        for begin in range(0, len(numbers), 500):
            some = numbers[begin : begin + 500]
            steps = select(step.c.case_id, func.count()).where(step.c.arc == "pass_first", step.c.case_id.in_(some))
            passed |= {row[0]: row[1] for row in connection.execute(steps.group_by(step.c.case_id))}
            rows = select(case_file.c.id, case_file.c.state, case_file.c.version).where(case_file.c.id.in_(some))
            states |= {row[0]: (row[1], row[2]) for row in connection.execute(rows)}
        findings = connection.execute(select(func.count()).select_from(finding)).scalar_one()
    lost_updates = sum(len(who) - passed.get(number, 0) for number, who in told.won.items())
    strange = sum(states[number] != ("second_review", 2) or passed.get(number) != 1 for number in numbers)
    return {"decided": len(told.won), "lost_updates": lost_updates, "not_as_told": strange, "findings": findings}


def summary(chosen: argparse.Namespace, made: dict[str, Any], told: Told, kept: dict[str, int]) -> dict[str, Any]:
    """Everything that the page says."""
    routes = {}
    for kind, times in sorted(told.times.items()):
        took = sorted(times)
        at = {f"p{share}": took[min(len(took) - 1, int(share / 100 * len(took)))] for share in (50, 95, 99)}
        routes[kind] = {"requests": len(took), **at, "most": took[-1]}
    names = {who for winners in told.won.values() for who in winners}
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "part": chosen.part,
        "users": chosen.users,
        "workers": chosen.workers,
        "filings": chosen.filings,
        "seconds": told.seconds,
        "requests": told.requests,
        "failed": len(told.failed),
        "failures": told.failed[:20],
        "came_second": len(told.lost),
        "told_who": sum(any(name in said for name in names) for _, said in told.lost),
        "routes": routes,
        "load": os.getloadavg()[0],
        "nice": _nice(),
        "country": made["told"],
        **kept,
    }


if __name__ == "__main__":
    main()

"""``python -m bench.transparency``: what the log and the approved list cost at the country's size; writes the page.

Fills a log of 100,000 leaves and a list of 133,327 filed apps, on the embedded default (SQLite) and, where it is
installed, on PostgreSQL; measures appends, proofs and pages in this process, and on the embedded default what people
and operators do (publish, verify offline, prove, check, the second verifier) by the commands themselves, each in a
process of its own whose time and peak memory the kernel counts. Writes ``bench/results/transparency-*.json`` and the
page ``docs/evaluation/transparency.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench import transparency_page
from finwatch.flow.approved import publish
from finwatch.flow.proving import Prover, consistency, leaf_proof
from finwatch.flow.signing import begin, sign_head, signer_of
from finwatch.lake import open_lake
from finwatch.model.approved import ApprovedApp, ApprovedIcon, ApprovedState, ApprovedVersion
from finwatch.store import Store, log, open_store
from finwatch.store.approved import CHUNK
from finwatch.store.dialect import writing
from finwatch.supervise.desk import SYSTEM
from tests.kit import postgres as servers

ROOT = Path(__file__).resolve().parent
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SAMPLES = 200
PACKAGE = ROOT.parent / "samples" / "packages" / "example.qinghe.bank_50200.apk"
LAUNCH = """
import os, sys
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
sys.stderr.write(f"\\n{os.waitstatus_to_exitcode(status)} {used.ru_maxrss}")
"""
"""A small process between this one and a command: what the kernel counts for a child begins at its parent's size."""
RUNS = 3
"""Runs of a command; the median is told."""


def main() -> None:
    """Measures, prints, writes."""
    options = argparse.ArgumentParser(prog="bench.transparency", description=__doc__)
    options.add_argument("--leaves", type=int, default=100_000)
    options.add_argument("--apps", type=int, default=133_327)
    options.add_argument("--database", choices=("sqlite", "postgresql"), action="append", help="default: both")
    options.add_argument("--beside", type=Path, help="an earlier result whose other database stands on the page too")
    options.add_argument("--without-page", action="store_true", help="leave docs/evaluation/transparency.md as it is")
    chosen = options.parse_args()
    absent = servers.absent()
    wanted = chosen.database or ["sqlite", *([] if absent else ["postgresql"])]
    result: dict[str, Any] = {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "leaves": chosen.leaves,
        "apps": chosen.apps,
        "databases": {},
    }
    written = ROOT / "results" / f"transparency-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    written.parent.mkdir(exist_ok=True)
    for name in wanted:
        with tempfile.TemporaryDirectory() as folder, address(Path(folder), name) as where:
            result["databases"][name] = measured(where, Path(folder), chosen.leaves, chosen.apps)
        if chosen.beside is not None:
            earlier = json.loads(chosen.beside.read_text())["databases"]
            result["databases"] |= {other: told for other, told in earlier.items() if other not in wanted}
        result["load"] = os.getloadavg()[0]
        written.write_text(json.dumps(result, indent=1))
        text = transparency_page.page(result)
        if not chosen.without_page:
            (ROOT.parent / "docs" / "evaluation" / "transparency.md").write_text(text, "utf-8")
    print(text)


@contextmanager
def address(folder: Path, name: str) -> Iterator[str]:
    """Where a store may be made."""
    if name == "sqlite":
        yield f"sqlite:///{folder}/store.sqlite"
        return
    with servers.serving() as server:
        yield server.address(server.database())


def measured(where: str, folder: Path, leaves: int, apps: int) -> dict[str, Any]:
    """Everything on one database."""
    told: dict[str, Any] = {}
    key = folder / "key.pem"
    with open_store(where) as store:
        public = begin(store, key, origin="register.example/log", actor=SYSTEM, now=NOW)
        (folder / "pin.txt").write_text(f"{public}\n", "utf-8")
        filled(store, leaves, told)
        listed(store, apps, told)
        lake, signer = open_lake(str(folder / "lake")), signer_of(store, key)
        sign_head(store, signer, now=NOW)
        (folder / "old.txt").write_text(str(store.heads.newest().note), "utf-8")  # type: ignore[union-attr]
        started = time.perf_counter()
        publish(store, lake, signer=signer, actor=SYSTEM, now=NOW)
        told["first_publish_s"] = time.perf_counter() - started
        proved(store, Prover(store, lake), apps, told)
    if where.startswith("sqlite"):  # what runs offline is the same whatever the database
        told["commands"] = commanded(where, folder, apps)
        for name in ("approved.json", "approved.csv"):
            told[name] = (folder / "out" / name).stat().st_size
    return told


# In this process ------------------------------------------------------------------------------------------------------


def filled(store: Store, count: int, told: dict[str, Any]) -> None:
    """A log of ``count`` leaves; appends one at a time at its end."""
    data = b'{"at":"2026-03-02T08:00:00+00:00","rows":[["case_file","%d","' + b"0" * 64 + b'"]]}'
    done = store.log.root()[0]
    while done < count - SAMPLES:
        with writing(store._engine) as connection:
            for _ in range(min(CHUNK, count - SAMPLES - done)):
                log.append(connection, data % done, at=NOW)
                done += 1
    at = iter(range(done, count))

    def single(_: int) -> None:
        with writing(store._engine) as connection:
            log.append(connection, data % next(at), at=NOW)

    told["append_ms"] = timed(single, times=count - done)
    told["leaves"] = store.log.root()[0]


def listed(store: Store, count: int, told: dict[str, Any]) -> None:
    """The rows of the list, as decisions bring them."""
    started = time.perf_counter()
    for start in range(1, count + 1, CHUNK):
        rows = [app(number) for number in range(start, min(start + CHUNK, count + 1))]
        store.approved.record(SYSTEM, rows, now=NOW)
    told["rows_s"] = time.perf_counter() - started


def proved(store: Store, prover: Prover, count: int, told: dict[str, Any]) -> None:
    """Proofs and pages, as the API makes them."""
    size = store.log.root()[0]
    told["leaves_at_proofs"] = size
    told["root_ms"] = timed(lambda _: store.log.root())
    told["inclusion_ms"] = timed(lambda n: leaf_proof(store, n * 7919 % (size - 1)))
    told["consistency_ms"] = timed(lambda n: consistency(store, 1 + n * 7919 % (size - 1)))
    told["first_row_ms"] = timed(lambda _: prover.entry(count // 2), times=1)
    told["row_ms"] = timed(lambda n: prover.entry(1 + n * 7919 % count))
    told["page_ms"] = timed(lambda n: store.approved.page(after=n * 600 % count))
    told["number_ms"] = timed(lambda n: store.approved.under(f"示备{n * 600 % count:08d}"))
    told["word_ms"] = timed(lambda n: store.approved.page(q=f"示例应用{n * 600}"), times=20)


def timed(act: Callable[[int], object], *, times: int = SAMPLES) -> list[float]:
    """Median and 95th percentile, milliseconds."""
    taken = []
    for n in range(times):
        started = time.perf_counter()
        act(n)
        taken.append(1e3 * (time.perf_counter() - started))
    return [statistics.median(taken), sorted(taken)[int(times * 0.95)]]


# By command -----------------------------------------------------------------------------------------------------------


def commanded(where: str, folder: Path, apps: int) -> dict[str, dict[str, float]]:
    """What people and operators run: seconds and peak megabytes of each command."""
    run = Commands(where, folder)
    out = folder / "out"
    told = {"publish": run("approved", "publish", "--no-refresh"), "export": run("approved", "export", str(out))}
    (folder / "keys.txt").write_text((folder / "pin.txt").read_text())
    offline = ("--list", str(out / "approved.json"), "--key", str(folder / "pin.txt"))
    last = f"示备{apps:08d}"
    told["verify_number"] = run("verify", last, *offline, times=RUNS)
    told["verify_none"] = run("verify", "示备99999999", *offline, times=RUNS, code=5)
    told["verify_package"] = run("verify", str(PACKAGE), *offline, times=RUNS, code=5)
    told["prove_row"] = run("log", "prove", "--record", str(apps), keep="proof.json", times=RUNS)
    told["prove_growth"] = run("log", "prove", "--since", str(apps // 2), keep="tie.json", times=RUNS)
    second = [sys.executable, str(ROOT.parent / "tools" / "verify_log.py")]
    told["second_list"] = run.program([*second, "list", str(out / "approved.json"), str(folder / "keys.txt")], RUNS)
    told["second_proof"] = run.program([*second, "proof", str(folder / "proof.json"), str(folder / "keys.txt")], RUNS)
    told["check"] = run("log", "check", "--key", str(folder / "pin.txt"), code=1)  # the filling leaves are of no rows
    return told


class Commands:
    """Runs commands over one store, offline ones too."""

    def __init__(self, where: str, folder: Path) -> None:
        self._folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FINWATCH_")}
        self._environment = kept | {
            "FINWATCH_STORE": where,
            "FINWATCH_HOME": str(folder),
            "FINWATCH_LAKE": str(folder / "lake"),
            "FINWATCH_SIGNING_KEY": str(folder / "key.pem"),
            "LC_ALL": "C.UTF-8",
        }

    def __call__(self, *words: str, times: int = 1, code: int = 0, keep: str | None = None) -> dict[str, float]:
        """Median seconds and peak megabytes of ``finwatch`` with ``words``."""
        return self.program([sys.executable, "-m", "finwatch", *words], times, code=code, keep=keep)

    def program(self, command: list[str], times: int, *, code: int = 0, keep: str | None = None) -> dict[str, float]:
        """The same of any program."""
        seconds, memory = [], 0.0
        for _ in range(times):
            with (self._folder / (keep or "printed")).open("w") as out:
                started = time.perf_counter()
                launched = [sys.executable, "-I", "-S", "-c", LAUNCH, *command]
                done = subprocess.run(
                    launched, env=self._environment, cwd=ROOT.parent, stdout=out, stderr=subprocess.PIPE, check=False
                )
            seconds.append(time.perf_counter() - started)
            ended, peak = done.stderr.decode().rpartition("\n")[2].split(" ")
            if int(ended) != code:
                raise RuntimeError(
                    f"{' '.join(command)} ended with {ended}, not {code}: {done.stderr.decode()[-2000:]}"
                )
            memory = max(memory, int(peak) / 1024)
        return {"seconds": statistics.median(seconds), "megabytes": memory}


def app(number: int) -> ApprovedApp:
    """A fictional app."""
    digest = f"{number * 0x9E3779B97F4A7C15:064x}"[-64:]
    return ApprovedApp(
        id=number,
        number=f"示备{number:08d}",
        names=(f"示例应用{number}", f"Sample app {number}"),
        institution=f"示例机构{number % 3000}",
        credit_code="91110000MA0000000X",
        platform="android",
        package=f"example.sample.app{number}",
        signers=(digest,),
        versions=tuple(ApprovedVersion(version=f"{n}.0", sha256=digest, day=date(2026, 1, n)) for n in (1, 2, 3)),
        region="110000",
        filed=date(2026, 1, 1),
        state=ApprovedState.FILED,
        icon=ApprovedIcon(phash=digest[-16:], colours=digest + digest[:32]),
    )


if __name__ == "__main__":
    main()

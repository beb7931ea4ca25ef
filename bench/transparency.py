"""What the log and the approved list cost at size: ``python -m bench.transparency``.

Fills a log, measures single appends at several sizes (one transaction each, as units do), roots, proofs and the check;
then a list of so many apps from rows to signed files and back to ``verify``. SQLite in a temporary folder; PostgreSQL
with ``--postgres``.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import event

from finwatch.flow.approved import publish
from finwatch.flow.proving import Prover
from finwatch.flow.signing import begin, signer_of
from finwatch.flow.verify import by_number, open_list
from finwatch.lake import open_lake
from finwatch.model.approved import ApprovedApp, ApprovedIcon, ApprovedState, ApprovedVersion
from finwatch.store import Store, log, open_store
from finwatch.store.approved import CHUNK
from finwatch.store.dialect import writing
from finwatch.supervise.desk import SYSTEM
from finwatch.transparency.keys import pinned
from tests.kit import postgres as servers

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SAMPLES = 200


def main() -> None:
    """Measures and prints a table."""
    options = argparse.ArgumentParser(prog="bench.transparency", description=__doc__)
    options.add_argument("--leaves", type=int, default=100_000)
    options.add_argument("--apps", type=int, default=133_327)
    options.add_argument("--postgres", action="store_true", help="a PostgreSQL of its own instead of SQLite")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, address(Path(folder), postgres=chosen.postgres) as where:
        print(f"{where.split('://')[0]}\n")
        with open_store(where) as store:
            leaves(store, chosen.leaves)
            listing(store, Path(folder), chosen.apps)
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


@contextmanager
def address(folder: Path, *, postgres: bool) -> Iterator[str]:
    """Where a store may be made."""
    if not postgres:
        yield f"sqlite:///{folder}/store.sqlite"
        return
    with servers.serving() as server:
        yield server.address(server.database())


def leaves(store: Store, count: int) -> None:
    """Appends and proofs."""
    data = b'{"at":"2026-03-02T08:00:00+00:00","rows":[["case_file","%d","' + b"0" * 64 + b'"]]}'
    done = 0
    for mark in sorted({1_000, count // 10, count}):
        while done < mark - SAMPLES:
            with writing(store._engine) as connection:
                for _ in range(min(CHUNK, mark - SAMPLES - done)):
                    log.append(connection, data % done, at=NOW)
                    done += 1
        with queries(store) as told:
            at = iter(range(done, mark))
            timed(f"append at {mark:,} leaves", lambda _, at=at: single(store, data % next(at)), told)
        done = mark
    with queries(store) as told:
        timed("root", lambda _: store.log.root(), told)
        timed("inclusion proof", lambda n: store.log.inclusion(n * 7919 % count), told)
        timed("consistency proof", lambda n: store.log.consistency(1 + n * 7919 % count), told)
    started = time.perf_counter()
    result = store.check_log(now=NOW, trusted=())
    gone = len(result.faults) + result.more
    took = time.perf_counter() - started
    print(f"check of {result.leaves:,} leaves: {took:.1f} s, {gone:,} rows found missing", flush=True)


def single(store: Store, data: bytes) -> None:
    """One leaf in a transaction of its own."""
    with writing(store._engine) as connection:
        log.append(connection, data, at=NOW)


def listing(store: Store, folder: Path, count: int) -> None:
    """From rows to a signed list, proofs of its rows, and a number looked up offline."""
    public = begin(store, folder / "key.pem", origin="register.example/log", actor=SYSTEM, now=NOW)
    lake, signer = open_lake(str(folder / "lake")), signer_of(store, folder / "key.pem")
    with seconds(f"{count:,} rows into the list"):
        for start in range(1, count + 1, CHUNK):
            rows = [app(number) for number in range(start, min(start + CHUNK, count + 1))]
            store.approved.record(SYSTEM, rows, now=NOW)
    with seconds("published: JSON, CSV, signatures, leaf, head"):
        made = publish(store, lake, signer=signer, actor=SYSTEM, now=NOW)
    print(f"  JSON {made.bytes / 1e6:.0f} MB, CSV {made.csv_bytes / 1e6:.0f} MB")
    prover = Prover(store, lake)
    with seconds("first proof of a row (the list's tree is read)"):
        prover.entry(count // 2)
    timed("further proofs of rows", lambda n: prover.entry(1 + n * 7919 % count), [])
    timed("a page of 50", lambda n: store.approved.page(after=n * 600 % count), [])
    timed("a page by a word", lambda n: store.approved.page(q=f"示例应用{n * 600}"), [], times=20)
    path = folder / "approved.json"
    path.write_bytes(lake.blobs.path(made.sha256).read_bytes())
    (folder / "approved.json.sig").write_text(made.signature, "utf-8")
    with seconds("signature of the list checked"):
        listed = open_list(path, trusted=pinned(str(public)))
    with seconds("a number looked up in the file"):
        by_number(f"示备{count:08d}", listed)
    with seconds("check of the log with all rows"):
        assert store.check_log(now=NOW, trusted=pinned(str(public))).rows >= count


def app(number: int) -> ApprovedApp:
    """A fictional app."""
    digest = f"{number:064x}"
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


@contextmanager
def seconds(what: str) -> Iterator[None]:
    """Prints how long it took."""
    started = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - started:.2f} s", flush=True)


@contextmanager
def queries(store: Store) -> Iterator[list[str]]:
    """The SELECTs of a while."""
    told: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            told.append(statement)

    event.listen(store._engine, "before_cursor_execute", note)
    yield told
    event.remove(store._engine, "before_cursor_execute", note)


def timed(what: str, act: Callable[[int], object], told: list[str], *, times: int = SAMPLES) -> None:
    """Prints median and 95th percentile, and queries each where they are counted."""
    taken = []
    told.clear()
    for n in range(times):
        started = time.perf_counter()
        act(n)
        taken.append(1e3 * (time.perf_counter() - started))
    asked = f", {len(told) / times:.1f} queries" if told else ""
    print(
        f"{what}: median {statistics.median(taken):.2f} ms, p95 {sorted(taken)[int(times * 0.95)]:.2f} ms{asked}",
        flush=True,
    )


if __name__ == "__main__":
    main()

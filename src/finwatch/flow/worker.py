"""Examines what the queue asks for: ``queue`` → ``examine`` in warm processes → the lake's table ``examinations``.

One process leads: it leases jobs, hands them to the engine, writes results in batches and then ends the jobs. It may be
killed at any point. A job that was not ended is due again; before it is examined again, the lake is asked whether its
result is there already. So nothing is lost and nothing stands there twice. A package that kills or stalls its process
gets a result that says so; only what may be different next time (a disk, a missing file) is tried again.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import structlog

from finwatch import __version__, catalog
from finwatch import checks as check_folder
from finwatch.engine import Engine, LocalEngine, Problem, Ran, Stage
from finwatch.flow.examine import conclude
from finwatch.flow.examine_batches import INPUT, OUTPUT, POLICY_FIELDS, examination_row, examine_batches
from finwatch.flow.progress import Progress, silent
from finwatch.lake import Lake
from finwatch.lake.rows import listing_of
from finwatch.limits import PACKAGE
from finwatch.model.base import Model
from finwatch.model.knowledge import Knowledge
from finwatch.model.listing import Listing
from finwatch.model.package import PackageFacts, Unreadable
from finwatch.store import Store
from finwatch.store.lease import owner
from finwatch.store.queue import EXAMINE, Job

log: Final = structlog.get_logger(__name__)
LEASE_SECONDS: Final = 180.0
_HEARTBEAT: Final = 45.0
_COUNT_SECONDS: Final = 2.0
"""How often the backlog is counted for the progress."""
_BATCH: Final = 32
_BATCH_SECONDS: Final = 5.0
"""Results are written when there are so many, or when the first has waited so long."""


class Worked(Model):
    """What a run of the worker did."""

    examined: int = 0
    known: int = 0
    """Jobs whose result was in the lake already."""
    unreadable: int = 0
    """Results that say that the package could not be read at all."""
    failed: int = 0
    """Jobs given back with an error."""
    stopped: bool = False
    """It was told to stop before the queue was empty."""


def work(
    store: Store,
    lake: Lake,
    *,
    catalog_folder: Path | None = None,
    processes: int = 1,
    until_empty: bool = True,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    engine: Engine | None = None,
    progress: Progress = silent,
) -> Worked:
    """Examines until the queue is empty (or, with ``until_empty`` off, until it is told to stop by Ctrl-C or SIGTERM,
    see ``flow.stopping``). Jobs that were under way then are given back."""
    stage = Stage(
        name="examine",
        input=INPUT,
        output=OUTPUT,
        process=partial(examine_batches, lake=lake.address, catalog_folder=catalog_folder),
    )
    run = _Run(store, lake, knowledge=catalog.load(catalog_folder), clock=clock, progress=progress)
    run.engine = engine or LocalEngine(processes=processes, seconds=PACKAGE.wall_seconds + 60.0)
    store.queue.release_gone()
    run.recall()
    with run:
        results = run.engine.run(stage, run.batches(group=run.engine.takes, until_empty=until_empty))
        try:
            for ran in results:
                run.take(ran)
        except KeyboardInterrupt:
            run.stopped = True
        finally:
            getattr(results, "close", lambda: None)()
            run.write()
    return run.worked()


class _Run:
    """The leading process: which jobs it holds, which results wait to be written."""

    engine: Engine

    def __init__(
        self, store: Store, lake: Lake, *, knowledge: Knowledge, clock: Callable[[], datetime], progress: Progress
    ) -> None:
        self._store = store
        self._lake = lake
        self._knowledge = knowledge
        self._clock = clock
        self._progress = progress
        self._worker = owner()
        self._held: dict[str, Job] = {}
        self._results: list[dict[str, Any]] = []
        self._first_result = 0.0
        self._total = 0
        self._counted = -_COUNT_SECONDS
        self._known: set[str] = set()
        self._counts = {"examined": 0, "known": 0, "unreadable": 0, "failed": 0}
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._beat = threading.Thread(target=self._extend, name="leases", daemon=True)
        self.stopped = False

    def __enter__(self) -> Self:
        self._beat.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._beat.join()
        self._store.queue.give_back(list(self._held.values()))

    def recall(self) -> None:
        """Asks the lake what was examined already with this engine and this catalogue."""
        versions = {"engine_version": __version__, "catalog_version": self._knowledge.version}
        rows = self.engine.ask("examined_with", self._lake.tables, versions).to_pylist()
        self._known = {row["sha256"] for row in rows}

    def worked(self) -> Worked:
        """What was done so far."""
        return Worked(**self._counts, stopped=self.stopped)

    def batches(self, *, group: int, until_empty: bool) -> Iterator[pa.RecordBatch | None]:
        """A batch of one package for each leased job."""
        while True:
            if self._due_to_write():
                self.write()
            jobs = self._lease(group)
            if jobs:
                listings = self._listings([job.key for job in jobs])
                policies = self._policies(listings)
                for job in jobs:
                    told = {"listing": listings.get(job.key), "policy": policies.get(job.key)}
                    row = {"sha256": job.key, "at": self._clock(), **told}
                    self._tell(job)
                    yield pa.RecordBatch.from_pylist([row], schema=INPUT)
            elif until_empty:
                return
            else:
                yield None

    def _lease(self, group: int) -> list[Job]:
        """Jobs to examine; those whose result is in the lake are ended here."""
        while True:
            jobs = self._store.queue.lease(
                EXAMINE, now=self._clock(), worker=self._worker, seconds=LEASE_SECONDS, limit=group
            )
            known = [job for job in jobs if job.key in self._known]
            if known:
                self._store.queue.done(known, now=self._clock())
                self._counts["known"] += len(known)
            fresh = [job for job in jobs if job.key not in self._known]
            if fresh or not jobs:
                with self._guard:
                    self._held |= {job.key: job for job in fresh}
                return fresh

    def _listings(self, hashes: Sequence[str]) -> dict[str, str]:
        rows = self.engine.ask("listed_packages", self._lake.tables, {"hashes": list(hashes)}).to_pylist()
        return {row["package_sha256"]: listing_of(row).model_dump_json() for row in rows}

    def _policies(self, listings: Mapping[str, str]) -> dict[str, str]:
        """The policy that each package's listing links, as it was fetched last; none where nobody fetched it."""
        urls = {key: json.loads(listing)["policy_url"] for key, listing in listings.items()}
        asked = sorted({url for url in urls.values() if url})
        if not asked:
            return {}
        rows = self.engine.ask("policies_at", self._lake.tables, {"urls": asked}).to_pylist()
        found = {row["url"]: json.dumps({name: row[name] for name in POLICY_FIELDS}) for row in rows}
        return {key: found[url] for key, url in urls.items() if url in found}

    def take(self, ran: Ran) -> None:
        """Takes a result in; writes when there are enough."""
        (row,) = (ran.output or ran.input).to_pylist()
        if ran.problem is not None and ran.problem.kind != "raised":
            row = self._unreadable(ran.input.to_pylist()[0], ran.problem)
        elif ran.problem is not None:
            row = {"sha256": row["sha256"], "error": ran.problem.message}
        if row.get("error"):
            self._fail(row["sha256"], row["error"])
            return
        row.pop("error", None)
        if row["app"] is None:
            why = json.loads(row["document"])["unreadable"][0]["reason"]
            log.warning("package unreadable", market=row["market"], sha256=row["sha256"], reason=why)
        if not self._results:
            self._first_result = time.monotonic()
        self._results.append(row)
        if self._due_to_write():
            self.write()

    def _due_to_write(self) -> bool:
        return len(self._results) >= _BATCH or (
            bool(self._results) and time.monotonic() - self._first_result >= _BATCH_SECONDS
        )

    def _fail(self, sha256: str, error: str) -> None:
        with self._guard:
            job = self._held.pop(sha256)
        self._store.queue.fail(job, error, now=self._clock())
        self._counts["failed"] += 1

    def _unreadable(self, asked: dict[str, Any], problem: Problem) -> dict[str, Any]:
        """The result of a package that kills or stalls whatever reads it."""
        sha256 = asked["sha256"]
        listing = Listing.model_validate_json(asked["listing"]) if asked["listing"] else None
        facts = PackageFacts(
            sha256=sha256,
            bytes=self._lake.blobs.path(sha256).stat().st_size,
            format="unknown",
            unreadable=(Unreadable(part="archive", reason=f"It could not be examined: {problem.message}"),),
        )
        on: date = asked["at"].date()
        examination = conclude(facts, knowledge=self._knowledge, checks=check_folder.load(), on=on, listing=listing)
        self._counts["unreadable"] += 1
        return examination_row(examination, facts, at=asked["at"], listing=listing)

    def write(self) -> None:
        """Puts the waiting results into the lake, then ends their jobs: in this order, whatever happens between."""
        results, self._results = self._results, []
        by_market: dict[tuple[date, str], list[dict[str, Any]]] = {}
        for row in results:
            by_market.setdefault((row["at"].date(), row["market"]), []).append(row)
        for (day, market), rows in sorted(by_market.items()):
            rows.sort(key=lambda row: str(row["sha256"]))
            self._lake.tables.append("examinations", rows, key=_batch_key(rows), dt=day, market=market)
            with self._guard:
                jobs = [self._held.pop(row["sha256"]) for row in rows]
            self._store.queue.done(jobs, now=self._clock())
            self._known.update(row["sha256"] for row in rows)
            self._counts["examined"] += len(rows)

    def _extend(self) -> None:
        while not self._over.wait(_HEARTBEAT):
            with self._guard:
                held = list(self._held.values())
            self._store.queue.extend(held, now=self._clock(), seconds=LEASE_SECONDS)

    def _tell(self, job: Job) -> None:
        done = sum(self._counts.values()) + len(self._results)
        if time.monotonic() >= self._counted + _COUNT_SECONDS:
            backlog = self._store.queue.backlog(EXAMINE, now=self._clock())
            self._total = done + backlog.ready + backlog.leased - len(self._results)
            self._counted = time.monotonic()
        self._progress("examine", done, max(self._total, done), str(job.payload.get("app") or job.key[:12]))


def _batch_key(rows: Sequence[dict[str, Any]]) -> str:
    """A key that the same results have again after a crash."""
    parts = [f"{row['sha256']} {row['engine_version']} {row['catalog_version']}" for row in rows]
    return f"examined-{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:40]}"

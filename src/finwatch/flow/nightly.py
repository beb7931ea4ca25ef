"""The daily run: crawl, examine, compare, compute, publish, alerts, approved list, tidy; then what it found.

Comes in: registered markets. Goes out: everything that the steps leave in lake and store, and a ``Run`` with its
``RunReport``. Killed in any step and started again, it goes on with the same run.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from finwatch import catalog
from finwatch.engine import open_engine
from finwatch.flow.alerts import tell
from finwatch.flow.collect import collect
from finwatch.flow.compare import compare_all
from finwatch.flow.compute import compute
from finwatch.flow.expand import grow, reaches_beyond
from finwatch.flow.progress import Progress, silent
from finwatch.flow.publish import publish
from finwatch.flow.publish_approved import publish_approved
from finwatch.flow.retest import follow_cases
from finwatch.flow.run import Counts, Recorder, Stopped
from finwatch.flow.sealing import sealed
from finwatch.flow.stopping import sigterm_stops
from finwatch.flow.tidying import tidied
from finwatch.flow.worker import work
from finwatch.lake import Lake
from finwatch.model.run import Run, RunState, StepName, StepState
from finwatch.settings import Settings
from finwatch.store import Store
from finwatch.supervise.office import desk_of

EARLY: Final = timedelta(hours=6)
"""What would fall due so soon after a run begins is visited in it: a daily run must not miss a market by minutes."""


def nightly(
    store: Store,
    lake: Lake,
    *,
    settings: Settings,
    processes: int = 1,
    patience_s: float = 60.0,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress = silent,
) -> Run:
    """Does the daily run, or goes on with the one that was cut off, and returns it; ``STOPPED`` when told to stop.

    SIGTERM and Ctrl-C stop cleanly. Raises ``RunUnderWay`` while another process is at it, and ``StoreError``,
    ``LakeError`` or whatever else ended a step: the run stays, with the reason, and the next start goes on with it.
    """

    def crawl() -> Counts:
        leads = grow(store, lake, clock=clock).tasks if reaches_beyond(store) else 0
        collected = collect(store, lake, settings=settings, patience_s=patience_s, clock=clock, progress=progress)
        counts = {
            "markets": len(collected.markets),
            "visits": collected.visits,
            "succeeded": collected.succeeded,
            "failed": collected.visits - collected.succeeded,
            "listings": collected.listings,
            "leads": leads,
            "bytes": collected.bytes,
        }
        if collected.stopped:
            raise Stopped(counts)
        note = partial(recorder.note, StepName.CRAWL)
        return counts | sealed(lake, settings, clock=clock, progress=progress, note=note)

    def examine() -> Counts:
        worked = work(
            store,
            lake,
            catalog_folder=settings.catalog,
            processes=processes,
            engine=engine,
            clock=clock,
            progress=progress,
        )
        counts = worked.model_dump(exclude={"stopped"})
        if worked.stopped:
            raise Stopped(counts)
        return counts

    def compare() -> Counts:
        knowledge = catalog.load(settings.catalog)
        return compare_all(lake, knowledge=knowledge, engine=engine, clock=clock, progress=progress).model_dump()

    def computing() -> Counts:
        return compute(store, lake, engine=engine, clock=clock, progress=progress)

    def publishing() -> Counts:
        counts = publish(store, lake, engine=engine, clock=clock, progress=progress).model_dump()
        desk = desk_of(store, knows=lake.blobs.has, catalog=settings.catalog, clock=clock)
        followed = follow_cases(desk, lake, engine=engine, now=clock())
        return counts | {"retested": followed.retests.retested, "removals_visited": followed.retests.visited}

    def alert() -> Counts:
        return tell(store, recorder.run, at=clock())

    def approving() -> Counts:
        note = partial(recorder.note, StepName.APPROVED)
        return publish_approved(store, lake, settings, clock=clock, note=note, progress=progress)

    def tidying() -> Counts:
        held = store.holds.reach(at=clock()).markets
        return tidied(lake, before=clock().date(), note=partial(recorder.note, StepName.TIDY), held=held)

    run = store.runs.begin(now=clock())
    with closing(open_engine(settings, processes=processes)) as engine, Recorder(store, run, clock=clock) as recorder:
        if run.step(StepName.CRAWL).state is StepState.WAITING:
            store.frontier.bring_forward(now=clock(), until=clock() + EARLY)
        try:
            with sigterm_stops():
                recorder.step(StepName.CRAWL, crawl)
                recorder.step(StepName.EXAMINE, examine)
                recorder.step(StepName.COMPARE, compare)
                recorder.step(StepName.COMPUTE, computing)
                recorder.step(StepName.PUBLISH, publishing)
                recorder.step(StepName.ALERTS, alert)
                recorder.step(StepName.APPROVED, approving)
                recorder.step(StepName.TIDY, tidying)
        except (KeyboardInterrupt, Stopped):
            return recorder.run if recorder.run.state is RunState.STOPPED else recorder.end(RunState.STOPPED)
        crawled = recorder.run.step(StepName.CRAWL).ended or clock()
        return recorder.end(RunState.DONE, report=store.runs.report(since=run.started, until=crawled, number=run.id))

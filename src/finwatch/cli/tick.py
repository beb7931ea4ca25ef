"""``finwatch tick``: what cases wait for from the observed and from the clock, without a crawl."""

from __future__ import annotations

import typer

from finwatch.cli import terminal


def run() -> None:
    """Draw samples, attach examinations, retest new versions, prove removals, warn of deadlines; safe to repeat."""
    from contextlib import closing

    from finwatch.engine import open_engine
    from finwatch.flow.retest import follow_cases
    from finwatch.lake import open_lake
    from finwatch.store import open_store
    from finwatch.supervise.office import desk_of

    settings = terminal.settings()
    lake = open_lake(settings.lake_address)
    with open_store(settings.store_address) as store, closing(open_engine(settings)) as engine:
        desk = desk_of(store, knows=lake.blobs.has, catalog=settings.catalog)
        done = follow_cases(desk, lake, engine=engine)
    retests, clocks = done.retests, done.clocks
    typer.echo(
        f"{done.drawn} samples drawn, {done.attached} examinations attached; {retests.retested} retests "
        f"({retests.closed} closed, {retests.reopened} opened again); {retests.visited} visits held against orders "
        f"({retests.proven} proven, {retests.found_again} found again); {clocks.clocks} clocks, "
        f"{clocks.warned} warnings, {clocks.overdue} overdue, {clocks.recounted} counted anew"
    )

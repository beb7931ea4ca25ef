"""``finwatch work``: examines the packages that were fetched."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from finwatch.cli import terminal


def run(
    stay: Annotated[bool, typer.Option("--stay", help="Wait for more when the queue is empty, until stopped.")] = False,
    processes: Annotated[
        int | None, typer.Option(help="Examinations at a time. Default: FINWATCH_WORKERS.", min=1)
    ] = None,
) -> None:
    """Examine what the queue holds; safe to stop or kill at any time, the next run goes on."""
    from contextlib import ExitStack, closing

    from finwatch import catalog
    from finwatch.checks import load
    from finwatch.engine import open_engine
    from finwatch.flow.bench import Bench
    from finwatch.flow.filed_work import Clerk, drain
    from finwatch.flow.stopping import sigterm_stops
    from finwatch.flow.worker import work
    from finwatch.lake import open_lake
    from finwatch.store import open_store

    settings = terminal.settings()
    at_once = processes or settings.workers or os.cpu_count() or 1
    with (
        open_store(settings.store_address) as store,
        closing(open_engine(settings, processes=at_once)) as engine,
        terminal.progress() as progress,
        sigterm_stops(),
        ExitStack() as beside,
    ):
        lake = open_lake(settings.lake_address)
        bench = Bench(store=store, lake=lake, knowledge=catalog.load(settings.catalog), checks=load)
        filed = 0
        if stay:
            clerk = Clerk(store, bench)
            clerk.start()
            beside.callback(clerk.close)
        else:
            filed = drain(store, bench)
        worked = work(
            store,
            lake,
            catalog_folder=settings.catalog,
            processes=at_once,
            until_empty=not stay,
            engine=engine,
            progress=progress,
        )
    typer.echo(
        f"examined {worked.examined}, known already {worked.known}, unreadable {worked.unreadable}, "
        f"failed {worked.failed} (tried again next time)"
        + (f", packages of filings {filed}" if filed else "")
        + (", stopped early" if worked.stopped else "")
    )

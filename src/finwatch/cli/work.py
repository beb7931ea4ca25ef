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
    from contextlib import closing

    from finwatch.engine import open_engine
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
    ):
        worked = work(
            store,
            open_lake(settings.lake_address),
            catalog_folder=settings.catalog,
            processes=at_once,
            until_empty=not stay,
            engine=engine,
            progress=progress,
        )
    typer.echo(
        f"examined {worked.examined}, known already {worked.known}, unreadable {worked.unreadable}, "
        f"failed {worked.failed} (tried again next time)" + (", stopped early" if worked.stopped else "")
    )

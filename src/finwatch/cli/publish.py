"""``finwatch publish``: carries what was observed into the pages."""

from __future__ import annotations

from typing import Annotated

import typer

from finwatch.cli import terminal


def run(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build the read model again from nothing.")] = False,
) -> None:
    """Compare everything examined, then publish it; readers see the old or the new state, never half."""
    from contextlib import closing

    from finwatch import catalog
    from finwatch.engine import open_engine
    from finwatch.flow.compare import compare_all
    from finwatch.flow.publish import publish
    from finwatch.lake import open_lake
    from finwatch.store import open_store

    settings = terminal.settings()
    lake = open_lake(settings.lake_address)
    with (
        open_store(settings.store_address) as store,
        closing(open_engine(settings)) as engine,
        terminal.progress() as progress,
    ):
        compare_all(lake, knowledge=catalog.load(settings.catalog), engine=engine, progress=progress)
        published = publish(store, lake, rebuild=rebuild, engine=engine, progress=progress)
    typer.echo(
        f"publication {published.generation}: {published.apps} apps, {published.versions} versions, "
        f"{published.events} events; {published.written} documents written, {published.dropped} dropped"
    )

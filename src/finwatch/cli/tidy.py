"""``finwatch tidy``: brings in what waits on this machine, and joins the small files of past days in the lake."""

from __future__ import annotations

import typer

from finwatch.cli import terminal


def run() -> None:
    """Bring what waits on this machine into the lake, and join the small files of past days there."""
    from datetime import UTC, datetime

    from finwatch.lake import open_lake
    from finwatch.store import open_store

    settings, now = terminal.settings(), datetime.now(UTC)
    lake = open_lake(settings.lake_address)
    settled = lake.settle()
    with open_store(settings.store_address) as store:
        held = store.holds.reach(at=now).markets
    done = lake.tidy(before=now.date(), held=held)
    left = f"; left as they are, by a hold: {', '.join(sorted(held))}" if held else ""
    typer.echo(
        f"{settled} waiting things taken in; joined {done.tables} files of tables and {done.segments} of captures; "
        f"{done.removed} unused files removed{left}"
    )

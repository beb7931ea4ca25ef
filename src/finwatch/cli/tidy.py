"""``finwatch tidy``: brings in what waits on this machine, and joins the small files of past days in the lake."""

from __future__ import annotations

import typer

from finwatch.cli import terminal


def run() -> None:
    """Bring what waits on this machine into the lake, and join the small files of past days there."""
    from datetime import UTC, datetime

    from finwatch.lake import open_lake

    lake = open_lake(terminal.settings().lake_address)
    settled = lake.settle()
    done = lake.tidy(before=datetime.now(UTC).date())
    typer.echo(
        f"{settled} waiting things taken in; joined {done.tables} files of tables and {done.segments} of captures; "
        f"{done.removed} unused files removed"
    )

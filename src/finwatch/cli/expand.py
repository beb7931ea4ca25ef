"""``finwatch expand``: turns what is known into further addresses to visit, each with its reason."""

from __future__ import annotations

from typing import Annotated

import typer

from finwatch.cli import terminal


def run(total: Annotated[int, typer.Option(help="Leads at most, of all reasons together.", min=1)] = 200) -> None:
    """Find more to visit: same developer, same signer, names, addresses inside packages. The next crawl visits them."""
    from finwatch.flow.expand import Budget, grow
    from finwatch.lake import open_lake
    from finwatch.store import open_store

    settings = terminal.settings()
    with open_store(settings.store_address) as store:
        grown = grow(store, open_lake(settings.lake_address), budget=Budget(total=total))
    typer.echo(f"{grown.leads} leads, {grown.tasks} of them new to the frontier")
    for reason, count in grown.reasons.items():
        typer.echo(f"  {reason}: {count}")
    for note in grown.notes:
        typer.echo(f"  {note}", err=True)

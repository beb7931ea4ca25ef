"""``finwatch crawl``: registers markets by their descriptors and visits what is due."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.model.fetch import MarketId
    from finwatch.store import Store


def run(
    markets: Annotated[
        list[str] | None,
        typer.Argument(
            help="Descriptor files (.toml) to register, or ids of registered markets. None = all.", metavar="MARKET…"
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask for their indexes now, due or not.")] = False,
    patience: Annotated[float, typer.Option(help="Seconds to wait for a retry that falls due.", min=0)] = 60.0,
    at_once: Annotated[
        int, typer.Option(help="Visits under way at a time, each at a host of its own unless it allows more.", min=1)
    ] = 8,
) -> None:
    """Visit markets: fetch what is due, keep every answer, queue packages for examination.

    Exit code 3 when no visit of a market succeeded; what was there before is kept.
    """
    from finwatch.cli import lean

    lean.load()  # before anything else imports what it loads
    from finwatch.flow.collect import collect
    from finwatch.lake import open_lake
    from finwatch.report.words import OUTCOMES
    from finwatch.store import open_store

    settings = terminal.settings()
    with open_store(settings.store_address) as store, terminal.progress() as progress:
        names = _registered(store, markets or [])
        lake = open_lake(settings.lake_address)
        collected = collect(
            store,
            lake,
            settings=settings,
            markets=names,
            again=again,
            parallel=at_once,
            patience_s=patience,
            progress=progress,
        )
        health = store.market_health(since=datetime.fromtimestamp(0, UTC), now=datetime.now(UTC))
        left_out = [said for name in names if (said := _left_out(store, name))]
    typer.echo(
        f"{len(collected.markets)} markets, {collected.visits} visits, {collected.succeeded} succeeded, "
        f"{collected.listings} listings, {collected.bytes:,} bytes"
    )
    for kind, count in collected.failures.items():
        typer.echo(f"  {OUTCOMES[kind].en}: {count}")
    for said in left_out:
        typer.echo(f"  {said}", err=True)
    for market in health:
        if market.market.id in collected.markets and market.last_error is not None:
            typer.echo(f"  {market.market.id}: {market.last_error.message}", err=True)
    if collected.visits and not collected.succeeded:
        raise typer.Exit(3)


def _registered(store: Store, given: list[str]) -> list[MarketId]:
    """The ids of what was named; a descriptor file is registered first. Raises ``InputError``, ``NotFound``."""
    from finwatch.crawl.sources import descriptor
    from finwatch.model.fetch import MarketId

    names: list[MarketId] = []
    for name in given:
        if not name.endswith(".toml"):
            names.append(store.markets.get(MarketId(name)).id)
            continue
        for market in descriptor.read(Path(name)):
            store.markets.register(market, now=datetime.now(UTC))
            names.append(market.id)
    return names


def _left_out(store: Store, name: MarketId) -> str | None:
    """Why a market that was named is not visited; ``None`` = it is."""
    market = store.markets.get(name)
    if market.needs_cooperation is not None:
        return f"{name} needs cooperation: {market.needs_cooperation}"
    return None if market.enabled else f"{name} is not enabled: write enabled = true once you may visit it."

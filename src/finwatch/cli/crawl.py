"""``finwatch crawl``: registers markets by their descriptors and visits what is due."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.flow.collect import Collected
    from finwatch.model.fetch import MarketId
    from finwatch.model.view import MarketHealth
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
    language: terminal.Language = None,
) -> None:
    """Visit markets: fetch what is due, keep every answer, queue packages for examination.

    Exit code 3 when no visit of a market succeeded; what was there before is kept.
    """
    from finwatch.cli import lean

    lean.load()  # before anything else imports what it loads
    from finwatch.flow.collect import collect
    from finwatch.lake import open_lake
    from finwatch.store import open_store

    tongue = terminal.language_of(language)
    settings = terminal.settings()
    with open_store(settings.store_address) as store, terminal.progress() as progress:
        names = _registered(store, markets or [])
        lake = open_lake(settings.lake_address)
        began = datetime.now(UTC)
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
        health = [one for one in store.market_health(since=began, now=datetime.now(UTC)) if one.last_error is not None]
        left_out = [said for name in names if (said := _left_out(store, name, tongue))]
        due = store.frontier.next_due(markets=collected.markets) if collected.markets else None
    for line in _told(collected, tongue):
        typer.echo(line)
    for said in [*left_out, *([_idle(due, tongue)] if not collected.visits and not left_out else [])]:
        typer.echo(f"  {said}", err=True)
    for said in _failures(health, collected):
        typer.echo(f"  {said}", err=True)
    if collected.visits and not collected.succeeded:
        raise typer.Exit(3)


def _told(collected: Collected, language: str) -> list[str]:
    """What the crawl did, as lines."""
    from finwatch.report.words import OUTCOMES

    first = (
        f"{len(collected.markets)} 个市场，访问 {collected.visits} 次，成功 {collected.succeeded} 次，"
        f"应用条目 {collected.listings}，{collected.bytes:,} 字节"
        if language == "zh"
        else f"{len(collected.markets)} markets, {collected.visits} visits, {collected.succeeded} succeeded, "
        f"{collected.listings} listings, {collected.bytes:,} bytes"
    )
    return [
        first,
        *(f"  {OUTCOMES[kind].in_language(language)}: {count}" for kind, count in collected.failures.items()),
    ]


def _failures(health: list[MarketHealth], collected: Collected) -> list[str]:
    """The last failure of each market in this crawl; what failed earlier stands on the health page."""
    return [
        f"{one.market.id}: {one.last_error.message}"
        for one in health
        if one.last_error is not None and one.market.id in collected.markets
    ]


def _idle(due: datetime | None, language: str) -> str:
    """Why nothing was visited."""
    if due is None:
        return "没有要访问的市场。" if language == "zh" else "There is no market to visit."
    if due <= datetime.now(UTC):
        return "另一个进程正在访问这些主机。" if language == "zh" else "Another process is at these hosts."
    when = f"{due.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if language == "zh":
        return f"目前无到期任务；下次访问 {when}。如需立即重新读取，请加 --again。"
    return f"Nothing is due before {when}; --again asks for the indexes now."


def _registered(store: Store, given: list[str]) -> list[MarketId]:
    """The ids of what was named; a descriptor file is registered first. Raises ``InputError``, ``NotFound``."""
    from finwatch.crawl.sources import descriptor
    from finwatch.flow.register import register
    from finwatch.model.fetch import MarketId

    names: list[MarketId] = []
    for name in given:
        if not name.endswith(".toml"):
            names.append(store.markets.get(MarketId(name)).id)
            continue
        for market in descriptor.read(Path(name)):
            register(store, market, now=datetime.now(UTC))
            names.append(market.id)
    return names


def _left_out(store: Store, name: MarketId, language: str) -> str | None:
    """Why a market that was named is not visited; ``None`` = it is."""
    market = store.markets.get(name)
    if market.needs_cooperation is not None:
        zh = f"{name} 需要运营方配合：{market.needs_cooperation}"
        return zh if language == "zh" else f"{name} needs cooperation: {market.needs_cooperation}"
    if market.enabled:
        return None
    zh = f"{name} 未启用：获准访问后，请写 enabled = true。"
    return zh if language == "zh" else f"{name} is not enabled: write enabled = true once you may visit it."

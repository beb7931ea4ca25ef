"""``finwatch nightly``: the daily run, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.model.run import Run

Processes = Annotated[int | None, typer.Option(help="Examinations at a time. Default: FINWATCH_WORKERS.", min=1)]
Patience = Annotated[float, typer.Option(help="Seconds to wait for a retry that falls due.", min=0)]


def run(
    as_json: terminal.Json = False,
    processes: Processes = None,
    patience: Patience = 60.0,
    language: terminal.Language = None,
) -> None:
    """Crawl what is due, examine, compare, compute, publish, alert; say what was new, gone, changed, failed, worse.

    Killed at any point and started again it goes on with the same run. Exit code 3 while another run is under way,
    and when this one was stopped or could not be finished.
    """
    from finwatch.model.run import RunState

    tongue = terminal.language_of(language)
    done = once(processes=processes, patience_s=patience)
    typer.echo(done.model_dump_json() if as_json else told(done, tongue))
    if done.state is not RunState.DONE:
        raise typer.Exit(3)


def once(*, processes: int | None, patience_s: float) -> Run:
    """The run that was done, or gone on with, with the settings of this process."""
    from finwatch.flow.nightly import nightly
    from finwatch.lake import open_lake
    from finwatch.lake.evidence.authority import authority_of
    from finwatch.store import open_store

    settings = terminal.settings()
    authority_of(settings)  # what the seal after the crawl needs is told before the crawl
    with open_store(settings.store_address) as store, terminal.progress() as progress:
        return nightly(
            store,
            open_lake(settings.lake_address),
            settings=settings,
            processes=processes or settings.workers or os.cpu_count() or 1,
            patience_s=patience_s,
            progress=progress,
        )


def told(done: Run, language: str) -> str:
    """The run as text: its numbers, then what lies behind each, by market."""
    from finwatch.report.words import ALERTS, EVENTS, OUTCOMES

    zh = language == "zh"
    report = done.report
    notes = [f"  {note.in_language(language)}" for step in done.steps for note in step.notes]
    if report is None:
        stopped = f"第 {done.id} 次运行已停止；再次启动将继续。"
        return "\n".join([stopped if zh else f"run {done.id} stopped; start again to go on", *notes])
    numbers = (
        f"第 {done.id} 次运行：新增 {report.new}，下架 {report.gone}，变更 {report.changed}，失败 {report.failed}，"
        f"恶化 {report.worse}"
        if zh
        else f"run {done.id}: {report.new} new, {report.gone} gone, {report.changed} changed, {report.failed} failed, "
        f"{report.worse} worse"
    )
    rows = [(one.market, EVENTS[one.kind], one.count) for one in report.changes]
    rows += [(one.market, OUTCOMES[one.kind], one.count) for one in report.failures]
    alerts = [f"  {ALERTS[one.kind].in_language(language)}: {one.count}" for one in report.alerts]
    return "\n".join(
        [
            numbers,
            *notes,
            *alerts,
            *(f"  {market}  {text.in_language(language)}: {count}" for market, text, count in rows),
        ]
    )

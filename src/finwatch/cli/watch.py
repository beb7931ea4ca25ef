"""``finwatch watch``: the daily run, again and again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import nightly, terminal

if TYPE_CHECKING:
    from finwatch.model.run import Run


def run(
    every: Annotated[str | None, typer.Option(help="From one start to the next: 90m, 6h, 1d.")] = None,
    at: Annotated[str | None, typer.Option(help="Each day at this time of the local clock: HH:MM.")] = None,
    processes: nightly.Processes = None,
    patience: nightly.Patience = 60.0,
    language: terminal.Language = None,
) -> None:
    """Do the daily run at a time or at an interval, never two at once, until SIGTERM or Ctrl-C.

    A run that was cut off is gone on with at once. When the store or the lake cannot be used, it says so and tries
    again.
    """
    from finwatch.flow.watch import plan, stop_signals, watch
    from finwatch.lake.evidence.authority import authority_of
    from finwatch.store import open_store

    when = plan(every=every, at=at)
    tongue = terminal.language_of(language)
    settings = terminal.settings()
    authority_of(settings)  # what the seal after the crawl needs is told before the crawl

    def newest() -> Run | None:
        with open_store(settings.store_address) as store:
            return next(iter(store.runs.newest(limit=1)), None)

    def once() -> Run:
        done = nightly.once(processes=processes, patience_s=patience)
        typer.echo(nightly.told(done, tongue))
        return done

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    with stop_signals() as stop:
        watch(when, run=once, newest=newest, wait=stop.wait, told=say)
    say("stopped")

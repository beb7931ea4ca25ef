"""``finwatch deliver``: send what waits in the outbox, and settle what is in doubt."""

from __future__ import annotations

import os
import socket
from typing import Annotated

import typer

from finwatch.cli import terminal


def run(
    as_json: terminal.Json = False,
    again: Annotated[int | None, typer.Option(help="Send this doubtful or given-up message anew.")] = None,
    settle: Annotated[int | None, typer.Option(help="Hold this doubtful message to be sent.")] = None,
) -> None:
    """Send the mail and webhooks that wait, each once; list what a person must look at (exit code 1 if any)."""
    from datetime import UTC, datetime

    from finwatch.notify import deliver
    from finwatch.store import open_store
    from finwatch.supervise.channels import channels

    settings = terminal.settings()
    with open_store(settings.store_address) as store:
        for number, anew in ((again, True), (settle, False)):
            if number is not None and not store.outbox.decide(number, again=anew, now=datetime.now(UTC)):
                typer.echo(f"message {number} is neither doubtful nor given up", err=True)
                raise typer.Exit(2)
        report = deliver(store, channels(store, settings), worker=f"{socket.gethostname()}:{os.getpid()}")
        stuck = store.outbox.stuck()
    if as_json:
        typer.echo(report.model_dump_json())
    else:
        typer.echo(
            f"sent {report.sent}, refused this time {report.later}, given up {report.given_up}, "
            f"waiting for a channel that is not set up {report.without_channel}"
        )
        for one in stuck:
            typer.echo(f"  {one.id}  {one.state}  {one.channel} to {one.address}: {one.error}")
    if stuck:
        raise typer.Exit(1)

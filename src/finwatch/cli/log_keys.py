"""``finwatch log key``: the key that signs heads and lists, and how the next follows it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from finwatch.cli import terminal

app = typer.Typer(help="The key that signs, and those before it.", no_args_is_help=True, rich_markup_mode=None)
File = Annotated[Path, typer.Argument(help="A new file for the private key; its owner alone may read it.")]


@app.command()
def new(
    file: File,
    origin: Annotated[str, typer.Option(help="The log's name, such as register.example/log; it never changes.")],
) -> None:
    """Make the log's first key. Set FINWATCH_SIGNING_KEY to its file, keep a copy apart, publish the key text."""
    from finwatch.flow.signing import begin
    from finwatch.store import open_store
    from finwatch.supervise.desk import SYSTEM

    with open_store(terminal.settings().store_address) as store:
        public = begin(store, file, origin=origin, actor=SYSTEM, now=datetime.now(UTC))
    typer.echo(str(public))


@app.command()
def rotate(file: File) -> None:
    """Make the next key: the one of FINWATCH_SIGNING_KEY endorses it and ends. Set the setting to the new file then."""
    from finwatch.flow.signing import rotate as rotated
    from finwatch.flow.signing import signer_of
    from finwatch.store import open_store
    from finwatch.supervise.desk import SYSTEM

    settings = terminal.settings()
    with open_store(settings.store_address) as store:
        signer = signer_of(store, settings.signing_key)
        public = rotated(store, signer, file, actor=SYSTEM, now=datetime.now(UTC))
    typer.echo(str(public))


@app.command()
def show() -> None:
    """Print the key file (finwatch.keys/1): every key with its time and its endorsement."""
    from finwatch.errors import NotFound
    from finwatch.store import open_store

    with open_store(terminal.settings().store_address) as store:
        found = store.heads.keys()
    if found is None:
        raise NotFound("The log has no key.", zh="日志尚无密钥。", todo="Make one with: finwatch log key new.")
    sys.stdout.write(found.model_dump_json(indent=1) + "\n")

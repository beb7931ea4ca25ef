"""``finwatch approved``: the list of filed apps, brought up to date, published and handed out."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from finwatch.cli import terminal

app = typer.Typer(
    help="The approved list: brought up to date, published with a signature, handed out.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def publish(
    refresh: Annotated[bool, typer.Option(help="First bring the rows up to date with the filing cases.")] = True,
    json: terminal.Json = False,
) -> None:
    """Publish the list as it stands, as JSON and CSV, signed by the key of FINWATCH_SIGNING_KEY, and sign the log."""
    from finwatch.flow.approved import publish as published
    from finwatch.flow.approved import refresh as refreshed
    from finwatch.flow.signing import signer_of
    from finwatch.lake import open_lake
    from finwatch.store import open_store
    from finwatch.supervise.desk import SYSTEM

    settings = terminal.settings()
    lake = open_lake(settings.lake_address)
    with open_store(settings.store_address) as store, terminal.progress() as progress:
        signer = signer_of(store, settings.signing_key)
        now = datetime.now(UTC)
        changed = 0
        if refresh:
            from finwatch.flow.filed_packages import packages_of

            with packages_of(lake, catalog=settings.catalog) as packages:
                changed = refreshed(
                    store, actor=SYSTEM, now=now, packages=packages, progress=lambda done: progress("cases", done, None)
                )
        made = published(store, lake, signer=signer, actor=SYSTEM, now=now)
    if json:
        sys.stdout.write(made.model_dump_json() + "\n")
        return
    typer.echo(f"list {made.number}: {made.apps:,} apps, {changed:,} changed rows, leaf {made.leaf}")
    typer.echo(f"  JSON {made.bytes:,} bytes, SHA-256 {made.sha256}")
    typer.echo(f"  CSV  {made.csv_bytes:,} bytes, SHA-256 {made.csv_sha256}")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write the list, its signatures, the key file and the head.")],
    number: Annotated[int | None, typer.Option("--list", min=1, help="Which list; default the newest.")] = None,
) -> None:
    """Write a published list as files: approved.json, approved.csv, their .sig, keys.json, head.txt."""
    from finwatch.lake import open_lake
    from finwatch.store import open_store

    settings = terminal.settings()
    lake = open_lake(settings.lake_address)
    with open_store(settings.store_address) as store:
        made, keys, head = store.approved.list(number), store.heads.keys(), store.heads.newest()
    folder.mkdir(parents=True, exist_ok=True)
    for name, digest, signature in (
        ("approved.json", made.sha256, made.signature),
        ("approved.csv", made.csv_sha256, made.csv_signature),
    ):
        shutil.copyfile(lake.blobs.path(digest), folder / name)
        (folder / f"{name}.sig").write_text(signature, "utf-8")
    if keys is not None:
        (folder / "keys.json").write_text(keys.model_dump_json(indent=1) + "\n", "utf-8")
    if head is not None:
        (folder / "head.txt").write_text(head.note, "utf-8")
    typer.echo(f"list {made.number} of {made.at:%Y-%m-%d %H:%M} UTC in {folder}")

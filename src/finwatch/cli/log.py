"""``finwatch log``: the transparency log: keys, signed heads, proofs, the check, the witness."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal
from finwatch.cli.log_keys import app as keys_app
from finwatch.cli.log_witness import app as witness_app
from finwatch.cli.log_witness import note_of

if TYPE_CHECKING:
    from finwatch.settings import Settings
    from finwatch.store import Store

app = typer.Typer(
    help="The transparency log: signed heads, proofs, the check of every decided row, the witness.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(keys_app, name="key")
app.add_typer(witness_app, name="witness")
ALTERED = 1


@contextmanager
def opened() -> Iterator[tuple[Store, Settings]]:
    """The store of this process's settings."""
    from finwatch.store import open_store

    settings = terminal.settings()
    with open_store(settings.store_address) as store:
        yield store, settings


@app.command()
def sign(json: terminal.Json = False) -> None:
    """Sign the head of the log as it stands, with the key of FINWATCH_SIGNING_KEY, and keep it."""
    from finwatch.flow.signing import sign_head, signer_of

    with opened() as (store, settings):
        head = sign_head(store, signer_of(store, settings.signing_key), now=datetime.now(UTC))
    sys.stdout.write(head.model_dump_json() + "\n" if json else head.note)


@app.command()
def head(
    size: Annotated[int | None, typer.Option(min=0, help="Of the log when it had so many leaves.")] = None,
    json: terminal.Json = False,
) -> None:
    """Print the newest signed head; keep a copy elsewhere: against it nothing before can be rewritten."""
    from finwatch.errors import NotFound

    with opened() as (store, _):
        found = store.heads.newest(size=size)
    if found is None:
        raise NotFound("No such head was signed.", zh="没有签署过该日志头。", todo="Sign one with: finwatch log sign.")
    sys.stdout.write(found.model_dump_json() + "\n" if json else found.note)


@app.command()
def prove(
    leaf: Annotated[int | None, typer.Option(min=0, help="Index of a leaf.")] = None,
    record: Annotated[int | None, typer.Option(help="An app of the approved list, by its record number.")] = None,
    edition: Annotated[int | None, typer.Option("--list", min=1, help="Of this list; default the newest.")] = None,
    row: Annotated[str | None, typer.Option(help="The newest leaf of a decided row, such as case_file/17.")] = None,
    since: Annotated[int | None, typer.Option(min=0, help="That the log of so many leaves is its beginning.")] = None,
) -> None:
    """Print a proof as JSON: of a leaf, of an app's row in a published list, of a decided row, or of consistency."""
    from finwatch.errors import InputError, NotFound
    from finwatch.flow.proving import Prover, consistency, find_rows, leaf_proof, signed_head
    from finwatch.lake import open_lake

    if sum(one is not None for one in (leaf, record, row, since)) != 1:
        raise InputError(
            "What shall be proved?", zh="请指明要证明什么。", todo="Give one of --leaf, --record, --row, --since."
        )
    with opened() as (store, settings):
        if since is not None:
            document = consistency(store, since, signed_head(store).size).model_dump_json()
        elif record is not None:
            document = Prover(store, open_lake(settings.lake_address)).entry(record, number=edition).model_dump_json()
        else:
            if row is not None:
                table, _, key = row.partition("/")
                leaves = find_rows(store, table, key)
                if not leaves:
                    raise NotFound(f"No leaf vouches for {row}.", zh=f"没有日志为 {row} 作证。", todo="Check its name.")
                leaf = leaves[-1]
            assert leaf is not None
            document = leaf_proof(store, leaf).model_dump_json()
    sys.stdout.write(document + "\n")


@app.command()
def check(
    key: Annotated[
        Path | None, typer.Option(help="The keys you trust. Default: those that the store names, which prove less.")
    ] = None,
    noted: Annotated[
        list[Path] | None, typer.Option("--head", help="A signed head that was kept elsewhere; may be given again.")
    ] = None,
    json: terminal.Json = False,
    language: terminal.Language = None,
) -> None:
    """Hash every decided row, leaf and node again and name what was altered. Exit code 0 whole, 1 altered."""
    from finwatch.cli.verify import trusted
    from finwatch.flow.signing import endorsements_of, trusted_of
    from finwatch.transparency.keys import followed

    tongue = terminal.language_of(language)
    heads = [note_of(path) for path in noted or ()]
    with opened() as (store, _), terminal.progress() as progress:
        file = store.heads.keys()
        known = trusted_of(file)
        if key is not None:
            known = followed(trusted(key), endorsements_of(file), origin=file.origin if file else "")
        result = store.check_log(now=datetime.now(UTC), trusted=known, noted=heads, progress=progress)
    if json:
        sys.stdout.write(result.model_dump_json() + "\n")
    else:
        from finwatch.report.integrity import lines

        for line in lines(result, tongue):
            terminal.console().print(line, markup=False)
    raise typer.Exit(ALTERED if result.faults else 0)

"""``finwatch log witness``: what an outsider keeps, compares and cosigns, so that nobody can show two histories."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.transparency.note import Note

app = typer.Typer(help="For a witness: export, compare, cosign.", no_args_is_help=True, rich_markup_mode=None)
TWO_HISTORIES, UNPROVEN = 1, 2
Key = Annotated[Path, typer.Option(help="The log's keys that you trust: a key file, or key texts, one a line.")]


@app.command()
def export(since: Annotated[int, typer.Option(min=0, help="Heads over so many leaves or more.")] = 0) -> None:
    """Print every signed head with the proofs that tie each to the next, for a witness to keep."""
    from finwatch.flow.proving import export as exported
    from finwatch.store import open_store

    with open_store(terminal.settings().store_address) as store:
        sys.stdout.write(exported(store, since=since).model_dump_json() + "\n")


@app.command()
def compare(
    one: Annotated[Path, typer.Argument(help="A signed head, or an export.")],
    other: Annotated[Path, typer.Argument(help="Another, of the same log, however it was come by.")],
    key: Key,
    proof: Annotated[
        Path | None, typer.Option(help="A consistency proof, as finwatch log prove --since prints it.")
    ] = None,
    language: terminal.Language = None,
) -> None:
    """Compare two views of a log. Exit code 0: one history. 1: two, and both signed heads are printed as the proof.

    2: nothing follows: a signature or a consistency proof is missing.
    """
    from finwatch.flow.witness import compare_views, view_of

    tongue = terminal.language_of(language)
    found = compare_views(
        view_of(_text(one)), view_of(_text(other)), proof=_text(proof) if proof else None, key=_text(key)
    )
    for line in found.lines(tongue):
        typer.echo(line)
    raise typer.Exit({"one": 0, "two": TWO_HISTORIES, "open": UNPROVEN}[found.outcome])


@app.command()
def cosign(
    head: Annotated[Path, typer.Argument(help="A signed head.")],
    key: Key,
    private: Annotated[Path, typer.Option(help="The witness's private key (PEM); made where there is none.")],
    name: Annotated[str, typer.Option(help="The witness's name, such as witness.example/one.")],
    before: Annotated[
        Path | None, typer.Option(help="The head that this witness cosigned last: the new one must extend it.")
    ] = None,
    proof: Annotated[Path | None, typer.Option(help="The consistency proof from that head to this one.")] = None,
) -> None:
    """Add the witness's line to a head that the log signed and that extends the one before; print the head."""
    from finwatch.flow.witness import cosigned

    told = cosigned(
        note_of(head),
        key=_text(key),
        private=private,
        name=name,
        before=note_of(before) if before else None,
        proof=_text(proof) if proof else None,
        now=datetime.now(UTC),
    )
    sys.stdout.write(str(told))


@app.command()
def accept(head: Annotated[Path, typer.Argument(help="A head with witnesses' lines.")]) -> None:
    """Keep the lines that witnesses added to a head of this log."""
    from finwatch.store import open_store

    with open_store(terminal.settings().store_address) as store:
        sys.stdout.write(store.heads.cosigned(note_of(head)).note)


def note_of(path: Path) -> Note:
    """The signed text of a file. Raises ``InputError``."""
    from finwatch.transparency.note import parse

    return parse(_text(path))


def _text(path: Path) -> str:
    from finwatch.errors import InputError

    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read.", zh=f"无法读取 {path}。", todo="Name another file.") from error

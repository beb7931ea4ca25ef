"""``finwatch ledger``: an institution's ledger in and out as files, its entries, and what is due.

Who runs it holds the store; ``--as`` names the person whose roles and scope hold, and whose name the steps carry.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal

if TYPE_CHECKING:
    from finwatch.model.access import Actor
    from finwatch.supervise.ledger.ledger import Ledger

app = typer.Typer(
    help="An institution's ledger of apps: a file in, a file out, entries, and what is due.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
As = Annotated[str, typer.Option("--as", help="Account of the person who acts.")]
Owner = Annotated[str | None, typer.Option(help="Id of an institution; default: everything the person sees.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The sheet as it is kept: .xlsx, .xls or .csv.")],
    account: As,
    correct: Annotated[list[str] | None, typer.Option(help="CELL=TEXT, as 'Sheet1!D7=2024-03-05'.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Import, if nothing is wrong.")] = False,
    language: terminal.Language = None,
    json: terminal.Json = False,
) -> None:
    """Read a sheet and say what is wrong, cell by cell; with --confirm all of it is imported, or nothing.

    Exit code 1: something is wrong, and nothing was imported.
    """
    from finwatch.errors import InputError

    with _opened(account) as (ledger, actor):
        if not file.is_file():
            raise InputError(f"{file} is no file.", zh=f"没有文件 {file}。", todo="Check the path.")
        case = ledger.hand_in(actor, file.read_bytes(), name=file.name)
        typed = dict(_typed(one) for one in correct or ())
        case = ledger.correct(actor, case, typed) if typed else case
        reading, differences = ledger.reading(case), ledger.differences(actor, case)
        if confirm and case.state == "ready":
            case = ledger.confirm(actor, case)
        if json:
            sys.stdout.write(reading.model_dump_json() + "\n")
        else:
            tongue = terminal.language_of(language)
            for note in reading.notes:
                typer.echo(f"  {note.in_language(tongue)}")
            for one in reading.errors:
                todo = one.todo.in_language(tongue) if one.todo else ""
                value = f"“{one.value}” " if one.value else ""
                typer.echo(
                    f"{one.sheet}!{one.cell} [{one.heading}] {value}{one.says.in_language(tongue)} {todo}".rstrip()
                )
            counts = {
                what: sum(one.what == what for one in differences) for what in ("new", "changed", "same", "ended")
            }
            told = ", ".join(f"{what} {count}" for what, count in counts.items())
            typer.echo(
                f"import {case.id}: {case.state}; {len(reading.rows)} rows, {len(reading.errors)} errors; {told}"
            )
    if reading.errors or (confirm and case.state != "imported"):
        raise typer.Exit(1)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; the suffix of a plain export decides its format.")],
    account: As,
    same: Annotated[int | None, typer.Option(min=1, help="Number of an import: its file, in its own shape.")] = None,
    owner: Owner = None,
    language: terminal.Language = None,
) -> None:
    """Write the ledger as a file: all columns, or (--same) a file that was imported with the ledger as it stands."""
    with _opened(account) as (ledger, actor):
        tongue = terminal.language_of(language)
        if same is not None:
            case = ledger.desk.store.cases.get(same, scope=actor.scope)
            data, _ = ledger.same(actor, case)
        else:
            data = ledger.plain(actor, owner, language=tongue, suffix=file.suffix.lower())
        file.write_bytes(data)
    typer.echo(f"{file}: {len(data):,} bytes")


@app.command("list")
def list_(account: As, owner: Owner = None, json: terminal.Json = False) -> None:
    """The entries: number, kind, state, name, department, responsible person."""
    with _opened(account) as (ledger, actor):
        entries = ledger.entries(actor, owner)
    for case in entries:
        if json:
            sys.stdout.write(case.model_dump_json() + "\n")
            continue
        form = case.form
        told = (case.id, form.get("kind"), case.state, case.title, form.get("department"), form.get("responsible"))
        typer.echo("\t".join(str(one or "-") for one in told))


@app.command()
def due(
    account: As,
    owner: Owner = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is overdue.")] = False,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of this day; default today.")] = None,
    language: terminal.Language = None,
    json: terminal.Json = False,
) -> None:
    """Assessments, audits, drills and contracts, the most pressing first. Exit code 1: some are overdue."""
    from finwatch.supervise.ledger.duties import NAMES, STANDINGS, Standing
    from finwatch.supervise.ledger.ledger import today_in_china

    with _opened(account) as (ledger, actor):
        today = on.date() if on else today_in_china()
        duties = ledger.duties(ledger.entries(actor, owner, living=True), today=today)
    tongue = terminal.language_of(language)
    late = [one for one in duties if one.standing is Standing.OVERDUE]
    for one in late if overdue else duties:
        if json:
            sys.stdout.write(one.model_dump_json() + "\n")
            continue
        standing, name = STANDINGS[one.standing].in_language(tongue), NAMES[one.kind].in_language(tongue)
        typer.echo(f"{one.due or '-'}\t{standing}\t{name}\t{one.entry}\t{one.name}\t{one.responsible}")
    if late:
        raise typer.Exit(1)


def _typed(text: str) -> tuple[str, str]:
    from finwatch.errors import InputError

    place, sign, value = text.partition("=")
    if not sign or "!" not in place:
        raise InputError(f"{text!r} is no correction.", zh=f"“{text}”不是更正。", todo="Write Sheet1!D7=2024-03-05.")
    return place, value


@contextmanager
def _opened(account: str) -> Iterator[tuple[Ledger, Actor]]:
    """The ledger, and the person who acts. Raises ``NotFound``, ``Denied``."""
    from finwatch.access.secrets import Sealer
    from finwatch.catalog import load
    from finwatch.errors import Denied, NotFound
    from finwatch.lake import open_lake
    from finwatch.model.access import Permission
    from finwatch.store import open_store
    from finwatch.supervise.door import Door
    from finwatch.supervise.ledger.ledger import Ledger
    from finwatch.supervise.office import desk_of

    settings = terminal.settings()
    lake = open_lake(settings.lake_address)
    with open_store(settings.store_address) as store:
        found = store.accounts.by_account(account)
        if found is None:
            raise NotFound(f"There is no account {account!r}.", zh=f"没有账号 {account}。", todo="See finwatch access.")
        actor = Door(store, Sealer.fresh()).actor(found).model_copy(update={"means": "system"})
        if not actor.may(Permission.LEDGER_READ):
            raise Denied(f"{account} may not read ledgers.", zh=f"{account} 没有查看台账的权限。", todo="Give a role.")
        desk = desk_of(store, knows=lake.blobs.has, catalog=settings.catalog)
        institutions = load(settings.catalog).institutions
        yield Ledger(desk, lake.blobs, institutions=institutions, catalog=settings.catalog), actor

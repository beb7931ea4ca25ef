"""``finwatch store``: the database itself: migrations, backups, how long what is kept, holds.

Who runs these verbs holds the store's address, so nobody is asked who they are; what changes rows stands in the journal
as the operator's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal
from finwatch.model.retention import HoldKind

if TYPE_CHECKING:
    from finwatch.model.retention import Hold, RetentionRun
    from finwatch.store import Store

app = typer.Typer(help="The store: migrations, backups, retention, holds.", no_args_is_help=True, rich_markup_mode=None)
migrations = typer.Typer(help="Which revision the tables are at.", no_args_is_help=True, rich_markup_mode=None)
retention = typer.Typer(help="How long what is kept.", no_args_is_help=True, rich_markup_mode=None)
hold = typer.Typer(help="Holds that keep what is about a matter.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(migrations, name="migrate")
app.add_typer(retention, name="retention")
app.add_typer(hold, name="hold")
File = Annotated[Path, typer.Argument(help="A backup.")]


# Migrations --------------------------------------------------------------------------------------------------------


@migrations.command()
def status(json: terminal.Json = False) -> None:
    """Which revision the store is at, and which this program knows."""
    from finwatch.store.state import state_of

    found = state_of(terminal.settings().store_address)
    if json:
        sys.stdout.write(found.model_dump_json() + "\n")
        return
    typer.echo(f"{found.address}: revision {found.revision or 'none (empty)'}; this program: {found.head}")
    for name in found.pending:
        typer.echo(f"  to come: {name}")


@migrations.command()
def up(to: Annotated[str | None, typer.Option(help="Stop at this revision. Default: the newest.")] = None) -> None:
    """Bring the store to the newest revision, or to one before it. Opening the store does the first by itself."""
    from finwatch.store.state import move

    found = move(terminal.settings().store_address, to=to, down=False)
    typer.echo(f"{found.address}: revision {found.revision}")


@migrations.command()
def down(
    to: Annotated[str, typer.Option(help="The revision to go back to.")],
    backup: Annotated[Path, typer.Option(help="Write a backup here first: what newer revisions brought is dropped.")],
) -> None:
    """Take the store back to an older revision, after a backup."""
    from finwatch.store.backup import backup as take
    from finwatch.store.state import move

    address = terminal.settings().store_address
    take(address, backup)
    found = move(address, to=to, down=True)
    typer.echo(f"{found.address}: revision {found.revision}; before that backed up to {backup}")


# Backups -----------------------------------------------------------------------------------------------------------

WAYS = {"sqlite": "SQLite's online backup", "pg_dump": "pg_dump", "copy": "COPY, as pg_dump is not there or too old"}


@app.command("backup")
def take_backup(file: Annotated[Path, typer.Argument(help="The file to write; one that is there is kept.")]) -> None:
    """Write a consistent backup while others work, and its checksum FILE.sha256."""
    from finwatch.store.backup import backup

    made = backup(terminal.settings().store_address, file)
    rows = sum(one.rows for one in made.contents.tables)
    typer.echo(
        f"{file}: {file.stat().st_size:,} bytes, {rows:,} rows of {len(made.contents.tables)} tables, revision "
        f"{made.contents.revision}, {made.database} by {WAYS[made.kind]}"
    )
    if made.contents.log is not None:
        typer.echo(f"log: {made.contents.log.size:,} leaves, root {made.contents.log.root}")


@app.command()
def restore(file: File) -> None:
    """Restore a backup into the empty database of FINWATCH_STORE: all of it, or nothing."""
    from finwatch.store.backup import restore as restoring

    held = restoring(file, terminal.settings().store_address)
    rows = sum(one.rows for one in held.tables)
    typer.echo(f"restored {rows:,} rows of {len(held.tables)} tables, revision {held.revision}")


@app.command()
def rehearse(
    file: File,
    into: Annotated[
        str | None, typer.Option(help="Address of an empty database to use. Default: one is made and dropped.")
    ] = None,
    json: terminal.Json = False,
    language: terminal.Language = None,
) -> None:
    """Restore a backup into a scratch database, hold it against its manifest and the log. Exit code 1 = not whole."""
    from finwatch.store.backup import rehearse as rehearsing

    found = rehearsing(file, terminal.settings().store_address, into=into)
    if json:
        sys.stdout.write(found.model_dump_json() + "\n")
    else:
        told = terminal.language_of(language)
        for fault in found.faults:
            typer.echo(fault.says.in_language(told))
        typer.echo(
            f"{'whole' if found.whole else 'NOT WHOLE'}: of {found.manifest.made:%Y-%m-%d %H:%M:%S} UTC, "
            f"{found.checked.rows:,} decided rows, {found.checked.leaves:,} leaves; read in {found.read_s:.1f} s, "
            f"restored in {found.restored_s:.1f} s, migrated in {found.migrated_s:.1f} s, checked in "
            f"{found.agreed_s:.1f} s"
        )
    raise typer.Exit(0 if found.whole else 1)


# Retention ---------------------------------------------------------------------------------------------------------


@contextmanager
def _store() -> Iterator[Store]:
    from finwatch.store import open_store

    with open_store(terminal.settings().store_address) as opened:
        yield opened


@retention.command("show")
def show_periods(language: terminal.Language = None) -> None:
    """How long each kind of record is kept, why, and by which text; and the holds in force."""
    from finwatch.catalog.retention import periods

    told = terminal.language_of(language)
    for one in periods(terminal.settings().catalog).values():
        typer.echo(f"{one.id:<22} {one.days:>5} d  {one.name.in_language(told)}")
        typer.echo(f"{'':<30} {one.why.in_language(told)} ({one.source})")
    with _store() as store:
        for found in store.holds.all(at=datetime.now(UTC)):
            typer.echo(_held(found))


@retention.command("apply")
def apply_periods(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would go.")] = False,
    json: terminal.Json = False,
) -> None:
    """Take out what is older than its period, unless a hold keeps it; each batch stands in the journal and the log."""
    from finwatch.catalog.retention import periods
    from finwatch.supervise.accounts import OPERATOR

    chosen, now = periods(terminal.settings().catalog), datetime.now(UTC)
    with _store() as store:
        done = store.retention.plan(chosen, now=now) if dry_run else store.retention.apply(OPERATOR, chosen, now=now)
    if json:
        sys.stdout.write(done.model_dump_json() + "\n")
        return
    for line in _went(done, dry_run=dry_run):
        typer.echo(line)


def _went(done: RetentionRun, *, dry_run: bool) -> list[str]:
    verb = "would go" if dry_run else "went"
    lines = [
        f"{one.period:<22} {one.rows:>9,} {verb}, {one.held:,} held; older than {one.before:%Y-%m-%d}"
        for one in done.going
    ]
    return [*lines, *(_held(one) for one in done.holds), f"{done.rows:,} rows {verb}"]


# Holds -------------------------------------------------------------------------------------------------------------


@hold.command("add")
def add_hold(
    kind: Annotated[HoldKind, typer.Argument(help="What it is about.")],
    key: Annotated[str, typer.Argument(help="Package name, number of the case, id of the organisation or market.")],
    reason: Annotated[str, typer.Option(help="Which matter it is for.")],
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day (UTC). Default: until it is lifted.")
    ] = None,
) -> None:
    """Keep everything about an app, a case, an organisation or a market, whatever the periods say."""
    from datetime import timedelta

    from finwatch.supervise.accounts import OPERATOR

    end = until.replace(tzinfo=UTC) + timedelta(days=1) if until is not None else None
    with _store() as store:
        placed = store.holds.place(OPERATOR, kind, key, reason=reason, now=datetime.now(UTC), until=end)
    typer.echo(_held(placed))


@hold.command("list")
def list_holds(
    every: Annotated[bool, typer.Option("--all", help="Also those that were lifted or ran out.")] = False,
) -> None:
    """The holds in force."""
    with _store() as store:
        found = store.holds.all(at=None if every else datetime.now(UTC))
    for one in found:
        typer.echo(_held(one))
    if not found:
        typer.echo("no hold")


@hold.command("lift")
def lift_hold(
    number: Annotated[int, typer.Argument(help="Number of the hold.", min=1)],
    reason: Annotated[str, typer.Option(help="Why it may go.")],
) -> None:
    """End a hold."""
    from finwatch.supervise.accounts import OPERATOR

    with _store() as store:
        typer.echo(_held(store.holds.lift(OPERATOR, number, reason=reason, now=datetime.now(UTC))))


def _held(one: Hold) -> str:
    """A hold as a line."""
    end = f", lifted {one.lifted:%Y-%m-%d} by {one.lifted_by}: {one.lift_reason}" if one.lifted else ""
    until = f" until {one.until:%Y-%m-%d %H:%M} UTC" if one.until else ""
    placed = f"since {one.placed:%Y-%m-%d} by {one.placed_by}: {one.reason}"
    return f"hold {one.id}: {one.kind.value} {one.key}{until}, {placed}{end}"

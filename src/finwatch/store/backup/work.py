"""Taking a backup, restoring one, and rehearsing that: whatever the database is."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from finwatch import __version__
from finwatch.errors import InputError, StoreError
from finwatch.model.base import Model
from finwatch.model.integrity import Checked, Fault, FaultKind
from finwatch.store import migrate
from finwatch.store.backup import of_postgresql, of_sqlite
from finwatch.store.backup.archive import Archive, reading_from, writing_to
from finwatch.store.backup.manifest import Contents, Manifest
from finwatch.store.dialect import connect
from finwatch.store.integrity import check

_KINDS: Final = {"sqlite": "sqlite", "pg_dump": "postgresql", "copy": "postgresql"}
"""In which database a backup of each kind can be restored."""


class Rehearsed(Model):
    """What a rehearsal found."""

    manifest: Manifest
    read_s: float
    """Reading and hashing the file."""
    restored_s: float
    """Until the scratch database held everything, counted and compared."""
    migrated_s: float
    """Until it was at this program's revision."""
    agreed_s: float
    """Holding every decided row against the log."""
    revision: str
    checked: Checked
    """Rows, leaves, nodes and heads, each against the log. Who signed the heads is for ``finwatch log check``."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What the log does not vouch for; nothing = log and rows agree."""
        return tuple(one for one in self.checked.faults if one.kind is not FaultKind.HEAD_UNSIGNED)

    @property
    def whole(self) -> bool:
        """Whether the backup can be relied on."""
        return not self.faults and not self.checked.more


def backup(address: str, file: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Manifest:
    """Writes a consistent backup of a store, while others write to it, and its checksum beside it.

    Raises ``InputError`` when the file is there already, ``StoreError`` when the store is not or cannot be read.
    """
    with _engine(address) as engine, writing_to(file) as writer:
        made = clock()
        if engine.dialect.name == "sqlite":
            if not of_sqlite.place_of(engine).is_file():
                raise StoreError(f"There is no store at {address}.", zh=f"{address} 处没有数据库。")
            held = of_sqlite.take(engine, writer, file)
            kind, database = "sqlite", of_sqlite.version()
        else:
            kind, database, held = of_postgresql.take(engine, writer)
        manifest = Manifest.model_validate(
            {
                "made": made,
                "version": __version__,
                "kind": kind,
                "database": database,
                "contents": held,
                "members": tuple(writer.members),
            }
        )
        writer.finish(manifest)
    return manifest


def inspect_backup(file: Path) -> Manifest:
    """What a backup says of itself, after all of it was read and hashed. Raises as ``restore`` does."""
    with reading_from(file) as archive:
        archive.verify()
        return archive.manifest


def restore(file: Path, address: str) -> Contents:
    """Restores a backup into an empty database: all of it, or nothing; returns what it holds.

    Raises ``InputError`` for a file that is no whole backup or a database that is not empty or of another kind, and
    ``StoreError`` when a newer Finwatch made the backup. The next opening migrates what an older one made.
    """
    with reading_from(file) as archive:
        _fits(archive, address)
        archive.verify()
        return _restore(archive, address)


def _fits(archive: Archive, address: str) -> None:
    found = archive.manifest.contents.revision
    if found not in migrate.known():
        raise StoreError(
            f"{archive.file} is at revision {found}, which this Finwatch does not know.",
            zh=f"{archive.file} 的数据库版本 {found} 高于本程序所识别的版本。",
            todo="Install the newer Finwatch that made it.",
        )
    wanted, given = _KINDS[archive.manifest.kind], make_url(address).get_backend_name()
    if wanted != given:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise InputError(
            f"{archive.file} was made of {names[wanted]} and cannot be restored into {names.get(given, given)}.",
            zh=f"{archive.file} 来自 {names[wanted]}，不能恢复到 {names.get(given, given)}。",
            todo=f"Name an address of {names[wanted]}.",
        )


def _restore(archive: Archive, address: str) -> Contents:
    with _engine(address) as engine:
        if engine.dialect.name == "sqlite":
            return of_sqlite.restore(archive, of_sqlite.place_of(engine))
        return of_postgresql.restore(archive, engine)


def rehearse(file: Path, address: str, *, into: str | None = None) -> Rehearsed:
    """Restores a backup into a scratch database, holds it against its manifest and its log, and removes it again.

    ``into`` names an empty database to use (it is left as it is then); else one is made beside the store's, for SQLite
    a temporary file. Raises as ``restore`` does: what is no whole backup does not come this far.
    """
    with reading_from(file) as archive:
        begun = time.monotonic()
        with _scratch(archive, address, into) as place:
            _fits(archive, place)
            archive.verify()
            read = time.monotonic()
            _restore(archive, place)
            restored = time.monotonic()
            with _engine(place) as engine:
                migrate.up(engine)
                migrated = time.monotonic()
                checked = check(engine, now=archive.manifest.made, trusted=())
            agreed = time.monotonic()
        return Rehearsed(
            manifest=archive.manifest,
            read_s=read - begun,
            restored_s=restored - read,
            migrated_s=migrated - restored,
            agreed_s=agreed - migrated,
            revision=migrate.HEAD,
            checked=checked,
        )


@contextmanager
def _scratch(archive: Archive, address: str, into: str | None) -> Iterator[str]:
    """The address of an empty database."""
    if into is not None:
        yield into
        return
    if _KINDS[archive.manifest.kind] == "sqlite":
        with tempfile.TemporaryDirectory(prefix="finwatch-rehearsal-", dir=archive.file.parent) as folder:
            yield f"sqlite:///{folder}/store.sqlite"
        return
    url = make_url(address)
    if url.get_backend_name() != "postgresql":
        raise InputError(
            "A backup of PostgreSQL is rehearsed on a PostgreSQL server.",
            zh="PostgreSQL 的备份须在 PostgreSQL 服务器上演练。",
            todo="Name an empty database with --into.",
        )
    name = f"finwatch_rehearsal_{secrets.token_hex(4)}"
    with _engine(address) as engine:
        of_postgresql.scratch(engine, name, make=True)
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            of_postgresql.scratch(engine, name, make=False)


@contextmanager
def _engine(address: str) -> Iterator[Engine]:
    engine: Any = connect(address)
    try:
        yield engine
    finally:
        engine.dispose()

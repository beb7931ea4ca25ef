"""Backup and restore of a SQLite store.

The copy is made by SQLite's online backup (https://sqlite.org/backup.html) in one step: one reading transaction, which
in WAL mode holds up no writer. Restored, the file is checked under another name and then gets its own at once.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from finwatch.errors import InputError, StoreError
from finwatch.store.backup.archive import Archive, Writer, damaged
from finwatch.store.backup.contents import contents, differences
from finwatch.store.backup.manifest import Contents
from finwatch.store.dialect import BUSY_SECONDS, reading

MEMBER = "store.sqlite"
_CHUNK = 1 << 20


def take(engine: Engine, writer: Writer, beside: Path) -> Contents:
    """Writes the database into the backup by way of a copy next to ``beside``; returns what it holds."""
    copy = beside.with_name(f"{beside.name}.part.sqlite")
    copy.unlink(missing_ok=True)
    try:
        with (
            closing(sqlite3.connect(place_of(engine), timeout=BUSY_SECONDS)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        held = held_by(copy)
        with copy.open("rb") as read, writer.member(MEMBER, packed=False) as written:
            shutil.copyfileobj(read, written, _CHUNK)
        return held
    except sqlite3.Error as error:
        raise StoreError(f"The database cannot be copied: {error}.", todo="Check the disk, then run again.") from error
    finally:
        _remove(copy)


def version() -> str:
    """Which SQLite this is."""
    return f"SQLite {sqlite3.sqlite_version}"


def place_of(engine: Engine) -> Path:
    """The file of a SQLite store."""
    return Path(str(engine.url.database)).resolve()


def held_by(file: Path) -> Contents:
    """What a database file holds. Raises ``StoreError`` when SQLite finds it broken."""
    engine = create_engine(URL.create("sqlite", database=str(file)), poolclass=NullPool)
    with reading(engine) as connection:
        said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if said != "ok":
            raise StoreError(f"{file} is broken: {said}.", todo="Restore from another backup.")
        return contents(connection)


def restore(archive: Archive, place: Path) -> Contents:
    """Puts the database of a verified backup at ``place``, where none may be; returns what it holds."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with _growing(place) as (growing, stream):
        _nothing_at(place)
        with archive.open(MEMBER) as read:
            shutil.copyfileobj(read, stream, _CHUNK)
        stream.flush()
        os.fsync(stream.fileno())
        held = held_by(growing)
        if found := differences(archive.manifest.contents, held):
            raise damaged(archive.file, "; ".join(found))
        for suffix in ("-wal", "-shm"):
            Path(f"{growing}{suffix}").unlink(missing_ok=True)
        _nothing_at(place)
        place.unlink(missing_ok=True)
        os.link(growing, place)
        _sync(place.parent)
    return held


@contextmanager
def _growing(place: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A file next to ``place`` that one process at a time writes; what a killed one left is written over."""
    growing = place.with_name(f"{place.name}.restoring")
    with growing.open("a+b") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            same = growing.stat().st_ino == os.fstat(stream.fileno()).st_ino
        except OSError:
            same = False
        if not same:
            raise InputError(f"Another process is restoring {place}.", zh=f"另一个进程正在恢复 {place}。")
        stream.truncate(0)
        try:
            yield growing, stream
        finally:
            _remove(growing)


def _nothing_at(place: Path) -> None:
    """Raises ``InputError`` unless there is no database, or one without tables that nobody has open."""
    if not place.exists():
        return
    try:
        with closing(sqlite3.connect(f"file:{place}?mode=rw", uri=True, timeout=0, isolation_level=None)) as found:
            found.execute("PRAGMA locking_mode=EXCLUSIVE")
            found.execute("BEGIN EXCLUSIVE")
            tables = found.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            found.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise InputError(
            f"{place} cannot be restored into: {error}.",
            zh=f"无法恢复到 {place}：{error}。",
            todo="Stop what uses it, or name another database.",
        ) from error
    if tables:
        raise not_empty(str(place))
    for suffix in ("-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            Path(f"{place}{suffix}").unlink()


def not_empty(where: str) -> InputError:
    """The error for a database that holds something."""
    return InputError(
        f"{where} is not empty: a backup is restored into an empty database only.",
        zh=f"{where} 不是空库：只能恢复到空数据库。",
        todo="Name a database that does not exist yet or has no tables; then point FINWATCH_STORE at it.",
    )


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle: Any = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Backup and restore of a PostgreSQL store.

A backup is what one ``REPEATABLE READ`` transaction sees; nobody waits for it. Where ``pg_dump`` is there and not older
than the server, it writes its custom format from that very snapshot (``pg_export_snapshot``); else every table is
copied out as text by ``COPY`` in that transaction. Both are restored in a single transaction: all of it, or nothing,
whoever is killed. (PostgreSQL 15, app-pgdump, app-pgrestore, sql-copy, functions-admin 9.27.5.)
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, Final

from sqlalchemy import Connection, Engine, inspect, text

from finwatch.errors import InputError, StoreError
from finwatch.store import migrate
from finwatch.store.backup.archive import Archive, Writer, damaged
from finwatch.store.backup.contents import contents, differences
from finwatch.store.backup.manifest import Contents, Kind
from finwatch.store.backup.of_sqlite import not_empty
from finwatch.store.dialect import alone, check_server, reading, shown_address, writing

DUMP: Final = "store.dump"
_TABLES: Final = "tables/"
_CHUNK: Final = 1 << 18


def take(engine: Engine, writer: Writer) -> tuple[Kind, str, Contents]:
    """Writes the database into the backup; returns how it was done, the server's version and what it holds."""
    with reading(engine) as connection:
        major = _server(connection)
        held = contents(connection)
        kind: Kind = "pg_dump" if (_program("pg_dump") or 0) >= major and _program("pg_restore") else "copy"
        if kind == "pg_dump":
            snapshot = str(connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())
            _dump(engine, snapshot, writer)
        else:
            _copy_out(connection, held, writer)
        version = connection.execute(text("SHOW server_version")).scalar_one()
    return kind, f"PostgreSQL {version}", held


def _server(connection: Connection) -> int:
    return int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def _program(name: str) -> int | None:
    """The major version of a program of PostgreSQL; ``None`` = it is not there."""
    found = shutil.which(name)
    if found is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, timeout=60).stdout
    number = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(number[1]) if number else None


def _dump(engine: Engine, snapshot: str, writer: Writer) -> None:
    command = ["pg_dump", "--format=custom", "--compress=1", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    with (
        _running(engine, command, stdin=None, stdout=subprocess.PIPE) as process,
        writer.member(DUMP, packed=True) as stream,
    ):
        assert process.stdout is not None
        while chunk := process.stdout.read(_CHUNK):
            stream.write(chunk)


@contextmanager
def _running(engine: Engine, command: list[str], *, stdin: Any, stdout: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program of PostgreSQL at work on a database; the password goes by the environment, where no list of
    processes shows it. Raises ``StoreError`` with what it said when it fails."""
    url = engine.url
    given = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database, **url.query}
    told = " ".join(f"{name}={_quoted(str(value))}" for name, value in given.items() if value is not None)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*command, f"--dbname={told}"], stdin=stdin, stdout=stdout, stderr=said, env=environment
        )
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
            code = process.wait()
        if code:
            said.seek(0)
            raise _failed(command[0], said)


def _failed(program: str, said: IO[bytes]) -> StoreError:
    lines = [line for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    why = next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "no reason given")
    return StoreError(
        f"{program} failed: {why.strip().rstrip('.')}.", todo="Nothing was kept of it; correct that and run again."
    )


def _quoted(value: str) -> str:
    """A value of a connection string (libpq, 34.1.1.1)."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _copy_out(connection: Connection, held: Contents, writer: Writer) -> None:
    for name, columns in [*((one.name, one.columns) for one in held.tables), *_index_of_names(connection)]:
        listed = ", ".join(f'"{one}"' for one in columns)
        with (
            writer.member(f"{_TABLES}{name}", packed=False) as stream,
            _cursor(connection).copy(f'COPY "{name}" ({listed}) TO STDOUT') as copy,
        ):
            for block in copy:
                stream.write(block)


def _index_of_names(connection: Connection) -> list[tuple[str, tuple[str, ...]]]:
    return [("app_search", ("rowid", "grams"))] if inspect(connection).has_table("app_search") else []


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()


def restore(archive: Archive, engine: Engine) -> Contents:
    """Puts the database of a verified backup into an empty one; returns what it holds."""
    with writing(engine) as connection:
        alone(connection, "migrate")
        check_server(connection)
        if inspect(connection).get_table_names():
            raise not_empty(shown_address(engine))
        if archive.manifest.kind == "pg_dump":
            _fill(archive, engine)
        else:
            _copy_in(archive, connection)
        held = contents(connection)
        if not (found := differences(archive.manifest.contents, held)):
            return held
        wrong = damaged(archive.file, "; ".join(found))
        if archive.manifest.kind != "pg_dump":
            raise wrong
        _empty(connection)
    raise wrong


def _fill(archive: Archive, engine: Engine) -> None:
    if _program("pg_restore") is None:
        raise StoreError(
            f"{archive.file} was written by pg_dump; pg_restore is not there.",
            todo="Install PostgreSQL's client programs (postgresql-client).",
        )
    command = ["pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    with (
        archive.open(DUMP) as read,
        _running(engine, command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process,
    ):
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # it gave up; its own words say why
            shutil.copyfileobj(read, process.stdin, _CHUNK)


def _copy_in(archive: Archive, connection: Connection) -> None:
    told = archive.manifest.contents
    migrate.make(connection, told.revision)
    for name, columns in [*((one.name, one.columns) for one in told.tables), *_index_of_names(connection)]:
        listed = ", ".join(f'"{one}"' for one in columns)
        with (
            archive.open(f"{_TABLES}{name}") as read,
            _cursor(connection).copy(f'COPY "{name}" ({listed}) FROM STDIN') as copy,
        ):
            while chunk := read.read(_CHUNK):
                copy.write(chunk)
    for one in told.tables:
        if "id" in one.columns and _is_numbered(connection, one.name):
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('\"{one.name}\"', 'id'), "  # noqa: S608 - a table's name
                    f'greatest((SELECT max(id) FROM "{one.name}"), 1), (SELECT count(*) > 0 FROM "{one.name}"))'
                )
            )


def _is_numbered(connection: Connection, name: str) -> bool:
    asked = text("SELECT pg_get_serial_sequence(:name, 'id')")
    return connection.execute(asked, {"name": f'"{name}"'}).scalar() is not None


def _empty(connection: Connection) -> None:
    """Takes every table out again."""
    for name in inspect(connection).get_table_names():
        connection.execute(text(f'DROP TABLE "{name}" CASCADE'))


def scratch(engine: Engine, name: str, *, make: bool) -> None:
    """Makes or drops a database beside the store's. Raises ``InputError`` when its account may not."""
    statement = f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'" if make else f'DROP DATABASE "{name}"'
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
    except Exception as error:
        if getattr(getattr(error, "orig", None), "sqlstate", None) == "42501":
            raise InputError(
                "This account may not make a database to rehearse in.",
                zh="该账号无权创建演练数据库。",
                todo="Name an empty one with --into, or grant CREATEDB.",
            ) from error
        raise

"""The one file that knows which database it is: connections, transactions, and the few statements that differ.

SQLite runs in WAL mode: readers see the state at the start of their transaction and never wait. Writers begin with
``BEGIN IMMEDIATE`` (https://sqlite.org/lang_transaction.html), so that a reader is never upgraded half-way and refused.
PostgreSQL gets ``REPEATABLE READ`` for readers, which is the same promise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, create_engine, event, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from finwatch.errors import SettingError, StoreError

BUSY_SECONDS = 60
_MIGRATION_LOCK = 0x66696E77
"""Key of the PostgreSQL advisory lock that one migrating process holds."""
_SPLIT = 500
"""Rows in one INSERT: SQLite takes 32,766 parameters a statement."""


def connect(address: str) -> Engine:
    """An engine for ``address``. Raises ``SettingError`` when it is no SQLAlchemy address of a known database."""
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise SettingError(
            f"FINWATCH_STORE={address!r} is not an address.", todo="Write sqlite:///file or postgresql+psycopg://…."
        ) from error
    name = url.get_backend_name()
    if name == "sqlite":
        if url.database in {None, "", ":memory:"}:
            raise SettingError(
                "The store needs a file: several processes share it.", todo="Write sqlite:///path/store.sqlite."
            )
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    if name == "postgresql":
        return create_engine(url)
    raise SettingError(f"FINWATCH_STORE: {name} is not supported.", todo="Use SQLite or PostgreSQL.")


def _sqlite_connected(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("finwatch_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes. Raises ``StoreError`` when the database refuses."""
    with _named(engine), engine.connect().execution_options(finwatch_writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees a single state of the database, however many questions are asked in it."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with _named(engine), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def _named(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        where = engine.url.render_as_string(hide_password=True)
        raise StoreError(
            f"The store {where} cannot be used: {error.orig}.",
            zh=f"数据库 {where} 无法使用：{error.orig}。",
            todo="Check that the file or server is there, writable and not full, then run again.",
        ) from error
    except DBAPIError as error:
        raise StoreError(f"The store refused a statement: {error.orig}.", todo="Report this with the log.") from error


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: Sequence[str]) -> int:
    """Inserts the rows whose ``key`` is not there yet; returns how many were."""
    if not rows:
        return 0
    dialect = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    added = 0
    for start in range(0, len(rows), _SPLIT):
        statement = dialect(table).values([dict(row) for row in rows[start : start + _SPLIT]])
        added += connection.execute(statement.on_conflict_do_nothing(index_elements=list(key))).rowcount
    return added


def replace(connection: Connection, table: Table, row: Mapping[str, Any], key: Sequence[str]) -> None:
    """Inserts the row, or overwrites the one that has its ``key``."""
    dialect = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    others = {name: value for name, value in row.items() if name not in key}
    statement = dialect(table).values(**row).on_conflict_do_update(index_elements=list(key), set_=others)
    connection.execute(statement)


def insert_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows, many to a statement."""
    for start in range(0, len(rows), _SPLIT):
        connection.execute(insert(table), [dict(row) for row in rows[start : start + _SPLIT]])


def claiming(statement: Select[Any], connection: Connection, table: Table) -> Select[Any]:
    """``statement`` so that no other transaction picks the same rows of ``table``.

    SQLite needs nothing: the write lock is held since ``BEGIN IMMEDIATE``.
    """
    if connection.dialect.name == "postgresql":
        return statement.with_for_update(skip_locked=True, of=table)
    return statement


def lock_migrations(connection: Connection) -> None:
    """Makes other processes wait until this transaction has migrated."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})

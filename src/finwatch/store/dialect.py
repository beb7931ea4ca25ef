"""The one file that knows which database it is: connections, transactions, and the few statements that differ.

SQLite runs in WAL mode: readers see the state at the start of their transaction and never wait. Writers begin with
``BEGIN IMMEDIATE`` (https://sqlite.org/lang_transaction.html), so that a reader is never upgraded half-way and refused.
PostgreSQL gets ``REPEATABLE READ`` for readers, which is the same promise; its writers run side by side and lock the
rows they take, so one of two may be refused (``Conflict``) and is run again by ``retried``.
"""

from __future__ import annotations

import functools
import random
import select
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, Select, Table, create_engine, event, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, OperationalError

from finwatch.errors import SettingError, StoreError

BUSY_SECONDS = 60
_LOCKS: Final = {
    "migrate": 0x66696E77,
    "lease": 0x66696E78,
    "run": 0x66696E79,
    "publish": 0x66696E7A,
    "log": 0x66696E7B,
    "report": 0x66696E7C,
    "approved": 0x66696E7D,
    "hold": 0x66696E7E,
}
"""Keys of the PostgreSQL advisory locks that one process at a time holds while it decides."""
_CONFLICTS: Final = frozenset({"40001", "40P01"})
"""SQLSTATE of a transaction that lost against another: serialization failure, deadlock (PostgreSQL, appendix A)."""
_TRIES: Final = 6
_CONNECTION: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "application_name": "finwatch",
    "client_encoding": "utf8",
    "options": "-c jit=off",
}
"""What a connection to PostgreSQL is opened with, unless the address says otherwise (libpq, 34.1.2).

Compiling a question (``jit``) takes longer than any of ours."""
_POOL: Final = {"pool_size": 15, "max_overflow": 0, "pool_use_lifo": True}
"""Connections to PostgreSQL that one process opens, and keeps: making one takes as long as many questions."""
_TRUSTED: Final = 30.0
"""Seconds for which a connection nobody used is taken to be good, unless its socket says otherwise."""
_BACK: Final = "finwatch_back"
P = ParamSpec("P")
T = TypeVar("T")
_SPLIT = 500
"""Rows in one INSERT: SQLite takes 32,766 parameters a statement."""


class Conflict(StoreError):
    """Two transactions were in each other's way and this one was undone; running it again is right."""


def connect(address: str) -> Engine:
    """An engine for ``address``. Raises ``SettingError`` when it is no SQLAlchemy address of a known database."""
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise SettingError(
            f"FINWATCH_STORE={address!r} is not an address.",
            todo="Write sqlite:///file or postgresql://user@host/name.",
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
        if url.drivername not in {"postgresql", "postgresql+psycopg"}:
            raise SettingError(f"FINWATCH_STORE: {url.drivername} is not supported.", todo="Write postgresql://….")
        given = {key: value for key, value in _CONNECTION.items() if key not in url.query}
        engine = create_engine(url.set(drivername="postgresql+psycopg"), connect_args=given, **_POOL)
        event.listen(engine, "checkin", _postgres_back)
        event.listen(engine, "checkout", functools.partial(_postgres_taken, engine))
        return engine
    raise SettingError(f"FINWATCH_STORE: {name} is not supported.", todo="Use SQLite or PostgreSQL.")


def shown_address(engine: Engine) -> str:
    """The address without its password."""
    return engine.url.render_as_string(hide_password=True)


def _sqlite_connected(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("finwatch_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres_back(_connection: Any, record: Any) -> None:
    record.info[_BACK] = time.monotonic()


def _postgres_taken(engine: Engine, connection: Any, record: Any, _taken: Any) -> None:
    """Gives a connection up that the server has ended, before anybody asks by it. A server that ends one writes to its
    socket or closes it, so a silent socket costs no question to the server (as ``pool_pre_ping`` would, each time)."""
    back = record.info.get(_BACK)
    if back is None:  # it is new
        return
    ear = select.poll()
    ear.register(connection.fileno(), select.POLLIN)
    if time.monotonic() - back < _TRUSTED and not ear.poll(0):
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


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
    except DBAPIError as error:
        where = shown_address(engine)
        if getattr(error.orig, "sqlstate", None) in _CONFLICTS:
            raise Conflict(
                f"The store {where} was busy: {_first_line(error)}.",
                zh=f"数据库 {where} 繁忙：{_first_line(error)}。",
                todo="Run again.",
            ) from error
        if isinstance(error, OperationalError) or error.connection_invalidated:
            raise StoreError(
                f"The store {where} cannot be used: {_first_line(error)}.",
                zh=f"数据库 {where} 无法使用：{_first_line(error)}。",
                todo="Check that the file or server is there, writable and not full, then run again: "
                "what was fetched is kept, and the work goes on where it stood.",
            ) from error
        raise StoreError(
            f"The store refused a statement: {_first_line(error)}.", todo="Report this with the log."
        ) from error


def _first_line(error: DBAPIError) -> str:
    return (str(error.orig).strip().splitlines() or ["no reason given"])[0].rstrip(".")


def retried(method: Callable[P, T]) -> Callable[P, T]:
    """``method``, one whole transaction, run again when it was undone in favour of another's.

    Raises ``Conflict`` when that happens ``_TRIES`` times in a row. The pauses are drawn by lot, or the two would meet
    again.
    """

    @functools.wraps(method)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, _TRIES):
            try:
                return method(*args, **kwargs)
            except Conflict:
                time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - no secret
        return method(*args, **kwargs)

    return run


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: Sequence[str]) -> int:
    """Inserts the rows whose ``key`` is not there yet; returns how many were."""
    if not rows:
        return 0
    dialect = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    added = 0
    for start in range(0, len(rows), _SPLIT):
        statement = dialect(table).values([dict(row) for row in rows[start : start + _SPLIT]])
        new = statement.on_conflict_do_nothing(index_elements=list(key)).returning(table.c[key[0]])
        added += len(connection.execute(new).all())  # psycopg gives no row count for an INSERT of many
    return added


def replace(connection: Connection, table: Table, row: Mapping[str, Any], key: Sequence[str]) -> None:
    """Inserts the row, or overwrites the one that has its ``key``."""
    dialect = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    others = {name: value for name, value in row.items() if name not in key}
    statement = dialect(table).values(**row).on_conflict_do_update(index_elements=list(key), set_=others)
    connection.execute(statement)


def add_up(connection: Connection, table: Table, row: Mapping[str, Any], key: Sequence[str]) -> None:
    """Inserts the row, or adds its numbers to those of the one that has its ``key``."""
    dialect = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    sums = {name: table.c[name] + value for name, value in row.items() if name not in key}
    connection.execute(dialect(table).values(**row).on_conflict_do_update(index_elements=list(key), set_=sums))


def insert_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows, one after another with one prepared statement."""
    if rows:
        connection.execute(insert(table), rows)


def claiming(statement: Select[Any], connection: Connection, table: Table) -> Select[Any]:
    """``statement`` so that no other transaction picks the same rows of ``table``: rows that one holds are passed over.

    SQLite needs nothing: the write lock is held since ``BEGIN IMMEDIATE``.
    """
    if connection.dialect.name == "postgresql":
        return statement.with_for_update(skip_locked=True, of=table)
    return statement


def locking(statement: Select[Any], connection: Connection, table: Table) -> Select[Any]:
    """``statement`` so that its rows of ``table`` stay as they are read; waits for a transaction that holds one."""
    if connection.dialect.name == "postgresql":
        return statement.with_for_update(of=table)
    return statement


def alone(connection: Connection, what: str) -> None:
    """Makes others who want to do ``what`` (a key of ``_LOCKS``) wait until this transaction has ended.

    For decisions that look at rows which another may be about to write. SQLite has one writer anyhow.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCKS[what]})


def check_server(connection: Connection) -> None:
    """Raises ``StoreError`` when the database cannot hold every character."""
    if connection.dialect.name == "postgresql":
        encoding = connection.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            raise StoreError(
                f"The database is encoded in {encoding}.",
                zh=f"数据库编码为 {encoding}。",
                todo="Make one with: createdb --template template0 --encoding UTF8 NAME.",
            )

"""The index of names: which rows of ``app`` hold which pairs of neighbouring characters (``search``).

SQLite keeps it in an FTS5 table (https://sqlite.org/fts5.html), PostgreSQL in a GIN index over arrays; both are by the
number of the row, so a generation needs no index of its own. FTS5 would cut a gram at punctuation, so there a gram is
written as the hexadecimal of its characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, Text, cast, column, event, literal_column, select, table, text
from sqlalchemy.schema import DDL

from finwatch.store.published import search
from finwatch.store.tables import app, metadata

_TABLE: Final = table("app_search", column("rowid"))
_CREATE: Final = {
    "sqlite": ("CREATE VIRTUAL TABLE app_search USING fts5(grams, tokenize='ascii', detail='none')",),
    "postgresql": (
        "CREATE TABLE app_search (rowid BIGINT PRIMARY KEY, grams TEXT[] NOT NULL)",
        "CREATE INDEX ix_app_search_grams ON app_search USING gin (grams)",
    ),
}
for _dialect, _statements in _CREATE.items():
    for _statement in _statements:
        _made = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(metadata, "after_create", _made.execute_if(dialect=_dialect))


def index(connection: Connection, parts: Sequence[str], *, since: int) -> None:
    """Adds the rows of ``app`` that have some parts since a generation."""
    rows = connection.execute(select(app.c.id, app.c.search).where(app.c.part.in_(parts), app.c.since == since)).all()
    if not rows:
        return
    sqlite = connection.dialect.name == "sqlite"
    found = [{"number": row.id, "grams": _written(search.grams(row.search), sqlite=sqlite)} for row in rows]
    connection.execute(text("INSERT INTO app_search (rowid, grams) VALUES (:number, :grams)"), found)


def forget(connection: Connection, which: Any) -> None:
    """Takes out the rows of ``app`` for which ``which`` holds. Call it before they are deleted."""
    numbers = [{"number": number} for number in connection.execute(select(app.c.id).where(which)).scalars()]
    if numbers:
        connection.execute(text("DELETE FROM app_search WHERE rowid = :number"), numbers)


def holding(connection: Connection, grams: Sequence[str]) -> Select[Any]:
    """The numbers of the rows that hold all of some grams."""
    numbers = select(_TABLE.c.rowid).select_from(_TABLE)
    if connection.dialect.name == "sqlite":
        asked = " ".join(f'"{_hexadecimal(gram)}"' for gram in grams)
        return numbers.where(text("app_search MATCH :grams").bindparams(grams=asked))
    return numbers.where(literal_column("grams").op("@>")(_array(grams)))


def _array(grams: Sequence[str]) -> Any:
    from sqlalchemy.dialects.postgresql import ARRAY, array  # noqa: PLC0415 - only where it is PostgreSQL

    return cast(array(list(grams)), ARRAY(Text))


def _written(grams: Iterable[str], *, sqlite: bool) -> Any:
    return " ".join(_hexadecimal(gram) for gram in grams) if sqlite else list(grams)


def _hexadecimal(gram: str) -> str:
    return gram.encode("utf-16-be", "surrogatepass").hex()

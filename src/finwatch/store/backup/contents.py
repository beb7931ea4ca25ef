"""What a database holds: rows and digests of its tables, and the head of its log, as one transaction sees them.

What people decided and what is due gets a digest over every row. The read model gets a number of rows only: at the
size of a country it has millions of them, and the next publication can make each again from the lake. The bytes of
both are held by the SHA-256 of the backup's members.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Select, column, func, inspect, select, table

from finwatch.errors import StoreError
from finwatch.store.backup.manifest import Contents, LogHead, TableContents
from finwatch.store.migrate import revision
from finwatch.store.tables import READ_MODEL
from finwatch.transparency.merkle import Tree, leaf_hash

_INDEX: Final = "app_search"
"""The index of names, in a form of its own in each kind of database; its rows follow from the read model's."""
_AT_A_TIME: Final = 2_000
_REBUILT: Final = frozenset(one.name for one in READ_MODEL)


def contents(connection: Connection) -> Contents:
    """What the database of ``connection`` holds. Raises ``StoreError`` when it has no tables of ours."""
    found = revision(connection)
    if found is None:
        raise StoreError(
            "The database has no tables of Finwatch.",
            zh="数据库中没有本程序的表。",
            todo="Point FINWATCH_STORE at the store.",
        )
    names = [name for name in sorted(inspect(connection).get_table_names()) if not name.startswith(_INDEX)]
    tables = tuple(_table(connection, name) for name in names if name != "alembic_version")
    return Contents(revision=found, tables=tables, log=log_head(connection) if "log_leaf" in names else None)


def _table(connection: Connection, name: str) -> TableContents:
    found = inspect(connection)
    columns = tuple(one["name"] for one in found.get_columns(name))
    if name in _REBUILT:
        rows = connection.execute(select(func.count()).select_from(table(name))).scalar_one()
        return TableContents(name=name, rows=rows, columns=columns)
    key = found.get_pk_constraint(name)["constrained_columns"]
    told, count = hashlib.sha256(), 0
    for row in rows_of(connection, name, columns, key):
        told.update(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
        told.update(b"\n")
        count += 1
    return TableContents(name=name, rows=count, digest=told.hexdigest(), columns=columns)


def rows_of(connection: Connection, name: str, columns: tuple[str, ...], key: list[str]) -> Iterator[list[Any]]:
    """The rows of a table as they are stored, in the order of their key."""
    wanted: list[Any] = [column(one) for one in columns]
    asked = select(*wanted).select_from(table(name)).order_by(*(column(one) for one in key))
    for row in connection.execute(asked, execution_options={"yield_per": _AT_A_TIME}):
        yield list(row)


def log_head(connection: Connection) -> LogHead:
    """Size and root of the log, computed from what its leaves say."""
    tree = Tree()
    asked: Select[Any] = select(column("data")).select_from(table("log_leaf")).order_by(column("index"))
    for (data,) in connection.execute(asked, execution_options={"yield_per": _AT_A_TIME}):
        tree.add(leaf_hash(data.encode()))
    return LogHead(size=tree.size, root=tree.root().hex())


def differences(before: Contents, now: Contents) -> list[str]:
    """How two states differ, table by table; nothing = they are the same."""
    found = []
    if before.revision != now.revision:
        found.append(f"revision {before.revision} is now {now.revision}")
    here = {one.name: one for one in now.tables}
    for one in before.tables:
        other = here.pop(one.name, None)
        if other is None:
            found.append(f"table {one.name} is missing")
        elif other.rows != one.rows:
            found.append(f"table {one.name}: {one.rows:,} rows are now {other.rows:,}")
        elif other.digest != one.digest:
            found.append(f"table {one.name}: its {one.rows:,} rows are not the same")
    found += [f"table {name} was not there" for name in here]
    if before.log != now.log:
        found.append("the head of the log is another")
    return found

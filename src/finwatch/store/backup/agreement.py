"""Whether the log and the decided rows agree: every row as its newest leaf says, and no row that no leaf knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, select

from finwatch.store.tables import DECIDED, log_leaf
from finwatch.store.unit import GONE, key_of, stored_digest, stored_row
from finwatch.transparency.merkle import leaf_hash

_STREAMED: Final = {"yield_per": 2_000}
_NAMED: Final = 50
"""Rows that are named; more are counted."""


def disagreements(connection: Connection) -> list[str]:
    """What the log does not vouch for, row by row; nothing = they agree. For a database at the newest revision."""
    found = list(_found(connection))
    return found if len(found) <= _NAMED else [*found[:_NAMED], f"and {len(found) - _NAMED:,} more"]


def _found(connection: Connection) -> Iterator[str]:
    told: dict[tuple[str, str], str] = {}
    expected = 0
    asked = select(log_leaf.c.index, log_leaf.c.data, log_leaf.c.hash).order_by(log_leaf.c.index)
    leaves = connection.execute(asked, execution_options=_STREAMED)
    for index, data, kept in leaves:
        if index != expected:
            yield f"leaf {expected} of the log is missing"
        expected = index + 1
        if leaf_hash(data.encode()).hex() != kept:
            yield f"leaf {index} of the log was changed"
        for name, key, digest in json.loads(data).get("rows", ()):
            told[name, key] = digest
    for table in DECIDED:
        rows = connection.execute(select(*stored_row(table)), execution_options=_STREAMED)
        for row in rows.mappings():
            key = key_of(table, dict(row))
            said = told.pop((table.name, key), None)
            if said is None or said == GONE:
                yield f"{table.name} {key} is in no leaf: it was added behind the log"
            elif said != stored_digest(table, dict(row)):
                yield f"{table.name} {key} is not as the log says: it was changed behind the log"
    known = {table.name for table in DECIDED}
    for (name, key), said in told.items():
        if said != GONE and name in known:
            yield f"{name} {key} is missing: it was removed behind the log"

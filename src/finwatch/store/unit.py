"""A unit of decision: one transaction that writes decided rows, the journal, the outbox, and one leaf of the log.

Everything that a person decides goes through a ``Unit`` (decision 012). When it ends well, its last statement appends
a leaf to the transparency log: the digests of all rows it wrote. When it ends badly, nothing of it is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Connection, Dialect, Engine, Table, and_, delete, insert, select, type_coerce, update
from sqlalchemy.types import TypeDecorator

from finwatch.model.access import Actor
from finwatch.model.case import Message
from finwatch.store import log
from finwatch.store.dialect import insert_new, locking, writing
from finwatch.store.tables import counter, journal, outbox

GONE = ""
"""The digest of a row that was erased."""


def digest(table: Table, row: Mapping[str, Any], dialect: Dialect) -> str:
    """SHA-256 of a row as it is stored: its columns by name as canonical JSON (sorted keys, no spaces, UTF-8)."""
    stored = {column.name: _stored(column.type, row[column.name], dialect) for column in table.columns}
    told = json.dumps(stored, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _stored(kind: Any, value: Any, dialect: Dialect) -> Any:
    if isinstance(kind, TypeDecorator):
        return kind.process_bind_param(value, dialect)
    if isinstance(kind, Boolean) and value is not None:
        return bool(value)
    return value


def stored_row(table: Table) -> list[Any]:
    """The columns of ``table`` to select so that values come as they are stored, for ``stored_digest``."""
    return [
        type_coerce(column, column.type.impl_instance).label(column.name)
        if isinstance(column.type, TypeDecorator)
        else column
        for column in table.columns
    ]


def stored_digest(table: Table, row: Mapping[str, Any]) -> str:
    """The digest of a row that was selected with ``stored_row``."""
    told = {name: _plain(table.columns[name].type, value) for name, value in row.items()}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(kind: Any, value: Any) -> Any:
    return bool(value) if isinstance(kind, Boolean) and value is not None else value


def key_of(table: Table, row: Mapping[str, Any]) -> str:
    """A row's primary key as text, its values as they are stored: ``17``, or ``17/2`` where it has several columns."""
    return "/".join(str(row[column.name]) for column in table.primary_key.columns)


class Unit:
    """One transaction of decisions by one actor at one time. Made by ``deciding``; not shared between threads."""

    def __init__(self, connection: Connection, actor: Actor, now: datetime) -> None:
        self.connection = connection
        self.actor = actor
        self.now = now
        self._digests: dict[tuple[str, str], str] = {}
        self._leaf: dict[str, Any] = {}

    def insert(self, table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
        """Writes a new row; returns it whole, with the number the database gave it."""
        full = {column.name: row.get(column.name) for column in table.columns}
        numbered = "id" in table.columns and full["id"] is None and table.columns["id"].autoincrement is True
        given = {name: value for name, value in full.items() if not (numbered and name == "id")}
        result = self.connection.execute(insert(table).values(**given))
        if numbered:
            assert result.inserted_primary_key is not None
            full["id"] = result.inserted_primary_key[0]
        self._note(table, full)
        return full

    def update(self, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any] | None:
        """Changes the one row that has ``key`` (all columns of its primary key); returns it whole, or ``None``."""
        where = and_(*(table.columns[name] == value for name, value in key.items()))
        self.connection.execute(update(table).where(where).values(**values))
        found = self.connection.execute(select(table).where(where)).mappings().one_or_none()
        if found is None:
            return None
        self._note(table, dict(found))
        return dict(found)

    def erase(self, table: Table, key: Mapping[str, Any]) -> bool:
        """Deletes the one row that has ``key``; the log says that it is gone. Returns whether it was there."""
        where = and_(*(table.columns[name] == value for name, value in key.items()))
        if not self.connection.execute(delete(table).where(where)).rowcount:
            return False
        self._digests[table.name, self._key(table, key)] = GONE
        return True

    def _key(self, table: Table, row: Mapping[str, Any]) -> str:
        dialect = self.connection.dialect
        return key_of(table, {key.name: _stored(key.type, row[key.name], dialect) for key in table.primary_key.columns})

    def _note(self, table: Table, row: Mapping[str, Any]) -> None:
        self._digests[table.name, self._key(table, row)] = digest(table, row, self.connection.dialect)

    def journal(self, action: str, resource: str, detail: Mapping[str, Any] | None = None) -> None:
        """Says that the actor did ``action`` (``resource:action``) to ``resource`` (``kind:key``)."""
        row = {
            "at": self.now,
            "person": self.actor.person,
            "organisation": self.actor.organisation.id,
            "means": self.actor.means,
            "action": action,
            "resource": resource,
            "detail": dict(detail or {}),
        }
        self.insert(journal, row)

    def send(self, messages: Sequence[Message], *, case: int | None = None) -> int:
        """Puts messages into the outbox; one whose ``key`` is known is not put twice. Returns how many were new."""
        rows = [
            {
                "key": message.key,
                "channel": message.channel,
                "address": message.to,
                "subject": message.subject.model_dump(),
                "body": message.body.model_dump(),
                "attachments": list(message.attachments),
                "case_id": case,
                "made": self.now,
                "state": "sent" if message.channel == "desk" else "waiting",
                "due": self.now,
                "attempts": 0,
                "sent": self.now if message.channel == "desk" else None,
            }
            for message in messages
        ]
        return insert_new(self.connection, outbox, rows, ("key",))

    def number(self, name: str) -> int:
        """The next number under ``name``, from 1; no other transaction gets the same, and none is lost."""
        insert_new(self.connection, counter, [{"name": name, "value": 0}], ("name",))
        question = select(counter.c.value).where(counter.c.name == name)
        value = int(self.connection.execute(locking(question, self.connection, counter)).scalar_one()) + 1
        self.update(counter, {"name": name}, {"value": value})
        return value

    def vouch(self, what: str, detail: Any) -> None:
        """Adds a statement to the unit's leaf: a published list's digest, say. It is public, so no personal data."""
        self._leaf.setdefault(what, []).append(detail)

    def close(self) -> int | None:
        """Appends the leaf; returns its index, ``None`` when nothing was written. The last statement of the unit."""
        if not self._digests and not self._leaf:
            return None
        rows = [[table, key, value] for (table, key), value in sorted(self._digests.items())]
        leaf = {"at": self.now.isoformat(), "rows": rows, **self._leaf}
        data = json.dumps(leaf, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        return log.append(self.connection, data, at=self.now)


@contextmanager
def deciding(engine: Engine, actor: Actor, *, now: datetime) -> Iterator[Unit]:
    """A unit whose writes are all there when the block ends, and none when it raises."""
    with writing(engine) as connection:
        unit = Unit(connection, actor, now)
        yield unit
        unit.close()

"""Signed heads of the log, and the keys that signed them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from finwatch.errors import InputError, NotFound
from finwatch.model.access import Actor
from finwatch.model.base import Model, UtcTime
from finwatch.store.dialect import alone, reading, writing
from finwatch.store.tables import log_head, log_key
from finwatch.store.unit import deciding
from finwatch.transparency import head as heads
from finwatch.transparency import note as notes
from finwatch.transparency.keys import KeyEntry, KeyFile
from finwatch.transparency.note import Note


class StoredHead(Model):
    """A head as it was signed."""

    id: int
    size: int
    root: str
    at: UtcTime
    note: str


class Heads:
    """Questions about heads and keys, and the two ways in."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, note: Note) -> StoredHead:
        """Keeps a signed head; one that was signed before for the same size stays beside it."""
        head = heads.parse(note.text)
        if head.at is None:
            raise InputError("This head does not say when it was signed.", todo="Sign it with finwatch log sign.")
        row = {"size": head.size, "root": head.root.hex(), "at": head.at, "note": str(note)}
        with writing(self._engine) as connection:
            found = connection.execute(insert(log_head).values(**row)).inserted_primary_key
        assert found is not None
        return StoredHead.model_validate({"id": found[0], **row})

    def newest(self, *, size: int | None = None) -> StoredHead | None:
        """The head that was signed last, of all or of those of one size."""
        question = select(log_head).order_by(log_head.c.id.desc()).limit(1)
        if size is not None:
            question = question.where(log_head.c.size == size)
        with reading(self._engine) as connection:
            row = connection.execute(question).mappings().one_or_none()
        return None if row is None else StoredHead.model_validate(dict(row))

    def page(self, *, before: int | None = None, limit: int = 50) -> tuple[StoredHead, ...]:
        """Heads, signed last first; ``before`` is the last ``id`` of a page."""
        question = select(log_head).order_by(log_head.c.id.desc()).limit(limit)
        if before is not None:
            question = question.where(log_head.c.id < before)
        with reading(self._engine) as connection:
            return tuple(StoredHead.model_validate(dict(row)) for row in connection.execute(question).mappings())

    def cosigned(self, note: Note) -> StoredHead:
        """Keeps the lines that witnesses added to a head. Raises ``NotFound`` when no such head was signed here."""
        head = heads.parse(note.text)
        with writing(self._engine) as connection:
            question = select(log_head).where(log_head.c.size == head.size).order_by(log_head.c.id.desc())
            for row in connection.execute(question).mappings().all():
                kept = notes.parse(row["note"])
                if kept.text == note.text:
                    told = str(Note(kept.text, (*kept.lines, *(one for one in note.lines if one not in kept.lines))))
                    connection.execute(update(log_head).where(log_head.c.id == row["id"]).values(note=told))
                    return StoredHead.model_validate({**row, "note": told})
        raise NotFound(
            "This head was not signed here.",
            zh="本日志没有签署过这个日志头。",
            todo="Compare it: finwatch log witness compare.",
        )

    def keys(self) -> KeyFile | None:
        """The key file; ``None`` = there is no key yet."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(log_key).order_by(log_key.c.since, log_key.c.key)).mappings().all()
        if not rows:
            return None
        columns = ("key", "since", "until", "endorsement")
        entries = tuple(KeyEntry.model_validate({name: row[name] for name in columns}) for row in rows)
        return KeyFile(origin=rows[-1]["origin"], keys=entries)

    def add_key(self, actor: Actor, entry: KeyEntry, *, origin: str, now: datetime) -> None:
        """Makes ``entry`` the key that signs from now on; the one before ends when it begins.

        Raises ``InputError`` when there is a key before and it does not endorse this one, or the origin is another.
        """
        with deciding(self._engine, actor, now=now) as unit:
            alone(unit.connection, "log")
            rows = unit.connection.execute(select(log_key).where(log_key.c.until.is_(None))).mappings().all()
            if rows and (entry.endorsement is None or rows[0]["origin"] != origin):
                raise InputError(
                    f"The log {rows[0]['origin']} has a key already.",
                    zh=f"日志 {rows[0]['origin']} 已有密钥。",
                    todo="Replace it with: finwatch log key rotate.",
                )
            for row in rows:
                unit.update(log_key, {"key": row["key"]}, {"until": entry.since})
            values = entry.model_dump()
            unit.insert(log_key, {**values, "origin": origin})
            unit.journal("log:key", f"key:{entry.key}", {"endorsed": entry.endorsement is not None})

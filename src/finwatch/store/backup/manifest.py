"""What a backup says of itself: from which program and database, what is in it, and by what each part is known."""

from __future__ import annotations

from typing import Final, Literal

from finwatch.model.base import Model, UtcTime

FORMAT: Final = "finwatch.backup/1"
FAMILY: Final = "finwatch.backup/"
Kind = Literal["sqlite", "pg_dump", "copy"]
"""``sqlite``: a database file. ``pg_dump``: PostgreSQL's custom format. ``copy``: ``COPY`` text, a member a table."""


class Member(Model):
    """One file inside the backup."""

    name: str
    bytes: int
    sha256: str


class TableContents(Model):
    """What a table held."""

    name: str
    rows: int
    digest: str | None = None
    """SHA-256 over its rows in the order of their key; ``None`` for the read model, which a rebuild makes again."""
    columns: tuple[str, ...] = ()


class LogHead(Model):
    """How far the transparency log was, and its root (RFC 9162 §2.1.1)."""

    size: int
    root: str


class Contents(Model):
    """Everything that a database held at one moment."""

    revision: str
    tables: tuple[TableContents, ...]
    log: LogHead | None = None
    """``None``: the revision has no log yet."""


class Manifest(Model):
    """``manifest.json`` of a backup."""

    format: str = FORMAT
    made: UtcTime
    version: str
    """Of Finwatch."""
    kind: Kind
    database: str
    """The database's own version: ``PostgreSQL 15.8``, ``SQLite 3.40.1``."""
    contents: Contents
    members: tuple[Member, ...]

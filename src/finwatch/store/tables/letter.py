"""Numbers of official documents: decided rows."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, UniqueConstraint

from finwatch.store.columns import Instant, Key
from finwatch.store.tables.base import metadata

letter = Table(
    "letter",
    metadata,
    Column("organisation", Key, primary_key=True),
    Column("kind", Key, primary_key=True),
    Column("case_id", BigInteger, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("number", Key, nullable=False),
    Column("person", Key, nullable=False),
    Column("made", Instant, nullable=False),
    UniqueConstraint("organisation", "number"),
)
"""One row a document that was given its number. ``step`` 0 = about the case as a whole; ``case_id`` 0 = about none, and
``step`` is then the ISO week (202611)."""

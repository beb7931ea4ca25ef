"""Holds that keep what is about their subject, and what each retention run took out. Both are decided rows."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from finwatch.store.columns import Instant, Json, Key, Shown
from finwatch.store.tables.base import metadata, numbered

legal_hold = Table(
    "legal_hold",
    metadata,
    numbered(),
    Column("kind", Key, nullable=False),
    Column("key", Key, nullable=False),
    Column("reason", Shown, nullable=False),
    Column("placed", Instant, nullable=False),
    Column("placed_by", Key, nullable=False),
    Column("until", Instant),
    Column("lifted", Instant),
    Column("lifted_by", Key),
    Column("lift_reason", Shown),
    Index(None, "kind", "key"),
)
"""The columns are the fields of ``model.retention.Hold``. Never deleted: a hold is lifted, or runs out."""

retention_run = Table(
    "retention_run",
    metadata,
    numbered(),
    Column("at", Instant, nullable=False),
    Column("person", Key, nullable=False),
    Column("going", Json, nullable=False),
)
"""``going`` = what each period took out."""

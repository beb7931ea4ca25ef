"""The transparency log beside its leaves: inner nodes, signed heads, and the keys that signed them.

Nodes are made of leaves and heads are signed, so neither needs a digest in the log; keys are decided.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from finwatch.store.columns import Instant, Key, Shown
from finwatch.store.tables.base import metadata, numbered

log_node = Table(
    "log_node",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", Key, nullable=False),
)
"""Roots of complete subtrees, written with the leaf that completes them: ``(level, index)`` stands over the leaves
``index << level`` up to ``(index + 1) << level``; ``level`` is 1 or more."""

log_head = Table(
    "log_head",
    metadata,
    numbered(),
    Column("size", BigInteger, nullable=False),
    Column("root", Key, nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", Shown, nullable=False),
    Index(None, "size", "id"),
)
"""Heads as they were signed. ``note`` is the whole signed text, with the lines of witnesses once they came."""

log_key = Table(
    "log_key",
    metadata,
    Column("key", Key, primary_key=True),
    Column("origin", Key, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    Column("endorsement", Shown),
)
"""Public keys, as key texts. ``endorsement``: the note by which the key before hands over; NULL for the first."""

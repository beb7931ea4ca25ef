"""Who reported: apart from what was reported, sealed, and erasable without touching the case."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table

from finwatch.store.columns import Instant, Key, Shown
from finwatch.store.tables.base import metadata

reporter = Table(
    "reporter",
    metadata,
    Column("case_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed", Shown),
    Column("phone_key", Key),
    Column("made", Instant, nullable=False),
    Column("erased", Instant),
    Index(None, "phone_key", "made"),
)
"""``sealed`` = name, phone and place under the installation's key; ``phone_key`` = a keyed digest of the phone, by
which it is found again. Both are NULL once erased; the row stays and says when."""

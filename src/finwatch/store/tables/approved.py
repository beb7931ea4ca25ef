"""The approved list: what stands on the public page, and every list that was published. Both are decided rows."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table

from finwatch.store.columns import Instant, Json, Key, Shown
from finwatch.store.tables.base import metadata

approved_app = Table(
    "approved_app",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Key),
    Column("package", Key, nullable=False),
    Column("credit_code", Key),
    Column("platform", Key, nullable=False),
    Column("region", Key, nullable=False),
    Column("state", Key, nullable=False),
    Column("search", Shown, nullable=False),
    Column("row", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "number"),
    Index(None, "package", "id"),
    Index(None, "state", "id"),
    Index(None, "credit_code", "id"),
)
"""``id`` is that of the filing case. ``row`` is the row of the list, byte for byte as it is published; the other
columns are what is asked by. ``search`` = names, institution, number and package in lower case. ``at``: when the row
came to be so. Rows are never deleted."""

approved_list = Table(
    "approved_list",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("apps", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", Key, nullable=False),
    Column("root", Key, nullable=False),
    Column("csv_bytes", BigInteger, nullable=False),
    Column("csv_sha256", Key, nullable=False),
    Column("signature", Shown, nullable=False),
    Column("csv_signature", Shown, nullable=False),
    Column("leaf", BigInteger, nullable=False),
)
"""The files themselves are blobs of the lake, by ``sha256`` and ``csv_sha256``. ``leaf``: index of the leaf that
vouches for the list."""

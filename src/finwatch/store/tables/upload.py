"""Files on their way here (volatile), and examinations of packages that were handed in (can be made again)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Table

from finwatch.store.columns import Instant, Json, Key, Shown
from finwatch.store.tables.base import metadata

upload = Table(
    "upload",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person", Key, nullable=False),
    Column("organisation", Key, nullable=False),
    Column("name", Shown, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("sha256", Key),
    Column("md5", Key),
    Column("begun", Instant, nullable=False),
    Column("touched", Instant, nullable=False),
    Index(None, "person", "begun"),
    Index(None, "sha256"),
    Index(None, "touched"),
)
"""The columns are the fields of ``model.upload.Upload``."""

filed_examination = Table(
    "filed_examination",
    metadata,
    Column("id", Key, primary_key=True),
    Column("examination", Json, nullable=False),
    Column("labels", Json, nullable=False),
    Column("icon_path", Shown),
    Column("icon_likeness", Float),
    Column("made", Instant, nullable=False),
)
"""``id``: a digest of everything that it was made from, so that a newer catalogue has its own."""

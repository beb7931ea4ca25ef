"""The read model beyond stores: chains, notices and leads; and what users say, by time."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer

from finwatch.store.columns import Instant, Json, Key, Shown, Whole
from finwatch.store.tables.base import lived

chain = lived(
    "chain",
    Column("chain", Key, nullable=False),
    Column("market", Shown, nullable=False),
    Column("start", Key, nullable=False),
    Column("at", Instant, nullable=False),
    Column("links", Integer, nullable=False),
    Column("packages", Integer, nullable=False),
    Column("unseen", Integer, nullable=False),
    Column("capture", Shown),
    Column("notes", Json, nullable=False),
    Index(None, "at", "chain"),
    Index(None, "chain"),
)

chain_link = lived(
    "chain_link",
    Column("chain", Key, nullable=False),
    Column("number", Integer, nullable=False),
    Column("sha256", Shown),
    Column("detail", Json, nullable=False),
    Index(None, "chain", "number"),
    Index(None, "sha256"),
)

notice = lived(
    "notice",
    Column("notice", Key, nullable=False),
    Column("market", Shown, nullable=False),
    Column("url", Key, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("faults", Integer, nullable=False),
    Column("detail", Json, nullable=False),
    Index(None, "seen", "notice"),
    Index(None, "notice"),
)
"""``detail`` = the notice without its rows."""

notice_row = lived(
    "notice_row",
    Column("entry", Key, nullable=False),
    Column("notice", Key, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("position", Integer, nullable=False),
    Column("app", Key),
    Column("search", Shown, nullable=False),
    Column("detail", Json, nullable=False),
    Index(None, "seen", "entry"),
    Index(None, "notice", "position"),
    Index(None, "app"),
)
"""``entry`` = notice and position; ``search`` = every word of the row, in lower case."""

lead = lived(
    "lead",
    Column("lead", Key, nullable=False),
    Column("market", Shown, nullable=False),
    Column("kind", Shown, nullable=False),
    Column("url", Key, nullable=False),
    Column("reason", Shown, nullable=False),
    Column("at", Instant, nullable=False),
    Column("detail", Json, nullable=False),
    Index(None, "at", "lead"),
    Index(None, "reason", "at"),
)
"""``lead`` tells leads of one time apart: a digest of all that they say."""

rating_point = lived(
    "rating_point",
    Column("market", Shown, nullable=False),
    Column("app", Key, nullable=False),
    Column("at", Instant, nullable=False),
    Column("rating", Float),
    Column("rating_count", Whole),
    Column("review_count", Whole),
    Column("downloads", Whole),
    Column("capture", Shown),
    Index(None, "market", "app", "at"),
)

review = lived(
    "review",
    Column("review", Key, nullable=False),
    Column("market", Shown, nullable=False),
    Column("app", Key, nullable=False),
    Column("at", Instant, nullable=False),
    Column("month", Shown, nullable=False),
    Column("rating", Float),
    Column("detail", Json, nullable=False),
    Index(None, "market", "app", "at"),
)
"""``at`` = when it was written, else when it was seen first; ``month`` is that month, ``YYYY-MM``."""

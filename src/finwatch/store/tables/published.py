"""The read model: apps, their versions, findings and events, as the screens ask for them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, text

from finwatch.store.columns import Instant, Json, Key, Shown, Whole
from finwatch.store.tables.base import lived, metadata

generation = Table(
    "generation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("current", BigInteger, nullable=False),
    Column("published", Instant),
    Column("publisher", Shown),
    Column("publisher_until", Instant),
    Column("draft", BigInteger),
)
"""One row, ``id`` 1: which generation readers see, and who is building the next.

``draft`` = a generation was begun and rows of it may be there; NULL = every row is of the generation readers see."""

part_live = lived("part_live", Column("digest", Shown, nullable=False))
"""Which documents the read model holds, and a digest of what each was made from."""

app = lived(
    "app",
    Column("app_id", Key, nullable=False),
    Column("app", Key, nullable=False),
    Column("signer", Shown),
    Column("name_zh", Shown, nullable=False),
    Column("name_en", Key, nullable=False),
    Column("developer", Shown),
    Column("operator", Shown),
    Column("institution", Shown),
    Column("finance", Boolean),
    Column("kind", Shown),
    Column("band", Shown),
    Column("risk", Integer, nullable=False),
    Column("score", Float),
    Column("sha256", Shown),
    Column("version_name", Shown),
    Column("version_code", Whole),
    Column("pending", Boolean, nullable=False),
    Column("high", Integer, nullable=False),
    Column("medium", Integer, nullable=False),
    Column("low", Integer, nullable=False),
    Column("info", Integer, nullable=False),
    Column("unanswered", Integer, nullable=False),
    Column("suspected", Integer, nullable=False),
    Column("versions", Integer, nullable=False),
    Column("markets", Json, nullable=False),
    Column("first_seen", Instant),
    Column("last_seen", Instant),
    Column("seen_order", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("search", Shown, nullable=False),
    Index(None, "app_id"),
    Index(None, "app"),
    Index(None, "sha256"),
    Index(None, "risk", "app_id"),
    Index(None, "seen_order", "app_id"),
    Index(None, "name_en", "app_id"),
    Index(None, "kind", "risk", "app_id"),
    Index("ix_app_gone", "risk", "app_id", sqlite_where=text("gone"), postgresql_where=text("gone")),
)
"""``risk`` and ``seen_order`` are sort keys without NULL, most serious and newest first (``published/app.py``)."""

app_facet = lived(
    "app_facet",
    Column("app_id", Key, nullable=False),
    Column("facet", Shown, nullable=False),
    Column("value", Key, nullable=False),
    Index(None, "facet", "value", "app_id", "since", "until"),
)
"""What a list of apps can be narrowed to: market, check, sdk, permission, event."""

visited = lived(
    "visited",
    Column("market", Shown, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "market"),
)
"""The newest visit to every market: when whatever it lists now was seen last."""

aggregate = lived(
    "aggregate",
    Column("name", Key, nullable=False),
    Column("value", Json, nullable=False),
    Index(None, "name"),
)
"""Numbers over all of a generation, counted once, when it is published."""

version = lived(
    "version",
    Column("sha256", Shown, nullable=False),
    Column("app_id", Key, nullable=False),
    Column("app", Key),
    Column("version_name", Shown),
    Column("version_code", Whole),
    Column("label", Shown),
    Column("bytes", Whole, nullable=False),
    Column("format", Shown, nullable=False),
    Column("extent", Shown, nullable=False),
    Column("band", Shown, nullable=False),
    Column("score", Float, nullable=False),
    Column("examined", Instant, nullable=False),
    Column("engine", Shown, nullable=False),
    Column("catalog", Shown, nullable=False),
    Column("package", Json, nullable=False),
    Column("identity", Json, nullable=False),
    Column("flows", Json, nullable=False),
    Column("rating", Json, nullable=False),
    Column("unreadable", Json, nullable=False),
    Column("took_ms", Float, nullable=False),
    Column("disclosure", Json),
    Index(None, "sha256"),
    Index(None, "app_id"),
)

finding = lived(
    "finding",
    Column("sha256", Shown, nullable=False),
    Column("app_id", Key, nullable=False),
    Column("position", Integer, nullable=False),
    Column("check", Shown, nullable=False),
    Column("version", Integer, nullable=False),
    Column("outcome", Shown, nullable=False),
    Column("severity", Shown, nullable=False),
    Column("severity_order", Integer, nullable=False),
    Column("confidence", Shown, nullable=False),
    Column("clauses", Json, nullable=False),
    Column("title", Json, nullable=False),
    Column("summary", Json),
    Column("remedy", Json),
    Column("evidence", Integer, nullable=False),
    Column("current", Boolean, nullable=False),
    Index(None, "sha256", "position"),
    Index(None, "check", "outcome"),
    Index(None, "outcome", "severity_order", "app_id"),
)
"""``current`` = of the version that its app's rating is about. ``evidence`` = how many rows of it follow."""

evidence = lived(
    "evidence",
    Column("sha256", Shown, nullable=False),
    Column("finding", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("zh", Shown, nullable=False),
    Column("en", Shown, nullable=False),
    Column("at", Json, nullable=False),
    Column("quote", Shown),
    Index(None, "sha256", "finding", "position"),
)

sdk_use = lived(
    "sdk_use",
    Column("sha256", Shown, nullable=False),
    Column("position", Integer, nullable=False),
    Column("sdk", Shown, nullable=False),
    Column("version", Shown),
    Column("detail", Json, nullable=False),
    Index(None, "sha256", "position"),
    Index(None, "sdk"),
)

collection = lived(
    "collection",
    Column("sha256", Shown, nullable=False),
    Column("position", Integer, nullable=False),
    Column("item", Shown, nullable=False),
    Column("api", Shown, nullable=False),
    Column("caller", Shown, nullable=False),
    Column("owner", Shown, nullable=False),
    Column("before_consent", Boolean),
    Column("detail", Json, nullable=False),
    Index(None, "sha256", "position"),
    Index(None, "item"),
)

endpoint = lived(
    "endpoint",
    Column("sha256", Shown, nullable=False),
    Column("position", Integer, nullable=False),
    Column("host", Key, nullable=False),
    Column("owner", Shown, nullable=False),
    Column("detail", Json, nullable=False),
    Index(None, "sha256", "position"),
    Index(None, "host"),
)

match = lived(
    "match",
    Column("sha256", Shown, nullable=False),
    Column("app_id", Key, nullable=False),
    Column("position", Integer, nullable=False),
    Column("other_app", Key, nullable=False),
    Column("other_sha256", Shown),
    Column("verdict", Shown, nullable=False),
    Column("detail", Json, nullable=False),
    Index(None, "sha256", "position"),
    Index(None, "other_sha256"),
    Index(None, "other_app"),
)

listing = lived(
    "listing",
    Column("market", Shown, nullable=False),
    Column("app_id", Key, nullable=False),
    Column("app", Key, nullable=False),
    Column("version_code", Whole),
    Column("sha256", Shown),
    Column("detail", Json, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant),
    Column("gone_at", Instant),
    Index(None, "app_id"),
    Index(None, "sha256"),
    Index(None, "market", "app"),
)
"""``last_seen`` is NULL as long as it is listed: the market's newest visit (``visited``) saw it."""

event = lived(
    "event",
    Column("market", Shown, nullable=False),
    Column("app", Key, nullable=False),
    Column("kind", Shown, nullable=False),
    Column("at", Instant, nullable=False),
    Column("version_code", Whole),
    Column("before", Shown),
    Column("after", Shown),
    Column("capture", Shown),
    Column("event_id", Key, nullable=False),
    Index(None, "market", "app"),
    Index(None, "at", "event_id"),
)
"""``event_id`` = market/app/kind/version: with ``at``, the key that pages through events."""

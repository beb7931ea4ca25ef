"""What is due, how visits went, and what the daily runs told."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, UniqueConstraint

from finwatch.store.columns import Instant, Json, Key, Shown, Whole
from finwatch.store.tables.base import metadata, numbered

market = Table(
    "market",
    metadata,
    Column("id", Shown, primary_key=True),
    Column("descriptor", Json, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("registered", Instant, nullable=False),
)

market_state = Table(
    "market_state",
    metadata,
    Column("market", Shown, primary_key=True),
    Column("state", Json, nullable=False),
)

frontier = Table(
    "frontier",
    metadata,
    numbered(),
    Column("market", Shown, nullable=False),
    Column("kind", Shown, nullable=False),
    Column("url", Shown, nullable=False),
    Column("url_key", Key, nullable=False),
    Column("bucket", Key, nullable=False),
    Column("due", Instant),
    Column("attempts", Integer, nullable=False),
    Column("etag", Shown),
    Column("last_modified", Shown),
    Column("content_sha256", Shown),
    Column("expected_sha256", Shown),
    Column("expected_bytes", Whole),
    Column("app", Key),
    Column("last_kind", Shown),
    Column("worker", Shown),
    Column("lease", Shown),
    Column("leased_until", Instant),
    Column("leases", Integer, nullable=False),
    Column("history", Json),
    UniqueConstraint("market", "kind", "url_key"),
    Index(None, "due"),
    Index(None, "bucket", "leased_until"),
    Index(None, "market", "due"),
)
"""``url_key`` is the address as a key. ``due`` NULL = never again.

``leases`` counts every lease ever given, which makes each lease's name its own."""

host_day = Table(
    "host_day",
    metadata,
    Column("bucket", Key, primary_key=True),
    Column("day", Shown, primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
)
"""What each host was asked on a day (UTC, ``YYYY-MM-DD``): the budgets are held to it."""

run = Table(
    "run",
    metadata,
    numbered(),
    Column("state", Shown, nullable=False),
    Column("started", Instant, nullable=False),
    Column("ended", Instant),
    Column("steps", Json, nullable=False),
    Column("report", Json),
    Column("error", Shown),
    Column("worker", Shown),
    Column("said", Instant, nullable=False),
)
"""Daily runs. ``worker`` holds it and gave its last sign of life at ``said``; NULL = nobody is at it."""

job = Table(
    "job",
    metadata,
    numbered(),
    Column("kind", Shown, nullable=False),
    Column("key", Key, nullable=False),
    Column("payload", Json, nullable=False),
    Column("state", Shown, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("due", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", Shown),
    Column("lease", Shown),
    Column("leased_until", Instant),
    Column("leases", Integer, nullable=False),
    Column("error", Shown),
    Column("ended", Instant),
    UniqueConstraint("kind", "key"),
    Index(None, "kind", "state", "priority", "due"),
)
"""``state``: ``ready`` (waiting or leased), ``done``, ``dead`` (given up, ``error`` says why)."""

# How visits went -------------------------------------------------------------------------------------------------

outcome = Table(
    "outcome",
    metadata,
    numbered(),
    Column("market", Shown, nullable=False),
    Column("kind", Shown, nullable=False),
    Column("task", Shown, nullable=False),
    Column("url", Shown, nullable=False),
    Column("final_url", Shown),
    Column("status", Integer),
    Column("message", Shown, nullable=False),
    Column("started", Instant, nullable=False),
    Column("took_ms", Whole, nullable=False),
    Column("bytes", Whole, nullable=False),
    Column("sha256", Shown),
    Column("etag", Shown),
    Column("last_modified", Shown),
    Column("capture", Shown),
    Column("retry_after_s", Float),
    Column("attempt", Integer, nullable=False),
    Index(None, "market", "started"),
    Index(None, "market", "kind", "started"),
    Index(None, "capture"),
)

alert = Table(
    "alert",
    metadata,
    numbered(),
    Column("kind", Shown, nullable=False),
    Column("at", Instant, nullable=False),
    Column("run", BigInteger),
    Column("detail", Json, nullable=False),
    Index(None, "run", "kind"),
)
"""What got worse. ``run`` = the daily run that told of it; NULL = none has yet."""

"""Every table of the store. Three groups: what is due, how visits went, and the read model.

A row of the read model is true from generation ``since`` until before generation ``until``; readers ask for one
generation and so never see half of a publication. ``part`` names the document a row came from (its owner in
``part_live``), which is what a publication replaces as a whole.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, Table, UniqueConstraint, text

from finwatch.store.columns import Instant, Json, Key, Shown, Whole

FOREVER: Final = 1 << 62
"""``until`` of a row that holds now."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _number() -> Column[int]:
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


# What is due -----------------------------------------------------------------------------------------------------

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
    _number(),
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
    _number(),
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
    _number(),
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
    _number(),
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
    _number(),
    Column("kind", Shown, nullable=False),
    Column("at", Instant, nullable=False),
    Column("run", BigInteger),
    Column("detail", Json, nullable=False),
    Index(None, "run", "kind"),
)
"""What got worse. ``run`` = the daily run that told of it; NULL = none has yet."""

# The read model --------------------------------------------------------------------------------------------------

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


_ENDED: Final = text(f"until < {FOREVER}")
"""Only rows that have ended are looked for by their end: the index stays small."""


def _lived(name: str, *columns: Any) -> Table:
    return Table(
        name,
        metadata,
        _number(),
        Column("part", Key, nullable=False),
        Column("since", BigInteger, nullable=False),
        Column("until", BigInteger, nullable=False, server_default=text(str(FOREVER))),
        *columns,
        Index(None, "part"),
        Index(None, "until", sqlite_where=_ENDED, postgresql_where=_ENDED),
    )


part_live = _lived("part_live", Column("digest", Shown, nullable=False))
"""Which documents the read model holds, and a digest of what each was made from."""

app = _lived(
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
)
"""``risk`` and ``seen_order`` are sort keys without NULL, most serious and newest first (``published/app.py``)."""

app_facet = _lived(
    "app_facet",
    Column("app_id", Key, nullable=False),
    Column("facet", Shown, nullable=False),
    Column("value", Key, nullable=False),
    Index(None, "facet", "value", "app_id", "since", "until"),
)
"""What a list of apps can be narrowed to: market, check, sdk, permission, event."""

visited = _lived(
    "visited",
    Column("market", Shown, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "market"),
)
"""The newest visit to every market: when whatever it lists now was seen last."""

aggregate = _lived(
    "aggregate",
    Column("name", Key, nullable=False),
    Column("value", Json, nullable=False),
    Index(None, "name"),
)
"""Numbers over all of a generation, counted once, when it is published."""

version = _lived(
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

finding = _lived(
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

evidence = _lived(
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

sdk_use = _lived(
    "sdk_use",
    Column("sha256", Shown, nullable=False),
    Column("position", Integer, nullable=False),
    Column("sdk", Shown, nullable=False),
    Column("version", Shown),
    Column("detail", Json, nullable=False),
    Index(None, "sha256", "position"),
    Index(None, "sdk"),
)

collection = _lived(
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

endpoint = _lived(
    "endpoint",
    Column("sha256", Shown, nullable=False),
    Column("position", Integer, nullable=False),
    Column("host", Key, nullable=False),
    Column("owner", Shown, nullable=False),
    Column("detail", Json, nullable=False),
    Index(None, "sha256", "position"),
    Index(None, "host"),
)

match = _lived(
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

listing = _lived(
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

event = _lived(
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

# Beyond stores, and what users say ---------------------------------------------------------------------------------

chain = _lived(
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

chain_link = _lived(
    "chain_link",
    Column("chain", Key, nullable=False),
    Column("number", Integer, nullable=False),
    Column("sha256", Shown),
    Column("detail", Json, nullable=False),
    Index(None, "chain", "number"),
    Index(None, "sha256"),
)

notice = _lived(
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

notice_row = _lived(
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

lead = _lived(
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

rating_point = _lived(
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

review = _lived(
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

APP_TABLES: Final = (app, app_facet, listing)
VERSION_TABLES: Final = (version, finding, evidence, sdk_use, collection, endpoint, match)
HISTORY_TABLES: Final = (event,)
BEYOND_TABLES: Final = (chain, chain_link, notice, notice_row, lead)
SERIES_TABLES: Final = (rating_point, review)
TOTAL_TABLES: Final = (visited, aggregate)
READ_MODEL: Final = (
    part_live,
    *TOTAL_TABLES,
    *APP_TABLES,
    *VERSION_TABLES,
    *HISTORY_TABLES,
    *BEYOND_TABLES,
    *SERIES_TABLES,
)
"""Everything that a rebuild makes again from the lake."""

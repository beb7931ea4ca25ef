"""What people decide: cases, who takes part, what happened, the journal, the outbox and the leaves of the log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, UniqueConstraint

from finwatch.store.columns import Instant, Json, Key, Shown
from finwatch.store.tables.base import metadata, numbered

case_file = Table(
    "case_file",
    metadata,
    numbered(),
    Column("machine", Key, nullable=False),
    Column("state", Key, nullable=False),
    Column("version", Integer, nullable=False),
    Column("owner", Key, nullable=False),
    Column("owner_name", Shown, nullable=False),
    Column("region", Key, nullable=False),
    Column("title", Shown, nullable=False),
    Column("search", Shown, nullable=False),
    Column("number", Key),
    Column("subject", Key),
    Column("parent", BigInteger),
    Column("form", Json, nullable=False),
    Column("due_day", Key),
    Column("due", Json),
    Column("due_provisional", Boolean, nullable=False),
    Column("opened", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
    Column("closed", Instant),
    UniqueConstraint("machine", "number"),
    Index(None, "machine", "state", "changed", "id"),
    Index(None, "machine", "changed", "id"),
    Index(None, "owner", "machine", "changed", "id"),
    Index(None, "subject", "machine"),
    Index(None, "parent"),
    Index(None, "due_day", "id"),
)
"""``search`` = title, number, owner and subject in lower case.

``due_day`` = ``YYYY-MM-DD`` in China; NULL = no clock runs."""

case_party = Table(
    "case_party",
    metadata,
    Column("case_id", BigInteger, primary_key=True, autoincrement=False),
    Column("part", Key, primary_key=True),
    Column("organisation", Key, primary_key=True),
    Index(None, "organisation", "case_id"),
)

step = Table(
    "step",
    metadata,
    Column("case_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("arc", Key, nullable=False),
    Column("before", Key, nullable=False),
    Column("after", Key, nullable=False),
    Column("person", Key, nullable=False),
    Column("person_name", Shown, nullable=False),
    Column("organisation", Key, nullable=False),
    Column("at", Instant, nullable=False),
    Column("comment", Shown, nullable=False),
    Column("changes", Json, nullable=False),
    Column("attachments", Json, nullable=False),
    Column("note", Json, nullable=False),
    Index(None, "at"),
    Index(None, "person", "at"),
)
"""Never changed. ``before`` is empty for the first."""

journal = Table(
    "journal",
    metadata,
    numbered(),
    Column("at", Instant, nullable=False),
    Column("person", Key, nullable=False),
    Column("organisation", Key, nullable=False),
    Column("means", Key, nullable=False),
    Column("action", Key, nullable=False),
    Column("resource", Key, nullable=False),
    Column("detail", Json, nullable=False),
    Index(None, "resource", "id"),
    Index(None, "person", "id"),
    Index(None, "organisation", "id"),
    Index(None, "at"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", Key, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""The last number given out under a name: numbers of filings, notices, complaints."""

outbox = Table(
    "outbox",
    metadata,
    numbered(),
    Column("key", Key, nullable=False),
    Column("channel", Key, nullable=False),
    Column("address", Key, nullable=False),
    Column("subject", Json, nullable=False),
    Column("body", Json, nullable=False),
    Column("attachments", Json, nullable=False),
    Column("case_id", BigInteger),
    Column("made", Instant, nullable=False),
    Column("state", Key, nullable=False),
    Column("due", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease", Shown),
    Column("leased_until", Instant),
    Column("sent", Instant),
    Column("error", Shown),
    UniqueConstraint("key"),
    Index(None, "state", "due"),
    Index(None, "channel", "address", "id"),
)
"""What is to be delivered. ``state``: ``waiting``, ``sent``, ``doubtful`` or ``dead`` (``error`` says why). A message
to a desk is there as soon as it is written."""

log_leaf = Table(
    "log_leaf",
    metadata,
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("data", Shown, nullable=False),
    Column("hash", Key, nullable=False),
)
"""The leaves of the transparency log in order, from 0: canonical JSON, and its leaf hash (RFC 9162 §2.1.1) in hex."""

"""Who acts: organisations, people, their roles and credentials (decided); sessions and attempts (volatile)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, UniqueConstraint

from finwatch.store.columns import Instant, Json, Key, Shown
from finwatch.store.tables.base import metadata, numbered

organisation = Table(
    "organisation",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Key, nullable=False),
    Column("name", Shown, nullable=False),
    Column("short_name", Shown, nullable=False),
    Column("region", Key, nullable=False),
    Column("parent", Key),
    Column("credit_code", Key),
    Column("institution", Key),
    Column("market", Key),
    Column("active", Boolean, nullable=False),
    UniqueConstraint("credit_code"),
    Index(None, "parent"),
    Index(None, "region"),
    Index(None, "institution"),
)
"""The columns are the fields of ``model.access.Organisation``."""

person = Table(
    "person",
    metadata,
    Column("id", Key, primary_key=True),
    Column("account", Key, nullable=False),
    Column("name", Shown, nullable=False),
    Column("organisation", Key, nullable=False),
    Column("mail", Shown),
    Column("active", Boolean, nullable=False),
    UniqueConstraint("account"),
    Index(None, "organisation", "account"),
)
"""Never deleted: what they did names them. ``account`` in lower case."""

role_grant = Table(
    "role_grant",
    metadata,
    Column("person", Key, primary_key=True),
    Column("role", Key, primary_key=True),
    Column("source", Key, nullable=False),
    Column("granted", Instant, nullable=False),
)
"""``source``: ``person`` = somebody gave it; ``oidc`` = a group of the provider does, as of the last log-in."""

credential = Table(
    "credential",
    metadata,
    Column("person", Key, primary_key=True),
    Column("kind", Key, primary_key=True),
    Column("value", Json, nullable=False),
    Column("lookup", Key),
    Column("made", Instant, nullable=False),
    UniqueConstraint("lookup"),
)
"""``password``: its argon2id hash. ``totp``: the sealed secret and the digests of recovery codes. ``oidc``: issuer and
subject, together ``lookup``."""

api_token = Table(
    "api_token",
    metadata,
    numbered(),
    Column("person", Key, nullable=False),
    Column("name", Shown, nullable=False),
    Column("digest", Key, nullable=False),
    Column("permissions", Json, nullable=False),
    Column("made", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("revoked", Instant),
    UniqueConstraint("digest"),
    Index(None, "person", "id"),
)
"""Only the digest of a token is kept. ``permissions``: at most these, and never more than the person has."""

break_glass = Table(
    "break_glass",
    metadata,
    numbered(),
    Column("person", Key, nullable=False),
    Column("organisation", Key, nullable=False),
    Column("reason", Shown, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("ended", Instant),
    Index(None, "organisation", "id"),
    Index(None, "person", "id"),
)
"""Access that somebody took without having it: to whose rows, why, until when."""

group_role = Table(
    "group_role",
    metadata,
    Column("group", Key, primary_key=True),
    Column("organisation", Key, primary_key=True),
    Column("role", Key, primary_key=True),
)
"""What a group of the OIDC provider gives, and where."""

# Volatile: lost with no harm but a new log-in ---------------------------------------------------------------------

session = Table(
    "session",
    metadata,
    Column("digest", Key, primary_key=True),
    Column("person", Key, nullable=False),
    Column("stage", Key, nullable=False),
    Column("means", Key, nullable=False),
    Column("started", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("break_glass", BigInteger),
    Column("secret", Shown),
    Column("next", Shown),
    Index(None, "person"),
    Index(None, "until"),
)
"""``stage``: ``full``, or ``factor`` (the password was right, the second factor is awaited), or ``enrol`` (a second
factor has to be set up; ``secret`` = the sealed one that is shown). ``digest`` = SHA-256 of the cookie."""

attempt = Table(
    "attempt",
    metadata,
    Column("key", Key, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("count", Integer, nullable=False),
    Index(None, "since"),
)
"""Failed log-ins by what they were counted under (account, address, both) since the window began."""

used_code = Table(
    "used_code",
    metadata,
    Column("person", Key, primary_key=True),
    Column("code", Key, primary_key=True),
    Column("at", Instant, nullable=False),
)
"""Codes that were accepted once and never again: ``totp:<counter>``, ``recovery:<digest>``."""

token_use = Table(
    "token_use",
    metadata,
    Column("token", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
)
"""When a token was used last, to the hour."""

kept_form = Table(
    "kept_form",
    metadata,
    Column("digest", Key, primary_key=True),
    Column("person", Key),
    Column("sealed", Shown, nullable=False),
    Column("until", Instant, nullable=False),
    Index(None, "until"),
)
"""What somebody had typed when their session had ended, sealed; given back to ``person`` once they have logged in."""

oidc_start = Table(
    "oidc_start",
    metadata,
    Column("digest", Key, primary_key=True),
    Column("sealed", Shown, nullable=False),
    Column("until", Instant, nullable=False),
    Index(None, "until"),
)
"""Log-ins that went to the provider and have not come back: nonce and verifier, by the digest of ``state``."""

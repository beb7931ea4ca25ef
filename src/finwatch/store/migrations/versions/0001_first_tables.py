"""The first tables: what is due, how visits went, the read model.

A column is written ``name type``, ``!`` = NOT NULL, ``*`` = the primary key; then the indexes, ``unique`` = a
constraint. Tables of ``_LIVED`` have ``id``, ``part``, ``since`` and ``until`` before their own columns.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TYPES: dict[str, Any] = {
    "text": sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
    "long": sa.BigInteger(),
    "int": sa.Integer(),
    "bool": sa.Boolean(),
    "float": sa.Float(),
    "number": sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
}
_PLAIN: dict[str, tuple[str, tuple[str, ...]]] = {
    "frontier": (
        "id number!, market text!, kind text!, url text!, url_key text!, bucket text!, due long, attempts int!, "
        "etag text, last_modified text, content_sha256 text, expected_sha256 text, expected_bytes long, app text, "
        "last_kind text, worker text, lease text, leased_until long, leases int!",
        ("unique market kind url_key", "bucket leased_until", "due", "market due"),
    ),
    "generation": (
        "id int!*, current long!, published long, publisher text, publisher_until long",
        (),
    ),
    "job": (
        "id number!, kind text!, key text!, payload text!, state text!, priority int!, due long!, attempts "
        "int!, worker text, lease text, leased_until long, leases int!, error text, ended long",
        ("unique kind key", "kind state priority due"),
    ),
    "market": (
        "id text!*, descriptor text!, enabled bool!, registered long!",
        (),
    ),
    "market_state": (
        "market text!*, state text!",
        (),
    ),
    "outcome": (
        "id number!, market text!, kind text!, task text!, url text!, final_url text, status int, message "
        "text!, started long!, took_ms long!, bytes long!, sha256 text, etag text, last_modified text, "
        "capture text, retry_after_s float, attempt int!",
        ("capture", "market kind started", "market started"),
    ),
}
_LIVED: dict[str, tuple[str, tuple[str, ...]]] = {
    "part_live": (
        "digest text!",
        (),
    ),
    "app": (
        "app_id text!, app text!, signer text, name_zh text!, name_en text!, developer text, operator text, "
        "institution text, finance bool, kind text, band text, risk int!, score float, sha256 text, "
        "version_name text, version_code long, pending bool!, high int!, medium int!, low int!, info int!, "
        "unanswered int!, suspected int!, versions int!, markets text!, first_seen long, last_seen long, "
        "seen_order long!, gone bool!, search text!",
        ("app", "app_id", "name_en app_id", "risk app_id", "seen_order app_id", "sha256"),
    ),
    "app_facet": (
        "app_id text!, facet text!, value text!",
        ("facet value app_id",),
    ),
    "app_gram": (
        "app_id text!, gram text!",
        ("gram app_id",),
    ),
    "listing": (
        "market text!, app_id text!, app text!, version_code long, sha256 text, detail text!, first_seen "
        "long!, last_seen long!, gone_at long",
        ("app_id", "market app", "sha256"),
    ),
    "version": (
        "sha256 text!, app_id text!, app text, version_name text, version_code long, label text, bytes long!, "
        "format text!, extent text!, band text!, score float!, examined long!, engine text!, catalog text!, "
        "package text!, identity text!, flows text!, rating text!, unreadable text!, took_ms float!",
        ("app_id", "sha256"),
    ),
    "finding": (
        "sha256 text!, app_id text!, position int!, check text!, version int!, outcome text!, severity text!, "
        "severity_order int!, confidence text!, clauses text!, title text!, summary text, remedy text, "
        "evidence int!, current bool!",
        ("check outcome", "outcome severity_order app_id", "sha256 position"),
    ),
    "evidence": (
        "sha256 text!, finding int!, position int!, zh text!, en text!, at text!, quote text",
        ("sha256 finding position",),
    ),
    "sdk_use": (
        "sha256 text!, position int!, sdk text!, version text, detail text!",
        ("sdk", "sha256 position"),
    ),
    "collection": (
        "sha256 text!, position int!, item text!, api text!, caller text!, owner text!, before_consent bool, "
        "detail text!",
        ("item", "sha256 position"),
    ),
    "endpoint": (
        "sha256 text!, position int!, host text!, owner text!, detail text!",
        ("host", "sha256 position"),
    ),
    "match": (
        "sha256 text!, app_id text!, position int!, other_app text!, other_sha256 text, verdict text!, detail text!",
        ("other_app", "other_sha256", "sha256 position"),
    ),
    "event": (
        "market text!, app text!, kind text!, at long!, version_code long, before text, after text, capture "
        "text, event_id text!",
        ("at event_id", "market app"),
    ),
}


def upgrade() -> None:
    """Makes every table."""
    for name, (columns, indexes) in _PLAIN.items():
        _make(name, [_column(words) for words in columns.split(", ")], indexes)
    for name, (columns, indexes) in _LIVED.items():
        own = [_column(words) for words in columns.split(", ")]
        until = sa.Column("until", sa.BigInteger(), nullable=False, server_default=sa.text(str(1 << 62)))
        common = [_column("id number!"), _column("part text!"), _column("since long!"), until]
        _make(name, [*common, *own], ("part", "until", *indexes))


def downgrade() -> None:
    """Drops every table."""
    for name in (*_LIVED, *_PLAIN):
        op.drop_table(name)


def _column(words: str) -> sa.Column[Any]:
    name, kind = words.split()
    primary = kind == "number!" or kind.endswith("*")
    return sa.Column(
        name,
        _TYPES[kind.rstrip("!*")],
        primary_key=primary,
        autoincrement=kind == "number!",
        nullable="!" not in kind,
    )


def _make(name: str, columns: list[sa.Column[Any]], indexes: tuple[str, ...]) -> None:
    primary = [column.name for column in columns if column.primary_key]
    unique = [words.split()[1:] for words in indexes if words.startswith("unique ")]
    constraints = [
        sa.PrimaryKeyConstraint(*primary, name=f"pk_{name}"),
        *(sa.UniqueConstraint(*key, name=f"uq_{name}_{'_'.join(key)}") for key in unique),
    ]
    for column in columns:
        column.primary_key = False
    op.create_table(name, *columns, *constraints)
    for words in indexes:
        if not words.startswith("unique "):
            key = words.split()
            op.create_index(f"ix_{name}_{'_'.join(key)}", name, key)

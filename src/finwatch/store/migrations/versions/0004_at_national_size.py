"""The read model at the size of a country: what is counted once, when markets were visited last, an index of names.

Everything of the read model is taken out: the next publication brings it back, from the lake, in the new form.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_FOREVER = 1 << 62
_LIVED = (
    "part_live",
    "app",
    "app_facet",
    "listing",
    "version",
    "finding",
    "evidence",
    "sdk_use",
    "collection",
    "endpoint",
    "match",
    "event",
    "chain",
    "chain_link",
    "notice",
    "notice_row",
    "lead",
    "rating_point",
    "review",
)
_NEW: dict[str, tuple[tuple[str, Any], ...]] = {
    "visited": (("market", _TEXT), ("at", sa.BigInteger())),
    "aggregate": (("name", _TEXT), ("value", sa.Text())),
}


def upgrade() -> None:
    """Takes the read model out and gives it its new form."""
    for name in _LIVED:
        op.execute(sa.delete(sa.table(name)))
        op.drop_index(f"ix_{name}_until", name)
        _index_of_ends(name)
    op.drop_table("app_gram")
    op.drop_index("ix_app_facet_facet_value_app_id", "app_facet")
    op.create_index(
        "ix_app_facet_facet_value_app_id_since_until", "app_facet", ["facet", "value", "app_id", "since", "until"]
    )
    with op.batch_alter_table("listing") as table:
        table.alter_column("last_seen", existing_type=sa.BigInteger(), nullable=True)
    op.add_column("generation", sa.Column("draft", sa.BigInteger()))
    for name, columns in _NEW.items():
        _make(name, [sa.Column(column, kind, nullable=False) for column, kind in columns], columns[0][0])
        _index_of_ends(name)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE app_search USING fts5(grams, tokenize='ascii', detail='none')")
    else:
        op.execute("CREATE TABLE app_search (rowid BIGINT PRIMARY KEY, grams TEXT[] NOT NULL)")
        op.execute("CREATE INDEX ix_app_search_grams ON app_search USING gin (grams)")


def downgrade() -> None:
    """The form before, empty."""
    op.execute("DROP TABLE app_search")
    for name in _NEW:
        op.drop_table(name)
    op.drop_column("generation", "draft")
    op.execute(sa.delete(sa.table("listing")))
    with op.batch_alter_table("listing") as table:
        table.alter_column("last_seen", existing_type=sa.BigInteger(), nullable=False)
    op.drop_index("ix_app_facet_facet_value_app_id_since_until", "app_facet")
    op.create_index("ix_app_facet_facet_value_app_id", "app_facet", ["facet", "value", "app_id"])
    _make("app_gram", [sa.Column("app_id", _TEXT, nullable=False), sa.Column("gram", _TEXT, nullable=False)])
    op.create_index("ix_app_gram_gram_app_id", "app_gram", ["gram", "app_id"])
    op.create_index("ix_app_gram_until", "app_gram", ["until"])
    for name in _LIVED:
        op.execute(sa.delete(sa.table(name)))
        op.drop_index(f"ix_{name}_until", name)
        op.create_index(f"ix_{name}_until", name, ["until"])


def _index_of_ends(name: str) -> None:
    ended = sa.text(f"until < {_FOREVER}")
    op.create_index(f"ix_{name}_until", name, ["until"], sqlite_where=ended, postgresql_where=ended)


def _make(name: str, columns: list[sa.Column[Any]], *indexes: str) -> None:
    """A table whose rows are true from ``since`` until before ``until``."""
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True),
        sa.Column("part", _TEXT, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False, server_default=sa.text(str(_FOREVER))),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )
    for column in ("part", *indexes):
        op.create_index(f"ix_{name}_{column}", name, [column])

"""What was found beyond stores, and ratings and reviews over time, for the screens.

A column is written ``name type``, ``!`` = NOT NULL; then the indexes. Every table has ``id``, ``part``, ``since`` and
``until`` before its own columns.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TYPES: dict[str, Any] = {
    "text": sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
    "long": sa.BigInteger(),
    "int": sa.Integer(),
    "float": sa.Float(),
}
_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "chain": (
        "chain text!, market text!, start text!, at long!, links int!, packages int!, unseen int!, capture text, "
        "notes text!",
        ("at chain", "chain"),
    ),
    "chain_link": ("chain text!, number int!, sha256 text, detail text!", ("chain number", "sha256")),
    "notice": (
        "notice text!, market text!, url text!, seen long!, rows int!, faults int!, detail text!",
        ("seen notice", "notice"),
    ),
    "notice_row": (
        "entry text!, notice text!, seen long!, position int!, app text, search text!, detail text!",
        ("seen entry", "notice position", "app"),
    ),
    "lead": (
        "lead text!, market text!, kind text!, url text!, reason text!, at long!, detail text!",
        ("at lead", "reason at"),
    ),
    "rating_point": (
        "market text!, app text!, at long!, rating float, rating_count long, review_count long, downloads long, "
        "capture text",
        ("market app at",),
    ),
    "review": (
        "review text!, market text!, app text!, at long!, month text!, rating float, detail text!",
        ("market app at",),
    ),
}


def _column(written: str) -> sa.Column[Any]:
    name, _, kind = written.strip().partition(" ")
    return sa.Column(name, _TYPES[kind.rstrip("!")], nullable=not kind.endswith("!"))


def upgrade() -> None:
    """Makes the tables."""
    for name, (columns, indexes) in _TABLES.items():
        op.create_table(
            name,
            sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True),
            sa.Column("part", _TYPES["text"], nullable=False),
            sa.Column("since", sa.BigInteger(), nullable=False),
            sa.Column("until", sa.BigInteger(), nullable=False, server_default=sa.text(str(1 << 62))),
            *(_column(written) for written in columns.split(",")),
            sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        )
        for index in ("part", "until", *indexes):
            keys = index.split()
            op.create_index(f"ix_{name}_{'_'.join(keys)}", name, keys)


def downgrade() -> None:
    """Drops them."""
    for name in _TABLES:
        op.drop_table(name)

"""Legal holds and retention runs; indexes for the lists that a country is looked through by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_GONE = sa.text("gone")


def _number() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=True, nullable=False)


def upgrade() -> None:
    """Makes the tables and the indexes."""
    op.create_table(
        "legal_hold",
        _number(),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("placed", sa.BigInteger(), nullable=False),
        sa.Column("placed_by", _TEXT, nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("lifted", sa.BigInteger()),
        sa.Column("lifted_by", _TEXT),
        sa.Column("lift_reason", _TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_legal_hold"),
    )
    op.create_index("ix_legal_hold_kind_key", "legal_hold", ["kind", "key"])
    op.create_table(
        "retention_run",
        _number(),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("going", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_retention_run"),
    )
    op.create_index("ix_app_kind_risk_app_id", "app", ["kind", "risk", "app_id"])
    op.create_index("ix_app_gone", "app", ["risk", "app_id"], sqlite_where=_GONE, postgresql_where=_GONE)


def downgrade() -> None:
    """Drops them."""
    op.drop_index("ix_app_gone", "app")
    op.drop_index("ix_app_kind_risk_app_id", "app")
    op.drop_table("retention_run")
    op.drop_table("legal_hold")

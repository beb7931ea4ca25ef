"""Daily runs; what hosts were asked each day; how often addresses change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the two tables and the column."""
    op.create_table(
        "run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger()),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("report", sa.Text()),
        sa.Column("error", _TEXT),
        sa.Column("worker", _TEXT),
        sa.Column("said", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )
    op.create_table(
        "host_day",
        sa.Column("bucket", _TEXT, nullable=False),
        sa.Column("day", _TEXT, nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "day", name="pk_host_day"),
    )
    op.add_column("frontier", sa.Column("history", sa.Text()))


def downgrade() -> None:
    """Drops them."""
    op.drop_column("frontier", "history")
    op.drop_table("host_day")
    op.drop_table("run")

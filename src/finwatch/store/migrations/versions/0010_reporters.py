"""Who reported: apart from what was reported, sealed and erasable."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "reporter",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed", _TEXT, nullable=True),
        sa.Column("phone_key", _TEXT, nullable=True),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("erased", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name="pk_reporter"),
    )
    op.create_index("ix_reporter_phone_key_made", "reporter", ["phone_key", "made"], unique=False)


def downgrade() -> None:
    """Drops it."""
    op.drop_table("reporter")

"""Numbers of official documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "letter",
        sa.Column("organisation", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", _TEXT, nullable=False),
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "kind", "case_id", "step", name="pk_letter"),
        sa.UniqueConstraint("organisation", "number", name="uq_letter_organisation_number"),
    )


def downgrade() -> None:
    """Drops it."""
    op.drop_table("letter")

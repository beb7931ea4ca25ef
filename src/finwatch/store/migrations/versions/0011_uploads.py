"""Files on their way here, and examinations of packages that were handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "upload",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("organisation", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("sha256", _TEXT, nullable=True),
        sa.Column("md5", _TEXT, nullable=True),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
    )
    op.create_index("ix_upload_person_begun", "upload", ["person", "begun"], unique=False)
    op.create_index("ix_upload_sha256", "upload", ["sha256"], unique=False)
    op.create_index("ix_upload_touched", "upload", ["touched"], unique=False)
    op.create_table(
        "filed_examination",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("examination", sa.Text(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("icon_path", _TEXT, nullable=True),
        sa.Column("icon_likeness", sa.Float(), nullable=True),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_filed_examination"),
    )


def downgrade() -> None:
    """Drops them."""
    op.drop_table("filed_examination")
    op.drop_table("upload")

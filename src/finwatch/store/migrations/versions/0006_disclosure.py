"""The package beside its policy: the comparison of an examined version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the column; null where no policy was looked at."""
    op.add_column("version", sa.Column("disclosure", sa.Text()))


def downgrade() -> None:
    """Drops it."""
    op.drop_column("version", "disclosure")

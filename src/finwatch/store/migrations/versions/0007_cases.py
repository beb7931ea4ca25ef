"""What people decide: cases, parties, steps, the journal, the outbox, the leaves of the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "case_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("machine", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("owner_name", _TEXT, nullable=False),
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("title", _TEXT, nullable=False),
        sa.Column("search", _TEXT, nullable=False),
        sa.Column("number", _TEXT, nullable=True),
        sa.Column("subject", _TEXT, nullable=True),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("due_day", _TEXT, nullable=True),
        sa.Column("due", sa.Text(), nullable=True),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_case_file"),
        sa.UniqueConstraint("machine", "number", name="uq_case_file_machine_number"),
    )
    op.create_index("ix_case_file_due_day_id", "case_file", ["due_day", "id"], unique=False)
    op.create_index("ix_case_file_machine_changed_id", "case_file", ["machine", "changed", "id"], unique=False)
    op.create_index(
        "ix_case_file_machine_state_changed_id", "case_file", ["machine", "state", "changed", "id"], unique=False
    )
    op.create_index(
        "ix_case_file_owner_machine_changed_id", "case_file", ["owner", "machine", "changed", "id"], unique=False
    )
    op.create_index("ix_case_file_parent", "case_file", ["parent"], unique=False)
    op.create_index("ix_case_file_subject_machine", "case_file", ["subject", "machine"], unique=False)
    op.create_table(
        "case_party",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", _TEXT, nullable=False),
        sa.Column("organisation", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "part", "organisation", name="pk_case_party"),
    )
    op.create_index("ix_case_party_organisation_case_id", "case_party", ["organisation", "case_id"], unique=False)
    op.create_table(
        "counter",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("organisation", _TEXT, nullable=False),
        sa.Column("means", _TEXT, nullable=False),
        sa.Column("action", _TEXT, nullable=False),
        sa.Column("resource", _TEXT, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
    )
    op.create_index("ix_journal_at", "journal", ["at"], unique=False)
    op.create_index("ix_journal_organisation_id", "journal", ["organisation", "id"], unique=False)
    op.create_index("ix_journal_person_id", "journal", ["person", "id"], unique=False)
    op.create_index("ix_journal_resource_id", "journal", ["resource", "id"], unique=False)
    op.create_table(
        "log_leaf",
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("data", _TEXT, nullable=False),
        sa.Column("hash", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("index", name="pk_log_leaf"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("channel", _TEXT, nullable=False),
        sa.Column("address", _TEXT, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", _TEXT, nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("error", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_channel_address_id", "outbox", ["channel", "address", "id"], unique=False)
    op.create_index("ix_outbox_state_due", "outbox", ["state", "due"], unique=False)
    op.create_table(
        "step",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("arc", _TEXT, nullable=False),
        sa.Column("before", _TEXT, nullable=False),
        sa.Column("after", _TEXT, nullable=False),
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("person_name", _TEXT, nullable=False),
        sa.Column("organisation", _TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("comment", _TEXT, nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "seq", name="pk_step"),
    )
    op.create_index("ix_step_at", "step", ["at"], unique=False)
    op.create_index("ix_step_person_at", "step", ["person", "at"], unique=False)


def downgrade() -> None:
    """Drops them."""
    op.drop_table("step")
    op.drop_table("outbox")
    op.drop_table("log_leaf")
    op.drop_table("journal")
    op.drop_table("counter")
    op.drop_table("case_party")
    op.drop_table("case_file")

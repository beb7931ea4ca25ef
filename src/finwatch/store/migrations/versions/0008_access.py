"""Who acts: organisations, people, roles, credentials, tokens, break-glass; sessions, attempts, forms kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_TABLES = (
    "organisation",
    "person",
    "role_grant",
    "credential",
    "api_token",
    "break_glass",
    "group_role",
    "session",
    "attempt",
    "used_code",
    "token_use",
    "kept_form",
    "oidc_start",
)


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "organisation",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("short_name", _TEXT, nullable=False),
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("parent", _TEXT, nullable=True),
        sa.Column("credit_code", _TEXT, nullable=True),
        sa.Column("institution", _TEXT, nullable=True),
        sa.Column("market", _TEXT, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.UniqueConstraint("credit_code", name="uq_organisation_credit_code"),
    )
    op.create_index("ix_organisation_institution", "organisation", ["institution"], unique=False)
    op.create_index("ix_organisation_parent", "organisation", ["parent"], unique=False)
    op.create_index("ix_organisation_region", "organisation", ["region"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("account", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("organisation", _TEXT, nullable=False),
        sa.Column("mail", _TEXT, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("account", name="uq_person_account"),
    )
    op.create_index("ix_person_organisation_account", "person", ["organisation", "account"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("role", _TEXT, nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("granted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "role", name="pk_role_grant"),
    )
    op.create_table(
        "credential",
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("lookup", _TEXT, nullable=True),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "kind", name="pk_credential"),
        sa.UniqueConstraint("lookup", name="uq_credential_lookup"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("permissions", sa.Text(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("digest", name="uq_api_token_digest"),
    )
    op.create_index("ix_api_token_person_id", "api_token", ["person", "id"], unique=False)
    op.create_table(
        "break_glass",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("organisation", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_break_glass"),
    )
    op.create_index("ix_break_glass_organisation_id", "break_glass", ["organisation", "id"], unique=False)
    op.create_index("ix_break_glass_person_id", "break_glass", ["person", "id"], unique=False)
    op.create_table(
        "group_role",
        sa.Column("group", _TEXT, nullable=False),
        sa.Column("organisation", _TEXT, nullable=False),
        sa.Column("role", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("group", "organisation", "role", name="pk_group_role"),
    )
    op.create_table(
        "session",
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("stage", _TEXT, nullable=False),
        sa.Column("means", _TEXT, nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("break_glass", sa.BigInteger(), nullable=True),
        sa.Column("secret", _TEXT, nullable=True),
        sa.Column("next", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_session"),
    )
    op.create_index("ix_session_person", "session", ["person"], unique=False)
    op.create_index("ix_session_until", "session", ["until"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_attempt"),
    )
    op.create_index("ix_attempt_since", "attempt", ["since"], unique=False)
    op.create_table(
        "used_code",
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("code", _TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "code", name="pk_used_code"),
    )
    op.create_table(
        "token_use",
        sa.Column("token", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_token_use"),
    )
    op.create_table(
        "kept_form",
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("person", _TEXT, nullable=True),
        sa.Column("sealed", _TEXT, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_kept_form"),
    )
    op.create_index("ix_kept_form_until", "kept_form", ["until"], unique=False)
    op.create_table(
        "oidc_start",
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("sealed", _TEXT, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_oidc_start"),
    )
    op.create_index("ix_oidc_start_until", "oidc_start", ["until"], unique=False)


def downgrade() -> None:
    """Drops them."""
    for name in reversed(_TABLES):
        op.drop_table(name)

"""The log's nodes, heads and keys; the approved list."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the tables, and the nodes over the leaves that are there."""
    node = op.create_table(
        "log_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name="pk_log_node"),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", _TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_head"),
    )
    op.create_index("ix_log_head_size_id", "log_head", ["size", "id"])
    op.create_table(
        "log_key",
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("origin", _TEXT, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("endorsement", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_log_key"),
    )
    _approved()
    _nodes(node)


def _approved() -> None:
    op.create_table(
        "approved_app",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", _TEXT, nullable=True),
        sa.Column("package", _TEXT, nullable=False),
        sa.Column("credit_code", _TEXT, nullable=True),
        sa.Column("platform", _TEXT, nullable=False),
        sa.Column("region", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("search", _TEXT, nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approved_app"),
    )
    op.create_index("ix_approved_app_number", "approved_app", ["number"])
    for column in ("package", "state", "credit_code"):
        op.create_index(f"ix_approved_app_{column}_id", "approved_app", [column, "id"])
    op.create_table(
        "approved_list",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("apps", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", _TEXT, nullable=False),
        sa.Column("root", _TEXT, nullable=False),
        sa.Column("csv_bytes", sa.BigInteger(), nullable=False),
        sa.Column("csv_sha256", _TEXT, nullable=False),
        sa.Column("signature", _TEXT, nullable=False),
        sa.Column("csv_signature", _TEXT, nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_approved_list"),
    )


def _nodes(node: sa.Table) -> None:
    """The roots of complete subtrees over leaves that older versions appended without them."""
    connection = op.get_bind()
    leaves = connection.execute(sa.text('SELECT "index", hash FROM log_leaf ORDER BY "index"')).all()
    peaks: list[str] = []
    rows = []
    for index, digest in leaves:
        peaks.append(digest)
        level, place = 1, index
        while place & 1:
            place >>= 1
            right, left = peaks.pop(), peaks.pop()
            peaks.append(hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest())
            rows.append({"level": level, "index": place, "hash": peaks[-1]})
            level += 1
    if rows:
        op.bulk_insert(node, rows)


def downgrade() -> None:
    """Drops them; the leaves stay."""
    for table in ("approved_list", "approved_app", "log_key", "log_head", "log_node"):
        op.drop_table(table)

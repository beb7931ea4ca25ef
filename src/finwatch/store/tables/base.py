"""What every table stands on: one metadata, the number of a row, and the life of a row of the read model."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, text

from finwatch.store.columns import Key

FOREVER: Final = 1 << 62
"""``until`` of a row that holds now."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def numbered() -> Column[int]:
    """The column that numbers rows in the order they came."""
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


_ENDED: Final = text(f"until < {FOREVER}")
"""Only rows that have ended are looked for by their end: the index stays small."""


def lived(name: str, *columns: Any) -> Table:
    """A table of the read model: its rows live from one generation until another."""
    return Table(
        name,
        metadata,
        numbered(),
        Column("part", Key, nullable=False),
        Column("since", BigInteger, nullable=False),
        Column("until", BigInteger, nullable=False, server_default=text(str(FOREVER))),
        *columns,
        Index(None, "part"),
        Index(None, "until", sqlite_where=_ENDED, postgresql_where=_ENDED),
    )

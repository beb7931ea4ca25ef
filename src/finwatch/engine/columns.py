"""Column types where Arrow, DuckDB and Spark differ, and the one form in which an answer leaves an engine.

What comes in: a schema of the lake, or what an engine answered. What goes out: the same as Spark's DDL, or a table of
plain types. Spark has no unsigned 64-bit numbers and reads them as ``DECIMAL(20,0)``; engines also disagree about which
columns can be NULL and what the items of a list are called.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

_DDL: Final[dict[pa.DataType, str]] = {
    pa.string(): "STRING",
    pa.binary(): "BINARY",
    pa.bool_(): "BOOLEAN",
    pa.int32(): "INT",
    pa.int64(): "BIGINT",
    pa.uint64(): "DECIMAL(20,0)",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP",
}
_UNSIGNED: Final = pa.decimal128(20, 0)


def ddl(schema: pa.Schema) -> str:
    """The schema in Spark's words: `` `market` STRING, `at` TIMESTAMP``."""
    return ", ".join(f"`{field.name}` {_word(field.type)}" for field in schema)


def _word(kind: pa.DataType) -> str:
    return f"ARRAY<{_DDL[kind.value_type]}>" if pa.types.is_list(kind) else _DDL[kind]


def settled(answer: pa.Table) -> pa.Table:
    """The same rows in plain types: every column nullable, times in UTC microseconds, items of lists unnamed."""
    return answer.cast(pa.schema([pa.field(field.name, _plain(field.type)) for field in answer.schema]))


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", tz="UTC")
    if pa.types.is_large_string(kind):
        return pa.string()
    return pa.uint64() if kind == _UNSIGNED else kind

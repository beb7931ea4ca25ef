"""Questions over the lake's tables: SQL text in the subset that DuckDB and Spark share, here run by DuckDB.

What comes in: the name of a file in ``sql/`` and the lake's tables. What goes out: an Arrow table. The first line of a
text names the tables it reads (``-- reads: visits, listings``); they are there under these names, with every column of
``lake.schemas``, also when nothing was written to them yet. A parameter is written ``$name``. A parameter that is a
list is a table of its own with the column ``value`` (``-- given: hashes``): the two engines have no common word for
taking a list apart. An order over a column that may be NULL says where NULLs go: the engines differ in that too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from finwatch.engine.columns import settled
from finwatch.engine.protocol import Tables
from finwatch.errors import LakeError, NotFound
from finwatch.lake import copies
from finwatch.lake.schemas import SCHEMAS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_READS = re.compile(r"-- reads: ([a-z_, ]+)\n")
_GIVEN = re.compile(r"^-- given: ([a-z_, ]+)$", re.MULTILINE)


@cache
def text_of(question: str) -> str:
    """The SQL text of a question. Raises ``NotFound``."""
    file = resources.files("finwatch.engine") / "sql" / f"{question}.sql"
    if not file.is_file():
        raise NotFound(f"There is no question {question!r}.", todo="See engine/sql.")
    return file.read_text(encoding="utf-8")


def tables_of(text: str) -> list[str]:
    """The tables that a text says it reads."""
    found = _READS.match(text)
    assert found is not None, "the first line of a question names its tables"
    return [name.strip() for name in found[1].split(",")]


def lists_of(text: str) -> list[str]:
    """The parameters of a text that are lists."""
    found = _GIVEN.search(text)
    return [name.strip() for name in found[1].split(",")] if found is not None else []


def given(text: str, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, pa.Table]]:
    """The parameters of a text: plain values, and lists as tables of text values."""
    lists = lists_of(text)
    tables = {name: pa.table({"value": pa.array(parameters[name], pa.string())}) for name in lists}
    return {name: value for name, value in parameters.items() if name not in lists}, tables


def answer(question: str, tables: Tables, parameters: Mapping[str, Any]) -> pa.Table:
    """The rows of a question. Raises ``NotFound``, and ``LakeError`` when a file of the lake cannot be read."""
    import duckdb  # noqa: PLC0415 - the processes of a stage ask nothing and start faster without it

    text = text_of(question)
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        try:
            for name in tables_of(text):
                _offer(connection, name, copies(tables.files(name)))  # DuckDB reads no HDFS
            values, lists = given(text, parameters)
            for name, table in lists.items():
                connection.register(name, table)
            result: pa.Table = connection.execute(text, values or None).to_arrow_table()
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise LakeError(f"The lake could not answer {question}: {error}.", todo="Restore that file.") from error
    return settled(result)


def _offer(connection: DuckDBPyConnection, name: str, files: list[str]) -> None:
    schema = SCHEMAS[name]
    connection.register(f"{name}_columns", schema.empty_table())
    if not files:
        connection.execute(f'CREATE VIEW {name} AS SELECT * FROM "{name}_columns"')  # noqa: S608 - names of our own
        return
    held = connection.read_parquet(files, hive_partitioning=False, union_by_name=True)
    held.create_view(f"{name}_files")
    # the union brings columns that later versions of a schema added, empty for older files
    connection.execute(
        f'CREATE VIEW {name} AS SELECT * FROM "{name}_columns" UNION ALL BY NAME SELECT * FROM "{name}_files"'  # noqa: S608
    )

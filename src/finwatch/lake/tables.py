"""The tables of a local lake: zstd Parquet under ``tables/<name>/dt=YYYY-MM-DD/market=<slug>/<immutable>.parquet``.

What comes in: rows of a schema in ``schemas``, each append under a key of the caller. What goes out: Arrow tables, or
the list of live files for DuckDB and Spark. An append is kept once however often it is repeated, so that a run killed
between two steps may simply be run again.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from finwatch.errors import LakeError, NotFound
from finwatch.lake import disk
from finwatch.lake.manifest import LiveFile, Manifest, ManifestFile, Register
from finwatch.lake.schemas import SCHEMAS

_SLUG = re.compile(r"[a-z0-9-]{1,64}\Z")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")


class LocalTables:
    """The tables of a lake on this machine."""

    def __init__(self, root: Path, schemas: Mapping[str, pa.Schema] = SCHEMAS) -> None:
        self._root = root / "tables"
        self._schemas = schemas
        self._manifests: dict[str, ManifestFile] = {}

    def _schema(self, name: str) -> pa.Schema:
        if name not in self._schemas:
            raise NotFound(f"The lake has no table {name!r}.", todo=f"Tables: {', '.join(sorted(self._schemas))}.")
        return self._schemas[name]

    def _manifest(self, name: str) -> Register:
        self._schema(name)
        if name not in self._manifests:
            self._manifests[name] = ManifestFile(self._root / name)
        return self._manifests[name]

    def append(
        self, name: str, rows: pa.Table | Sequence[Mapping[str, Any]], *, key: str, dt: date, market: str
    ) -> bool:
        """Whether rows were added: one new file of the partition, or ``False`` when ``key`` is there already.

        Raises ``LakeError`` for rows that do not fit the table's schema, or when the disk refuses; the table is then
        as it was.
        """
        table = self.fitted(name, rows)
        manifest = self._manifest(name)
        if key in manifest.read().keys:
            return False
        path = f"{_partition(dt, market)}/{_file_name(key)}.parquet"
        with manifest.changing() as now:
            if key in now.keys:
                return False
            file = self._write(name, path, table, keys=(key,))
            manifest.replace(Manifest(files=(*now.files, file)))
        return True

    def fitted(self, name: str, rows: pa.Table | Sequence[Mapping[str, Any]]) -> pa.Table:
        """``rows`` with exactly the columns of the table. Raises ``LakeError`` when they do not fit."""
        return _fitted(name, rows, self._schema(name))

    def _place(self, name: str, path: str) -> Path:
        return self._root / name / path

    def _write(self, name: str, path: str, table: pa.Table, *, keys: tuple[str, ...]) -> LiveFile:
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd", version="2.6", coerce_timestamps="us", store_schema=True)
        data = sink.getvalue().to_pybytes()
        disk.write_new(self._place(name, path), data)
        return LiveFile(path=path, keys=keys, rows=table.num_rows, bytes=len(data))

    def has(self, name: str, key: str) -> bool:
        """Whether rows were added under ``key``."""
        return key in self._manifest(name).read().keys

    def files(
        self, name: str, *, market: str | None = None, since: date | None = None, until: date | None = None
    ) -> list[str]:
        """Paths of the live Parquet files, oldest day first, of one market and of the days ``since`` … ``until``."""
        live = self._live(name, market=market, since=since, until=until)
        return [str(self._place(name, file.path)) for file in live]

    def appends(self, name: str) -> list[tuple[str, tuple[str, ...]]]:
        """The live files, oldest day first, each with the keys of the appends whose rows it holds."""
        return [(str(self._place(name, file.path)), file.keys) for file in self._live(name)]

    def local(
        self, name: str, *, market: str | None = None, since: date | None = None, until: date | None = None
    ) -> list[str]:
        """The same files as paths of this machine, which they are."""
        return self.files(name, market=market, since=since, until=until)

    def _live(
        self, name: str, *, market: str | None = None, since: date | None = None, until: date | None = None
    ) -> list[LiveFile]:
        first, last = since.isoformat() if since else "", until.isoformat() if until else "9999"
        chosen = [
            file
            for file in self._manifest(name).read().files
            if first <= file.dt <= last and (market is None or file.market == market)
        ]
        return sorted(chosen, key=lambda file: file.dt)

    def read(
        self,
        name: str,
        *,
        market: str | None = None,
        since: date | None = None,
        until: date | None = None,
        columns: Sequence[str] | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> pa.Table:
        """The rows whose columns equal ``where`` (a list of values = any of them), in the order they were added.

        A table of the right schema and no rows when there are none. Raises ``LakeError`` for a file that cannot be
        read, and ``NotFound`` for a table or column that does not exist.
        """
        schema = self._schema(name)
        wanted = list(columns) if columns is not None else schema.names
        asked = dict(where or {})
        if unknown := sorted((set(wanted) | set(asked)) - set(schema.names)):
            raise NotFound(
                f"The table {name} has no column {unknown[0]!r}.", todo=f"Columns: {', '.join(schema.names)}."
            )
        needed = [column for column in schema.names if column in wanted or column in asked]
        narrowed = pa.schema([schema.field(column) for column in needed])
        parts = [
            self._load(Path(path), narrowed, asked)
            for path in self.local(name, market=market, since=since, until=until)
        ]
        whole = pa.concat_tables(parts) if parts else narrowed.empty_table()
        return whole.select(wanted)

    def _load(self, path: Path, schema: pa.Schema, asked: Mapping[str, Any]) -> pa.Table:
        with disk.told("read", path):
            try:
                with pq.ParquetFile(path) as file:
                    held = set(file.schema_arrow.names)
                    table = file.read(columns=[column for column in schema.names if column in held])
            except pa.ArrowInvalid as error:
                raise LakeError(
                    f"{path} is not a readable Parquet file: {error}.", todo="Restore it from a backup."
                ) from error
        table = _widened(table, schema)
        if asked:
            table = _filtered(table, schema, asked)
        return table

    def compact(self, name: str, *, market: str, dt: date) -> int:
        """How many files of one market and day were joined into one; 0 when there were fewer than two.

        The joined files stay on the disk, outside the manifest, for readers that hold the old list.
        """
        schema = self._schema(name)
        manifest = self._manifest(name)
        with manifest.changing() as now:
            joined = [file for file in now.files if file.dt == dt.isoformat() and file.market == market]
            if len(joined) < 2:
                return 0
            whole = pa.concat_tables([self._load(self._place(name, file.path), schema, {}) for file in joined])
            keys = tuple(key for file in joined for key in file.keys)
            path = f"{_partition(dt, market)}/{_file_name(chr(10).join(keys))}.parquet"
            file = self._write(name, path, whole, keys=keys)
            manifest.replace(Manifest(files=(*(f for f in now.files if f not in joined), file)))
        return len(joined)

    def tidy(self, *, before: date, held: Collection[str] = ()) -> int:
        """How many files were joined, each with the others of its market and day, of the days before ``before``; those
        of ``held`` markets are left as they are."""
        joined = 0
        for name in sorted(self._schemas):
            counts = Counter((file.dt, file.market) for file in self._manifest(name).read().files)
            for (day, market), count in sorted(counts.items()):
                if count > 1 and day < before.isoformat() and market not in held:
                    joined += self.compact(name, market=market, dt=date.fromisoformat(day))
        return joined


def _partition(dt: date, market: str) -> str:
    if not _SLUG.match(market):
        raise LakeError(f"{market!r} cannot name a partition.", todo="Market ids are made of a-z, 0-9 and '-'.")
    return f"dt={dt.isoformat()}/market={market}"


def _file_name(key: str) -> str:
    """A file name of ASCII letters that only this key has."""
    return key if _PLAIN.match(key) else hashlib.sha256(key.encode()).hexdigest()


def _fitted(name: str, rows: pa.Table | Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    try:
        if isinstance(rows, pa.Table):
            table = rows.select(schema.names).cast(schema)
        else:
            unknown = sorted({column for row in rows for column in row} - set(schema.names))
            if unknown:
                raise LakeError(f"The table {name} has no column {unknown[0]!r}.", todo="See lake/schemas.py.")
            table = pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
        table.validate(full=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, KeyError, OverflowError) as error:
        raise LakeError(f"Rows do not fit the table {name}: {error}.", todo="See lake/schemas.py.") from error
    for field in schema:
        if not field.nullable and table[field.name].null_count:
            raise LakeError(f"A row of the table {name} has no {field.name!r}.", todo="See lake/schemas.py.")
    return table


def _filtered(table: pa.Table, schema: pa.Schema, asked: Mapping[str, Any]) -> pa.Table:
    import pyarrow.compute as pc  # noqa: PLC0415 - 8 MB that those who only write do not need

    for column, value in asked.items():
        kind = schema.field(column).type
        values = value if isinstance(value, list | tuple | set | frozenset) else [value]
        table = table.filter(pc.is_in(table[column], value_set=pa.array(sorted(values), type=kind)))
    return table


def _widened(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """``table`` with the columns that later versions of the schema added, empty."""
    columns = [
        table[field.name].cast(field.type) if field.name in table.column_names else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema) if columns else table

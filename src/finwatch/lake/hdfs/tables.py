"""The tables of a lake in HDFS: the same Parquet files as on one machine, under the same names, with a log of commits.

What comes in and what goes out is what ``LocalTables`` takes and gives; its work is done here on files that never
change, so that a copy in the cache is as good as the file. An append that HDFS does not take is kept in the spool under
its key and goes in with ``settle``.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from finwatch.errors import LakeError
from finwatch.lake import disk
from finwatch.lake.hdfs.cache import Cache
from finwatch.lake.hdfs.faults import HdfsFault
from finwatch.lake.hdfs.files import Files
from finwatch.lake.hdfs.log import Log, Overtaken
from finwatch.lake.manifest import LiveFile
from finwatch.lake.schemas import SCHEMAS
from finwatch.lake.tables import LocalTables
from finwatch.model.base import Model

_ROOT: Final = "tables"
_TRIES: Final = 50
"""How often an append is overtaken by others before it is given up: each of them has got on by then."""


class _Kept(Model):
    """An append that waits: its rows are in the Parquet file of the same name."""

    table: str
    key: str
    dt: date
    market: str


class HdfsTables(LocalTables):
    """The tables of a lake in HDFS."""

    def __init__(self, files: Files, *, spool: Path, cache: Cache, schemas: Mapping[str, pa.Schema] = SCHEMAS) -> None:
        super().__init__(cache.folder, schemas)
        self._files = files
        self._cache = cache
        self._kept = spool / "rows"
        self._logs: dict[str, Log] = {}

    def append(
        self, name: str, rows: pa.Table | Sequence[Mapping[str, Any]], *, key: str, dt: date, market: str
    ) -> bool:
        """Whether rows were added: one new file of the partition, or ``False`` when ``key`` is there already.

        Raises ``LakeError`` for rows that do not fit the table's schema, and when HDFS does not take them; they are in
        the spool then and go in later.
        """
        table = self.fitted(name, rows)
        try:
            return self._add(name, table, key=key, dt=dt, market=market)
        except HdfsFault as error:
            place = self._keep(_Kept(table=name, key=key, dt=dt, market=market), table)
            raise LakeError(
                f"{error.en} The rows are kept in {place} and go in with the next run.",
                zh=f"{error.zh}数据行保存在 {place}，下次运行时写入。",
                todo=error.todo,
            ) from error

    def _add(self, name: str, table: pa.Table, *, key: str, dt: date, market: str) -> bool:
        for _ in range(_TRIES):
            with contextlib.suppress(Overtaken):
                return super().append(name, table, key=key, dt=dt, market=market)
        raise self._overtaken(name)

    def compact(self, name: str, *, market: str, dt: date) -> int:
        """How many files of one market and day were joined into one; 0 when there were fewer than two.

        The joined files stay in HDFS for readers that hold the old list, until ``sweep``.
        """
        for _ in range(_TRIES):
            with contextlib.suppress(Overtaken):
                return super().compact(name, market=market, dt=dt)
        raise self._overtaken(name)

    def files(
        self, name: str, *, market: str | None = None, since: date | None = None, until: date | None = None
    ) -> list[str]:
        """``hdfs://`` addresses of the live Parquet files, oldest day first."""
        live = self._live(name, market=market, since=since, until=until)
        return [f"{self._files.address}/{_ROOT}/{name}/{file.path}" for file in live]

    def local(
        self, name: str, *, market: str | None = None, since: date | None = None, until: date | None = None
    ) -> list[str]:
        """Paths of copies on this machine of the live Parquet files, oldest day first."""
        live = self._live(name, market=market, since=since, until=until)
        return [str(self.copy(f"{name}/{file.path}")) for file in live]

    def settle(self) -> int:
        """How many appends that waited here were brought into HDFS, or found to be there already."""
        kept = self.waiting()
        for note in kept:
            rows = note.with_suffix(".parquet")
            with disk.told("read", note):
                append = _Kept.model_validate_json(note.read_bytes())
                table = self.fitted(append.table, pq.read_table(rows))
            self._add(append.table, table, key=append.key, dt=append.dt, market=append.market)
            with disk.told("remove", note):
                note.unlink()
                rows.unlink()
        return len(kept)

    def waiting(self) -> list[Path]:
        """The notes of appends that are nowhere but here, oldest first."""
        return sorted(self._kept.glob("*.json"))

    def sweep(self, *, before: float) -> int:
        """How many Parquet files were removed that belong to no table any more and are older than ``before``.

        ``before`` is seconds since 1970: long enough ago that nobody still reads by an old list, or is about to commit.
        """
        removed = 0
        for table in self._files.entries(_ROOT):
            live = {f"{table.path}/{file.path}" for file in self._manifest(table.name).read().files}
            for entry in self._files.entries(table.path, deep=True):
                if entry.name.endswith(".parquet") and entry.path not in live and entry.modified < before:
                    self._files.remove(entry.path)
                    removed += 1
        return removed

    def _manifest(self, name: str) -> Log:
        self._schema(name)
        if name not in self._logs:
            self._logs[name] = Log(self._files, f"{_ROOT}/{name}")
        return self._logs[name]

    def _write(self, name: str, path: str, table: pa.Table, *, keys: tuple[str, ...]) -> LiveFile:
        """The file, written here and to HDFS. Its name is its own: two who add under one key do not meet."""
        own = f"{path.removesuffix('.parquet')}-{uuid.uuid4().hex[:8]}.parquet"
        file = super()._write(name, own, table, keys=keys)
        self._files.upload(self._place(name, own), f"{_ROOT}/{name}/{own}")
        self._cache.added()
        return file

    def copy(self, path: str) -> Path:
        """A copy on this machine of the file ``<table>/dt=…/market=…/<file>``."""
        return self._cache.get(f"{_ROOT}/{path}", self._files.fetch)

    def _load(self, path: Path, schema: pa.Schema, asked: Mapping[str, Any]) -> pa.Table:
        return super()._load(self.copy(path.relative_to(self._root).as_posix()), schema, asked)

    def _keep(self, append: _Kept, table: pa.Table) -> Path:
        """Where the rows of an append wait. The note is written last: it says that the rows are whole."""
        note = disk.folder(self._kept) / f"{time.time_ns():020}-{uuid.uuid4().hex[:8]}.json"
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        disk.write_new(note.with_suffix(".parquet"), sink.getvalue().to_pybytes())
        disk.write_new(note, append.model_dump_json().encode())
        return note.with_suffix(".parquet")

    def _overtaken(self, name: str) -> LakeError:
        return LakeError(
            f"The table {name} of {self._files.address} was changed by others {_TRIES} times while this waited.",
            zh=f"{self._files.address} 的表 {name} 在等待期间被其他进程修改了 {_TRIES} 次。",
            todo="Run it again.",
        )

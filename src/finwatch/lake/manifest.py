"""Which Parquet files of a table are live: ``tables/<name>/manifest.json``, changed by atomic rename under a lock.

What comes in: files that have been written and synced. What goes out: the list that every reader goes by. A file that
stands in the folder but not in the manifest was left by a process that died before it could say so, and is no part
of the table.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

from pydantic import Field, ValidationError

from finwatch.errors import LakeError
from finwatch.lake import disk
from finwatch.lake.versions import newer
from finwatch.model.base import Model


class LiveFile(Model):
    """One Parquet file of a table and the appends whose rows it holds."""

    path: str
    """Below the table's folder: ``dt=2026-11-22/market=shop/<name>.parquet``."""
    keys: tuple[str, ...]
    rows: int
    bytes: int

    @property
    def dt(self) -> str:
        """The day of the partition, ``YYYY-MM-DD``."""
        return self.path.split("/", 1)[0].removeprefix("dt=")

    @property
    def market(self) -> str:
        """The market of the partition."""
        return self.path.split("/")[1].removeprefix("market=")


class Manifest(Model):
    """The live files of a table, in the order in which they were added."""

    schema_id: Literal["finwatch.manifest/1"] = Field(default="finwatch.manifest/1", alias="schema")
    files: tuple[LiveFile, ...] = ()

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every append that the table holds."""
        return frozenset(key for file in self.files for key in file.keys)


class Register(Protocol):
    """Where the manifest of a table is kept."""

    def read(self) -> Manifest:
        """The manifest as it is now; empty when the table has never been written."""
        ...

    def changing(self) -> contextlib.AbstractContextManager[Manifest]:
        """The manifest, for who is about to change it."""
        ...

    def replace(self, manifest: Manifest) -> None:
        """Makes ``manifest`` the live one, inside ``changing``."""
        ...


class ManifestFile:
    """The manifest of one table on this machine, read again only when it has changed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "manifest.json"
        self._lock = folder / "manifest.lock"
        self._seen: tuple[int, int, int] | None = None
        self._manifest = Manifest()

    def read(self) -> Manifest:
        """The manifest as it is now; empty when the table has never been written. Raises ``LakeError``."""
        with disk.told("read", self._path):
            try:
                stat = self._path.stat()
            except FileNotFoundError:
                self._seen, self._manifest = None, Manifest()
                return self._manifest
            stamp = _stamp(stat)
            if stamp == self._seen:
                return self._manifest
            text = self._path.read_bytes()
        try:
            manifest = Manifest.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            raise newer(text, str(self._path), known="finwatch.manifest/1") or LakeError(
                f"{self._path} is not a manifest of a table: {first['msg']}.",
                todo="Restore it from a backup; the Parquet files beside it are untouched.",
            ) from error
        self._seen, self._manifest = stamp, manifest
        return manifest

    @contextlib.contextmanager
    def changing(self) -> Iterator[Manifest]:
        """The manifest while no other process can change it; ``replace`` inside the block writes the new one."""
        with disk.locked(self._lock):
            yield self.read()

    def replace(self, manifest: Manifest) -> None:
        """Makes ``manifest`` the live one. Call it inside ``changing`` only."""
        disk.write_new(self._path, manifest.model_dump_json().encode())
        with disk.told("read", self._path):  # nobody else can have changed it: what was written need not be parsed
            self._seen, self._manifest = _stamp(self._path.stat()), manifest


def _stamp(stat: os.stat_result) -> tuple[int, int, int]:
    """What differs after every replacement of a file."""
    return stat.st_ino, stat.st_mtime_ns, stat.st_size

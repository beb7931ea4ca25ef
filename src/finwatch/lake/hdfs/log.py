"""Which Parquet files of a table in HDFS are live: a log of numbered commits, each made by one rename.

HDFS has no locks that a dead process lets go, but a rename to a name that is taken fails. So whoever adds to a table
writes the next number; whoever finds it taken reads what the other wrote and tries the number after it.

    tables/<name>/log/00000000000000000041.json             what was added and removed
    tables/<name>/log/00000000000000000064.checkpoint.json  everything that is live after commit 64

What a checkpoint covers is removed after a day: nobody who began before it is still waiting to write.
"""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Final, Literal

from pydantic import Field, ValidationError

from finwatch.errors import LakeError, NotFound
from finwatch.lake.hdfs.files import Entry, Files
from finwatch.lake.manifest import LiveFile, Manifest
from finwatch.lake.versions import newer
from finwatch.model.base import Model

_CHECKPOINT_EVERY: Final = 32
_KEEP_S: Final = 86_400.0
_STALE_S: Final = 3_600.0
"""Whoever has waited longer than this before writing a commit reads the log again first."""


class Overtaken(Exception):
    """Somebody else wrote the commit that was to be written."""


class Commit(Model):
    """One change of a table."""

    schema_id: Literal["finwatch.commit/1"] = Field(default="finwatch.commit/1", alias="schema")
    token: str
    """Tells a commit of one's own from another's when the answer to the rename was lost."""
    add: tuple[LiveFile, ...] = ()
    remove: tuple[str, ...] = ()


class Log:
    """The log of one table. ``changing`` and ``replace`` are those of the local ``ManifestFile``."""

    def __init__(self, files: Files, folder: str, *, clock: Callable[[], float] = time.time) -> None:
        self._files = files
        self._folder = f"{folder}/log"
        self._clock = clock
        self._guard = threading.RLock()
        self._number = 0
        self._manifest = Manifest()
        self._read_at = 0.0

    def read(self) -> Manifest:
        """The live files as they are now; none when the table has never been written. Raises ``LakeError``."""
        with self._guard:
            for _ in range(3):
                with contextlib.suppress(NotFound):  # removed between the look and the reading: a checkpoint covers it
                    self._advance()
                    self._read_at = self._clock()
                    return self._manifest
            raise LakeError(
                f"The log {self._files.address}/{self._folder} changes faster than it can be read.",
                todo="Run it again.",
            )

    @contextlib.contextmanager
    def changing(self) -> Iterator[Manifest]:
        """The live files; ``replace`` inside the block writes the new ones, or raises ``Overtaken``."""
        with self._guard:
            yield self.read()

    def replace(self, manifest: Manifest) -> None:
        """Makes ``manifest`` the live one. Call it inside ``changing`` only."""
        if self._clock() - self._read_at > _STALE_S:
            raise Overtaken
        before, after = {file.path for file in self._manifest.files}, {file.path for file in manifest.files}
        commit = Commit(
            token=uuid.uuid4().hex,
            add=tuple(file for file in manifest.files if file.path not in before),
            remove=tuple(file.path for file in self._manifest.files if file.path not in after),
        )
        path = f"{self._folder}/{_name(self._number + 1)}"
        if not self._files.write(commit.model_dump_json(by_alias=True).encode(), path) and not self._mine(path, commit):
            raise Overtaken
        self._number += 1
        self._manifest = _applied(self._manifest, commit)
        if self._number % _CHECKPOINT_EVERY == 0:
            self._checkpoint()

    def _mine(self, path: str, commit: Commit) -> bool:
        """Whether the commit that stands there is the one that was to be written: only the answer was lost."""
        return self._commit(path).token == commit.token

    def _advance(self) -> None:
        """Reads what was written since the last time."""
        there = {entry.name: entry for entry in self._files.entries(self._folder)}
        checkpoints = [_number(name) for name in there if name.endswith(".checkpoint.json")]
        if (newest := max(checkpoints, default=0)) > self._number:
            text = self._files.read(f"{self._folder}/{newest:020}.checkpoint.json")
            self._manifest, self._number = _manifest(text, f"{self._files.address}/{self._folder}"), newest
        while _name(self._number + 1) in there:
            self._manifest = _applied(self._manifest, self._commit(f"{self._folder}/{_name(self._number + 1)}"))
            self._number += 1
        if any(_number(name) > self._number for name in there):
            raise LakeError(
                f"The log {self._files.address}/{self._folder} has no commit {self._number + 1}, but later ones.",
                zh=f"日志 {self._files.address}/{self._folder} 缺少第 {self._number + 1} 次提交。",
                todo="Restore that file from the trash or a snapshot; the Parquet files beside it are untouched.",
            )

    def _commit(self, path: str) -> Commit:
        text = self._files.read(path)
        try:
            return Commit.model_validate_json(text)
        except ValidationError as error:
            place = f"{self._files.address}/{path}"
            raise newer(text, place, known="finwatch.commit/1") or LakeError(
                f"{place} is not a commit of a table: {error.errors()[0]['msg']}.",
                todo="Restore that file from the trash or a snapshot; the Parquet files beside it are untouched.",
            ) from error

    def _checkpoint(self) -> None:
        """Writes all that is live, and removes what older checkpoints cover."""
        text = self._manifest.model_dump_json(by_alias=True).encode()
        self._files.write(text, f"{self._folder}/{self._number:020}.checkpoint.json")
        for entry in self._files.entries(self._folder):
            if _number(entry.name) <= self._number - _CHECKPOINT_EVERY and self._old(entry):
                self._files.remove(entry.path)

    def _old(self, entry: Entry) -> bool:
        return entry.modified < self._clock() - _KEEP_S


def _name(number: int) -> str:
    return f"{number:020}.json"


def _number(name: str) -> int:
    stem = name.split(".", 1)[0]
    return int(stem) if stem.isascii() and stem.isdigit() else 0


def _applied(manifest: Manifest, commit: Commit) -> Manifest:
    gone = set(commit.remove)
    return Manifest(files=(*(file for file in manifest.files if file.path not in gone), *commit.add))


def _manifest(text: bytes, place: str) -> Manifest:
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise newer(text, place, known="finwatch.manifest/1") or LakeError(
            f"{place} has a checkpoint that cannot be read: {error.errors()[0]['msg']}.",
            todo="Remove that checkpoint if the commits before it are all there, else restore it from a snapshot.",
        ) from error

"""Bytes by SHA-256 in HDFS: ``blobs/ab/cd/<sha256>``. They grow and wait on this machine, then go in.

What comes in: complete, verified files. Each is first a blob of the spool, synced; then it is streamed to HDFS under
another name, renamed into place, and its local file becomes a copy in the cache. Where HDFS does not take it the blob
stays in the spool, where it is found as if it lay in HDFS, until ``settle`` brings it in.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from finwatch.errors import LakeError, NotFound
from finwatch.lake import disk
from finwatch.lake.blobs import LocalBlobs
from finwatch.lake.hdfs.cache import Cache
from finwatch.lake.hdfs.faults import HdfsFault
from finwatch.lake.hdfs.files import Files
from finwatch.lake.ports import Damage

_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")
_ROOT: Final = "blobs"


class HdfsBlobs:
    """The blobs of a lake in HDFS, with the spool of this machine."""

    def __init__(self, files: Files, *, spool: Path, cache: Cache) -> None:
        self._files = files
        self._waiting = LocalBlobs(spool)
        self._waiting_root = spool / _ROOT
        self._cache = cache

    def has(self, sha256: str) -> bool:
        """Whether the blob is there, whole: in HDFS, or waiting here."""
        path = _path(sha256)
        return self._waiting.has(sha256) or self._cache.touch(self._cache.folder / path) or self._lies(path)

    def path(self, sha256: str) -> Path:
        """A local file with the blob's bytes, hashed on their way from HDFS. Raises ``NotFound``, ``LakeError``."""
        path = _path(sha256)
        if self._waiting.has(sha256):
            return self._waiting.path(sha256)
        try:
            return self._cache.get(path, lambda path, place: self._fetch(path, place, sha256))
        except NotFound as error:
            raise NotFound(
                f"The lake holds no bytes with SHA-256 {sha256}.", todo="Crawl the market that lists them."
            ) from error

    def open(self, sha256: str) -> BinaryIO:
        """The blob, opened for reading: from this machine where it is here, else straight from HDFS."""
        path = _path(sha256)
        if self._waiting.has(sha256):
            return self._waiting.open(sha256)
        place = self._cache.folder / path
        if self._cache.touch(place):
            with disk.told("open", place):
                return place.open("rb")
        try:
            return self._files.open(path)
        except NotFound as error:
            raise NotFound(
                f"The lake holds no bytes with SHA-256 {sha256}.", todo="Crawl the market that lists them."
            ) from error

    def read(self, sha256: str) -> bytes:
        """All bytes of a small blob. Raises ``NotFound``."""
        with self.open(sha256) as stream:
            return stream.read()

    def put(self, data: bytes) -> str:
        """Stores small bytes and returns their SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        if not self._cache.touch(self._cache.folder / _path(sha256)):
            self._waiting.put(data)
            self._bring(sha256)
        return sha256

    def partial(self, key: str) -> Path:
        """The file of this machine in which the download ``key`` grows, over restarts."""
        return self._waiting.partial(key)

    def adopt(self, partial: Path, sha256: str) -> Path:
        """A local copy of the blob, after moving the complete and verified file ``partial`` into HDFS.

        Raises ``LakeError`` when HDFS does not take it; the bytes are in the spool then and go in later.
        """
        self._waiting.adopt(partial, sha256)
        return self._bring(sha256)

    def settle(self) -> int:
        """How many blobs that waited here were brought into HDFS."""
        waiting = list(self.waiting())
        for sha256 in waiting:
            self._bring(sha256)
        return len(waiting)

    def waiting(self) -> Iterator[str]:
        """The blobs that are nowhere but here, in order of name."""
        for place in sorted(self._waiting_root.glob("??/??/*")):
            if _SHA256.match(place.name):
                yield place.name

    def sweep(self, *, before: datetime) -> int:
        """How many downloads and half-written files were removed that nobody has added to since ``before``."""
        return self._waiting.sweep(before=before) + self._files.sweep(before=before.timestamp())

    def verify(self, *, since: str = "") -> Iterator[Damage]:
        """The blobs whose bytes in HDFS do not hash to their name, in order of name, beginning at hash ``since``.

        A blob that no DataNode can give raises ``LakeError``.
        """
        for outer in self._files.entries(_ROOT):
            for inner in self._files.entries(outer.path):
                if outer.name + inner.name < since[:4]:
                    continue
                for blob in self._files.entries(inner.path):
                    if blob.name >= since and (found := _hash(self._files.pieces(blob.path))) != blob.name:
                        yield Damage(sha256=blob.name, found=found, path=f"{self._files.address}/{blob.path}")

    def _lies(self, path: str) -> bool:
        return self._files.entry(path) is not None

    def _bring(self, sha256: str) -> Path:
        """The local copy of a blob that waited, after it was written to HDFS."""
        path, here = _path(sha256), self._waiting_root / sha256[:2] / sha256[2:4] / sha256
        try:
            if not self._lies(path):
                self._files.upload(here, path)
        except HdfsFault as error:
            raise LakeError(
                f"{error.en} The bytes are kept in {here} and go in with the next run.",
                zh=f"{error.zh}数据保存在 {here}，下次运行时写入。",
                todo=error.todo,
            ) from error
        place = self._cache.folder / path
        disk.folder(place.parent)
        with disk.told("move", here):
            try:
                here.rename(place)
            except FileNotFoundError:  # another process brought it in at the same time
                return self.path(sha256)
        self._cache.touch(place)
        self._cache.added()
        return place

    def _fetch(self, path: str, place: Path, sha256: str) -> None:
        fresh = place.with_name(f".{uuid.uuid4().hex}.fetched")
        try:
            self._files.fetch(path, fresh)
            with disk.told("read", fresh), fresh.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
            if found != sha256:
                raise LakeError(
                    f"{self._files.address}/{path} holds bytes with SHA-256 {found}.",
                    zh=f"{self._files.address}/{path} 的内容的 SHA-256 为 {found}。",
                    todo="Remove that file and crawl the market again; see `hdfs fsck`.",
                )
            with disk.told("write", place):
                fresh.chmod(0o444)
                fresh.rename(place)
        finally:
            fresh.unlink(missing_ok=True)


def _path(sha256: str) -> str:
    if not _SHA256.match(sha256):
        raise NotFound(f"{sha256!r} is not a SHA-256.", todo="Give 64 lower-case hex digits.")
    return f"{_ROOT}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _hash(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()

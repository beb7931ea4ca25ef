"""Files of evidence of a lake in HDFS: what ``ports.Shelf`` asks for.

They lie where they lie in a folder: ``evidence/`` and a note beside each segment. A segment that was packed keeps its
path and its bytes; only the file in which it stands is another one.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, Final, cast

from finwatch.errors import LakeError, NotFound
from finwatch.lake.hdfs.captures import HdfsCaptures
from finwatch.lake.hdfs.files import Files

_LOCK: Final = "evidence/lock"
WAIT_S: Final = 300.0
"""How long another machine that is sealing is waited for; one that died is waited for no longer than a minute."""


class HdfsShelf:
    """Files below a lake's folder of an HDFS."""

    def __init__(self, files: Files, *, captures: HdfsCaptures, wait_s: float = WAIT_S) -> None:
        self._files = files
        self._captures = captures
        self._wait_s = wait_s
        self._still: Callable[[], None] | None = None

    def where(self, path: str) -> str:
        """The address in HDFS."""
        return f"{self._files.address}/{path}"

    def names(self, folder: str) -> list[str]:
        """The names in a folder; none when it is not there."""
        return [one.name for one in self._files.entries(folder)]

    def read(self, path: str) -> bytes | None:
        """The bytes of a small file; ``None`` = there is no such file."""
        try:
            return self._files.read(path)
        except NotFound:
            return None

    def sha256(self, path: str) -> str | None:
        """The SHA-256 of a file of any size; ``None`` = there is no such file."""
        digest = hashlib.sha256()
        try:
            for piece in self._files.pieces(path):
                digest.update(piece)
        except NotFound:
            return None
        return digest.hexdigest()

    def lines(self, path: str) -> Iterator[bytes]:
        """A file of any size, line by line. Raises ``LakeError`` when there is no such file."""
        try:
            stream = self._files.open(path)
        except NotFound as error:
            raise LakeError(f"{self.where(path)} is missing.", todo="Restore it from a snapshot.") from error
        with stream:
            yield from stream

    def create(self, path: str, data: bytes) -> bool:
        """Makes a small file; ``False`` = there is one already, and it stays as it is."""
        return self._files.write(data, path) or self.read(path) == data

    def replace(self, path: str, data: bytes) -> None:
        """Makes a small file, in one step in the place of the one that may be there. Inside ``changing`` only."""
        if self._still is not None:
            self._still()
        self._files.replace(lambda: iter((data,)), path)

    def collect(self, path: str, pieces: Iterable[bytes]) -> None:
        """Makes a file of any size in the place of the one that may be there: whole, or not at all."""
        gathered = io.BytesIO()  # a list of records: a thousandth of the segment; given again where a write begins anew
        gathered.writelines(pieces)
        self._files.replace(lambda: iter((gathered.getvalue(),)), path)

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Keeps every other process of every machine out of its own ``changing``."""
        with self._files.alone(_LOCK, wait_s=self._wait_s) as still:
            self._still = still
            try:
                yield
            finally:
                self._still = None

    def segments(self) -> list[str]:
        """The paths of every segment, oldest first, in a pack or not."""
        return self._captures.complete()

    @contextlib.contextmanager
    def segment(self, path: str) -> Iterator[tuple[BinaryIO, int] | None]:
        """A segment and its length; ``None`` = there is none."""
        found = self._captures.in_hdfs(path)
        if found is None:
            yield None
            return
        stream, begin, length = found
        with stream:
            yield (stream, length) if not begin and _ends(stream) == length else (_part(stream, begin, length), length)


def _ends(stream: BinaryIO) -> int:
    end = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return end


class _Part(io.RawIOBase):
    """Some bytes of a file as a file."""

    def __init__(self, stream: BinaryIO, begin: int, length: int) -> None:
        self._stream, self._begin, self._length, self._position = stream, begin, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        wanted = max(0, min(len(buffer), self._length - self._position))
        self._stream.seek(self._begin + self._position)
        data = self._stream.read(wanted)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def _part(stream: BinaryIO, begin: int, length: int) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Part(stream, begin, length), 1 << 20))

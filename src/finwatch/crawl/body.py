"""The body of an answer while it arrives: decoded, hashed and bounded, in constant memory.

What comes in: chunks as the connection gives them. What goes out: a file or a few bytes, with their SHA-256. A small
body stays in memory; a larger one grows in a file, which for a package survives the process.
"""

from __future__ import annotations

import fcntl
import hashlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from finwatch.crawl.visit import Hop, VisitFailed
from finwatch.errors import LakeError
from finwatch.model.fetch import OutcomeKind

INLINE: Final = 1 << 20
"""A body up to this size is kept in memory and in the WARC record; a larger one becomes a blob."""
_PIECE: Final = 256 << 10


class Decoder:
    """Takes one content coding off (RFC 9110 §8.4.1), piece by piece: no piece is larger than 256 KiB."""

    def __init__(self, hop: Hop) -> None:
        coding = (hop.get("Content-Encoding") or "identity").strip().lower()
        if coding not in {"identity", "gzip", "x-gzip", "deflate", ""}:
            raise VisitFailed(
                OutcomeKind.MALFORMED,
                f"{hop.url} answered with Content-Encoding {coding!r}, which was not asked for. "
                "Ask the operator to serve the file plain or as gzip.",
                hop=hop,
            )
        self._hop = hop
        self._coding = coding
        self.coded = coding not in {"identity", ""}
        self._unpacker = zlib.decompressobj(47) if self.coded else None  # 47: gzip or zlib, told by the header
        self._begun = False

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """The bytes that ``chunk`` stands for. Raises ``VisitFailed`` (malformed) when it is no such coding."""
        if self._unpacker is None:
            yield chunk
            return
        while chunk:
            if self._unpacker.eof:  # another gzip member follows (RFC 1952 §2.2)
                self._unpacker = zlib.decompressobj(47)
            yield self._unpack(chunk)
            chunk = self._unpacker.unconsumed_tail or self._unpacker.unused_data

    def _unpack(self, chunk: bytes) -> bytes:
        assert self._unpacker is not None
        try:
            piece = self._unpacker.decompress(chunk, _PIECE)
        except zlib.error as error:
            if not self._begun and self._coding == "deflate":  # many servers send it without the zlib wrapper
                self._begun, self._unpacker = True, zlib.decompressobj(-15)
                return self._unpack(chunk)
            raise VisitFailed(
                OutcomeKind.MALFORMED,
                f"{self._hop.url} says its body is {self._coding}, but it is not ({error}). Tell the operator.",
                hop=self._hop,
            ) from error
        self._begun = True
        return piece

    def tail(self) -> Iterator[bytes]:
        """What is left when the body has ended. Raises ``VisitFailed`` (truncated) when more should have come."""
        if self._unpacker is None or not self._begun:
            return
        while not self._unpacker.eof:
            piece = self._unpacker.decompress(self._unpacker.unconsumed_tail, _PIECE)
            if not piece:
                raise VisitFailed(
                    OutcomeKind.TRUNCATED,
                    f"The {self._coding} body of {self._hop.url} ends before its end mark. It will be asked for again.",
                    hop=self._hop,
                )
            yield piece


class Body:
    """A body that is not kept over a restart: in memory up to ``INLINE``, then in the file that ``spill`` names."""

    def __init__(self, *, max_bytes: int, spill: Callable[[], Path]) -> None:
        self.max_bytes = max_bytes
        self.length = 0
        self.path: Path | None = None
        self._digest = hashlib.sha256()
        self._memory = bytearray()
        self._spill = spill
        self._stream: BinaryIO | None = None

    @property
    def sha256(self) -> str:
        """SHA-256 of what has arrived so far."""
        return self._digest.hexdigest()

    @property
    def inline(self) -> bytes | None:
        """The whole body, if it is small."""
        return None if self._stream is not None or self.path is not None else bytes(self._memory)

    def write(self, piece: bytes) -> None:
        """Adds ``piece``. The caller has seen to it that the body stays within bounds."""
        self._digest.update(piece)
        self.length += len(piece)
        if self._stream is None and self.length <= INLINE:
            self._memory += piece
            return
        try:
            if self._stream is None:
                self.path = self._spill()
                self._stream = self.path.open("wb")
                self._stream.write(self._memory)
                self._memory.clear()
            self._stream.write(piece)
        except OSError as error:
            raise _full(self.path, error) from error

    def close(self) -> None:
        """Ends the file, if there is one."""
        if self._stream is not None:
            try:
                self._stream.close()
            except OSError as error:
                raise _full(self.path, error) from error
            self._stream = None

    def discard(self) -> None:
        """Removes the file, if there is one."""
        self.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


class GrowingBody(Body):
    """A body that grows in ``path`` over restarts. From ``offset`` on it is new; what stands before is hashed again."""

    def __init__(self, path: Path, *, offset: int, max_bytes: int) -> None:
        super().__init__(max_bytes=max_bytes, spill=lambda: path)
        self.path = path
        try:
            self._stream = path.open("r+b" if path.exists() else "w+b")
            fcntl.flock(self._stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._stream.truncate(offset)
            while chunk := self._stream.read(1 << 20):
                self._digest.update(chunk)
                self.length += len(chunk)
        except BlockingIOError as error:
            raise VisitFailed(
                OutcomeKind.UNREACHABLE, f"Another process is downloading to {path}. It will be tried again."
            ) from error
        except OSError as error:
            raise _full(path, error) from error


def _full(path: Path | None, error: OSError) -> LakeError:
    return LakeError(
        f"A download cannot be written to {path}: {error.strerror or error}.",
        todo="Free space or check the rights of that folder, then run it again: the download goes on where it stopped.",
    )

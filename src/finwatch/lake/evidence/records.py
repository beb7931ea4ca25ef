"""The records of a segment as leaves, read as a stream: no more than 64 KiB of a record are held at a time.

What comes in: an open segment. What goes out: ``Leaf`` for each gzip member, which covers its exact bytes. Bytes that
are no whole member become one last leaf of the type ``unreadable``: nothing of a segment stays outside the tree.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from finwatch.lake.evidence.batch import Leaf
from finwatch.transparency import merkle

_READ: Final = 1 << 16
_HEAD: Final = 1 << 16
"""A WARC header block is looked for in this many bytes of a record."""
_GZIP: Final = 31
UNREADABLE: Final = "unreadable"


def scan(stream: BinaryIO) -> Iterator[Leaf]:
    """Every record of ``stream`` from its beginning, in order; together they cover it without a gap."""
    stream.seek(0)
    offset, pending = 0, b""
    while True:
        member = _Member()
        while not member.whole and not member.broken:
            chunk = pending or stream.read(_READ)
            pending = b""
            if not chunk:
                break
            pending = member.take(chunk)
        if member.whole:
            yield member.leaf(offset)
            offset += member.length
            continue
        if member.length or pending:
            yield _rest(stream, offset)
        return


def leaf_of(stream: BinaryIO, leaf: Leaf) -> bytes | None:
    """The leaf hash of the bytes that stand where ``leaf`` says; ``None`` = the file ends before."""
    stream.seek(leaf.offset)
    hasher, left = hashlib.sha256(merkle.LEAF), leaf.length
    while left > 0:
        chunk = stream.read(min(left, 1 << 20))
        if not chunk:
            return None
        hasher.update(chunk)
        left -= len(chunk)
    return hasher.digest()


class _Member:
    """One gzip member while it is read."""

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(_GZIP)
        self._sha256 = hashlib.sha256()
        self._leaf = hashlib.sha256(merkle.LEAF)
        self._head = b""
        self.length = 0
        self.broken = False

    @property
    def whole(self) -> bool:
        return self._unpacker.eof

    def take(self, chunk: bytes) -> bytes:
        """What of ``chunk`` belongs to the next member."""
        piece = chunk
        while piece and not self._unpacker.eof:
            try:
                unpacked = self._unpacker.decompress(piece, _READ)
            except zlib.error:
                self.broken = True
                self.length += len(chunk)
                return b""
            if len(self._head) < _HEAD:
                self._head += unpacked[: _HEAD - len(self._head)]
            piece = self._unpacker.unconsumed_tail
        rest = self._unpacker.unused_data
        own = chunk[: len(chunk) - len(rest)]
        self._sha256.update(own)
        self._leaf.update(own)
        self.length += len(own)
        return rest

    def leaf(self, offset: int) -> Leaf:
        fields = _fields(self._head)
        blobs = [fields.get("warc-refers-to-blob", ""), *fields.get("finwatch-tls-chain", "").split(",")]
        return Leaf(
            offset=offset,
            length=self.length,
            sha256=self._sha256.hexdigest(),
            leaf=self._leaf.hexdigest(),
            type=fields.get("warc-type", UNREADABLE),
            url=fields.get("warc-target-uri"),
            at=fields.get("warc-date"),
            blobs=tuple(blob.strip().removeprefix("sha256:") for blob in blobs if blob.strip()),
        )


def _fields(head: bytes) -> dict[str, str]:
    """The named fields of a WARC header block, names in lower case."""
    block, end, _ = head.partition(b"\r\n\r\n")
    if not end or not block.startswith(b"WARC/"):
        return {}
    lines = block.decode("utf-8", "replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _rest(stream: BinaryIO, offset: int) -> Leaf:
    stream.seek(offset)
    sha256, leaf, length = hashlib.sha256(), hashlib.sha256(merkle.LEAF), 0
    while chunk := stream.read(1 << 20):
        sha256.update(chunk)
        leaf.update(chunk)
        length += len(chunk)
    return Leaf(offset=offset, length=length, sha256=sha256.hexdigest(), leaf=leaf.hexdigest(), type=UNREADABLE)

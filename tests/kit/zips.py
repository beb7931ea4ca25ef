"""Zips written field by field, so that each field can lie (APPNOTE.TXT 6.3.10)."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

STORED = 0
DEFLATED = 8


@dataclass(frozen=True)
class Entry:
    """A file of the zip. ``None`` = the true value; anything else is written as it stands."""

    name: str | bytes
    data: bytes
    deflate: bool = True
    method: int | None = None
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    local_offset: int | None = None
    local_name: bytes | None = None
    local_method: int | None = None
    local_flags: int | None = None
    local_size: int | None = None
    zip64: bool = False
    extra: bytes = b""

    @property
    def raw_name(self) -> bytes:
        """The name as it stands in the file."""
        return self.name if isinstance(self.name, bytes) else self.name.encode()

    @property
    def packed(self) -> bytes:
        """The data as it stands in the file."""
        if not self.deflate:
            return self.data
        squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
        return squeeze.compress(self.data) + squeeze.flush()

    @property
    def true_method(self) -> int:
        """The method that the data was packed with."""
        return DEFLATED if self.deflate else STORED


def _or(value: int | None, truth: int) -> int:
    return truth if value is None else value


def build(
    entries: list[Entry],
    *,
    before: bytes = b"",
    after: bytes = b"",
    comment: bytes = b"",
    count: int | None = None,
    moved: bool = False,
    gap: bytes = b"",
) -> bytes:
    """A zip of ``entries``. ``moved``: offsets do not count ``before``. ``gap`` stands before the directory."""
    out = bytearray(before)
    base = len(before) if moved else 0
    offsets = []
    for entry in entries:
        offsets.append(len(out) - base)
        name = entry.raw_name if entry.local_name is None else entry.local_name
        packed = entry.packed
        out += struct.pack(
            "<IHHHHHIIIHH",
            0x04034B50,
            20,
            _or(entry.local_flags, entry.flags),
            _or(entry.local_method, _or(entry.method, entry.true_method)),
            0,
            0,
            _or(entry.crc, zlib.crc32(entry.data)),
            _or(entry.local_size, _or(entry.packed_size, len(packed))),
            _or(entry.size, len(entry.data)),
            len(name),
            len(entry.extra),
        )
        out += name + entry.extra + packed
    out += gap
    directory = len(out)
    for entry, offset in zip(entries, offsets, strict=True):
        out += _record(entry, _or(entry.local_offset, offset))
    size = len(out) - directory
    number = _or(count, len(entries))
    out += struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, number, number, size, directory - base, len(comment))
    return bytes(out + comment + after)


def _record(entry: Entry, offset: int) -> bytes:
    size = _or(entry.size, len(entry.data))
    packed_size = _or(entry.packed_size, len(entry.packed))
    extra = b""
    if entry.zip64:
        extra = struct.pack("<HHQQQ", 1, 24, size, packed_size, offset)
        size = packed_size = offset = 0xFFFFFFFF
    head = struct.pack(
        "<IHHHHHHIIIHHHHHII",
        0x02014B50,
        20,
        20,
        entry.flags,
        _or(entry.method, entry.true_method),
        0,
        0,
        _or(entry.crc, zlib.crc32(entry.data)),
        packed_size,
        size,
        len(entry.raw_name),
        len(extra),
        0,
        0,
        0,
        0,
        offset,
    )
    return head + entry.raw_name + extra

"""Workbooks that cannot be read, made as the programmes make them."""

from __future__ import annotations

import struct

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def encrypted(content: bytes) -> bytes:
    """A workbook with a password as Excel saves it: a compound file with the streams of MS-OFFCRYPTO §2.3.4."""
    scrambled = bytes(one ^ 0x5A for one in content)
    return compound(
        {"EncryptionInfo": b"\x04\x00\x04\x00\x40\x00\x00\x00" + b" " * 4096, "EncryptedPackage": scrambled}
    )


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file (MS-CFB, version 3) with these streams, each of more than 4,096 bytes."""
    sectors: list[bytes] = []
    chains: list[tuple[int, int]] = []
    for content in streams.values():
        assert len(content) > 4096
        padded = content + b"\0" * (-len(content) % _SECTOR)
        chains.append((len(sectors), len(padded) // _SECTOR))
        sectors += [padded[at : at + _SECTOR] for at in range(0, len(padded), _SECTOR)]
    entries = [_entry("Root Entry", kind=5, child=1, start=_END, size=0)]
    for number, (name, content) in enumerate(streams.items(), start=1):
        right = number + 1 if number < len(streams) else _FREE
        entries.append(_entry(name, kind=2, right=right, start=chains[number - 1][0], size=len(content)))
    entries += [b"\0" * 128] * (-len(entries) % 4)
    directory = len(sectors)
    listed = b"".join(entries)
    sectors += [listed[at : at + _SECTOR] for at in range(0, len(listed), _SECTOR)]
    chains.append((directory, len(sectors) - directory))
    table_at = len(sectors)
    count = 1
    while (table_at + count) * 4 > count * _SECTOR:
        count += 1
    table = [_FREE] * (count * _SECTOR // 4)
    for start, length in chains:
        table[start : start + length] = [*range(start + 1, start + length), _END]
    table[table_at : table_at + count] = [_FAT] * count
    told = struct.pack(f"<{len(table)}I", *table)
    sectors += [told[at : at + _SECTOR] for at in range(0, len(told), _SECTOR)]
    difat = [*range(table_at, table_at + count), *[_FREE] * (109 - count)]
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<IIIIIIIII", 0, count, directory, 0, 4096, _END, 0, _END, 0)
        + struct.pack("<109I", *difat)
    )
    return header + b"".join(sectors)


def _entry(name: str, *, kind: int, start: int, size: int, right: int = _FREE, child: int = _FREE) -> bytes:
    told = name.encode("utf-16-le") + b"\0\0"
    return (
        told.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(told), kind, 1, _FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )

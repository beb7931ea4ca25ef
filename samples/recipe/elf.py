"""A shared library for Android with nothing in it but ``JNI_OnLoad``: a real ELF file, written by hand.

Layout (System V gABI, AAPCS64/AAPCS32): header, two program headers (LOAD, DYNAMIC) and a GNU_STACK one, dynamic
table, string table, symbol table, hash table, code. ``JNI_OnLoad`` returns ``JNI_VERSION_1_6``.
"""

from __future__ import annotations

import struct

JNI_ON_LOAD = {
    # mov w0, #6; movk w0, #1, lsl #16; ret
    "arm64-v8a": bytes.fromhex("c0008052 2000a072 c0035fd6"),
    # movw r0, #6; movt r0, #1; bx lr
    "armeabi-v7a": bytes.fromhex("060000e3 010040e3 1eff2fe1"),
}
MACHINES = {"arm64-v8a": 183, "armeabi-v7a": 40}
PT_LOAD, PT_DYNAMIC, PT_GNU_STACK = 1, 2, 0x6474E551
DT_NULL, DT_NEEDED, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT, DT_SONAME, DT_BIND_NOW = (
    0, 1, 4, 5, 6, 10, 11, 14, 24,
)  # fmt: skip


def shared_library(soname: str, abi: str) -> bytes:
    """The bytes of ``soname`` for ``abi`` (``arm64-v8a`` or ``armeabi-v7a``), needing ``libc.so``."""
    wide = abi == "arm64-v8a"
    header_size, program_size, symbol_size, word = (64, 56, 24, 8) if wide else (52, 32, 16, 4)
    code = JNI_ON_LOAD[abi]
    strings = b"\0" + b"\0".join(part.encode() for part in (soname, "libc.so", "JNI_OnLoad")) + b"\0"
    strings += bytes(-len(strings) % 8)
    soname_at, libc_at = 1, strings.index(b"libc.so\0")
    dynamic_at = header_size + 3 * program_size
    entries = 9
    strings_at = dynamic_at + entries * 2 * word
    symbols_at = strings_at + len(strings)
    hash_at = symbols_at + 2 * symbol_size
    hashes = struct.pack("<6I", 1, 2, 1, 0, 0, 0)
    code_at = hash_at + len(hashes)
    size = code_at + len(code)
    values = (
        (DT_SONAME, soname_at), (DT_NEEDED, libc_at), (DT_HASH, hash_at), (DT_STRTAB, strings_at),
        (DT_SYMTAB, symbols_at), (DT_STRSZ, len(strings)), (DT_SYMENT, symbol_size), (DT_BIND_NOW, 0), (DT_NULL, 0),
    )  # fmt: skip
    dynamic = b"".join(struct.pack("<QQ" if wide else "<II", tag, value) for tag, value in values)
    name_at = strings.index(b"JNI_OnLoad\0")
    if wide:
        symbol = struct.pack("<IBBHQQ", name_at, 0x12, 0, 1, code_at, len(code))
    else:
        symbol = struct.pack("<IIIBBH", name_at, code_at, len(code), 0x12, 0, 1)
    programs = (
        _program(PT_LOAD, 5, 0, size, 0x1000, wide=wide)
        + _program(PT_DYNAMIC, 4, dynamic_at, len(dynamic), 8, wide=wide)
        + _program(PT_GNU_STACK, 6, 0, 0, 16, wide=wide)
    )
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1, 1, 0]) + bytes(8)
    rest = struct.pack(
        "<HHIQQQIHHHHHH" if wide else "<HHIIIIIHHHHHH",
        3, MACHINES[abi], 1, 0, header_size, 0, 0 if wide else 0x05000000, header_size, program_size, 3, 0, 0, 0,
    )  # fmt: skip
    return ident + rest + programs + dynamic + strings + bytes(symbol_size) + symbol + hashes + code


def _program(kind: int, flags: int, at: int, size: int, align: int, *, wide: bool) -> bytes:
    if wide:
        return struct.pack("<IIQQQQQQ", kind, flags, at, at, at, size, size, align)
    return struct.pack("<IIIIIIII", kind, at, at, at, size, size, flags, align)

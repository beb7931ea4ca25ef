"""What a packed sample hides its code in: the payload under RC4, as shells of this kind commonly do.

The key stands in the shell's code; this hides code from a look at the package, it protects nothing.
"""

from __future__ import annotations


def rc4(key: bytes, data: bytes) -> bytes:
    """``data`` under RC4 with ``key``: the same call seals and opens. Kept by hand: it is a sample's disguise."""
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) & 255
        box[i], box[j] = box[j], box[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + box[i]) & 255
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) & 255])
    return bytes(out)

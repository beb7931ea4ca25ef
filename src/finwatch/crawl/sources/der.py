"""The few shapes of DER that a signature block needs (ITU-T X.690): read strictly, with every length checked.

What comes in: bytes of a PKCS#7 block. What goes out: elements with their content and their own bytes. Only definite
lengths of up to four bytes and tags of one byte are read; anything else is ``ValueError``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SEQUENCE: Final = 0x30
SET: Final = 0x31
INTEGER: Final = 0x02
OCTETS: Final = 0x04
OBJECT_ID: Final = 0x06


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag, its content, and its whole encoding."""

    tag: int
    content: bytes
    whole: bytes

    def children(self) -> list[Element]:
        """The elements inside. Raises ``ValueError`` when the content is not a row of elements."""
        found, offset = [], 0
        while offset < len(self.content):
            child = read(self.content, offset)
            found.append(child)
            offset += len(child.whole)
        return found

    def expect(self, tag: int) -> Element:
        """Itself. Raises ``ValueError`` when the tag is another."""
        if self.tag != tag:
            raise ValueError(f"tag {self.tag:#04x} where {tag:#04x} belongs")
        return self

    @property
    def integer(self) -> int:
        """The value of an INTEGER."""
        return int.from_bytes(self.expect(INTEGER).content, signed=True)

    @property
    def object_id(self) -> str:
        """The dotted form of an OBJECT IDENTIFIER (X.690 §8.19)."""
        content = self.expect(OBJECT_ID).content
        arcs, value = [], 0
        for byte in content:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                arcs.append(value)
                value = 0
        if not arcs or content[-1] & 0x80:
            raise ValueError("an object identifier breaks off")
        first = min(arcs[0] // 40, 2)
        return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


def read(data: bytes, offset: int = 0) -> Element:
    """The element that begins at ``offset``. Raises ``ValueError``."""
    head = data[offset : offset + 6]
    if len(head) < 2:
        raise ValueError("the data ends before an element")
    tag, length, start = head[0], head[1], offset + 2
    if tag & 0x1F == 0x1F:
        raise ValueError("a tag of several bytes")
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4 or len(head) < 2 + size:
            raise ValueError("a length that is indefinite or too long")
        length, start = int.from_bytes(head[2 : 2 + size]), start + size
    end = start + length
    if end > len(data):
        raise ValueError("an element that is longer than the data")
    return Element(tag, data[start:end], data[offset:end])

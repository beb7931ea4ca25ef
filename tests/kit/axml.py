"""Binary XML written chunk by chunk (``ResXMLTree`` of AOSP's ``ResourceTypes.h``), so that each chunk can lie."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

IDS = {
    "label": 0x01010001,
    "icon": 0x01010002,
    "name": 0x01010003,
    "permission": 0x01010006,
    "readPermission": 0x01010007,
    "protectionLevel": 0x01010009,
    "enabled": 0x0101000E,
    "debuggable": 0x0101000F,
    "exported": 0x01010010,
    "authorities": 0x01010018,
    "value": 0x01010024,
    "resource": 0x01010025,
    "scheme": 0x01010027,
    "host": 0x01010028,
    "targetActivity": 0x01010202,
    "minSdkVersion": 0x0101020C,
    "versionCode": 0x0101021B,
    "versionName": 0x0101021C,
    "targetSdkVersion": 0x01010270,
    "allowBackup": 0x01010280,
    "networkSecurityConfig": 0x01010527,
    "versionCodeMajor": 0x01010576,
}
"""Attributes of the ``android`` namespace by name."""
NONE = 0xFFFFFFFF
NAMESPACE = "http://schemas.android.com/apk/res/android"


@dataclass(frozen=True)
class Ref:
    """A reference to a resource."""

    id: int


@dataclass
class El:
    """An element: plain attributes as they are, those of ``android`` under ``android``."""

    name: str
    android: dict[str, Any] = field(default_factory=dict)
    children: list[El] = field(default_factory=list)
    plain: dict[str, Any] = field(default_factory=dict)
    text: str | None = None


def chunk(kind: int, header: bytes, body: bytes, *, size: int | None = None, header_size: int | None = None) -> bytes:
    """A chunk; its sizes are the true ones unless given."""
    head = 8 + len(header) if header_size is None else header_size
    total = 8 + len(header) + len(body) if size is None else size
    return struct.pack("<HHI", kind, head, total) + header + body


def pool(strings: list[str], *, utf8: bool = False, count: int | None = None) -> bytes:
    """A string pool."""
    offsets = []
    data = bytearray()
    for text in strings:
        offsets.append(len(data))
        if utf8:
            raw = text.encode()
            data += _length8(len(text.encode("utf-16-le")) // 2) + _length8(len(raw)) + raw + b"\0"
        else:
            raw = text.encode("utf-16-le")
            data += struct.pack("<H", len(raw) // 2) + raw + b"\0\0"
    data += bytes(-len(data) % 4)
    start = 28 + 4 * len(offsets)
    header = struct.pack("<IIIII", len(strings) if count is None else count, 0, 0x100 if utf8 else 0, start, 0)
    return chunk(1, header, struct.pack(f"<{len(offsets)}I", *offsets) + bytes(data))


def _length8(length: int) -> bytes:
    return bytes([length]) if length < 0x80 else bytes([0x80 | length >> 8, length & 0xFF])


def document(
    root: El,
    *,
    utf8: bool = False,
    attribute_size: int = 20,
    kind: int = 3,
    junk: bytes = b"",
    names: dict[str, str] | None = None,
    count: int | None = None,
) -> bytes:
    """Binary XML of ``root``. ``names`` spells attributes differently while their ids stay; ``junk`` is put between
    the chunks; ``count`` is what the string pool says it holds."""
    attributes = sorted({name for element in _all(root) for name in element.android})
    strings = [(names or {}).get(name, name) for name in attributes]
    places: dict[str, int] = {}

    def place(text: str) -> int:
        if text not in places:
            places[text] = len(strings)
            strings.append(text)
        return places[text]

    writer = _Writer(attributes, place, attribute_size)
    body = writer.element(root, 1)
    ids = struct.pack(f"<{len(attributes)}I", *(IDS[name] for name in attributes))
    return chunk(kind, b"", pool(strings, utf8=utf8, count=count) + junk + chunk(0x180, b"", ids) + junk + body)


def _all(root: El) -> list[El]:
    return [root, *(found for child in root.children for found in _all(child))]


@dataclass
class _Writer:
    attributes: list[str]
    place: Any
    attribute_size: int

    def element(self, element: El, line: int) -> bytes:
        records = [self.attribute(self.attributes.index(name), True, value) for name, value in element.android.items()]
        records += [self.attribute(self.place(name), False, value) for name, value in element.plain.items()]
        node = struct.pack("<II", line, NONE)
        ext = struct.pack("<IIHHHHHH", NONE, self.place(element.name), 20, self.attribute_size, len(records), 0, 0, 0)
        out = chunk(0x102, node, ext + b"".join(records), header_size=16)
        if element.text is not None:
            out += chunk(0x104, node, struct.pack("<IHBBI", self.place(element.text), 8, 0, 0, 0), header_size=16)
        for number, child in enumerate(element.children, line + 1):
            out += self.element(child, number)
        return out + chunk(0x103, node, struct.pack("<II", NONE, self.place(element.name)), header_size=16)

    def attribute(self, name: int, namespaced: bool, value: Any) -> bytes:
        namespace = self.place(NAMESPACE) if namespaced else NONE
        raw = NONE
        match value:
            case bool():
                kind, data = 0x12, NONE if value else 0
            case int():
                kind, data = 0x10, value & 0xFFFFFFFF
            case Ref():
                kind, data = 0x01, value.id
            case _:
                kind, data = 0x03, self.place(value)
                raw = data
        record = struct.pack("<IIIHBBI", namespace, name, raw, 8, 0, kind, data)
        return record + bytes(self.attribute_size - 20)


def manifest(package: str, *children: El, application: dict[str, Any] | None = None, **how: Any) -> bytes:
    """A manifest with an application element of ``children``."""
    root = El(
        "manifest", {"versionCode": 1, "versionName": "1.0"}, [El("application", application or {}, list(children))]
    )
    root.plain["package"] = package
    return document(root, **how)

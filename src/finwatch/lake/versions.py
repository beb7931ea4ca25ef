"""What to say of a lake that a newer Finwatch wrote, and the mark by which a lake says what it is: ``lake.json``.

A file of the lake names its format (``finwatch.manifest/1``). A format of the same name with a higher number is not
damage: nothing is to be restored, and nothing must be written beside it by who does not understand it.
"""

from __future__ import annotations

import json
from typing import Final

from finwatch.errors import LakeError

LAKE: Final = "finwatch.lake/1"
"""The layout of a lake: its folders and what their names mean."""
MARK: Final = "lake.json"


def mark() -> bytes:
    """The bytes of ``lake.json``."""
    return json.dumps({"schema": LAKE}).encode()


def check(text: bytes, place: str) -> None:
    """Raises ``LakeError`` when the ``lake.json`` with ``text`` is not one that this version can use."""
    if _schema(text) != LAKE:
        raise newer(text, place, known=LAKE) or LakeError(
            f"{place} is not the mark of a lake.",
            zh=f"{place} 不是数据湖的标记文件。",
            todo="Check FINWATCH_LAKE; if the folder is right, restore that file from a backup.",
        )


def newer(text: bytes, place: str, *, known: str) -> LakeError | None:
    """The error to raise when ``text`` is JSON of a later version of the format ``known``; ``None`` = it is not."""
    family, _, number = known.rpartition("/")
    found = _schema(text) or ""
    name, _, other = found.rpartition("/")
    if name != family or not (other.isascii() and other.isdigit()) or int(other) <= int(number):
        return None
    return LakeError(
        f"{place} was written by a newer Finwatch ({found}; this one knows {known}).",
        zh=f"{place} 由更新版本的 Finwatch 写入（{found}；本版本支持 {known}）。",
        todo="Install that version or a later one here; nothing was changed.",
    )


def _schema(text: bytes) -> str | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    schema = found.get("schema") if isinstance(found, dict) else None
    return schema if isinstance(schema, str) else None

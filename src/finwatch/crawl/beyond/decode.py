"""Bytes of a page → its text, so that places in it can be counted in characters.

The order of trust is that of the WHATWG Encoding Standard: byte order mark, the ``Content-Type`` field, ``<meta>``,
then strict UTF-8, then GB18030-2022, in which many Chinese pages are written without saying so.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_HEAD: Final = 4_096
_CHINESE: Final = frozenset({"gb2312", "gbk", "x-gbk", "gb_2312-80", "cp936", "gb18030"})


def text_of(data: bytes, content_type: str | None = None) -> str:
    """The text of ``data``; characters that make no sense become U+FFFD."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    declared = [*_CHARSET.findall((content_type or "").encode("ascii", "ignore")), *_CHARSET.findall(data[:_HEAD])]
    for label in declared:
        codec = _codec(label.decode("ascii"))
        if codec is not None:
            text = data.decode(codec, "replace")
            if text.count("\ufffd") * 100 <= len(text):
                return text
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def _codec(label: str) -> str | None:
    if label.lower() in _CHINESE:
        return "gb18030"
    try:
        found = codecs.lookup(label)
    except LookupError:
        return None
    return found.name if found._is_text_encoding else None

"""Delimited text (RFC 4180 and what programmes make of it) as a ``Book``: the encoding is found, and said."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from io import StringIO
from typing import Final

from finwatch.limits import SheetLimits
from finwatch.model.base import Text
from finwatch.supervise.ledger.sheet.book import Book, Cell, Sheet
from finwatch.supervise.ledger.sheet.opening import UnreadableSheet, too_large

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS: Final = ",\t;；|"
_DAMAGED_SHARE: Final = 0.01


def read(data: bytes, limits: SheetLimits) -> Book:
    """The text as one sheet; raises ``UnreadableSheet`` where it is no text in a known encoding."""
    text, encoding = _decoded(data)
    delimiter = _delimiter(text)
    sheet = Sheet("CSV")
    for number, line in enumerate(_lines(text, delimiter, limits), start=1):
        for column, value in enumerate(line, start=1):
            if not value.strip():
                continue
            if number > limits.rows or column > limits.columns:
                raise too_large(
                    Text(
                        zh=f"文件到第 {number:,} 行第 {column} 列仍有内容",
                        en=f"The file goes on at row {number:,}, column {column}",
                    ),
                    "rows" if number > limits.rows else "columns",
                )
            sheet.cells[number, column] = Cell(number, column, _bare(value.strip()))
            sheet.rows, sheet.columns = number, max(sheet.columns, column)
    shown = encoding.removesuffix("-sig").upper()
    named = {"\t": "Tab"}.get(delimiter, delimiter)
    note = Text(
        zh=f"这是 CSV 文本：按 {shown} 编码、分隔符“{named}”读取；合并单元格等格式无从得知。",
        en=f"This is CSV text, read as {shown} with the delimiter “{named}”; it knows no merged cells or formats.",
    )
    return Book("csv", [sheet], encoding=encoding, delimiter=delimiter, notes=[note])


def _decoded(data: bytes) -> tuple[str, str]:
    named = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    for encoding in [named] if named else ["utf-8", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = sum(1 for one in text if (one < " " and one not in "\t\r\n") or "\ue000" <= one <= "\uf8ff")
        if odd <= len(text) * _DAMAGED_SHARE:
            return text, encoding
    raise UnreadableSheet(
        Text(
            zh="这不是工作簿，也不是 UTF-8、UTF-16 或 GB18030 编码的文本。",
            en="This is no workbook, and no text in UTF-8, UTF-16 or GB18030.",
        ),
        Text(zh="请用 Excel 另存为 .xlsx 再上传。", en="Save it as .xlsx in Excel and upload that."),
    )


def _delimiter(text: str) -> str:
    """The delimiter that most of the first lines hold."""
    lines = [line for line in text.splitlines()[:60] if line.strip()]
    counts = Counter({one: sum(min(line.count(one), 60) for line in lines) for one in _DELIMITERS})
    best, count = counts.most_common(1)[0]
    return best if count else ","


def _lines(text: str, delimiter: str, limits: SheetLimits) -> list[list[str]]:
    try:
        csv.field_size_limit(limits.text * 4)
        return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableSheet(
            Text(zh=f"CSV 无法分列（{error}）。", en=f"The CSV cannot be split into columns ({error})."),
            Text(
                zh="引号可能没有成对；请用 Excel 另存为 .xlsx。",
                en="A quote may be missing; save it as .xlsx in Excel.",
            ),
        ) from error


def _bare(value: str) -> str:
    """A value without the apostrophe that an export put before what a programme would take for a formula."""
    return value[1:] if value.startswith("'") and value[1:2] in {"=", "+", "-", "@"} else value

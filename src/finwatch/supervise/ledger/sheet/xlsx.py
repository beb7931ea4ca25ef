"""An Office Open XML workbook (ECMA-376) as a ``Book``. Its directory is held to bounds before anything is unpacked."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from finwatch.limits import SheetLimits
from finwatch.model.base import Text
from finwatch.supervise.ledger.sheet.book import Book, Cell, Sheet, Span, Value
from finwatch.supervise.ledger.sheet.opening import damaged, encrypted, too_large

FAULTS: Final = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    ArithmeticError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    AssertionError,
    OSError,
    EOFError,
    RuntimeError,
)
"""What openpyxl and zipfile raise on files that are cut, altered or made by others than Excel."""
_ROW: Final = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref=[\"']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
_DECLARES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


def read(data: bytes, limits: SheetLimits) -> Book:
    """The workbook; raises ``UnreadableSheet``."""
    formulas = _inspect(data, limits)
    shown = load(data, values=True)
    written = load(data, values=False) if formulas else None
    book = Book("xlsx", [], epoch_1904=shown.epoch.year == 1904)
    for sheet in shown.worksheets[: limits.sheets]:
        book.sheets.append(_sheet(sheet, written[sheet.title] if written else None, limits))
    if len(shown.worksheets) > limits.sheets:
        left = len(shown.worksheets) - limits.sheets
        book.notes.append(
            Text(
                zh=f"只读取了前 {limits.sheets} 个工作表，另有 {left} 个未读。",
                en=f"{left} sheets after the first {limits.sheets} were not read.",
            )
        )
    return book


def load(data: bytes, *, values: bool) -> Any:
    """openpyxl's workbook, formulas as their ``values`` or as written; raises ``UnreadableSheet``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # missing default styles and unknown extensions lose no cell
            return openpyxl.load_workbook(BytesIO(data), data_only=values, keep_links=False)
    except FAULTS as error:
        raise damaged(f"{type(error).__name__}: {error}"[:200]) from error


def _inspect(data: bytes, limits: SheetLimits) -> bool:
    """Whether any sheet has formulas. Raises ``UnreadableSheet`` for what would not fit or is no workbook."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            if len(parts) > limits.parts:
                raise too_large(Text(zh=f"文件内有 {len(parts):,} 个部件", en=f"It has {len(parts):,} parts"), "parts")
            if total > limits.unpacked_bytes:
                raise too_large(
                    Text(
                        zh=f"解压后有 {total:,} 字节，可能是压缩炸弹或空白格式过多",
                        en=f"It unpacks to {total:,} bytes: a zip bomb, or formats far below the table",
                    ),
                    "unpacked_bytes",
                )
            if any(part.flag_bits & 1 for part in parts):
                raise encrypted()
            names = {part.filename for part in parts}
            if not any(name.startswith("xl/") for name in names):
                raise _other(names)
            read = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
            return sum(_inspect_part(archive.read(part), part.filename, limits) for part in read) > 0
    except FAULTS as error:
        raise damaged(str(error)[:200]) from error


def _other(names: set[str]) -> Exception:
    what = "Word" if "word/document.xml" in names else "PowerPoint" if "ppt/presentation.xml" in names else "ZIP"
    return damaged(f"{what}: no xl/ part")


def _inspect_part(part: bytes, name: str, limits: SheetLimits) -> bool:
    if _DECLARES.search(part):
        raise damaged(f"{name} declares XML entities")
    if not name.startswith("xl/worksheets/"):
        return False
    rows = sum(1 for _ in _ROW.finditer(part))
    if rows > limits.rows:
        raise too_large(
            Text(
                zh=f"{name} 有 {rows:,} 行（含只有格式的空行）",
                en=f"{name} has {rows:,} rows, empty ones with a format among them",
            ),
            "rows",
        )
    cells = sum(1 for _ in _CELL.finditer(part))
    for left, top, right, bottom in _MERGED.findall(part):
        cells += (_number(right) - _number(left) + 1) * (int(bottom) - int(top) + 1)
    if cells > limits.cells:
        raise too_large(Text(zh=f"{name} 有 {cells:,} 个单元格", en=f"{name} has {cells:,} cells"), "cells")
    return _FORMULA.search(part) is not None


def _number(letters: bytes) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + letter - 64
    return value


def _sheet(sheet: Any, written: Any, limits: SheetLimits) -> Sheet:
    """``sheet`` with cached values; ``written`` is the same sheet with its formulas, where there are any."""
    made = Sheet(sheet.title, hidden=sheet.sheet_state != "visible")
    for (row, column), one in sheet._cells.items():
        formula = written is not None and written._cells[row, column].data_type == "f"
        value = one.value
        if value is None and not (formula and one.data_type == "n"):
            continue  # a formula whose text is empty shows nothing; one without a value was never computed
        if row > limits.rows or column > limits.columns:
            raise too_large(
                Text(
                    zh=f"工作表“{sheet.title}”的内容一直到 {one.coordinate}",
                    en=f"The sheet “{sheet.title}” reaches to {one.coordinate}",
                ),
                "rows" if row > limits.rows else "columns",
            )
        fault = one.data_type == "e" or value is None
        kept = _formula(written._cells[row, column].value) if value is None else _value(value)
        if kept != "":
            made.cells[row, column] = Cell(row, column, kept, formula, fault)
            made.rows, made.columns = max(made.rows, row), max(made.columns, column)
    made.spans = tuple(
        Span(one.min_row, one.min_col, min(one.max_row, limits.rows), min(one.max_col, limits.columns))
        for one in sorted(sheet.merged_cells.ranges, key=lambda one: (one.min_row, one.min_col))
    )
    made.rows = max([made.rows, *(span.bottom for span in made.spans if (span.top, span.left) in made.cells)])
    made.columns = max([made.columns, *(span.right for span in made.spans if (span.top, span.left) in made.cells)])
    made.hidden_rows = frozenset(row for row, shape in sheet.row_dimensions.items() if shape.hidden)
    made.spread()
    return made


def _formula(value: object) -> str:
    return str(getattr(value, "text", value))


def _value(value: object) -> Value:
    if isinstance(value, bool | int | datetime | date):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return str(value).strip()

"""A binary workbook of Excel 97-2003 and older (MS-XLS) as a ``Book``, by xlrd."""

from __future__ import annotations

import struct
from io import StringIO
from typing import Any, Final

import xlrd

from finwatch.limits import SheetLimits
from finwatch.model.base import Text
from finwatch.supervise.ledger.sheet.book import Book, Cell, Sheet, Span, Value
from finwatch.supervise.ledger.sheet.opening import damaged, encrypted, too_large

_FAULTS: Final = (
    xlrd.XLRDError,
    xlrd.compdoc.CompDocError,
    struct.error,
    ArithmeticError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    OSError,
    EOFError,
    MemoryError,
)
"""What xlrd raises on files that are cut, altered or made by others than Excel."""


def read(data: bytes, limits: SheetLimits) -> Book:
    """The workbook; raises ``UnreadableSheet``."""
    try:
        opened = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=StringIO())
    except _FAULTS as error:
        if "encrypted" in str(error).lower():
            raise encrypted() from error
        raise damaged(f"{type(error).__name__}: {error}"[:200]) from error
    book = Book("xls", [], epoch_1904=opened.datemode == 1)
    for sheet in opened.sheets()[: limits.sheets]:
        book.sheets.append(_sheet(sheet, opened.datemode, limits))
    if opened.nsheets > limits.sheets:
        left = opened.nsheets - limits.sheets
        book.notes.append(
            Text(
                zh=f"只读取了前 {limits.sheets} 个工作表，另有 {left} 个未读。",
                en=f"{left} sheets after the first {limits.sheets} were not read.",
            )
        )
    return book


def _sheet(sheet: Any, datemode: int, limits: SheetLimits) -> Sheet:
    made = Sheet(sheet.name, hidden=sheet.visibility != 0)
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
                continue
            value = _value(sheet.cell_value(row, column), kind, datemode)
            if value == "":
                continue
            if row >= limits.rows or column >= limits.columns:
                raise too_large(
                    Text(
                        zh=f"工作表“{sheet.name}”的内容一直到第 {row + 1:,} 行第 {column + 1} 列",
                        en=f"The sheet “{sheet.name}” reaches to row {row + 1:,}, column {column + 1}",
                    ),
                    "rows" if row >= limits.rows else "columns",
                )
            made.cells[row + 1, column + 1] = Cell(row + 1, column + 1, value, fault=kind == xlrd.XL_CELL_ERROR)
            made.rows, made.columns = max(made.rows, row + 1), max(made.columns, column + 1)
    made.spans = tuple(
        sorted(
            (Span(top + 1, left + 1, below, right) for top, below, left, right in sheet.merged_cells),
            key=lambda span: (span.top, span.left),
        )
    )
    if sum((span.bottom - span.top + 1) * (span.right - span.left + 1) for span in made.spans) > limits.cells:
        raise too_large(
            Text(zh=f"工作表“{sheet.name}”的合并单元格过多", en=f"The merged cells of “{sheet.name}” are too many"),
            "cells",
        )
    filled = [span for span in made.spans if (span.top, span.left) in made.cells]
    made.rows = max([made.rows, *(span.bottom for span in filled)])
    made.columns = max([made.columns, *(span.right for span in filled)])
    made.hidden_rows = frozenset(row + 1 for row, shape in sheet.rowinfo_map.items() if shape.hidden)
    made.spread()
    return made


def _value(value: Any, kind: int, datemode: int) -> Value:
    if kind == xlrd.XL_CELL_TEXT:
        return str(value).strip()
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, "#ERROR!"))
    if kind == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(value, datemode)  # type: ignore[no-any-return]
        except (ValueError, OverflowError):
            return float(value)
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(value)

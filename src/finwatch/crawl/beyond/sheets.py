"""Tables of a page (HTML) and of a workbook (XLSX) as grids. Pure.

A cell that spans rows or columns (WHATWG HTML §4.9.12; ECMA-376 part 1 §18.3.1.55) stands in each place that it spans.
Workbooks are untrusted: the sizes of their parts and of their merged ranges are held to bounds before they are opened.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from selectolax.lexbor import LexborHTMLParser, LexborNode

from finwatch.crawl.beyond.grid import Cell, Where
from finwatch.limits import WebLimits
from finwatch.model.web import CellAt

_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*ref=\"([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})\"")


class UnreadableDocument(Exception):
    """No table can be read from a document; the message says why."""


@dataclass(slots=True)
class Table:
    """A table of a document as a grid, with what of it was left out."""

    name: str
    grid: list[list[Cell | None]]
    left_out: list[str] = field(default_factory=list)


def html_tables(text: str, *, url: str, capture: str | None, limits: WebLimits) -> list[Table]:
    """The tables of a page that hold no other table, in its order; named ``table 1`` and so on."""
    tree = LexborHTMLParser(text)
    found: list[Table] = []
    for node in tree.css("table"):
        if any(inner.mem_id != node.mem_id for inner in node.css("table")):
            continue
        found.append(_html_table(node, Where(url, capture, f"table {len(found) + 1}"), limits))
    return found


def _html_table(node: LexborNode, where: Where, limits: WebLimits) -> Table:
    table = Table(where.table, [])
    falling: dict[int, tuple[int, Cell]] = {}
    for number, row in enumerate(node.css("tr"), start=1):
        if number > limits.table_rows:
            table.left_out.append(f"rows after {limits.table_rows:,}: limit table_rows")
            break
        line: list[Cell | None] = []
        cells = [child for child in row.iter() if child.tag in {"td", "th"}]
        written = 0
        while cells or any(column >= len(line) for column in falling):
            column = len(line)
            if column >= limits.table_columns:
                if cells:
                    table.left_out.append(f"row {number}: columns after {limits.table_columns}: limit table_columns")
                break
            if column in falling:
                left, above = falling.pop(column)
                if left > 1:
                    falling[column] = (left - 1, above)
                line.append(above)
            elif cells:
                written += 1
                line += _spread(cells.pop(0), falling, column, where.at(number, written), limits=limits)
            else:
                line.append(None)
        table.grid.append(line)
    return table


def _spread(
    node: LexborNode,
    falling: dict[int, tuple[int, Cell]],
    column: int,
    at: CellAt,
    *,
    limits: WebLimits,
) -> list[Cell]:
    """A cell in every column that it spans; in ``falling`` for the rows below that it spans."""
    text = " ".join(node.text(deep=True, separator=" ").split())
    cell = Cell(text, at)
    across = min(_span(node, "colspan"), limits.table_columns - column)
    down = min(_span(node, "rowspan"), limits.table_rows)
    if down > 1:
        for index in range(column, column + across):
            falling[index] = (down - 1, cell)
    return [cell] * across


def _span(node: LexborNode, name: str) -> int:
    value = (node.attributes.get(name) or "1").strip()
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def workbook_tables(data: bytes, *, url: str, capture: str | None, limits: WebLimits) -> list[Table]:
    """The sheets of a workbook, the hidden ones without rows. Raises ``UnreadableDocument``."""
    _check_size(data, limits)
    try:
        book = openpyxl.load_workbook(BytesIO(data), data_only=True, keep_links=False)
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        ParseError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        EOFError,
        RuntimeError,
    ) as error:
        raise UnreadableDocument(f"it is no workbook that can be opened ({type(error).__name__}: {error})") from error
    tables = []
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            tables.append(_sheet_table(sheet, Where(url, capture, sheet.title), limits))
        else:
            tables.append(Table(sheet.title, [], ["the sheet is hidden and was not read"]))
    return tables


def _check_size(data: bytes, limits: WebLimits) -> None:
    """Raises ``UnreadableDocument`` for a workbook that would not fit into memory."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            if total > limits.unpacked_bytes:
                raise UnreadableDocument(
                    f"its parts unpack to {total:,} bytes: limit unpacked_bytes = {limits.unpacked_bytes:,}"
                )
            area = 0
            for part in parts:
                if part.filename.startswith("xl/worksheets/"):
                    area += sum(map(_area, _MERGED.findall(archive.read(part))))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise UnreadableDocument(f"it is no workbook: its ZIP directory cannot be read ({error})") from error
    bound = limits.table_rows * limits.table_columns
    if area > bound:
        raise UnreadableDocument(f"its merged cells cover {area:,} cells, more than {bound:,}: limit table_rows")


def _area(reference: bytes) -> int:
    left, top, right, bottom = range_boundaries(reference.decode("ascii"))
    return int((right - left + 1) * (bottom - top + 1))


def _sheet_table(sheet: Any, where: Where, limits: WebLimits) -> Table:
    table = Table(sheet.title, [])
    rows, columns = min(sheet.max_row, limits.table_rows), min(sheet.max_column, limits.table_columns)
    if sheet.max_row > rows:
        table.left_out.append(f"rows after {rows:,}: limit table_rows")
    if sheet.max_column > columns:
        table.left_out.append(f"columns after {columns}: limit table_columns")
    cells: dict[tuple[int, int], Cell] = {}
    for row in sheet.iter_rows(min_row=1, max_row=rows, min_col=1, max_col=columns):
        for one in row:
            if one.value is not None:
                cells[one.row, one.column] = Cell(_shown(one.value), where.at(one.row, one.column))
    for merged in sheet.merged_cells.ranges:
        first = cells.get((merged.min_row, merged.min_col))
        if first is not None:
            cells.update(dict.fromkeys(_places(merged, rows, columns), first))
    table.grid = [[cells.get((row, column)) for column in range(1, columns + 1)] for row in range(1, rows + 1)]
    return table


def _places(merged: Any, rows: int, columns: int) -> Iterator[tuple[int, int]]:
    for row in range(merged.min_row, min(merged.max_row, rows) + 1):
        for column in range(merged.min_col, min(merged.max_col, columns) + 1):
            yield row, column


def _shown(value: Any) -> str:
    """A cell's value as a reader of the sheet sees it."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())

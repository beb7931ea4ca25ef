"""Tables of a PDF as grids: text with its place on the page, put into lines and, by the heading, into columns.

A PDF has no tables (ISO 32000-2 §9.4 shows glyphs at places). PDFium gives rectangles of text; those at one height are
a line; the heading's rectangles give the columns; a line without a first cell goes on with the row above it. What
stands between two columns and fits neither is said, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import pypdfium2

from finwatch.crawl.beyond.grid import NAMES, Cell, Where, field_of
from finwatch.crawl.beyond.sheets import Table, UnreadableDocument
from finwatch.limits import WebLimits

_RECTANGLES: Final = 20_000
"""Pieces of text read of one page."""


@dataclass(frozen=True, slots=True)
class _Piece:
    left: float
    right: float
    bottom: float
    top: float
    text: str


def pdf_tables(data: bytes, *, url: str, capture: str | None, limits: WebLimits) -> list[Table]:
    """One table for each page that has text; the heading of an earlier page holds for a page without one.

    Raises ``UnreadableDocument`` when the PDF cannot be opened or none of its pages has text.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise UnreadableDocument(f"it is a PDF that cannot be opened ({error}); remove its password") from error
    try:
        tables: list[Table] = []
        heads: list[_Piece] = []
        empty = []
        for number in range(1, min(len(document), limits.table_pages) + 1):
            pieces = _pieces(document, number)
            if not pieces:
                empty.append(f"page {number} has no text; it may be a picture")
                continue
            lines = _lines(pieces)
            found = _head(lines)
            heads = found or heads
            tables.append(_table(lines, heads, Where(url, capture, f"page {number}")))
        if not tables:
            raise UnreadableDocument("none of its pages has text; pictures need OCR")
        tables[0].left_out += empty
        if len(document) > limits.table_pages:
            tables[0].left_out.append(f"pages after {limits.table_pages}: limit table_pages")
        return tables
    finally:
        document.close()


def _pieces(document: pypdfium2.PdfDocument, number: int) -> list[_Piece]:
    try:
        page = document[number - 1].get_textpage()
        pieces = []
        for index in range(min(page.count_rects(), _RECTANGLES)):
            left, bottom, right, top = page.get_rect(index)
            text = " ".join(page.get_text_bounded(left, bottom, right, top).split())
            if text:
                pieces.append(_Piece(left, right, bottom, top, text))
    except pypdfium2.PdfiumError as error:
        raise UnreadableDocument(f"its page {number} cannot be read ({error})") from error
    return pieces


def _lines(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Pieces of one height together, top to bottom, each line from left to right."""
    lines: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda piece: (-piece.top - piece.bottom, piece.left)):
        middle = (piece.top + piece.bottom) / 2
        if lines and lines[-1][0].bottom <= middle <= lines[-1][0].top:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda piece: piece.left) for line in lines]


def _head(lines: list[list[_Piece]]) -> list[_Piece]:
    for line in lines:
        known = {name for piece in line if (name := field_of(piece.text)) is not None}
        if len(known) >= 2 and known & set(NAMES):
            return line
    return []


def _table(lines: list[list[_Piece]], heads: list[_Piece], where: Where) -> Table:
    """The lines from the heading on, in columns. Without a heading of its own, a page goes on with ``heads``."""
    table = Table(where.table, [])
    if not heads:
        return table
    start = next((number for number, line in enumerate(lines) if line is heads), None)
    if start is None:
        table.grid.append([Cell(head.text, where.at(0, index)) for index, head in enumerate(heads, start=1)])
    body = lines[(start or 0) + (start is not None) :]
    edges = _edges(heads, body)
    rows: list[tuple[int, list[list[_Piece]]]] = []
    if start is not None:
        rows.append((start + 1, [[head] for head in heads]))
    for number, line in enumerate(body, start=len(lines) - len(body) + 1):
        cells = _cells(line, edges)
        if cells is None:
            said = " ".join(piece.text for piece in line)
            if len(line) > 1:
                table.left_out.append(f"line {number} stands across columns and was not read: {said}")
                continue
            rows.append((number, [line] * len(heads)))
        elif rows and not cells[0] and rows[-1][0] != (start or -1) + 1 and rows[-1][1][0] is not rows[-1][1][-1]:
            for held, more in zip(rows[-1][1], cells, strict=True):
                held.extend(more)  # the row above goes on
        else:
            rows.append((number, cells))
    table.grid += [_line(cells, number, where) for number, cells in rows]
    return table


def _line(cells: list[list[_Piece]], number: int, where: Where) -> list[Cell | None]:
    made: dict[int, Cell] = {}
    line: list[Cell | None] = []
    for index, cell in enumerate(cells, start=1):
        text = "".join(piece.text for piece in cell)
        line.append(made.setdefault(id(cell), Cell(text, where.at(number, index))) if cell else None)
    return line


def _cells(line: list[_Piece], edges: list[float]) -> list[list[_Piece]] | None:
    """The pieces of a line by column; ``None`` when a fifth or more of one stands in each of two columns."""
    cells: list[list[_Piece]] = [[] for _ in range(len(edges) + 1)]
    for piece in line:
        width = max(piece.right - piece.left, 0.1)
        inside = [
            max(0.0, min(piece.right, high) - max(piece.left, low)) / width
            for low, high in pairwise([float("-inf"), *edges, float("inf")])
        ]
        if sum(share > 0.2 for share in inside) > 1:
            return None
        cells[inside.index(max(inside))].append(piece)
    return cells


def _edges(heads: list[_Piece], body: list[list[_Piece]]) -> list[float]:
    """Where one column ends and the next begins: the widest gap that no text crosses between two headings."""
    pieces = [*heads, *(piece for line in body for piece in line)]
    edges = []
    for a, b in pairwise(heads):
        low, high = (a.left + a.right) / 2, (b.left + b.right) / 2
        between = [
            one for one in pieces if one.right > low and one.left < high and not (one.left < low and one.right > high)
        ]
        reach, best, edge = low, 0.0, (a.right + b.left) / 2
        for left, right in sorted([(one.left, one.right) for one in between] + [(high, high)]):
            if left - reach > best:
                best, edge = left - reach, (left + reach) / 2
            reach = max(reach, min(right, high))
        edges.append(edge)
    return edges

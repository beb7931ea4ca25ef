"""A workbook as its reader sees it, whatever the file was: sheets of cells with values, spans and what is hidden. Pure.

Rows and columns count from 1, as the reader's own programme shows them, so that every message can name a cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from finwatch.model.base import Text

Value = str | int | float | bool | date | datetime
"""What a cell holds; an empty cell is no cell."""
Format = Literal["xlsx", "xls", "csv"]


def column_letters(column: int) -> str:
    """The letters of a column: 1 → ``A``, 27 → ``AA``."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell; a merged one is the same object in every place that it spans."""

    row: int
    column: int
    value: Value
    formula: bool = False
    """Its value was computed by a formula when the file was saved."""
    fault: bool = False
    """Its value is an error such as ``#REF!``, or a formula that was never computed."""

    @property
    def ref(self) -> str:
        """Its place, as ``D7``."""
        return f"{column_letters(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Span:
    """A merged range, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether a place lies in it."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def places(self) -> Iterator[tuple[int, int]]:
        """Every place in it, row by row."""
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                yield row, column


@dataclass(slots=True)
class Sheet:
    """One sheet: ``cells`` are keyed by (row, column); places of a merged range share its first cell."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    rows: int = 0
    columns: int = 0
    spans: tuple[Span, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()

    def line(self, row: int) -> list[tuple[int, Cell]]:
        """The filled places of a row, left to right."""
        return [(column, cell) for column in range(1, self.columns + 1) if (cell := self.cells.get((row, column)))]

    def spread(self) -> None:
        """Put the first cell of every merged range into each place that it spans."""
        for span in self.spans:
            first = self.cells.get((span.top, span.left))
            if first is not None:
                self.cells.update(dict.fromkeys(span.places(), first))


@dataclass(slots=True)
class Book:
    """A file that was opened: its sheets, and what a person should know of how it was read."""

    format: Format
    sheets: list[Sheet]
    epoch_1904: bool = False
    """Serial dates count from 1904-01-01 instead of 1899-12-30 (ECMA-376 part 1 §18.17.4.1)."""
    encoding: str | None = None
    """Of a CSV file."""
    delimiter: str | None = None
    notes: list[Text] = field(default_factory=list)

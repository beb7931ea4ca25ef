"""What reading a sheet gives: rows, the layout to write it back in, and every problem at its cell."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from finwatch.model.base import Model, Text


class SheetProblem(Model):
    """What is wrong, or was assumed, at one cell."""

    sheet: str
    row: int
    cell: str
    """Its place as ``D7``; of a row without the cell, where it should be."""
    heading: str
    field: str | None
    value: str
    says: Text
    todo: Text | None = None
    level: Literal["error", "notice"] = "error"
    corrected: bool = False
    """The value is one that was typed in place of the file's."""


class SheetRow(Model):
    """One row of a sheet that became an entry."""

    sheet: str
    row: int
    hidden: bool = False
    key: str
    values: dict[str, Any]
    """The fields of ``LedgerEntry`` that the row has a value for, as JSON."""
    errors: int = 0
    """With errors, ``values`` holds only what could be read, for the preview."""


class SheetLayout(Model):
    """How a sheet is laid out: needed to write it back in the same shape."""

    name: str
    top: int
    bottom: int
    """First and last row of the heading."""
    last: int
    """Last row that became an entry."""
    columns: dict[int, str]
    """Column number → field."""
    unknown: dict[int, str]
    """Column number → heading that is not known; kept in ``extra``."""
    factors: dict[int, int]


class SheetReading(Model):
    """What a file says, and what of it cannot be taken."""

    format: Literal["xlsx", "xls", "csv"]
    encoding: str | None = None
    sheets: tuple[SheetLayout, ...] = ()
    rows: tuple[SheetRow, ...] = ()
    problems: tuple[SheetProblem, ...] = ()
    """In the order of the file; an error stops the import, a notice does not."""
    notes: tuple[Text, ...] = Field(default=())
    """Of the file as a whole: what was left out, and how it was read."""

    @property
    def errors(self) -> tuple[SheetProblem, ...]:
        """What stops the import."""
        return tuple(one for one in self.problems if one.level == "error")

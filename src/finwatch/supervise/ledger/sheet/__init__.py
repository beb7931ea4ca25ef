"""Sheets as institutions keep them, in and out: bytes → rows of the ledger, every fault at its cell, and back."""

from __future__ import annotations

from finwatch.supervise.ledger.sheet.book import Book, Cell, Sheet
from finwatch.supervise.ledger.sheet.opening import UnreadableSheet, open_book
from finwatch.supervise.ledger.sheet.reading import read_book
from finwatch.supervise.ledger.sheet.result import SheetLayout, SheetProblem, SheetReading, SheetRow
from finwatch.supervise.ledger.sheet.writing import cells_of, plain_sheet, plain_text, same_sheet

__all__ = [
    "Book",
    "Cell",
    "Sheet",
    "SheetLayout",
    "SheetProblem",
    "SheetReading",
    "SheetRow",
    "UnreadableSheet",
    "cells_of",
    "open_book",
    "plain_sheet",
    "plain_text",
    "read_book",
    "same_sheet",
]

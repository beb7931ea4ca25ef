"""The ledger as a file: back in the shape it came in, or as a plain table of all columns.

In its own shape a cell whose meaning did not change is not touched; formulas leave by value. Text that a programme
would take for a formula is marked as text (ECMA-376 ``quotePrefix``; in CSV an apostrophe), so that opening the file
runs nothing (CWE-1236).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from io import BytesIO, StringIO
from typing import Any, Final

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils import get_column_letter

from finwatch.limits import SHEET
from finwatch.supervise.ledger.entry import COLUMNS, KINDS, LABELS, PLANS, PLATFORMS
from finwatch.supervise.ledger.sheet import xlsx
from finwatch.supervise.ledger.sheet.book import Book, Value, column_letters
from finwatch.supervise.ledger.sheet.headings import rules
from finwatch.supervise.ledger.sheet.opening import open_book
from finwatch.supervise.ledger.sheet.reading import read_book
from finwatch.supervise.ledger.sheet.result import SheetLayout
from finwatch.supervise.ledger.sheet.words import bare

_RISKY: Final = re.compile(r"^[=+\-@\t\r]")
_HARMLESS: Final = re.compile(r"^[+-]?[\d.,%]*$")
_OPTIONS: Final[dict[str, Mapping[Any, Any]]] = {"kind": KINDS, "platforms": PLATFORMS, "plan": PLANS}
_WIDTHS: Final = {"text": 20, "list": 30, "fingerprint": 24, "identifier": 26}
Places = Mapping[tuple[str, int], Mapping[str, Any]]
"""(sheet, row) → the entry's values now."""
Changes = Mapping[tuple[str, int], Mapping[int, Any]]
"""(sheet, row) → column → the new value."""


def risky(text: str) -> bool:
    """Whether a programme would take ``text`` for a formula."""
    return bool(_RISKY.match(text)) and not _HARMLESS.match(text)


def same_sheet(
    data: bytes, *, today: date, places: Places, added: Sequence[Mapping[str, Any]] = ()
) -> tuple[bytes, str]:
    """The file ``data`` as it came in, with what changed in the ledger since; and the suffix of its format.

    ``places`` gives for each row of the file the entry it became; ``added`` are entries that the file has no row for:
    they go below the last entry, above the notes. An ``.xls`` leaves as ``.xlsx`` in the same layout. Words are in the
    language of the file's own headings: 是 under Chinese ones, yes under others.
    """
    book = open_book(data)
    reading = read_book(book, today=today)
    was = {(row.sheet, row.row): row.values for row in reading.rows}
    changes = {
        place: {
            column: values.get(field)
            for column, field in layout.columns.items()
            if not _same(was.get(place, {}).get(field), values.get(field))
        }
        for place, values in places.items()
        for layout in reading.sheets
        if layout.name == place[0]
    }
    fresh = _shared_out(added, reading.sheets)
    language = _tongue(book, reading.sheets)
    if book.format == "csv":
        return _delimited(data, book, reading.sheets, changes, fresh, language=language), ".csv"
    opened = xlsx.load(data, values=True) if book.format == "xlsx" else _rebuilt(book)
    for layout in reading.sheets:
        _change(opened[layout.name], layout, changes, language=language)
        _append(opened[layout.name], layout, fresh.get(layout.name, ()), language=language)
    for sheet in opened.worksheets:
        _disarm(sheet)
    return _saved(opened), ".xlsx"


def _tongue(book: Book, layouts: Sequence[SheetLayout]) -> str:
    tops = {layout.name: layout.top for layout in layouts}
    heads = [str(cell.value) for sheet in book.sheets if sheet.name in tops for _, cell in sheet.line(tops[sheet.name])]
    return "zh" if any("\u4e00" <= one <= "\u9fff" for head in heads for one in head) else "en"


def _same(one: Any, other: Any) -> bool:
    return (one if one not in ("", []) else None) == (other if other not in ("", []) else None)


def _shared_out(
    added: Sequence[Mapping[str, Any]], layouts: Sequence[SheetLayout]
) -> dict[str, list[Mapping[str, Any]]]:
    """Each entry that is new to the file, to the sheet named after its kind, else to the first."""
    shared: dict[str, list[Mapping[str, Any]]] = {}
    for values in added:
        label = KINDS[values["kind"]].zh if values.get("kind") in list(KINDS) else ""
        layout = next((one for one in layouts if label and label in one.name), layouts[0] if layouts else None)
        if layout is not None:
            shared.setdefault(layout.name, []).append(values)
    return shared


def shown(field: str, value: Any, *, factor: int = 1, language: str = "zh") -> Value | None:
    """A field's value as a sheet shows it: dates as dates, counts in the heading's unit, choices in words."""
    if value in (None, "", []):
        return None
    kind = rules()[field].kind
    if kind in {"choice", "choices"}:
        said = [_OPTIONS[field][one].in_language(language) for one in ([value] if kind == "choice" else value)]
        return ("、" if language == "zh" else ", ").join(said)
    if kind in {"whole", "decimal"} and factor != 1:
        return int(value / factor) if (value / factor).is_integer() else float(value / factor)
    made: Value = value
    if kind in {"day", "past"}:
        made = date.fromisoformat(value)
    elif kind == "flag":
        made = value if language == "en" else "是" if value == "yes" else "否"
    elif kind == "list":
        made = "、".join(value)
    return made


def _change(
    sheet: Any, layout: SheetLayout, changes: Mapping[tuple[str, int], Mapping[int, Any]], *, language: str
) -> None:
    for (name, row), cells in changes.items():
        for column, value in cells.items() if name == layout.name else ():
            _unmerge(sheet, row, column)
            factor = layout.factors.get(column, 1)
            _put(sheet.cell(row, column), shown(layout.columns[column], value, factor=factor, language=language))


def _unmerge(sheet: Any, row: int, column: int) -> None:
    """Take a merged range apart that holds the place, each of its cells keeping the value."""
    for span in [one for one in sheet.merged_cells.ranges if one.min_row <= row <= one.max_row]:
        if span.min_col <= column <= span.max_col:
            first = sheet.cell(span.min_row, span.min_col)
            sheet.unmerge_cells(str(span))
            for across in range(span.min_row, span.max_row + 1):
                for along in range(span.min_col, span.max_col + 1):
                    cell = sheet.cell(across, along)
                    cell.value, cell._style = first.value, copy(first._style)


def _put(cell: Any, value: Value | None) -> None:
    dated = is_date_format(cell.number_format)
    cell.value = value
    if isinstance(value, date):
        cell.number_format = cell.number_format if dated else "yyyy-mm-dd"
    elif dated:
        cell.number_format = "General"
    if isinstance(value, str):
        cell.data_type = "s"


def _append(sheet: Any, layout: SheetLayout, added: Sequence[Mapping[str, Any]], *, language: str) -> None:
    if not added:
        return
    _make_room(sheet, layout.last, len(added))
    serials = [column for column, heading in layout.unknown.items() if bare(heading) in {"序号", "no.", "#", "序"}]
    for number, values in enumerate(added, start=1):
        row = layout.last + number
        for column in range(1, sheet.max_column + 1):
            sheet.cell(row, column)._style = copy(sheet.cell(layout.last, column)._style)
        for column, field in layout.columns.items():
            factor = layout.factors.get(column, 1)
            _put(sheet.cell(row, column), shown(field, values.get(field), factor=factor, language=language))
        for column in serials:
            before = sheet.cell(row - 1, column).value
            sheet.cell(row, column).value = before + 1 if isinstance(before, int | float) else None


def _make_room(sheet: Any, last: int, count: int) -> None:
    """Move everything below row ``last`` down by ``count`` rows."""
    if sheet.max_row <= last:
        return
    moved = [one for one in sheet.merged_cells.ranges if one.min_row > last]
    for span in moved:
        sheet.unmerge_cells(str(span))
    sheet.move_range(f"A{last + 1}:{get_column_letter(sheet.max_column)}{sheet.max_row}", rows=count)
    for span in moved:
        span.shift(row_shift=count)
        sheet.merge_cells(str(span))
    for row in sorted((row for row in sheet.row_dimensions if row > last), reverse=True):
        shape = sheet.row_dimensions[row]
        below = sheet.row_dimensions[row + count]
        below.height, below.hidden = shape.height, shape.hidden
        shape.height, shape.hidden = None, False


def _disarm(sheet: Any) -> None:
    for cell in sheet._cells.values():
        if isinstance(cell.value, str) and risky(cell.value):
            cell.data_type = "s"
            cell.quotePrefix = True


def _rebuilt(book: Book) -> Any:
    """A new workbook with the cells, spans and hidden rows of an old binary one."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for sheet in book.sheets:
        target = made.create_sheet(sheet.name)
        target.sheet_state = "hidden" if sheet.hidden else "visible"
        for (row, column), cell in sorted(sheet.cells.items()):
            if (cell.row, cell.column) == (row, column):
                _put(target.cell(row, column), cell.value)
        for span in sheet.spans:
            target.merge_cells(start_row=span.top, start_column=span.left, end_row=span.bottom, end_column=span.right)
        for row in sheet.hidden_rows:
            target.row_dimensions[row].hidden = True
    return made


def _delimited(
    data: bytes,
    book: Book,
    layouts: Sequence[SheetLayout],
    changes: Changes,
    fresh: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    language: str,
) -> bytes:
    assert book.encoding is not None
    assert book.delimiter is not None
    csv.field_size_limit(SHEET.text * 4)
    text = data.decode(book.encoding)
    lines = [list(line) for line in csv.reader(StringIO(text, newline=""), delimiter=book.delimiter)]
    for layout in layouts:
        for (_, row), cells in changes.items():
            for column, value in cells.items():
                told = shown(layout.columns[column], value, factor=layout.factors.get(column, 1), language=language)
                line = lines[row - 1]
                line += [""] * (column - len(line))
                line[column - 1] = told_in_text(told)
        for number, values in enumerate(fresh.get(layout.name, ())):
            width = max([*layout.columns, *layout.unknown])
            line = [""] * width
            for column, field in layout.columns.items():
                factor = layout.factors.get(column, 1)
                line[column - 1] = told_in_text(shown(field, values.get(field), factor=factor, language=language))
            lines.insert(layout.last + number, line)
    ending = "\r\n" if "\r\n" in text else "\n"
    out = StringIO(newline="")
    csv.writer(out, delimiter=book.delimiter, lineterminator=ending).writerows(
        [safe_text(value) for value in line] for line in lines
    )
    return out.getvalue().encode(book.encoding)


def told_in_text(value: Value | None) -> str:
    """A value as CSV holds it."""
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def safe_text(text: str) -> str:
    """``text`` with an apostrophe before what a programme would take for a formula."""
    return f"'{text}" if risky(text) else text


def plain_sheet(entries: Sequence[Mapping[str, Any]], *, language: str, title: str) -> bytes:
    """All entries with all columns as one ``.xlsx`` sheet with one heading row."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = re.sub(r"[\\/*?:\[\]]", " ", title)[:31] or "ledger"
    sheet.append([LABELS[field].in_language(language) for field in COLUMNS])
    for column, field in enumerate(COLUMNS, start=1):
        head = sheet.cell(1, column)
        head.font, head.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="center")
        head.fill = PatternFill("solid", fgColor="DCE6F1")
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(rules()[field].kind, 14)
    for row, values in enumerate(entries, start=2):
        for column, field in enumerate(COLUMNS, start=1):
            _put(sheet.cell(row, column), shown(field, values.get(field), language=language))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{column_letters(len(COLUMNS))}{len(entries) + 1}"
    _disarm(sheet)
    return _saved(made)


def plain_text(entries: Sequence[Mapping[str, Any]], *, language: str) -> bytes:
    """All entries with all columns as CSV in UTF-8 with its mark, as Excel opens it."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([LABELS[field].in_language(language) for field in COLUMNS])
    for values in entries:
        writer.writerow(safe_text(told_in_text(shown(one, values.get(one), language=language))) for one in COLUMNS)
    return out.getvalue().encode("utf-8-sig")


def _saved(book: Any) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def cells_of(data: bytes) -> Iterator[tuple[str, str, Value]]:
    """Every filled cell of a file, as (sheet, place, value): what two files are compared by."""
    for sheet in open_book(data).sheets:
        for (row, column), cell in sorted(sheet.cells.items()):
            yield sheet.name, f"{column_letters(column)}{row}", cell.value

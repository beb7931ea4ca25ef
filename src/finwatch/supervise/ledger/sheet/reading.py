"""A workbook → rows of the ledger, with everything that is wrong said at its cell. Pure: same file, same answer.

Nothing is imported here. A ``SheetReading`` is what a person sees before they confirm; as long as it has an error,
nothing of it can be taken, so that nothing is half imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from finwatch.model.base import Text
from finwatch.supervise.ledger.entry import LABELS, LedgerEntry
from finwatch.supervise.ledger.sheet.book import Book, Cell, Sheet, column_letters
from finwatch.supervise.ledger.sheet.headings import Column, Heading, find
from finwatch.supervise.ledger.sheet.result import SheetLayout, SheetReading, SheetRow
from finwatch.supervise.ledger.sheet.rows import Work, is_serial, read_row
from finwatch.supervise.ledger.sheet.words import bare, plain, words

_WIDE: Final = 3
"""A row with one text and this many known columns is a title, a section or a note."""


def read_book(book: Book, *, today: date, corrections: Mapping[str, str] | None = None) -> SheetReading:
    """Every row of every visible sheet that has a heading.

    ``corrections`` maps ``sheet!D7`` to the text that a person typed for that cell; an empty text empties it.
    """
    work = Work(today, book.epoch_1904, corrections or {}, notes=list(book.notes))
    for sheet in book.sheets:
        _read_sheet(sheet, work)
    if not work.layouts:
        work.notes.append(
            Text(
                zh="没有找到台账的表头：需要有“应用名称”列，以及“应用类型”“主管部门”“责任人”等列中的至少两列。",
                en="No heading of a ledger was found: it needs a column 应用名称 (name) and two more, such as 应用类型"
                " (kind), 主管部门 (department) or 责任人 (responsible person).",
            )
        )
    _twice(work)
    return SheetReading(
        format=book.format,
        encoding=book.encoding,
        sheets=tuple(work.layouts),
        rows=tuple(work.rows),
        problems=tuple(work.problems),
        notes=tuple(work.notes),
    )


def _read_sheet(sheet: Sheet, work: Work) -> None:
    if not sheet.cells:
        return
    if sheet.hidden:
        work.notes.append(
            Text(
                zh=f"工作表“{sheet.name}”是隐藏的，未读取。", en=f"The sheet “{sheet.name}” is hidden and was not read."
            )
        )
        return
    heading = find(sheet)
    if heading is None:
        work.notes.append(
            Text(
                zh=f"工作表“{sheet.name}”没有可识别的表头，未读取。",
                en=f"The sheet “{sheet.name}” has no known heading and was not read.",
            )
        )
        return
    _say_heading(sheet, heading, work)
    kind = _kind_of(sheet.name) or ("app" if heading.column("kind") is None else None)
    last = heading.bottom
    above: Mapping[int, Cell] = {}
    for row in range(heading.bottom + 1, sheet.rows + 1):
        cells = dict(sheet.line(row))
        if not cells or _repeats(cells, heading):
            continue
        lone = _lone(cells, heading)
        if lone is not None:
            kind = _kind_of(plain(lone.value)) or kind
            work.notes.append(_left_out(sheet, row, lone))
            continue
        above = read_row(sheet, row, cells, heading=heading, above=above, kind=kind, work=work)
        last = row
    _say_missing(sheet, heading, work)
    work.layouts.append(
        SheetLayout(
            name=sheet.name,
            top=heading.top,
            bottom=heading.bottom,
            last=last,
            columns={one.number: one.field for one in heading.columns if one.field},
            unknown={one.number: one.heading for one in heading.columns if not one.field},
            factors={one.number: one.factor for one in heading.columns if one.factor != 1},
        )
    )


def _say_heading(sheet: Sheet, heading: Heading, work: Work) -> None:
    unknown = [one for one in heading.columns if one.field is None and not is_serial(one)]
    if unknown:
        told = "、".join(f"{one.heading}（{column_letters(one.number)}）" for one in unknown)
        work.notes.append(
            Text(
                zh=f"工作表“{sheet.name}”中不认识的列按原样保留：{told}。",
                en=f"Columns of “{sheet.name}” that are not known are kept as they are: {told}.",
            )
        )


def _say_missing(sheet: Sheet, heading: Heading, work: Work) -> None:
    rows = [row for row in work.rows if row.sheet == sheet.name]
    absent = [
        one.label
        for one in LedgerEntry.shown()
        if one.required and heading.column(one.name) is None and not all(row.values.get(one.name) for row in rows)
    ]
    if absent:
        told = Text(zh="、".join(one.zh for one in absent), en=", ".join(one.en for one in absent))
        work.notes.append(
            Text(
                zh=f"工作表“{sheet.name}”没有这些必填列：{told.zh}；导入后请在台账中补全。",
                en=f"“{sheet.name}” has no column for {told.en}: fill these in in the ledger after the import.",
            )
        )


def _repeats(cells: Mapping[int, Cell], heading: Heading) -> bool:
    """Whether the heading is drawn again, as on every printed page."""
    same = sum(
        1 for one in heading.columns if (cell := cells.get(one.number)) and one.heading.endswith(plain(cell.value))
    )
    return same >= 3 and same * 2 > len(cells)


def _lone(cells: Mapping[int, Cell], heading: Heading) -> Cell | None:
    """The one text of a row that is no entry: a section, a note, a total; ``None`` for a row to read."""
    distinct = list({id(cell): cell for cell in cells.values()}.values())
    first = distinct[0]
    said = bare(plain(first.value))
    if any(said.startswith(word) and len(said) <= len(word) + 6 for word in words()["totals"]):
        return first
    if len(heading.columns) < _WIDE or len(distinct) > 2:
        return None
    noted = any(said.lstrip("*※（(").startswith(word) for word in words()["notes"])
    if noted:
        return first
    spans = len(cells) >= _WIDE and len(distinct) == 1
    name = heading.column("name")
    return first if len(distinct) == 1 and (spans or (name is not None and name.number not in cells)) else None


def _left_out(sheet: Sheet, row: int, cell: Cell) -> Text:
    shown = plain(cell.value)
    shown = shown if len(shown) <= 40 else shown[:40] + "…"
    return Text(
        zh=f"“{sheet.name}”第 {row} 行“{shown}”是标题、合计或注释，不作为应用。",
        en=f"“{sheet.name}” row {row} “{shown}” is a title, total or note, not an entry.",
    )


def _kind_of(said: str) -> str | None:
    for word, meaning in (("小程序", "mini_program"), ("公众号", "official_account"), ("快应用", "quick_app")):
        if word in said:
            return meaning
    return None


def _twice(work: Work) -> None:
    """Rows that would be the same entry."""
    first: dict[str, SheetRow] = {}
    for at, row in enumerate(work.rows):
        if not row.values.get("name") and not row.values.get("number"):
            continue
        if (other := first.setdefault(row.key, row)) is row:
            continue
        says = Text(
            zh=f"与“{other.sheet}”第 {other.row} 行是同一个应用（编号或类型、包名、平台相同）。",
            en=f"It is the same entry as row {other.row} of “{other.sheet}” (same number, or kind, package, platform).",
        )
        todo = Text(zh="请删除一行，或用内部编号区分。", en="Delete one of them, or tell them apart by a number.")
        layout = next(one for one in work.layouts if one.name == row.sheet)
        field = next(one for one in ("number", "package_id", "name") if row.values.get(one))
        number = next((column for column, named in layout.columns.items() if named == field), 1)
        place = Column(number, LABELS[field].zh, field)
        work.problem(row.sheet, row.row, place, str(row.values[field]), says=says, todo=todo)
        work.rows[at] = row.model_copy(update={"errors": row.errors + 1})
    order = {layout.name: number for number, layout in enumerate(work.layouts)}
    work.problems.sort(key=lambda one: (order[one.sheet], one.row, len(one.cell), one.cell))

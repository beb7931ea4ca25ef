"""One row of a sheet → one entry, with what is wrong at each of its cells. Pure."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final

from pydantic import TypeAdapter, ValidationError

from finwatch.model.base import Text
from finwatch.supervise.ledger.entry import LABELS, LedgerEntry, key_of
from finwatch.supervise.ledger.sheet.book import Cell, Sheet, column_letters
from finwatch.supervise.ledger.sheet.headings import Column, Heading, reader, rules
from finwatch.supervise.ledger.sheet.result import SheetLayout, SheetProblem, SheetRow
from finwatch.supervise.ledger.sheet.words import Around, Wrong, bare, empty, plain, words


@dataclass(slots=True)
class Work:
    """The state of one reading: what was found so far."""

    today: date
    epoch_1904: bool
    corrections: Mapping[str, str]
    rows: list[SheetRow] = field(default_factory=list)
    problems: list[SheetProblem] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    layouts: list[SheetLayout] = field(default_factory=list)

    def problem(
        self,
        sheet: str,
        row: int,
        column: Column,
        value: str,
        *,
        says: Text,
        todo: Text | None = None,
        notice: bool = False,
    ) -> None:
        """Note what is wrong at a cell, or (a notice) what was assumed there."""
        cell = f"{column_letters(column.number)}{row}"
        self.problems.append(
            SheetProblem(
                sheet=sheet,
                row=row,
                cell=cell,
                heading=column.heading,
                field=column.field,
                value=value[:200],
                says=says,
                todo=todo,
                level="notice" if notice else "error",
                corrected=f"{sheet}!{cell}" in self.corrections,
            )
        )


def is_serial(column: Column) -> bool:
    """Whether a column only counts the rows."""
    return bare(column.heading) in {"序号", "no.", "#", "序", "行号"}


def read_row(
    sheet: Sheet,
    row: int,
    cells: Mapping[int, Cell],
    *,
    heading: Heading,
    above: Mapping[int, Cell],
    kind: str | None,
    work: Work,
) -> Mapping[int, Cell]:
    """Adds the row of ``cells`` to ``work``; returns them with 同上 put into words, for the row below.

    ``kind`` is what a section or the sheet's name says of rows that do not say their own.
    """
    found: dict[str, Any] = {}
    extra: list[dict[str, str]] = []
    told: dict[int, Cell] = {}
    before = len(work.problems)
    for column in heading.columns:
        place = f"{sheet.name}!{column_letters(column.number)}{row}"
        cell = _cell(cells.get(column.number), above.get(column.number))
        if place in work.corrections:
            typed = work.corrections[place].strip()
            cell = Cell(row, column.number, typed) if typed else None
        if cell is None:
            continue
        told[column.number] = cell
        if column.field is None:
            if not is_serial(column):
                extra.append({"heading": column.heading, "value": plain(cell.value)})
            continue
        _read_cell(sheet, row, column, cell=cell, heading=heading, found=found, work=work)
    if kind is not None:
        found.setdefault("kind", kind)
    if extra:
        found["extra"] = extra
    _whole_row(sheet, row, found, told=told, heading=heading, work=work, since=before)
    errors = sum(1 for one in work.problems[before:] if one.level == "error")
    hidden = row in sheet.hidden_rows
    work.rows.append(SheetRow(sheet=sheet.name, row=row, hidden=hidden, key=key_of(found), values=found, errors=errors))
    if hidden:
        work.problem(sheet.name, row, heading.columns[0], "", says=_HIDDEN, notice=True)
    return told


_HIDDEN: Final = Text(
    zh="该行在文件中是隐藏的（可能被筛选），仍会导入。",
    en="The row is hidden in the file (filtered, perhaps); it is imported all the same.",
)


def _cell(cell: Cell | None, above: Cell | None) -> Cell | None:
    """The cell, or the one above it where it says 同上."""
    if cell is not None and isinstance(cell.value, str) and bare(cell.value) in words()["ditto"]:
        return above
    return cell


def _read_cell(
    sheet: Sheet, row: int, column: Column, *, cell: Cell, heading: Heading, found: dict[str, Any], work: Work
) -> None:
    assert column.field is not None
    if cell.fault:
        work.problem(sheet.name, row, column, plain(cell.value), says=_fault(cell), todo=_FAULT_TODO)
        return
    if _across(sheet, row, column, heading):
        work.problem(sheet.name, row, column, plain(cell.value), says=_ACROSS, todo=_ACROSS_TODO)
        return
    kind = rules()[column.field].kind
    if empty(cell.value) and not (kind == "flag" and bare(str(cell.value)) in words()["no"]):
        return
    around = Around(work.today, work.epoch_1904, column.factor)
    try:
        value = reader(column.field)(cell.value, around)
    except Wrong as wrong:
        work.problem(sheet.name, row, column, plain(cell.value), says=wrong.says, todo=wrong.todo)
        return
    if isinstance(value, bool):
        value = "yes" if value else "no"
    try:
        found[column.field] = _kept(column.field).dump_python(
            _kept(column.field).validate_python(_json(value)), mode="json"
        )
    except ValidationError:
        for problem in LedgerEntry.read({column.field: _json(value)})[1]:
            work.problem(sheet.name, row, column, plain(cell.value), says=problem.says)
        return
    for said in around.said:
        work.problem(sheet.name, row, column, plain(cell.value), says=said, notice=True)


@functools.cache
def _kept(field: str) -> TypeAdapter[Any]:
    """What the form's field takes; kept, because a sheet has thousands of cells."""
    info = LedgerEntry.model_fields[field]
    kind: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    return TypeAdapter(kind)


@functools.cache
def _required() -> tuple[str, ...]:
    return tuple(one.name for one in LedgerEntry.shown() if one.required)


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value


_ACROSS: Final = Text(zh="一个合并单元格横跨了含义不同的列。", en="One merged cell spans columns of different meaning.")
_ACROSS_TODO: Final = Text(zh="请取消合并，分别填写。", en="Unmerge it and fill each in.")
_FAULT_TODO: Final = Text(
    zh="请在 Excel 中修好公式并保存，或直接填写数值。",
    en="Repair the formula in Excel and save, or write the value itself.",
)


def _fault(cell: Cell) -> Text:
    shown = plain(cell.value)
    if shown.startswith("="):
        return Text(zh=f"公式 {shown} 没有保存计算结果。", en=f"The formula {shown} was saved without its value.")
    return Text(zh=f"公式出错：{shown}。", en=f"A formula failed: {shown}.")


def _across(sheet: Sheet, row: int, column: Column, heading: Heading) -> bool:
    for span in sheet.spans:
        if span.holds(row, column.number) and span.right > span.left:
            fields = {one.field for one in heading.columns if span.left <= one.number <= span.right}
            return len(fields) > 1
    return False


def _whole_row(
    sheet: Sheet,
    row: int,
    found: Mapping[str, Any],
    *,
    told: Mapping[int, Cell],
    heading: Heading,
    work: Work,
    since: int,
) -> None:
    """What must be there, and what cannot be true together."""

    def at(column: Column) -> str:
        return plain(told[column.number].value) if column.number in told else ""

    faulty = {one.field for one in work.problems[since:] if one.level == "error"}
    for name in _required():
        column = heading.column(name)
        if (
            found.get(name) or name in faulty or column is None
        ):  # a column that is not there at all was said once, of the sheet
            continue
        todo = Text(zh=f"请填写{LABELS[name].zh}。", en=f"Give the {LABELS[name].en.lower()}.")
        says = Text(
            zh=f"缺少{LABELS[name].zh}{_ARTICLE.get(name, '')}。",
            en=f"{LABELS[name].en} is missing.",
        )
        work.problem(sheet.name, row, column, "", says=says, todo=todo)
    online, end = found.get("online_date"), found.get("end_date")
    if online and end and end < online:
        where = heading.column("end_date")
        assert where is not None
        says = Text(
            zh=f"终止日期 {end} 早于上线日期 {online}。", en=f"The end date {end} is before the online date {online}."
        )
        work.problem(
            sheet.name, row, where, at(where), says=says, todo=Text(zh="请核对两个日期。", en="Check both dates.")
        )
    users, mau = found.get("users"), found.get("mau")
    if users is not None and mau is not None and mau > users:
        where = heading.column("mau")
        assert where is not None
        says = Text(
            zh=f"月活 {mau:,} 大于用户数 {users:,}。", en=f"{mau:,} active users are more than {users:,} users."
        )
        work.problem(sheet.name, row, where, at(where), says=says, todo=Text(zh="请核对单位。", en="Check the units."))


_ARTICLE: Final = {"department": "（第三条）", "responsible": "（第三条）"}

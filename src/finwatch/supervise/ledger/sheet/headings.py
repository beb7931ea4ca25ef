"""The heading of a sheet: which of its first rows it is, and which field each column stands for. Pure.

Institutions put titles above it, draw it in one row or two, merge its cells and add units; ``columns.toml`` holds the
words. A column that is not known keeps its heading and its values: nothing of a sheet is thrown away.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from finwatch.supervise.ledger.entry import COLUMNS, LABELS
from finwatch.supervise.ledger.sheet import days, values
from finwatch.supervise.ledger.sheet.book import Cell, Sheet, Value
from finwatch.supervise.ledger.sheet.words import Around, bare, plain

_SEARCHED: Final = 40
"""Rows in which a heading is looked for."""
_LONG: Final = 40
"""A heading is shorter than this."""
_UNIT: Final = re.compile(r"[(\[【（单位：:/]\s*(千|万|十万|百万|千万|亿)\s*(?:人|户|个|元|次|名|位)?")
_FACTORS: Final = {"千": 1_000, "万": 10_000, "十万": 100_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}
_UNLIKE: Final = {
    "day": (
        "结果",
        "报告",
        "编号",
        "结论",
        "机构",
        "人员",
        "是否",
        "次数",
        "频率",
        "金额",
        "附件",
        "版本",
        "方案",
        "等级",
    ),
    "whole": ("增长", "占比", "比例", "率", "同比", "环比", "说明", "目标"),
    "text": ("邮箱", "邮件", "职务", "部门", "工号", "身份证", "电话", "手机", "日期", "时间", "是否"),
}
"""Words that tell another column where only a part of the heading is known."""
Reader = Callable[[Value, Around], Any]
READERS: Final[dict[str, Reader]] = {
    "text": values.text,
    "day": days.day,
    "past": days.past,
    "whole": values.whole,
    "decimal": values.decimal,
    "flag": values.flag,
    "phone": values.phone,
    "identifier": values.identifier,
    "fingerprint": values.fingerprint,
    "version": values.version,
    "level": values.level,
    "list": values.many,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """How the column of a field is told and read."""

    field: str
    kind: str
    same: frozenset[str]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet; ``field`` is ``None`` where its heading is not known."""

    number: int
    heading: str
    field: str | None
    factor: int = 1


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a sheet's heading stands, and its columns."""

    top: int
    bottom: int
    columns: tuple[Column, ...]

    def column(self, field: str) -> Column | None:
        """The column of a field."""
        return next((one for one in self.columns if one.field == field), None)


@functools.cache
def rules() -> dict[str, Rule]:
    """The rules of ``columns.toml`` with the form's own labels, by field."""
    read = tomllib.loads((resources.files(__package__) / "columns.toml").read_text("utf-8"))
    assert set(read) == set(COLUMNS), "columns.toml and the form name the same fields"
    made = {}
    for name, given in read.items():
        label = LABELS[name]
        same = frozenset(map(_bare, [label.zh, label.en, *given.get("same", ())]))
        made[name] = Rule(name, given["kind"], same, tuple(map(bare, given.get("parts", ()))))
    return made


def reader(field: str) -> Reader:
    """How a value of ``field`` is read."""
    kind = rules()[field].kind
    if kind in {"choice", "choices"}:
        return (values.choice if kind == "choice" else values.choices)(field)
    return READERS[kind]


def field_of(heading: str, *, exact: bool = False) -> str | None:
    """The field that a heading stands for, by its whole or (unless ``exact``) by a part; ``None`` when not known."""
    said = _bare(heading)
    if not said or len(said) > _LONG:
        return None
    for rule in rules().values():
        if said in rule.same:
            return rule.field
    if exact:
        return None
    found: tuple[int, str] | None = None
    for rule in rules().values():
        for part in rule.parts:
            if part in said and (found is None or len(part) > found[0]) and not _unlike(rule, said, part):
                found = len(part), rule.field
    return found[1] if found else None


def _unlike(rule: Rule, said: str, part: str) -> bool:
    kind = {"past": "day", "decimal": "whole"}.get(rule.kind, rule.kind)
    return any(word in said and word not in part for word in _UNLIKE.get(kind, ()))


def find(sheet: Sheet) -> Heading | None:
    """The heading that knows most columns; ``None`` where no row names the app and two more fields."""
    best: Heading | None = None
    for row in range(1, min(sheet.rows, _SEARCHED) + 1):
        for depth in (1, 2):
            made = _heading(sheet, row, row + depth - 1)
            if made is not None and (best is None or _known(made) > _known(best)):
                best = made
    return best


def _known(heading: Heading) -> int:
    return sum(one.field is not None for one in heading.columns)


def _heading(sheet: Sheet, top: int, bottom: int) -> Heading | None:
    if bottom > sheet.rows or (bottom > top and not _belongs(sheet, top, bottom)):
        return None
    columns: list[Column] = []
    taken: set[str] = set()
    group = ""
    for number in range(1, sheet.columns + 1):
        cells = [sheet.cells.get((row, number)) for row in range(top, bottom + 1)]
        upper = _said(cells[0])
        lower = _said(cells[-1]) if bottom > top and cells[-1] is not cells[0] else ""
        group = upper or (group if lower else "")
        said = _joined(group, lower) if bottom > top else upper
        if not said:
            continue
        field = _field(group, lower) if bottom > top else field_of(upper)
        field = None if field in taken else field
        taken.add(field or "")
        columns.append(Column(number, said, field, _factor(said)))
    known = [one.field for one in columns if one.field]
    return Heading(top, bottom, tuple(columns)) if "name" in known and len(known) >= 3 else None


def _belongs(sheet: Sheet, top: int, bottom: int) -> bool:
    """Whether the lower row is part of the heading: its cells are headings, or span down from the upper row."""
    filled = sheet.line(bottom)
    above = [cell for _, cell in sheet.line(top)]
    if len({id(cell) for cell in above}) == 1:  # a title over the whole table
        return False
    own = [(column, cell) for column, cell in filled if sheet.cells.get((top, column)) is not cell]
    if not own:
        return False
    group = ""
    good = 0
    for column, cell in own:
        upper = sheet.cells.get((top, column))
        group = _said(upper) or group
        good += _field(group if upper is None or _wide(sheet, upper) else "", _said(cell)) is not None
    return good * 2 > len(own) and all(isinstance(cell.value, str) for _, cell in own)


def _wide(sheet: Sheet, cell: Cell) -> bool:
    return sheet.cells.get((cell.row, cell.column + 1)) in {cell, None}


def _field(upper: str, lower: str) -> str | None:
    if not lower:
        return field_of(upper)
    return field_of(upper + lower, exact=True) or field_of(lower) or field_of(upper + lower)


def _joined(upper: str, lower: str) -> str:
    return f"{upper} / {lower}" if upper and lower else upper or lower


def _said(cell: Cell | None) -> str:
    return plain(cell.value) if cell is not None and isinstance(cell.value, str) else ""


def _factor(heading: str) -> int:
    found = _UNIT.search(unicodedata.normalize("NFKC", heading))
    return _FACTORS[found[1]] if found else 1


def _bare(heading: str) -> str:
    """A heading without spaces, marks, and brackets with what stands in them."""
    said = re.sub(r"\([^()]*\)|【[^【】]*】|\[[^\[\]]*\]|<[^<>]*>|《|》", "", unicodedata.normalize("NFKC", heading))
    return re.sub(r"[\s:*/、·_。.?!#-]|单位[:：]?[千万百十亿]+[人户个]?|^\d+[.、)]|[①-⑳]", "", said).lower()

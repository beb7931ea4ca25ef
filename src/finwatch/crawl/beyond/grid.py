"""A table as a grid, and the grid as rows of a notice: two header rows, merged cells, headings between rows. Pure.

What comes in: cells with the place each was read from, the same cell in every place that it spans. What goes out:
``NoticeRow`` for each row that names an app or a party, and a ``NoticeFault`` for each part that did not become one.
A row is taken whole or not at all.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from finwatch.model.web import CellAt, NoticeFault, NoticeRow, WebAt

NAMES: Final = ("app", "developer")
"""A row needs one of them: whom it is about."""
_LONG: Final = 40
"""A heading is shorter than this."""


@dataclass(frozen=True, slots=True)
class Where:
    """A table of a captured document."""

    url: str
    capture: str | None
    table: str

    def at(self, row: int, column: int) -> CellAt:
        """The place of one of its cells."""
        return CellAt(url=self.url, capture=self.capture, table=self.table, row=row, column=column)


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell and where it was read; a merged cell is the same object in every place it spans."""

    text: str
    at: WebAt


Grid = Sequence[Sequence[Cell | None]]
"""Rows of cells; ``None`` where the document has no cell."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a table gave; ``columns`` is ``None`` when it has no heading that is known."""

    rows: tuple[NoticeRow, ...]
    faults: tuple[NoticeFault, ...]
    columns: dict[int, str] | None


@functools.cache
def _words() -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    text = (resources.files("finwatch.crawl.beyond") / "headers.toml").read_text("utf-8")
    fields = tomllib.loads(text)["field"]
    same = {_bare(word): name for name, rule in fields.items() for word in rule["same"]}
    parts = [(_bare(word), name) for name, rule in fields.items() for word in rule.get("parts", ())]
    return same, tuple(sorted(parts, key=lambda part: -len(part[0])))


def field_of(heading: str) -> str | None:
    """The field that a heading stands for; ``None`` when it is not known."""
    same, parts = _words()
    bare = _bare(heading)
    if not bare or len(bare) > _LONG:
        return None
    if bare in same:
        return same[bare]
    return next((name for word, name in parts if word in bare), None)


def rows_of(grid: Grid) -> Read:
    """The rows of a table below its heading, and what of it did not become one."""
    head = _head(grid)
    if head is None:
        return Read((), (), None)
    columns = head.columns
    rows: list[NoticeRow] = []
    faults: list[NoticeFault] = []
    section: str | None = None
    for line in grid[head.below :]:
        cells = {id(cell): cell for cell in line if cell is not None and cell.text}
        if not cells:
            continue
        if len(cells) == 1 and len(columns) > 1:
            only = next(iter(cells.values()))
            if all(cell is only for cell in line):
                section = only.text
                faults.append(NoticeFault(at=only.at, reason="one cell in the row: taken as a heading", text=section))
                continue
        if _is_head(line, columns):
            continue
        made = _row(line, head, section)
        if isinstance(made, NoticeRow):
            rows.append(made)
        else:
            faults.append(made)
    return Read(tuple(rows), tuple(faults), columns)


def _row(line: Sequence[Cell | None], head: _Head, section: str | None) -> NoticeRow | NoticeFault:
    filled = [(index, cell) for index, cell in enumerate(line) if cell is not None and cell.text]
    text = " | ".join(dict.fromkeys(cell.text for _, cell in filled))
    place = filled[0][1].at
    columns = head.columns
    beyond = [cell for index, cell in filled if index >= head.width]
    if beyond:
        return NoticeFault(at=beyond[0].at, reason="the row has more cells than the heading has columns", text=text)
    values: dict[str, str] = {}
    places: dict[str, WebAt] = {}
    across = [name for name in NAMES if name in columns.values()]
    for index, name in sorted(columns.items()):
        cell = line[index] if index < len(line) else None
        if cell is None or not cell.text:
            continue
        shared = [
            other for other, field in columns.items() if other < len(line) and line[other] is cell and field != name
        ]
        if shared and name in NAMES:
            return NoticeFault(at=cell.at, reason="one cell spans columns of different meaning", text=text)
        values.setdefault(name, cell.text)
        places.setdefault(name, cell.at)
    if not any(values.get(name) for name in across):
        wanted = " or ".join(across)
        return NoticeFault(at=place, reason=f"the row has no {wanted}: whom it is about cannot be told", text=text)
    return NoticeRow(**values, section=section, at=places)


@dataclass(frozen=True, slots=True)
class _Head:
    """The heading of a table."""

    below: int
    """Number of the first row below it."""
    columns: dict[int, str]
    width: int
    """How many columns it has, the unknown ones too."""


def _head(grid: Grid) -> _Head | None:
    """The heading, of one row or two, among the first rows; ``None`` when there is none that is known."""
    for number, line in enumerate(grid[:20]):
        lines = [line]
        columns = _columns(lines)
        if number + 1 < len(grid) and any(line):
            below = grid[number + 1]
            two = _columns([line, below])
            if _all_headings(below, line) and len(set(two.values())) >= len(set(columns.values())):
                lines, columns = [line, below], two
        known = set(columns.values())
        if len(known) >= 2 and known & set(NAMES):
            width = max(index + 1 for one in lines for index, cell in enumerate(one) if cell is not None)
            return _Head(number + len(lines), columns, width)
    return None


def _columns(lines: Sequence[Sequence[Cell | None]]) -> dict[int, str]:
    """Column → field. Of two heading rows the lower one counts where it says more than the upper."""
    columns: dict[int, str] = {}
    for index in range(max(len(line) for line in lines)):
        cells = [line[index] for line in lines if index < len(line)]
        names = [field_of(cell.text) for cell in cells if cell is not None]
        known = [name for name in names if name is not None]
        if known and known[-1] not in columns.values():
            columns[index] = known[-1]
    return columns


def _all_headings(line: Sequence[Cell | None], above: Sequence[Cell | None]) -> bool:
    """Whether a row below a heading is part of it: each cell is a known heading or spans down from above."""
    filled = [(index, cell) for index, cell in enumerate(line) if cell is not None and cell.text]
    return bool(filled) and all(
        field_of(cell.text) is not None or (index < len(above) and above[index] is cell) for index, cell in filled
    )


def _is_head(line: Sequence[Cell | None], columns: dict[int, str]) -> bool:
    """Whether a heading is repeated, as tables do that go over pages."""
    same = [
        field_of(cell.text) == name
        for index, name in columns.items()
        if index < len(line) and (cell := line[index]) is not None and cell.text
    ]
    return len(same) >= 2 and all(same)


def _bare(heading: str) -> str:
    """A heading without spaces, brackets and what stands in them, in one form of letters (UAX #15 NFKC)."""
    plain = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"[\s:*/、·]|\([^()]*\)|【[^【】]*】|\[[^\[\]]*\]", "", plain)

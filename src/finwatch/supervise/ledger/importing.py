"""The import of a sheet as a machine: handed in, read by the system, corrected, confirmed: all of it or nothing.

Only the system writes what it read (``read``), so that what is confirmed is what stands in the file and the person's
corrections. The confirmation opens and updates every entry in the one transaction of the desk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldChange, FieldProblem
from finwatch.store.case import CaseFilter
from finwatch.supervise.form import Form, field
from finwatch.supervise.ledger.entry import COLUMNS, LedgerEntry, subject_of
from finwatch.supervise.ledger.keeping import ALIVE, ENTRY
from finwatch.supervise.ledger.proof import OWNER, SHA256, owner_of, problem
from finwatch.supervise.ledger.sheet.result import SheetReading
from finwatch.supervise.machine import Arc, Change, FollowUp, Look, Machine, Occasion, State

IMPORT: Final = "ledger_import"
WRITE: Final = Permission.LEDGER_WRITE
MOST: Final = 2_000
"""Rows of one import: its confirmation is one transaction."""
PAGE: Final = 20_000
"""Entries of one institution that are compared."""


class Correction(Form):
    """What a person typed in place of a cell."""

    place: str | None = field("单元格", "Cell", required=True, max_length=300)
    value: str | None = field("更正为", "Corrected to", max_length=4_000)


class TakenRow(Form):
    """A row that was read: where it stands, by what it is known, and its fields."""

    sheet: str | None = field("工作表", "Sheet", required=True)
    row: int = field("行", "Row", required=True, default=0)
    key: str | None = field("识别键", "Key", required=True)
    values: dict[str, Any] = field("内容", "Values", default={})


class ImportForm(Form):
    """A file, what it says, and what people corrected."""

    file: str | None = field("文件名", "File", required=True, max_length=300)
    sha256: str | None = field("文件SHA-256", "SHA-256", required=True, widget="file", pattern=SHA256)
    corrections: tuple[Correction, ...] = field("更正", "Corrections", default=(), private=True)
    errors: int = field("错误数", "Errors", default=0)
    rows: int = field("行数", "Rows", default=0)
    taken: tuple[TakenRow, ...] = field("读出的行", "Rows read", default=(), private=True)
    new: int | None = field("新增", "New")
    changed: int | None = field("更新", "Changed")
    same: int | None = field("未变", "Unchanged")


class Confirmation(Form):
    """What the person saw: a digest of the differences; empty = they did not look."""

    seen: str | None = field("所见差异摘要", "Digest of the differences seen", max_length=64)


@dataclass(frozen=True, slots=True)
class Difference:
    """What confirming would do with one row."""

    sheet: str
    row: int
    name: str
    key: str
    what: Literal["new", "changed", "same", "ended"]
    case: int | None = None
    changes: tuple[FieldChange, ...] = ()


def taken_rows(reading: SheetReading) -> list[dict[str, Any]]:
    """The rows of a reading without errors as the form keeps them: every column of the sheet has its field.

    An empty cell empties its field; fields that the sheet has no column for are left as they are.
    """
    columns = {layout.name: set(layout.columns.values()) for layout in reading.sheets}
    rows = []
    for row in reading.rows:
        values = {name: row.values.get(name, _blank(name)) for name in COLUMNS if name in columns[row.sheet]}
        rows.append({"sheet": row.sheet, "row": row.row, "key": row.key, "values": {**values, **row.values}})
    return rows


def _blank(name: str) -> Any:
    default = LedgerEntry.model_fields[name].default
    return list(default) if isinstance(default, tuple) else default


def compare(taken: Sequence[Mapping[str, Any]], entries: Sequence[Case]) -> tuple[Difference, ...]:
    """What each row would change, beside the entries as they stand."""
    known: dict[str, Case] = {}
    for case in entries:
        if case.subject and (case.subject not in known or known[case.subject].closed):
            known[case.subject] = case
    found = []
    for row in taken:
        there = known.get(subject_of(row["key"]))
        name = str(row["values"].get("name") or "")
        at = {"sheet": row["sheet"], "row": row["row"], "name": name, "key": row["key"]}
        if there is None or there.state in {"refused", "withdrawn"}:
            found.append(Difference(**at, what="new"))
        elif there.state not in ALIVE:
            found.append(Difference(**at, what="ended", case=there.id))
        else:
            changes = tuple(
                FieldChange(field=name, before=there.form.get(name), after=value)
                for name, value in row["values"].items()
                if (there.form.get(name) or None) != (value or None) or (value == 0) != (there.form.get(name) == 0)
            )
            found.append(Difference(**at, what="changed" if changes else "same", case=there.id, changes=changes))
    return tuple(found)


def missing(taken: Sequence[Mapping[str, Any]], entries: Sequence[Case]) -> tuple[Case, ...]:
    """Entries in use that the file has no row for."""
    told = {subject_of(row["key"]) for row in taken}
    return tuple(case for case in entries if case.state in ALIVE and case.subject not in told)


def digest(differences: Sequence[Difference]) -> str:
    """A digest of what confirming would do: it changes when the ledger changed since somebody looked."""
    told = hashlib.sha256()
    for one in differences:
        told.update(f"{one.sheet}\0{one.row}\0{one.key}\0{one.what}\0{one.case}\0{one.changes!r}\n".encode())
    return told.hexdigest()[:16]


def _entries(look: Look, owner: str) -> tuple[Case, ...]:
    return look.cases(CaseFilter(machine=ENTRY, owner=owner), limit=PAGE)


def _differences(occasion: Occasion) -> tuple[Difference, ...]:
    return compare(occasion.form.get("taken") or (), _entries(occasion.look, occasion.case.owner))


def _file_there(occasion: Occasion) -> tuple[FieldProblem, ...]:
    told = occasion.form.get("sha256")
    if told and not occasion.look.knows_blob(told):
        return problem("sha256", "系统中没有这个文件：请先上传。", "There is no such file: upload it first.")
    return ()


def _handed_in(occasion: Occasion) -> Change:
    name = occasion.form.get("file") or ""
    return Change(title=name, add=owner_of(occasion), note={"sha256": occasion.form.get("sha256")})


def _was_read(occasion: Occasion) -> Change:
    return Change(state="faulty" if occasion.form["errors"] or not occasion.form.get("taken") else "ready")


def _may_confirm(occasion: Occasion) -> tuple[FieldProblem, ...]:
    if occasion.form["errors"]:
        return problem("errors", "仍有错误，一行也不会导入。", "There are errors left: no row is imported.")
    if len(occasion.form.get("taken") or ()) > MOST:
        return problem("rows", f"一次最多导入 {MOST} 行。", f"At most {MOST} rows at once.")
    differences = _differences(occasion)
    seen = occasion.note.get("seen")
    if seen and seen != digest(differences):
        return problem(
            "seen",
            "预览之后台账有了变化：请重新查看差异再确认。",
            "The ledger changed since you looked: look at the differences again.",
        )
    ended = [one for one in differences if one.what == "ended"]
    if ended:
        told = "、".join(f"{one.sheet} 第{one.row}行“{one.name}”" for one in ended[:5])
        return problem(
            "taken",
            f"这些应用在台账中已终止：{told}。请从文件中删除，或换用新的内部编号重新准入。",
            f"These entries have ended: {told}. Take them out of the file, or admit them anew under another number.",
        )
    return ()


def _confirmed(occasion: Occasion) -> Change:
    values = {(row["sheet"], row["row"]): row["values"] for row in occasion.form["taken"]}
    follow = []
    differences = _differences(occasion)
    for one in differences:
        told = values[one.sheet, one.row]
        place = f"{occasion.case.title}：{one.sheet} 第{one.row}行"
        if one.what == "new":
            follow.append(FollowUp(machine=ENTRY, arc="take_over", form=told, comment=place))
        elif one.what == "changed":
            follow.append(FollowUp(machine=ENTRY, arc="revise", case=one.case, form=told, comment=place))
    counts = {what: sum(one.what == what for one in differences) for what in ("new", "changed", "same")}
    return Change(form=counts, follow=tuple(follow), note={"digest": digest(differences)})


def _t(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


MACHINE: Final = Machine(
    id=IMPORT,
    name=_t("台账文件导入", "Import of a ledger's file"),
    form=ImportForm,
    basis=_t("金办发〔2024〕99号第二条：建立台账", "金办发〔2024〕99号, article 2: keep a ledger"),
    states=(
        State(id="handed_in", name=_t("待读取", "to be read")),
        State(id="faulty", name=_t("有错误", "has errors")),
        State(id="ready", name=_t("待确认", "to be confirmed")),
        State(id="imported", name=_t("已导入", "imported"), final=True),
        State(id="discarded", name=_t("已放弃", "discarded"), final=True),
    ),
    arcs=(
        Arc(
            id="hand_in",
            name=_t("交入文件", "Hand in a file"),
            sources=(),
            target="handed_in",
            permission=WRITE,
            fields=("file", "sha256"),
            guard=_file_there,
            effect=_handed_in,
        ),
        Arc(
            id="read",
            name=_t("读取", "Read"),
            sources=("handed_in", "faulty", "ready"),
            target="ready",
            also=("faulty",),
            permission=WRITE,
            fields=("errors", "rows", "taken"),
            automatic=True,
            effect=_was_read,
        ),
        Arc(
            id="correct",
            name=_t("更正单元格", "Correct cells"),
            sources=("faulty", "ready"),
            target="handed_in",
            permission=WRITE,
            parts=OWNER,
            fields=("corrections",),
        ),
        Arc(
            id="confirm",
            name=_t("确认导入", "Confirm"),
            sources=("ready",),
            target="imported",
            permission=WRITE,
            parts=OWNER,
            note=Confirmation,
            guard=_may_confirm,
            effect=_confirmed,
        ),
        Arc(
            id="discard",
            name=_t("放弃", "Discard"),
            sources=("handed_in", "faulty", "ready"),
            target="discarded",
            permission=WRITE,
            parts=OWNER,
        ),
    ),
)

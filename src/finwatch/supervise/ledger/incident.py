"""An incident as a machine: found, judged, reported where it is major, handled, closed; a major one demands an audit.

金办发〔2024〕99号, article 15, wants major incidents reported "in time" (及时) and names no hours: those stand in other
rules, which the institution enters itself. The clock here is a reminder and says so. Article 17: an audit at once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final, Literal

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import FieldProblem
from finwatch.supervise.form import Form, field
from finwatch.supervise.ledger.keeping import ENTRY
from finwatch.supervise.ledger.proof import OWNER, joined, not_yet, owner_of, problem, proof_field, unproven
from finwatch.supervise.machine import SAME, Arc, Change, FollowUp, Machine, Occasion, State

INCIDENT: Final = "ledger_incident"
WRITE, APPROVE = Permission.LEDGER_WRITE, Permission.LEDGER_APPROVE
KINDS: Final = (
    ("outage", Text(zh="服务中断", en="outage")),
    ("leak", Text(zh="数据或个人信息泄露", en="leak of data or personal information")),
    ("attack", Text(zh="网络攻击、篡改或勒索", en="attack, tampering or ransom")),
    ("counterfeit", Text(zh="仿冒应用", en="counterfeit app")),
    ("fraud", Text(zh="被用于诈骗", en="used for fraud")),
    ("other", Text(zh="其他", en="other")),
)
LEVELS: Final = (("ordinary", Text(zh="一般", en="ordinary")), ("major", Text(zh="重大", en="major")))
UNKNOWN_HOURS: Final = Text(
    zh="99号第十五条要求“及时”报告，没有写小时数；小时数由其他规定给出，请按本机构适用的规定填写。",
    en="Article 15 says “in time” and gives no hours; they stand in other rules. Enter those that bind you.",
)


class IncidentForm(Form):
    """What happened, to which entries, and what was done."""

    title: str | None = field("事件名称", "Title", required=True, max_length=200)
    kind: Literal["outage", "leak", "attack", "counterfeit", "fraud", "other"] | None = field(
        "事件类型", "Kind", required=True, options=KINDS
    )
    entries: tuple[int, ...] = field("涉及的台账条目（事项号）", "Entries (case numbers)", required=True, default=())
    happened: date | None = field("发生日期", "Happened on", required=True)
    found: str | None = field(
        "发现时间（年-月-日 时:分，北京时间）", "Found at (Beijing time)", pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d$"
    )
    what: str | None = field("经过与影响", "What happened", required=True, widget="text")
    people: int | None = field("影响人数", "People affected", ge=0)
    level: Literal["ordinary", "major"] | None = field("级别", "Level", options=LEVELS)
    report_hours: int | None = field("适用的报告时限（小时）", "Hours to report", ge=1, le=720, hint=UNKNOWN_HOURS)
    report_rule: str | None = field("时限依据", "Which rule sets the hours", max_length=300)
    reported: str | None = field("报告时间", "Reported at", max_length=40)


class Judged(Form):
    """How grave it is, and within how many hours it must be reported by which rule."""

    level: Literal["ordinary", "major"] | None = field("级别", "Level", required=True, options=LEVELS)
    report_hours: int | None = field("适用的报告时限（小时）", "Hours to report", ge=1, le=720, hint=UNKNOWN_HOURS)
    report_rule: str | None = field("时限依据", "Which rule sets the hours", max_length=300)


class Reported(Form):
    """That the authority was told."""

    on: date | None = field("报告日期", "Reported on", required=True)
    to: str | None = field("报告对象", "Reported to", required=True, max_length=200)
    proof: str | None = proof_field("报告或回执", "The report or its receipt")


class Handled(Form):
    """What was done about it."""

    on: date | None = field("处置完成日期", "Handled on", required=True)
    cause: str | None = field("原因", "Cause", required=True, widget="text")
    measures: str | None = field("处置与改进措施", "Measures", required=True, widget="text")
    people_told: str | None = field("告知受影响个人的情况", "How the people affected were told", widget="text")


def _its_own(occasion: Occasion) -> tuple[FieldProblem, ...]:
    for number in occasion.form.get("entries") or ():
        entry = occasion.look.case(number)
        if entry is None or entry.machine != ENTRY or entry.owner != occasion.case.owner:
            return problem("entries", f"{number} 不是本机构的台账条目。", f"{number} is no entry of your ledger.")
    happened = occasion.form.get("happened")
    if happened and date.fromisoformat(happened) > occasion.day:
        return problem("happened", "发生日期还没有到。", "This day has not come yet.")
    return ()


def _opened(occasion: Occasion) -> Change:
    return Change(
        title=occasion.form.get("title") or "",
        add=owner_of(occasion),
        due=occasion.look.due("ledger.incident", start=occasion.now),
        note={"clock": UNKNOWN_HOURS.zh},
    )


def _hours_with_rule(occasion: Occasion) -> tuple[FieldProblem, ...]:
    if occasion.note.get("report_hours") and not occasion.note.get("report_rule"):
        return problem("report_rule", "请写明小时数出自哪一规定。", "Say which rule sets the hours.")
    return ()


def _judged(occasion: Occasion) -> Change:
    note = occasion.note
    major = note["level"] == "major"
    form = {name: note.get(name) for name in ("level", "report_hours", "report_rule")}
    if not major:
        return Change(form=form, due=None)
    audit = FollowUp(
        machine="ledger_audit",
        arc="demand",
        owner=occasion.case.owner,
        form={
            "title": f"专项审计：{occasion.case.title}",
            "entries": list(occasion.form.get("entries") or ()),
            "scope": "金办发〔2024〕99号第十七条：发生重大风险事件后立即开展专项审计",
            "incident": occasion.case.id,
        },
    )
    return Change(form=form, follow=(audit,), state="to_report")


def _told(occasion: Occasion) -> tuple[FieldProblem, ...]:
    return joined(unproven(occasion, "proof"), not_yet(occasion, "on"))


def _reported(occasion: Occasion) -> Change:
    at = occasion.now.astimezone(UTC).isoformat(timespec="minutes")
    return Change(form={"reported": at}, due=None, note={"took_hours": _hours(occasion)})


def _hours(occasion: Occasion) -> float | None:
    """Hours from the opening of the case to the report, as the desk's clock has them."""
    opened = occasion.case.opened
    return round((occasion.now - opened).total_seconds() / 3600, 1) if isinstance(opened, datetime) else None


def _t(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


MACHINE: Final = Machine(
    id=INCIDENT,
    name=_t("移动应用事件", "Incident"),
    form=IncidentForm,
    basis=_t("金办发〔2024〕99号第九、十五、十七条", "金办发〔2024〕99号, articles 9, 15 and 17"),
    states=(
        State(id="found", name=_t("待定级", "to be judged")),
        State(id="to_report", name=_t("待报告", "to be reported")),
        State(id="handling", name=_t("处置中", "being handled")),
        State(id="handled", name=_t("待办结", "to be closed")),
        State(id="closed", name=_t("已办结", "closed"), final=True),
    ),
    arcs=(
        Arc(
            id="record",
            name=_t("登记事件", "Record"),
            sources=(),
            target="found",
            permission=WRITE,
            fields=("title", "kind", "entries", "happened", "found", "what", "people"),
            complete=True,
            guard=_its_own,
            effect=_opened,
        ),
        Arc(
            id="edit",
            name=_t("补充情况", "Add to it"),
            sources=("found", "to_report", "handling"),
            target=SAME,
            permission=WRITE,
            parts=OWNER,
            fields=("title", "entries", "happened", "found", "what", "people"),
            guard=_its_own,
            effect=lambda occasion: Change(title=occasion.form.get("title") or ""),
        ),
        Arc(
            id="judge",
            name=_t("定级", "Judge"),
            sources=("found",),
            target="handling",
            also=("to_report",),
            permission=APPROVE,
            parts=OWNER,
            note=Judged,
            guard=_hours_with_rule,
            effect=_judged,
        ),
        Arc(
            id="report",
            name=_t("登记已向监管报告", "Note the report"),
            sources=("to_report",),
            target="handling",
            permission=WRITE,
            parts=OWNER,
            note=Reported,
            guard=_told,
            effect=_reported,
        ),
        Arc(
            id="handle",
            name=_t("登记处置结果", "Note what was done"),
            sources=("handling",),
            target="handled",
            permission=WRITE,
            parts=OWNER,
            note=Handled,
            guard=lambda occasion: not_yet(occasion, "on"),
        ),
        Arc(
            id="reopen",
            name=_t("退回继续处置", "Send back"),
            sources=("handled",),
            target="handling",
            permission=APPROVE,
            parts=OWNER,
            comment="required",
        ),
        Arc(
            id="close",
            name=_t("办结", "Close"),
            sources=("handled",),
            target="closed",
            permission=APPROVE,
            parts=OWNER,
            four_eyes=("handle",),
        ),
    ),
)

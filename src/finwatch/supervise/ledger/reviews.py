"""Assessments, audits and drills as machines: planned, under way, reported, approved; done for many entries at once.

金办发〔2024〕99号, articles 17 (assessment at least yearly, audit at least every three years, a special audit at once
after a major event) and 15 (drills); 银发〔2019〕237号 §1 (external assessment). The approval writes its date into each
entry that it covered. What is due when follows from those dates (``duties.py``).
"""

from __future__ import annotations

from datetime import date
from typing import Final

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, Due, FieldProblem
from finwatch.supervise.form import Form, field
from finwatch.supervise.ledger.keeping import ENTRY
from finwatch.supervise.ledger.proof import OWNER, day_of, joined, not_yet, owner_of, problem, proof_field, unproven
from finwatch.supervise.machine import SAME, Arc, Change, Effect, FollowUp, Machine, Occasion, State

WRITE, APPROVE = Permission.LEDGER_WRITE, Permission.LEDGER_APPROVE
MOST: Final = 2_000
"""Entries in one review."""


class ReviewForm(Form):
    """What is reviewed, by when, and what came of it."""

    title: str | None = field("名称", "Title", required=True, max_length=200)
    entries: tuple[int, ...] = field("涉及的台账条目（事项号）", "Entries (case numbers)", required=True, default=())
    planned: date | None = field("计划完成日期", "Planned for", required=True)
    scope: str | None = field("范围与依据", "Scope", widget="text")
    incident: int | None = field("起因的事件（事项号）", "The incident behind it (case number)", ge=1)
    done_on: date | None = field("完成日期", "Done on")
    conclusion: str | None = field("结论", "Conclusion", widget="text")
    findings: int | None = field("发现问题数", "Findings", ge=0)
    report: str | None = field("报告", "Report", widget="file", pattern=r"^[0-9a-f]{64}$")


class Report(Form):
    """What the review found."""

    done_on: date | None = field("完成日期", "Done on", required=True)
    done_by: str | None = field("实施部门或机构", "Done by", required=True, max_length=200)
    conclusion: str | None = field("结论", "Conclusion", required=True, widget="text")
    findings: int | None = field("发现问题数", "Findings", required=True, ge=0)
    report: str | None = proof_field("报告", "Report")


def _covered(occasion: Occasion) -> list[Case | None]:
    return [occasion.look.case(number) for number in occasion.form.get("entries") or ()]


def _its_own(occasion: Occasion) -> tuple[FieldProblem, ...]:
    numbers = occasion.form.get("entries") or ()
    if not numbers:
        return problem("entries", "请选择至少一个台账条目。", "Choose at least one entry.")
    if len(numbers) > MOST:
        return problem("entries", f"一次最多 {MOST} 个条目。", f"At most {MOST} entries at once.")
    for number, entry in zip(numbers, _covered(occasion), strict=True):
        if entry is None or entry.machine != ENTRY or entry.owner != occasion.case.owner:
            return problem("entries", f"{number} 不是本机构的台账条目。", f"{number} is no entry of your ledger.")
    return ()


def _planned(rule: str) -> Effect:
    def plan(occasion: Occasion) -> Change:
        day = day_of(occasion.form.get("planned"))
        due = None
        if day is not None:
            days = max((day - occasion.day).days, 0)
            due = Due(day=day, start=occasion.day, days=days, kind="calendar", rule=rule)
        return Change(title=occasion.form.get("title") or "", add=owner_of(occasion), due=due)

    return plan


def _demanded(rule: str) -> Effect:
    def demand(occasion: Occasion) -> Change:
        due = occasion.look.due(rule, start=occasion.now)
        return Change(
            title=occasion.form.get("title") or "",
            add=owner_of(occasion),
            due=due,
            form={"planned": due.day.isoformat()},
        )

    return demand


def _report(occasion: Occasion) -> tuple[FieldProblem, ...]:
    return joined(unproven(occasion, "report"), not_yet(occasion, "done_on"))


def _reported(occasion: Occasion) -> Change:
    note = occasion.note
    return Change(form={name: note[name] for name in ("done_on", "conclusion", "findings", "report")})


def _approved(field_name: str) -> Effect:
    def approve(occasion: Occasion) -> Change:
        done = occasion.form["done_on"]
        follow = tuple(
            FollowUp(machine=ENTRY, arc="note_duty", case=entry.id, form={field_name: done})
            for entry in _covered(occasion)
            if entry is not None
            and entry.closed is None
            and (entry.form.get(field_name) or "") < done
            and entry.state not in {"proposed", "admission"}
        )
        return Change(follow=follow)

    return approve


def _t(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


_STATES: Final = (
    State(id="planned", name=_t("已计划", "planned")),
    State(id="under_way", name=_t("进行中", "under way")),
    State(id="reported", name=_t("待审定", "to be approved")),
    State(id="done", name=_t("已完成", "done"), final=True),
    State(id="called_off", name=_t("已取消", "called off"), final=True),
)


def _machine(review: str, name: Text, *, rule: str, writes: str, basis: Text, demanded: str | None = None) -> Machine:
    """A review that writes its date into the field ``writes``; ``demanded``: the clock of one that an event demands."""
    plan = _planned(rule)
    openings = [
        Arc(
            id="plan",
            name=_t("制定计划", "Plan"),
            sources=(),
            target="planned",
            permission=WRITE,
            fields=("title", "entries", "planned", "scope"),
            complete=True,
            guard=_its_own,
            effect=plan,
        )
    ]
    if demanded is not None:
        openings.append(
            Arc(
                id="demand",
                name=_t("因重大事件启动", "Demanded by a major event"),
                sources=(),
                target="planned",
                permission=WRITE,
                fields=("title", "entries", "scope", "incident"),
                automatic=True,
                effect=_demanded(demanded),
            )
        )
    return Machine(
        id=review,
        name=name,
        states=_STATES,
        form=ReviewForm,
        basis=basis,
        arcs=(
            *openings,
            Arc(
                id="replan",
                name=_t("调整计划", "Change the plan"),
                sources=("planned", "under_way"),
                target=SAME,
                permission=WRITE,
                parts=OWNER,
                comment="required",
                fields=("title", "entries", "planned", "scope"),
                guard=_its_own,
                effect=plan,
            ),
            Arc(
                id="start",
                name=_t("开始", "Start"),
                sources=("planned",),
                target="under_way",
                permission=WRITE,
                parts=OWNER,
            ),
            Arc(
                id="report",
                name=_t("提交报告", "Report"),
                sources=("under_way",),
                target="reported",
                permission=WRITE,
                parts=OWNER,
                note=Report,
                guard=_report,
                effect=_reported,
            ),
            Arc(
                id="approve",
                name=_t("审定", "Approve"),
                sources=("reported",),
                target="done",
                permission=APPROVE,
                parts=OWNER,
                four_eyes=("report",),
                effect=_approved(writes),
            ),
            Arc(
                id="send_back",
                name=_t("退回", "Send back"),
                sources=("reported",),
                target="under_way",
                permission=APPROVE,
                parts=OWNER,
                comment="required",
            ),
            Arc(
                id="call_off",
                name=_t("取消", "Call off"),
                sources=("planned", "under_way"),
                target="called_off",
                permission=APPROVE,
                parts=OWNER,
                comment="required",
            ),
        ),
    )


ASSESSMENT: Final = _machine(
    "ledger_assessment",
    _t("移动应用风险评估", "Risk assessment of apps"),
    rule="ledger.assessment",
    writes="last_assessment",
    basis=_t("金办发〔2024〕99号第十七条：每年至少一次", "金办发〔2024〕99号, article 17: at least yearly"),
)
AUDIT: Final = _machine(
    "ledger_audit",
    _t("移动应用审计", "Audit of apps"),
    rule="ledger.audit",
    writes="last_audit",
    basis=_t(
        "金办发〔2024〕99号第十七条：每三年至少一次；重大风险事件后立即专项审计",
        "金办发〔2024〕99号, article 17: at least every three years; a special audit at once after a major event",
    ),
    demanded="ledger.special_audit",
)
DRILL: Final = _machine(
    "ledger_drill",
    _t("应急演练", "Emergency drill"),
    rule="ledger.drill",
    writes="last_drill",
    basis=_t("金办发〔2024〕99号第十五条：定期", "金办发〔2024〕99号, article 15: regularly"),
)
EXTERNAL: Final = _machine(
    "ledger_external",
    _t("外部评估", "External assessment"),
    rule="ledger.external",
    writes="last_external",
    basis=_t("银发〔2019〕237号第一条：每年至少一次", "银发〔2019〕237号, §1: at least yearly"),
)
PI_AUDIT: Final = _machine(
    "ledger_pi_audit",
    _t("个人信息保护合规审计", "Personal-information compliance audit"),
    rule="ledger.pi_audit",
    writes="last_pi_audit",
    basis=_t(
        "个人信息保护合规审计管理办法：超过1000万人的每两年至少一次",
        "Measures on personal-information compliance audits: every two years above ten million people",
    ),
)
MACHINES: Final = (ASSESSMENT, AUDIT, DRILL, EXTERNAL, PI_AUDIT)

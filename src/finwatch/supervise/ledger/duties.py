"""What is due for each entry, out of the dates that the ledger holds: assessments, audits, drills, contracts. Pure.

A date that nobody recorded is said to be missing: it is neither overdue nor kept. Which text sets a period stands in
``catalog/data/clocks.toml``; of a drill and an incident's report the circular names none, and the clock says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from finwatch.model.base import Model, Text
from finwatch.model.case import Case, Due
from finwatch.model.clock import Clock, WorkingCalendar
from finwatch.supervise import clock as clocks
from finwatch.supervise.ledger.keeping import ALIVE
from finwatch.supervise.ledger.proof import day_of

SOON: Final = timedelta(days=60)
"""From when on a duty is shown as coming."""
MANY_PEOPLE: Final = 10_000_000
"""Above it, a personal-information audit every two years."""


class DutyKind(StrEnum):
    """What has to be done again and again."""

    ASSESSMENT = "assessment"
    AUDIT = "audit"
    EXTERNAL = "external"
    DRILL = "drill"
    PI_AUDIT = "pi_audit"
    CONTRACT = "contract"


class Standing(StrEnum):
    """How a duty stands on a day."""

    OVERDUE = "overdue"
    SOON = "soon"
    FINE = "fine"
    NO_RECORD = "no_record"
    UNSURE = "unsure"
    """Whether it applies cannot be told from the ledger."""


NAMES: Final = {
    DutyKind.ASSESSMENT: Text(zh="风险评估", en="risk assessment"),
    DutyKind.AUDIT: Text(zh="审计", en="audit"),
    DutyKind.EXTERNAL: Text(zh="外部评估", en="external assessment"),
    DutyKind.DRILL: Text(zh="应急演练", en="drill"),
    DutyKind.PI_AUDIT: Text(zh="个人信息合规审计", en="personal-information audit"),
    DutyKind.CONTRACT: Text(zh="合同到期", en="contract ends"),
}
STANDINGS: Final = {
    Standing.OVERDUE: Text(zh="逾期", en="overdue"),
    Standing.SOON: Text(zh="即将到期", en="due soon"),
    Standing.FINE: Text(zh="未到期", en="not due"),
    Standing.NO_RECORD: Text(zh="无记录", en="no record"),
    Standing.UNSURE: Text(zh="无法判断是否适用", en="cannot be told"),
}
_RULES: Final = {
    DutyKind.ASSESSMENT: ("ledger.assessment", "last_assessment"),
    DutyKind.AUDIT: ("ledger.audit", "last_audit"),
    DutyKind.EXTERNAL: ("ledger.external", "last_external"),
    DutyKind.DRILL: ("ledger.drill", "last_drill"),
    DutyKind.PI_AUDIT: ("ledger.pi_audit", "last_pi_audit"),
}
_ORDER: Final = tuple(Standing)


class Duty(Model):
    """One duty of one entry."""

    entry: int
    name: str
    department: str
    responsible: str
    kind: DutyKind
    last: date | None
    due: date | None
    standing: Standing
    provisional: bool = False
    basis: str
    """The text that sets it."""
    why: Text | None = None
    """Of one that cannot be told: what the ledger would have to say."""


def duties_of(
    entries: Iterable[Case], *, today: date, rules: Mapping[str, Clock], calendar: WorkingCalendar
) -> tuple[Duty, ...]:
    """Every duty of every living entry, the most pressing first."""
    found = [
        duty
        for case in entries
        if case.state in ALIVE
        for duty in _duties(case, today=today, rules=rules, calendar=calendar)
    ]
    return tuple(sorted(found, key=lambda one: (_ORDER.index(one.standing), one.due or date.max, one.entry, one.kind)))


def counted(duties: Sequence[Duty]) -> dict[Standing, int]:
    """How many duties stand how."""
    return {standing: sum(one.standing is standing for one in duties) for standing in Standing}


def _duties(case: Case, *, today: date, rules: Mapping[str, Clock], calendar: WorkingCalendar) -> Iterable[Duty]:
    form = case.form
    for kind, (rule, field) in _RULES.items():
        applies = _applies(kind, form)
        if applies is False:
            continue
        last = day_of(form.get(field))
        due: Due | None = clocks.due(last, rules[rule], calendar) if last else None
        unsure = applies is None and last is None
        yield _duty(
            case,
            kind,
            last=last,
            due=due.day if due else None,
            standing=Standing.UNSURE if unsure else _standing(due.day if due else None, today),
            provisional=bool(due and due.provisional),
            basis=rules[rule].source,
            why=_UNSURE.get(kind) if unsure else None,
        )
    until = day_of(form.get("contract_until"))
    if until is not None:
        basis = "金办发〔2024〕99号第四、十四条：合作与外包以合同明确责任"
        yield _duty(case, DutyKind.CONTRACT, last=None, due=until, standing=_standing(until, today), basis=basis)


def _standing(due: date | None, today: date) -> Standing:
    if due is None:
        return Standing.NO_RECORD
    if due < today:
        return Standing.OVERDUE
    return Standing.SOON if due <= today + SOON else Standing.FINE


def _applies(kind: DutyKind, form: Mapping[str, Any]) -> bool | None:
    """Whether an entry has the duty; ``None`` = the ledger does not say."""
    if kind is DutyKind.EXTERNAL:
        said = {form.get("funds"), form.get("personal_information")}
        return True if "yes" in said else None if None in said else False
    if kind is DutyKind.PI_AUDIT:
        people = form.get("people")
        if people is not None:
            return bool(people > MANY_PEOPLE)
        if form.get("personal_information") == "no":
            return False
        return None if (form.get("users") or 0) > MANY_PEOPLE else False
    return True


_UNSURE: Final = {
    DutyKind.EXTERNAL: Text(
        zh="台账没有写明是否涉及资金交易、是否收集个人信息",
        en="the ledger does not say whether it moves funds or collects personal information",
    ),
    DutyKind.PI_AUDIT: Text(
        zh="用户数超过一千万，但台账没有写明涉及个人信息人数",
        en="it has over ten million users, and the ledger does not say of how many people it holds information",
    ),
}


def _duty(
    case: Case,
    kind: DutyKind,
    *,
    last: date | None,
    due: date | None,
    standing: Standing,
    basis: str,
    provisional: bool = False,
    why: Text | None = None,
) -> Duty:
    return Duty(
        entry=case.id,
        name=case.title,
        department=case.form.get("department") or "",
        responsible=case.form.get("responsible") or "",
        kind=kind,
        last=last,
        due=due,
        standing=standing,
        provisional=provisional,
        basis=basis,
        why=why,
    )

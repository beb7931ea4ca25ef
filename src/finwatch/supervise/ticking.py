"""What clocks do by themselves: count provisional dates anew, warn at 50 %, 20 % and 0 %, go the arcs of overdue cases.

What comes in: the desk and the time. What goes out: arcs gone as the system, and messages in the outbox, each known by
case, day and stage, so that a tick that is killed or repeated says nothing twice. Run daily, and by ``finwatch tick``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from finwatch.errors import Denied, InputError, Stale
from finwatch.model.access import EVERYTHING, Permission
from finwatch.model.base import Model, Text
from finwatch.model.case import Case, Message, Part
from finwatch.store.case import CaseFilter
from finwatch.supervise import clock
from finwatch.supervise.clock import Stage, day_in_china
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.machine import SAME, Arc, Change, Look, Machine, Occasion

RECOUNT: Final = "recount"
_PAGE: Final = 200
"""Cases that are read, and warned of in one transaction, at a time."""
WARNED: Final = {
    Stage.HALF: Text(zh="期限已过半", en="half of the time has passed"),
    Stage.FIFTH: Text(zh="期限仅剩五分之一", en="a fifth of the time is left"),
    Stage.LAST: Text(zh="今天是最后一天", en="today is the last day"),
    Stage.OVERDUE: Text(zh="期限已过", en="the deadline has passed"),
}


class Ticked(Model):
    """What a tick did."""

    clocks: int = 0
    """Cases whose clock runs."""
    recounted: int = 0
    warned: int = 0
    """Messages that were new."""
    overdue: int = 0
    """Arcs gone because a day had passed."""
    refused: int = 0
    """Arcs that a guard or another person's act kept from being gone; tried again at the next tick."""


def _recounted(occasion: Occasion) -> Change:
    due = occasion.case.due
    return Change() if due is None else Change(due=clock.recounted(due, occasion.look.calendar()))


def recount_arc(sources: tuple[str, ...], permission: Permission) -> Arc:
    """The arc by which a machine lets its provisional dates be counted anew."""
    name = Text(zh="重新计算期限", en="Count the deadline anew")
    return Arc(
        id=RECOUNT,
        name=name,
        sources=sources,
        target=SAME,
        permission=permission,
        automatic=True,
        effect=_recounted,
    )


def tick(desk: Desk, *, now: datetime) -> Ticked:
    """Does what is due at ``now``. Safe to repeat; raises ``StoreError`` when the store cannot be used."""
    counts = dict.fromkeys(Ticked.model_fields, 0)
    for cases in _pages(desk):
        counts["clocks"] += len(cases)
        standing = [_move(desk, case, now=now, counts=counts) for case in cases]
        counts["warned"] += _warn(desk, [case for case in standing if case.due is not None], now=now)
    counts["warned"] += _cohorts(desk, now=now)
    return Ticked(**counts)


def _cohorts(desk: Desk, *, now: datetime) -> int:
    """Reminders to the members of cohorts, whose dates are no clocks of cases."""
    from finwatch.supervise.register.reminding import remind  # noqa: PLC0415  (its machines take recount_arc from here)

    return remind(desk, now=now) if "cohort" in desk.machines else 0


def _pages(desk: Desk) -> Iterator[list[Case]]:
    """Every case whose clock runs, the most pressing first."""
    after = None
    while True:
        page = desk.store.cases.due(CaseFilter(open=True), scope=EVERYTHING, after=after, limit=_PAGE)
        yield [desk.store.cases.get(row.id, scope=EVERYTHING) for row in page.rows]
        after = page.next
        if after is None:
            return


def _move(desk: Desk, case: Case, *, now: datetime, counts: dict[str, int]) -> Case:
    """The case after what its clock brings about."""
    machine = desk.machine(case.machine)
    if case.due is None:
        return case
    with desk.looking() as look:
        changed = case.due.provisional and clock.recounted(case.due, look.calendar()) != case.due
    if changed:
        case = _go(desk, case, machine.arc(RECOUNT), counts=counts, what="recounted")
    if case.due is not None and case.due.paused is None and day_in_china(now) > case.due.day:
        arc = next((arc for arc in machine.arcs_from(case.state) if arc.on_overdue), None)
        case = _go(desk, case, arc, counts=counts, what="overdue")
    return case


def _go(desk: Desk, case: Case, arc: Arc | None, *, counts: dict[str, int], what: str) -> Case:
    if arc is None or case.state not in arc.sources:
        return case
    try:
        after = desk.go(SYSTEM, case.id, arc.id, version=case.version)
    except (Denied, InputError, Stale):
        counts["refused"] += 1
        return case
    counts[what] += 1
    return after


def _warn(desk: Desk, cases: list[Case], *, now: datetime) -> int:
    """Messages of the stages that the clocks have come to; those said before are not said again."""
    today = day_in_china(now)
    new = 0
    with desk.looking() as look:
        calendar = look.calendar()
        told = [
            (case, messages)
            for case in cases
            if case.due is not None
            and (stage := clock.stage(case.due, today, calendar)) in WARNED
            and (messages := _messages(desk.machine(case.machine), case, stage, look))
        ]
    if told:
        with desk.store.deciding(SYSTEM, now=now) as unit:
            for case, messages in told:
                new += unit.send(messages, case=case.id)
    return new


def _messages(machine: Machine, case: Case, stage: Stage, look: Look) -> tuple[Message, ...]:
    """To whose turn it is; when the day has passed, to everybody who decides in the case too."""
    assert case.due is not None
    turn = machine.state(case.state).turn
    parts = {turn} if turn is not None else {Part.OWNER}
    if Part.REGULATOR in parts or stage is Stage.OVERDUE:
        parts |= {Part.REGULATOR, Part.ASSOCIATION}
    says = WARNED[stage]
    provisional = Text(zh="（暂定）", en=" (provisional)") if case.due.provisional else Text(zh="", en="")
    name = case.number or case.title
    subject = Text(zh=f"{name}：{says.zh}", en=f"{name}: {says.en}")
    body = Text(
        zh=f"{machine.name.zh}“{case.title}”，{machine.state(case.state).name.zh}，期限{case.due.day}{provisional.zh}。",
        en=f"{machine.name.en} “{case.title}”, {machine.state(case.state).name.en}, "
        f"due {case.due.day}{provisional.en}.",
    )
    key = f"due:{case.id}:{case.due.day}:{stage}"
    found = []
    for party in case.parties:
        if party.part not in parts:
            continue
        to = party.organisation
        found.append(Message(channel="desk", to=to, subject=subject, body=body, key=f"{key}:{to}"))
        for address in _addresses(machine, case, party.part, party.organisation, look):
            found.append(Message(channel="mail", to=address, subject=subject, body=body, key=f"{key}:{address}"))
    return tuple(found)


def _addresses(machine: Machine, case: Case, part: Part, organisation: str, look: Look) -> tuple[str, ...]:
    """The people of an organisation who can do something now."""
    wanted = {
        arc.permission
        for arc in machine.arcs_from(case.state)
        if not arc.automatic and (not arc.parts or part in arc.parts)
    }
    return tuple(
        sorted({address for permission in sorted(wanted) for address in look.responsible(organisation, permission)})
    )

"""What cohorts remind of by themselves: the members of those that run, each stage of each step once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from finwatch.errors import NotFound
from finwatch.model.access import EVERYTHING, Organisation, OrganisationKind, Scope
from finwatch.model.case import Case
from finwatch.store import Store
from finwatch.store.case import CaseFilter
from finwatch.supervise.clock import day_in_china
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.machine import Look
from finwatch.supervise.register import progress
from finwatch.supervise.register.cohort import COHORT
from finwatch.supervise.register.progress import MemberProgress

_FILINGS: Final = ("institution", "filing")
_MANY: Final = 100_000


def remind(desk: Desk, *, now: datetime) -> int:
    """Puts what the members of running cohorts are to be told into the outbox; returns how much of it was new."""
    today, new = day_in_china(now), 0
    page = desk.store.cases.newest(CaseFilter(machine=COHORT, state="running"), scope=EVERYTHING, limit=500)
    for row in page.rows:
        with desk.store.deciding(SYSTEM, now=now) as unit:
            look = desk.look(unit)
            found = look.cases(CaseFilter(machine=COHORT, state="running", id=row.id))
            for cohort in found:
                lines = lines_of(cohort, look, today=today)
                told = progress.reminders(cohort, lines, look=look, today=today, calendar=look.calendar())
                new += unit.send(told, case=cohort.id)
    return new


def lines_of(cohort: Case, look: Look, *, today: date) -> tuple[MemberProgress, ...]:
    """How far each member of a cohort is."""
    known: dict[str, Organisation] = {one.id: one for one in look.organisations(OrganisationKind.INSTITUTION)}
    cases: list[Case] = []
    for member in cohort.form.get("members") or ():
        cases += look.cases(CaseFilter(machines=_FILINGS, owner=member["organisation"]), limit=_MANY)
    return progress.members(cohort.form, cases, known, today=today)


def shown(desk: Desk, number: int, *, scope: Scope, today: date) -> dict[str, Any]:
    """A cohort with its members' and its waves' progress. Raises ``NotFound`` when it is not in the scope."""
    cohort = cohort_of(desk.store, number, scope=scope)
    with desk.looking() as look:
        lines = lines_of(cohort, look, today=today)
    return {"cohort": cohort, "members": lines, "waves": progress.waves(lines)}


def cohort_of(store: Store, number: int, *, scope: Scope) -> Case:
    """The cohort, for whoever may see all of it. Raises ``NotFound``."""
    case = store.cases.get(number, scope=scope)
    if case.machine != COHORT:
        raise NotFound(f"Case {number} is no cohort.", zh=f"事项 {number} 不是试点批次。", todo="See /cohorts.")
    return case

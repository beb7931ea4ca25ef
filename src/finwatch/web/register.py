"""What the register shows beside its cases: how far the members of a cohort are, and who is late."""

from __future__ import annotations

from typing import Any

from finwatch.model.access import Actor
from finwatch.model.case import Case
from finwatch.supervise.clock import day_in_china
from finwatch.supervise.desk import Desk
from finwatch.supervise.register import reminding, words
from finwatch.supervise.register.cohort import COHORT, STEP_NAMES
from finwatch.web.cases import Beside


def besides(desk: Desk) -> dict[str, Beside]:
    """What is shown, by workflow."""

    def cohort(actor: Actor, case: Case) -> tuple[str, dict[str, Any]] | None:
        found = reminding.shown(desk, case.id, scope=actor.scope, today=day_in_china(desk.now()))
        late = sorted((one for one in found["members"] if one.overdue), key=lambda one: (-one.overdue, one.name))
        told = {"step_names": STEP_NAMES, "sectors": dict(words.SECTORS), "late": late}
        return "beside_cohort.html", {"members": found["members"], "waves": found["waves"], **told}

    return {COHORT: cohort}

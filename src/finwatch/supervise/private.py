"""Personal data in a case's form: for its owner; for others veiled, and opened only with a reason that is written down.

What comes in: a machine whose form marks fields ``private`` (``form.field``), a case of it, a reader. What goes out:
the case as this reader may see it. What is veiled reads as empty, also in what a step changed. It stays in the rows: a
reader with ``reporter:read`` may open it case by case, and the journal says who did, when and why (个人信息保护法,
article 51: access by authority, and records of it).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from finwatch.errors import FormError
from finwatch.model.access import Actor
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldProblem, Step
from finwatch.supervise.desk import Desk
from finwatch.supervise.form import Form
from finwatch.supervise.machine import Machine
from finwatch.supervise.rules import is_system

ACTION = "case:unveil"
"""The journal's word for opening what is veiled."""


def owns(actor: Actor, case: Case) -> bool:
    """Whether the case belongs to the actor's organisation, or to one below it."""
    return is_system(actor) or case.owner in (actor.organisation.id, *actor.scope.organisations)


def veiled_fields(machine: Machine, case: Case, actor: Actor) -> frozenset[str]:
    """The fields of the case's form that this reader does not see although something stands in them."""
    if owns(actor, case):
        return frozenset()
    return frozenset(name for name in _private(machine.form) if case.form.get(name) not in (None, "", [], ()))


def veiled(machine: Machine, case: Case, actor: Actor) -> Case:
    """The case as this reader may see it."""
    hidden = veiled_fields(machine, case, actor)
    if not hidden:
        return case
    return case.model_copy(update={"form": {**case.form, **dict.fromkeys(hidden)}})


def veiled_steps(machine: Machine, case: Case, steps: Iterable[Step], actor: Actor) -> tuple[Step, ...]:
    """What happened in the case, without what its private fields held before and after."""
    if owns(actor, case):
        return tuple(steps)
    of_form = _private(machine.form)
    return tuple(_veiled_step(machine, step, of_form) for step in steps)


def _veiled_step(machine: Machine, step: Step, of_form: frozenset[str]) -> Step:
    arc = machine.arc(step.arc)
    of_note = _private(arc.note) if arc is not None and arc.note is not None else frozenset()
    changes = tuple(
        one.model_copy(update={"before": None, "after": None}) if one.field.partition(".")[0] in of_form else one
        for one in step.changes
    )
    note = {name: None if name in of_note else value for name, value in step.note.items()}
    return step.model_copy(update={"changes": changes, "note": note})


def unveiled(desk: Desk, actor: Actor, number: int, *, reason: str) -> dict[str, Any]:
    """The private fields of a case in the actor's scope; that they were read, and why, is in the journal.

    Raises ``NotFound``, ``FormError`` without a reason. Whether the actor may (``reporter:read``) is the caller's to
    ask.
    """
    case = desk.store.cases.get(number, scope=actor.scope)
    if not reason.strip():
        says = Text(zh="请写明查看理由。", en="Say why you look.")
        raise FormError((FieldProblem(field="reason", says=says),))
    fields = sorted(_private(desk.machine(case.machine).form))
    with desk.store.deciding(actor, now=desk.now()) as unit:
        unit.journal(ACTION, f"case:{number}", {"reason": reason.strip(), "fields": fields})
    return {name: case.form.get(name) for name in fields}


def _private(form: type[Form]) -> frozenset[str]:
    return frozenset(one.name for one in form.shown() if one.private)

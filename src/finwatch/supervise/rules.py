"""The rules of the desk: who may go an arc, what a form must hold, what a case is afterwards. Pure.

What comes in: a machine, an arc, the actor, the case and its steps. What goes out: a refusal that names the rule or the
field, or the case as it will be; the desk (``desk.py``) writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from finwatch.errors import Denied, FormError, InputError, Stale
from finwatch.model.access import EVERYTHING, Actor, Organisation, OrganisationId, OrganisationKind, PersonId
from finwatch.model.base import Text
from finwatch.model.case import Case, Due, FieldChange, FieldProblem, Party, Step
from finwatch.supervise.machine import SAME, Arc, Change, Machine, Occasion, _Keep


def the_system(organisation: Organisation) -> Actor:
    """The actor of clocks, crawls and follow-ups: may go automatic arcs, and only those."""
    return Actor(
        person=PersonId("system"), name="Finwatch", organisation=organisation, scope=EVERYTHING, means="system"
    )


SYSTEM: Final = the_system(
    Organisation(id=OrganisationId("system"), kind=OrganisationKind.PUBLIC, name="Finwatch", region="")
)


def opening(machine: Machine, arc: str | None) -> Arc:
    """The arc that opens a case. Raises ``InputError`` when there is none of that name, or several."""
    openings = machine.openings()
    if arc is None and len(openings) == 1:
        return openings[0]
    for one in openings:
        if one.id == arc:
            return one
    raise InputError(
        f"{machine.id} is not opened by {arc!r}.",
        zh=f"不能以“{arc}”发起{machine.name.zh}。",
        todo=f"One of: {', '.join(one.id for one in openings)}.",
    )


def refusal(arc: Arc, actor: Actor, case: Case, steps: Sequence[Step]) -> Text | None:
    """Why this actor may not go this arc; ``None`` = they may."""
    if arc.automatic and is_system(actor):
        return None
    if arc.automatic:
        return Text(zh="该操作由系统自动执行。", en="This is done by the system alone.")
    if not actor.may(arc.permission):
        return Text(zh=f"您没有权限 {arc.permission}。", en=f"You were not given {arc.permission}.")
    if arc.parts and case.id:
        mine = {actor.organisation.id, *actor.scope.organisations}
        if not any(party.part in arc.parts and party.organisation in mine for party in case.parties):
            parts = ", ".join(arc.parts)
            return Text(zh=f"贵机构不是该事项的{parts}方。", en=f"Your organisation is not the {parts} of this case.")
    if any(step.arc in arc.four_eyes and step.person == actor.person for step in steps):
        return Text(zh="经办人与复核人不能是同一人。", en="Who did the step before may not do this one: four eyes.")
    return None


def allowed(arc: Arc, actor: Actor, case: Case, steps: Sequence[Step]) -> None:
    """Raises ``Denied`` with the reason when the actor may not go the arc."""
    why = refusal(arc, actor, case, steps)
    if why is not None:
        raise Denied(why.en, zh=why.zh, todo="Ask an administrator of your organisation.")


def is_system(actor: Actor) -> bool:
    """Whether it is the system that acts: a clock, a crawl, a follow-up."""
    return actor.means == "system" and actor.person == SYSTEM.person


def reaches(actor: Actor, owner: Organisation) -> bool:
    """Whether the actor may open a case that ``owner`` owns: their own, one below, or one in their region."""
    scope = actor.scope
    if scope.everything or owner.id == actor.organisation.id or owner.id in scope.organisations:
        return True
    return any(owner.region.startswith(region) for region in scope.regions)


def form_of(
    machine: Machine, arc: Arc, case: Case, form: Mapping[str, Any], note: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form as it will be and the note, both read and complete. Raises ``FormError``."""
    values, problems = machine.form.read(form)
    allowed = set(machine.form.model_fields) if arc.fields == "*" else set(arc.fields)
    problems += tuple(
        FieldProblem(field=name, says=Text(zh="此步骤不能修改该项。", en="This step may not change it."))
        for name in values
        if name not in allowed and values[name] != case.form.get(name)
    )
    stands = case.form if case.id else {k: v for k, v in machine.form.blank().items() if v not in (None, "", [], ())}
    merged = {**stands, **{name: value for name, value in values.items() if name in allowed}}
    if arc.complete:
        wrong = {problem.field for problem in problems}
        problems += tuple(problem for problem in machine.form.missing(merged) if problem.field not in wrong)
    told: dict[str, Any] = {}
    if arc.note is not None:
        given, wrong_note = arc.note.read(note)
        told = {**arc.note.blank(), **given}
        problems += wrong_note + arc.note.missing(told)
    elif note:
        problems += (FieldProblem(field=next(iter(note)), says=Text(zh="此步骤无此项。", en="Not asked for here.")),)
    if problems:
        raise FormError(problems)
    return merged, told


def asked(machine: Machine, arc: Arc, occasion: Occasion) -> Change:
    """What the guard allows and the effect says. Raises ``FormError``."""
    if arc.comment == "required" and not occasion.comment and not is_system(occasion.actor):
        says = Text(zh="请写明理由或意见。", en="Say why.")
        raise FormError((FieldProblem(field="comment", says=says),))
    problems = arc.guard(occasion)
    if problems:
        raise FormError(problems)
    change = arc.effect(occasion)
    if change.state is not None and change.state not in (arc.target, *arc.also):
        raise AssertionError(f"{machine.id}.{arc.id} may not lead to {change.state}")
    return change


def changed(machine: Machine, arc: Arc, *, occasion: Occasion, change: Change) -> Case:
    """The case after the arc."""
    before, values, now = occasion.case, occasion.form, occasion.now
    state = change.state or (before.state if arc.target == SAME else arc.target)
    due: Due | None = before.due if isinstance(change.due, _Keep) else change.due
    parties: list[Party] = [party for party in before.parties if party not in change.remove]
    parties += [party for party in change.add if party not in parties]
    parties.sort(key=lambda party: (party.part, party.organisation))
    final = machine.state(state).final
    return before.model_copy(
        update={
            "state": state,
            "version": before.version + 1,
            "form": {**values, **change.form},
            "title": before.title if change.title is None else change.title,
            "number": before.number if change.number is None else change.number,
            "subject": before.subject if change.subject is None else change.subject,
            "parent": before.parent if change.parent is None else change.parent,
            "parties": tuple(parties),
            "due": None if final else due,
            "changed": now,
            "closed": now if final else None,
        }
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """The fields that changed, by name."""
    names = sorted({*before, *after})
    return tuple(
        FieldChange(field=name, before=before.get(name), after=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def stale(machine: Machine, case: Case, steps: Sequence[Step], version: int) -> Stale:
    """Somebody was first: who, when, and what stands now."""
    last = steps[-1]
    state = machine.state(case.state).name
    return Stale(
        f"Case {case.id} is at version {case.version}, not {version}: {last.person_name} was first "
        f"({last.at:%Y-%m-%d %H:%M} UTC); it stands at {state.en} now.",
        zh=f"事项 {case.id} 已被{last.person_name}先行办理（{last.at:%Y-%m-%d %H:%M} UTC），现为“{state.zh}”。",
        todo="Look at it again and decide on what stands now.",
    )


def no_arc(machine: Machine, case: Case, arc: Arc | None, asked: str) -> InputError:
    """The arc does not lead out of this state; says which do."""
    state = machine.state(case.state).name
    ways = [one.id for one in machine.arcs_from(case.state)]
    name = arc.name if arc else Text(zh=asked, en=asked)
    return InputError(
        f"{machine.name.en}: from {state.en} there is no {name.en}.",
        zh=f"{machine.name.zh}：“{state.zh}”状态下不能“{name.zh}”。",
        todo=f"Possible: {', '.join(ways) or 'nothing, it is closed'}.",
    )

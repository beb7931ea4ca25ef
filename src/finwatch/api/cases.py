"""Cases over the API: lists under the actor's scope, one case with its history, opening, going an arc, bulk decisions.

One set of routes serves every workflow: what can be asked and done stands in the machines (``supervise``), which
``/machines`` lists with their states, arcs and fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from finwatch.api.acting import Needs, lacking, needs, signed_in
from finwatch.errors import Denied, FinwatchError, FormError, NotFound
from finwatch.model.access import Actor, Permission
from finwatch.model.base import Model, Text
from finwatch.model.case import Case, CasePage, FieldProblem, Step
from finwatch.store.case import CaseFilter
from finwatch.supervise.desk import Desk
from finwatch.supervise.form import FormField
from finwatch.supervise.machine import Arc, Machine
from finwatch.supervise.machines import machines
from finwatch.supervise.private import veiled, veiled_steps

Number = Annotated[int, Path(ge=1, lt=1 << 63, description="Number of the case")]
Reader = Annotated[Actor, Depends(needs(Permission.CASE_READ))]


class Walks(Needs):
    """The dependency of a route that goes an arc: the permission of the arc that its address names.

    An address that names none that there is (``machine_id``, ``arc_id`` of an opening, ``arc_id`` or ``arc`` of a case)
    is answered by the route. Part, four eyes and state are the desk's to ask, which knows the case.
    """

    def refusal(self, actor: Actor, path: Mapping[str, str]) -> Denied | None:
        """Why ``actor`` goes no such arc; ``None`` = they do, somewhere."""
        return super().refusal(actor, path) or lacking(actor, _asked(path))


def _asked(path: Mapping[str, str]) -> frozenset[Permission]:
    """The permissions of the arcs that an address may mean."""
    name = path.get("arc_id") or path.get("arc", "")
    if "machine_id" in path:
        machine = machines().get(path["machine_id"])
        arcs = machine.openings() if machine is not None else ()
    else:
        arcs = tuple(arc for machine in machines().values() if (arc := machine.arc(name)) is not None)
    return frozenset(arc.permission for arc in arcs if arc.id == name and not arc.automatic)


Anyone = Annotated[Actor, Depends(signed_in)]
"""Who is logged in: what is sent says which arc is meant, and the desk asks for its permission."""
Walker = Annotated[Actor, Depends(Walks())]
"""Who has the permission of the arc in the address."""
Bulk = Annotated[Actor, Depends(needs(Permission.CASE_BULK))]
MOST = 500
"""Cases in one bulk decision."""


class ArcView(Model):
    """Something that can be done."""

    id: str
    name: Text
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    permission: Permission
    comment: str
    fields: tuple[str, ...]
    note: tuple[FormField, ...]
    automatic: bool


class StateView(Model):
    """A state with its names."""

    id: str
    name: Text
    final: bool


class MachineView(Model):
    """A workflow: what can be where, what can be done, what is asked."""

    id: str
    name: Text
    basis: Text
    states: tuple[StateView, ...]
    arcs: tuple[ArcView, ...]
    form: tuple[FormField, ...]


class CaseView(Model):
    """A case, what happened in it, and what this reader can do now."""

    case: Case
    state: Text
    steps: tuple[Step, ...]
    possible: tuple[str, ...]


class CaseQuery(CaseFilter):
    """The filter of ``/cases`` with its page."""

    by: Annotated[str, Query(pattern="^(changed|due)$")] = "changed"
    after: str | None = None
    limit: Annotated[int, Query(ge=1, le=500)] = 50


class Opening(Model):
    """What opens a case."""

    machine: str
    arc: str | None = None
    owner: str | None = None
    """An organisation; default: the actor's own."""
    form: dict[str, Any] = Field(default={})
    note: dict[str, Any] = Field(default={})
    comment: str = ""
    attachments: tuple[str, ...] = ()


class Going(Model):
    """What goes an arc: ``version`` is the one the decision was made on."""

    version: int
    form: dict[str, Any] = Field(default={})
    note: dict[str, Any] = Field(default={})
    comment: str = ""
    attachments: tuple[str, ...] = ()


class Picked(Model):
    """A case as it was seen."""

    case: Annotated[int, Field(ge=1, lt=1 << 63)]
    version: int


class BulkDecision(Model):
    """One arc for many cases. ``preview`` says what would happen and writes nothing."""

    arc: str
    cases: Annotated[tuple[Picked, ...], Field(max_length=MOST)]
    comment: str = ""
    note: dict[str, Any] = Field(default={})
    preview: bool = True


class Decided(Model):
    """What became of one case of a bulk decision."""

    case: int
    state: str | None = None
    refused: Text | None = None
    problems: tuple[FieldProblem, ...] = ()


def routes(api: APIRouter, desk: Desk) -> None:
    """Adds the routes to ``api``."""
    _reading(api, desk)
    _deciding(api, desk)


def _reading(api: APIRouter, desk: Desk) -> None:
    @api.get("/machines", tags=["cases"])
    def workflows(actor: Reader) -> list[MachineView]:
        """Every workflow."""
        return [machine_view(machine) for machine in desk.machines.values()]

    @api.get("/cases", tags=["cases"])
    def cases(actor: Reader, query: Annotated[CaseQuery, Query()]) -> CasePage:
        """Cases that you may see, changed last first; `by=due`: the most pressing first."""
        where = CaseFilter.model_validate(query.model_dump(exclude={"by", "after", "limit"}))
        ask = desk.store.cases.due if query.by == "due" else desk.store.cases.newest
        return ask(where, scope=actor.scope, after=query.after, limit=query.limit)

    @api.get("/cases/{number}", tags=["cases"])
    def case(actor: Reader, number: Number) -> CaseView:
        """One case with its history."""
        found = desk.store.cases.get(number, scope=actor.scope)
        machine = desk.machine(found.machine)
        return CaseView(
            case=veiled(machine, found, actor),
            state=machine.state(found.state).name,
            steps=veiled_steps(machine, found, desk.store.cases.steps(number, scope=actor.scope), actor),
            possible=tuple(arc.id for arc in desk.possible(actor, found)),
        )


def _deciding(api: APIRouter, desk: Desk) -> None:
    @api.post("/cases", tags=["cases"], status_code=201)
    def open_case(actor: Anyone, asked: Opening) -> Case:
        """Opens a case."""
        owner = None if asked.owner is None else desk.store.accounts.organisation(asked.owner)
        if asked.owner is not None and owner is None:
            raise NotFound(f"There is no organisation {asked.owner!r}.", zh=f"没有机构 {asked.owner!r}。")
        made = desk.open(
            actor,
            asked.machine,
            arc=asked.arc,
            form=asked.form,
            note=asked.note,
            owner=owner,
            comment=asked.comment,
            attachments=asked.attachments,
        )
        return veiled(desk.machine(made.machine), made, actor)

    @api.post("/cases/bulk", tags=["cases"])
    def bulk(actor: Bulk, asked: BulkDecision) -> list[Decided]:
        """One decision for many cases, each in its own transaction; with `preview`, what it would do."""
        picked = [(one.case, one.version) for one in asked.cases]
        act = desk.preview if asked.preview else desk.go_many
        told = act(actor, picked, asked.arc, comment=asked.comment, note=asked.note)
        return [decided(number, result) for number, result in told]

    @api.post("/cases/{number}/arcs/{arc}", tags=["cases"])
    def go(actor: Walker, number: Number, arc: str, asked: Going) -> Case:
        """Goes an arc. 409 when somebody decided since `version`."""
        after = desk.go(
            actor,
            number,
            arc,
            version=asked.version,
            form=asked.form,
            note=asked.note,
            comment=asked.comment,
            attachments=asked.attachments,
        )
        return veiled(desk.machine(after.machine), after, actor)


def decided(number: int, result: Case | str | Exception) -> Decided:
    """One line of the answer to a bulk decision."""
    if isinstance(result, Case):
        return Decided(case=number, state=result.state)
    if isinstance(result, str):
        return Decided(case=number, state=result)
    if isinstance(result, FormError):
        return Decided(case=number, refused=Text(zh=result.zh, en=result.en), problems=result.problems)
    if isinstance(result, FinwatchError):
        return Decided(case=number, refused=Text(zh=result.zh, en=result.en))
    raise result


def machine_view(machine: Machine) -> MachineView:
    """A workflow as the API shows it."""
    return MachineView(
        id=machine.id,
        name=machine.name,
        basis=machine.basis,
        states=tuple(StateView(id=one.id, name=one.name, final=one.final) for one in machine.states),
        arcs=tuple(_arc(machine, arc) for arc in machine.arcs),
        form=machine.form.shown(),
    )


def _arc(machine: Machine, arc: Arc) -> ArcView:
    return ArcView(
        id=arc.id,
        name=arc.name,
        sources=arc.sources,
        targets=(arc.target, *arc.also),
        permission=arc.permission,
        comment=arc.comment,
        fields=tuple(machine.form.model_fields) if arc.fields == "*" else arc.fields,
        note=arc.note.shown() if arc.note else (),
        automatic=arc.automatic,
    )

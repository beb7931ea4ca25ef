"""Cases on pages: my desk, lists, one case with its history, and a form for each thing that can be done.

One set of pages serves every workflow: forms are drawn from the machine's fields (``supervise.form``). A refused form
comes back as it was typed, each problem at its field. Everything works without script.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from finwatch.api.bench import REVIEWERS
from finwatch.api.cases import MOST, Bulk, Reader, Walker, decided
from finwatch.errors import FormError, InputError, NotFound
from finwatch.model.access import Actor, Organisation, Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldProblem
from finwatch.store.case import CaseFilter
from finwatch.supervise.desk import Desk
from finwatch.supervise.form import FormField
from finwatch.supervise.machine import CHINA, Arc, Machine
from finwatch.supervise.private import veiled, veiled_fields, veiled_steps
from finwatch.web import query
from finwatch.web.language import chosen, translator
from finwatch.web.pages import Site, now
from finwatch.web.posted import Posted, posted

BLANK_ROWS = 2
"""Empty rows below those of a table in a form; more come with its button."""
PRESSING = timedelta(days=7)


Beside = Callable[[Actor, Case], tuple[str, dict[str, Any]] | None]
"""What a workflow shows on the page of its case: a template and what it needs, or nothing."""


def routes(pages: APIRouter, site: Site, desk: Desk, *, besides: Mapping[str, Beside] | None = None) -> None:
    """Adds the pages to ``pages``; ``besides`` by machine."""
    _lists(pages, site, desk)
    _single(pages, site, desk, besides or {})
    _forms(pages, site, desk)
    _many(pages, site, desk)


def _lists(pages: APIRouter, site: Site, desk: Desk) -> None:
    @pages.get("/desk")
    def my_desk(request: Request, actor: Reader) -> Response:
        until = (now().astimezone(CHINA) + PRESSING).date()
        pressing = desk.store.cases.due(CaseFilter(due_until=until, open=True), scope=actor.scope, limit=20)
        counted = desk.store.cases.all_counts(scope=actor.scope)
        counts = [
            (machine, [(machine.state(state), n) for state, n in sorted(counted[machine.id].items())])
            for machine in desk.machines.values()
            if machine.id in counted
        ]
        return site.render(
            request,
            "desk.html",
            section="/desk",
            actor=actor,
            pressing=pressing,
            counts=counts,
            openable=desk.openable(actor),
            machines=desk.machines,
            today=now().astimezone(CHINA).date(),
            messages=desk.store.outbox.newest(actor.organisation.id, limit=10),
        )

    @pages.get("/cases")
    def cases(request: Request, actor: Reader) -> Response:
        asked = query.fields(request)
        by = query.one_of(asked.pop("by", "changed"), ("changed", "due"), "by")
        where = _filter(asked)
        ask = desk.store.cases.due if by == "due" else desk.store.cases.newest
        page = ask(where, scope=actor.scope, after=asked.get("after"))
        machine = desk.machines.get(where.machine or "")
        return site.render(
            request,
            "cases.html",
            section="/cases",
            page=page,
            chosen={**dict.fromkeys(("q", "state", "machine")), **asked, "by": by},
            machine=machine,
            machines=desk.machines,
            today=now().astimezone(CHINA).date(),
            bulk=_bulk_arcs(actor, machine, where.state) if machine and where.state else [],
            **_options(request, site, desk, machine),
        )


def _single(pages: APIRouter, site: Site, desk: Desk, besides: Mapping[str, Beside]) -> None:
    @pages.get("/cases/{number:int}")
    def case(request: Request, actor: Reader, number: int) -> Response:
        found = desk.store.cases.get(number, scope=actor.scope)
        machine = desk.machine(found.machine)
        beside = besides[machine.id](actor, found) if machine.id in besides else None
        children = desk.store.cases.newest(CaseFilter(parent=number), scope=actor.scope, limit=20)
        return site.render(
            request,
            "case.html",
            section="/cases",
            case=veiled(machine, found, actor),
            veiled=veiled_fields(machine, found, actor),
            unveils=actor.may(Permission.REPORTER_READ),
            machine=machine,
            machines=desk.machines,
            state=machine.state(found.state),
            fields=machine.form.shown(),
            steps=veiled_steps(machine, found, desk.store.cases.steps(number, scope=actor.scope), actor),
            possible=desk.possible(actor, found),
            children=children,
            names=_names(desk, found),
            beside=beside[0] if beside else None,
            **(beside[1] if beside else {}),
            today=now().astimezone(CHINA).date(),
            reviewers=REVIEWERS,
        )


def _forms(pages: APIRouter, site: Site, desk: Desk) -> None:
    @pages.get("/cases/new/{machine_id}/{arc_id}")
    def blank(request: Request, actor: Walker, machine_id: str, arc_id: str) -> Response:
        machine, arc = _opening(desk, machine_id, arc_id)
        return _form(site, request, machine, arc, case=None)

    @pages.post("/cases/new/{machine_id}/{arc_id}")
    def opened(request: Request, actor: Walker, machine_id: str, arc_id: str) -> Response:
        machine, arc = _opening(desk, machine_id, arc_id)
        given = posted(request)
        if given.more:
            return _form(site, request, machine, arc, case=None, given=given)
        try:
            made = desk.open(
                actor,
                machine.id,
                arc=arc.id,
                form=given.form,
                note=given.note,
                owner=_owner(desk, given),
                comment=given.comment,
                attachments=given.attachments,
            )
        except FormError as error:
            return _form(site, request, machine, arc, case=None, given=given, problems=error.problems)
        return RedirectResponse(f"/cases/{made.id}", status_code=303)

    @pages.get("/cases/{number:int}/{arc_id}")
    def asked(request: Request, actor: Walker, number: int, arc_id: str) -> Response:
        case, machine, arc = desk.check(actor, number, arc_id)
        return _form(site, request, machine, arc, case=case)

    @pages.post("/cases/{number:int}/{arc_id}")
    def gone(request: Request, actor: Walker, number: int, arc_id: str) -> Response:
        given = posted(request)
        case, machine, arc = desk.check(actor, number, arc_id, version=given.version)
        if given.more:
            return _form(site, request, machine, arc, case=case, given=given)
        try:
            desk.go(
                actor,
                number,
                arc_id,
                version=given.version,
                form=given.form,
                note=given.note,
                comment=given.comment,
                attachments=given.attachments,
            )
        except FormError as error:
            return _form(site, request, machine, arc, case=case, given=given, problems=error.problems)
        return RedirectResponse(f"/cases/{number}", status_code=303)


def _many(pages: APIRouter, site: Site, desk: Desk) -> None:
    @pages.post("/cases/bulk")
    def bulk(request: Request, actor: Bulk) -> Response:
        given = posted(request)
        picked = [_picked(one) for one in given.picked][:MOST]
        arc_id = given.plain.get("arc", "")
        if not picked:
            raise InputError("No case was chosen.", zh="未选择任何事项。", todo="Go back and tick some.")
        doing = given.plain.get("do") == "yes"
        act: Callable[..., list[tuple[int, Any]]] = desk.go_many if doing else desk.preview
        told = [decided(number, result) for number, result in act(actor, picked, arc_id, comment=given.comment)]
        cases = {number: desk.store.cases.get(number, scope=actor.scope) for number, _ in picked}
        machine = desk.machine(next(iter(cases.values())).machine)
        return site.render(
            request,
            "cases_bulk.html",
            section="/cases",
            told=told,
            cases=cases,
            picked=given.picked,
            machine=machine,
            arc=machine.arc(arc_id),
            comment=given.comment,
            done=doing,
        )


# Parts of pages -----------------------------------------------------------------------------------------------------


def _form(
    site: Site,
    request: Request,
    machine: Machine,
    arc: Arc,
    *,
    case: Case | None,
    given: Posted | None = None,
    problems: tuple[FieldProblem, ...] = (),
) -> Response:
    """The form of an arc, empty, with what stands, or as it was typed."""
    names = set(machine.form.model_fields) if arc.fields == "*" else set(arc.fields)
    fields = [one for one in machine.form.shown() if one.name in names]
    note = arc.note.shown() if arc.note else ()
    asked = arc.note.blank() if arc.note else {}
    stands = dict(case.form) if case else machine.form.blank()
    typed = given.form if given else {}
    values = {one.name: _shown(one, typed, stands, given, "form") for one in fields}
    notes = {one.name: _shown(one, given.note if given else {}, asked, given, "note") for one in note}
    known = {*values, *notes, "comment"}
    return site.render(
        request,
        "case_form.html",
        section="/cases",
        status=422 if problems else 200,
        machine=machine,
        arc=arc,
        case=case,
        fields=fields,
        note=note,
        values=values,
        notes=notes,
        comment=given.comment if given else "",
        attachments=given.attachments if given else (),
        version=case.version if case else 0,
        owner=given.plain.get("owner", "") if given else "",
        problems={problem.field: problem.says for problem in problems},
        others=[problem for problem in problems if problem.field.split(".")[0] not in known],
    )


def _shown(
    one: FormField, typed: Mapping[str, Any], stands: Mapping[str, Any], given: Posted | None, prefix: str
) -> Any:
    """What a field shows: what was typed before what stands; a table with empty rows below."""
    if one.widget != "rows":
        value = typed.get(one.name, stands.get(one.name)) if given else stands.get(one.name)
        return "\n".join(value) if isinstance(value, list | tuple) and one.widget != "choices" else value
    rows = [dict(row) for row in stands.get(one.name) or ()]
    if given:
        rows = given.rows(one.name, prefix=prefix)
    blank = BLANK_ROWS + (5 if given and given.more == f"{prefix}:{one.name}" else 0)
    return [*rows, *({} for _ in range(blank))]


def _filter(asked: Mapping[str, str]) -> CaseFilter:
    known = {key: value for key, value in asked.items() if key in CaseFilter.model_fields}
    for name in ("open",):
        if name in known:
            query.one_of(known[name], ("true", "false"), name)
    try:
        return CaseFilter.model_validate(known)
    except ValueError as error:
        raise InputError(f"The filter does not fit: {error}.", zh="筛选条件无效。", todo="Clear the filter.") from error


def _opening(desk: Desk, machine_id: str, arc_id: str) -> tuple[Machine, Arc]:
    machine = desk.machine(machine_id)
    for arc in machine.openings():
        if arc.id == arc_id and not arc.automatic:
            return machine, arc
    raise NotFound(f"{machine_id} is not opened by {arc_id!r}.", zh="没有这种发起方式。", todo="See your desk.")


def _owner(desk: Desk, given: Posted) -> Organisation | None:
    asked = given.plain.get("owner", "").strip()
    if not asked:
        return None
    try:
        return desk.store.accounts.organisation(asked)
    except NotFound as error:
        raise FormError((FieldProblem(field="owner", says=Text(zh=error.zh, en=error.en)),)) from error


def _names(desk: Desk, case: Case) -> dict[str, str]:
    """The names of the organisations that take part."""
    wanted = {case.owner, *(party.organisation for party in case.parties)}
    return {one.id: one.name for one in desk.store.accounts.organisations(among=wanted)}


def _bulk_arcs(actor: Actor, machine: Machine, state: str) -> list[Arc]:
    """What can be decided for many cases at once: arcs that ask for no field but a comment."""
    if not actor.may(Permission.CASE_BULK) or state not in {one.id for one in machine.states}:
        return []
    return [
        arc
        for arc in machine.arcs_from(state)
        if not arc.automatic and not arc.fields and arc.note is None and actor.may(arc.permission)
    ]


def _picked(text: str) -> tuple[int, int]:
    """``17:3`` as (case, version)."""
    number, _, version = text.partition(":")
    try:
        return int(number), int(version)
    except ValueError as error:
        raise InputError(f"{text!r} is no case:version.", zh="所选事项无效。", todo="Choose from the list.") from error


def _options(request: Request, site: Site, desk: Desk, machine: Machine | None) -> dict[str, Any]:
    language = chosen(request, site.language)
    t = translator(language)
    states = machine.states if machine else ()
    return {
        "machine_options": [(one.id, one.name.in_language(language)) for one in desk.machines.values()],
        "state_options": [(one.id, one.name.in_language(language)) for one in states],
        "by_options": [("changed", t("cases.by_changed")), ("due", t("cases.by_due"))],
    }

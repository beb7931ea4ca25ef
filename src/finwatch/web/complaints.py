"""Complaints: the public's form and look-up, open to everybody; who reported, for those who may know."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from finwatch.access.secrets import Sealer
from finwatch.api.acting import needs, public
from finwatch.errors import FormError, NotFound
from finwatch.model.access import Actor, Permission
from finwatch.model.case import Case, FieldProblem
from finwatch.supervise.complaint import lodging
from finwatch.supervise.complaint.complaint import COMPLAINT, OPEN, REPORTED, alike
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.form import FormField
from finwatch.web.cases import Beside
from finwatch.web.pages import Site, now
from finwatch.web.posted import Posted, posted

Knows = Annotated[Actor, Depends(needs(Permission.REPORTER_READ))]


def routes(pages: APIRouter, site: Site, desk: Desk, sealer: Sealer) -> None:
    """Adds the pages to ``pages``."""
    _public(pages, site, desk, sealer)
    _handlers(pages, site, desk, sealer)


def _public(pages: APIRouter, site: Site, desk: Desk, sealer: Sealer) -> None:
    @pages.get("/complain", dependencies=[Depends(public)])
    def blank(request: Request) -> Response:
        lodging.handler(desk.store)
        return _form(site, request, desk, Posted())

    @pages.post("/complain", dependencies=[Depends(public)])
    def lodged(request: Request) -> Response:
        given = posted(request)
        try:
            case = lodging.lodge(desk, sealer, form=given.form, who=given.note)
        except FormError as error:
            return _form(site, request, desk, given, error.problems)
        return site.render(request, "complained.html", section="/complain", case=case)

    @pages.get("/complaint", dependencies=[Depends(public)])
    def asked(request: Request) -> Response:
        return site.render(request, "complaint.html", section="/complain", case=None, asked={}, missing=False)

    @pages.post("/complaint", dependencies=[Depends(public)])
    def looked_up(request: Request) -> Response:
        given = posted(request).plain
        try:
            case = lodging.looked_up(desk, sealer, number=given.get("number", ""), phone=given.get("phone", ""))
        except NotFound:
            return site.render(
                request, "complaint.html", section="/complain", status=404, case=None, asked=given, missing=True
            )
        main = _main(desk, case)
        return site.render(
            request,
            "complaint.html",
            section="/complain",
            case=case,
            machine=desk.machine(COMPLAINT),
            main=main,
            fields=_fields(desk),
            asked=given,
            missing=False,
        )


def _handlers(pages: APIRouter, site: Site, desk: Desk, sealer: Sealer) -> None:
    @pages.get("/cases/{number:int}/reporter")
    def why(request: Request, actor: Knows, number: int) -> Response:
        case = desk.store.cases.get(number, scope=actor.scope)
        return site.render(request, "reporter.html", section="/cases", case=case, who=None, problems={}, fields=())

    @pages.post("/cases/{number:int}/reporter")
    def who(request: Request, actor: Knows, number: int) -> Response:
        case = desk.store.cases.get(number, scope=actor.scope)
        given = posted(request).plain
        try:
            if given.get("erase"):
                lodging.forget(desk, actor, number, reason=given.get("reason", ""), now=now())
                found: dict[str, Any] = {}
            else:
                reason = given.get("reason", "")
                found = lodging.who_reported(desk, sealer, actor, number, reason=reason, now=now())
        except FormError as error:
            told = {one.field: one.says for one in error.problems}
            return site.render(
                request, "reporter.html", section="/cases", status=422, case=case, who=None, problems=told, fields=()
            )
        fields = lodging.ReporterForm.shown()
        return site.render(request, "reporter.html", section="/cases", case=case, who=found, problems={}, fields=fields)


def beside(desk: Desk) -> Beside:
    """On a complaint's page: others that may tell of the same thing, for who handles complaints."""

    def found(actor: Actor, case: Case) -> tuple[str, dict[str, Any]] | None:
        if not actor.may(Permission.COMPLAINT_HANDLE):
            return None
        knows = actor.may(Permission.REPORTER_READ)
        return "beside_complaint.html", {"similar": similar(desk, case), "knows": knows}

    return found


def similar(desk: Desk, case: Case) -> tuple[Case, ...]:
    """Open complaints that may tell of the same thing as ``case``: offered to the handler, joined by nobody else."""
    if case.state not in OPEN.states:
        return ()
    with desk.store.deciding(SYSTEM, now=now()) as unit:
        return alike(case, desk.look(unit).cases(OPEN))[:20]


def _main(desk: Desk, case: Case) -> Case | None:
    main = case.form.get("main")
    return desk.store.cases.get(main, scope=SYSTEM.scope) if isinstance(main, int) else None


def _fields(desk: Desk) -> list[FormField]:
    return [one for one in desk.machine(COMPLAINT).form.shown() if one.name in (*REPORTED, "result", "explanation")]


def _form(site: Site, request: Request, desk: Desk, given: Posted, problems: tuple[FieldProblem, ...] = ()) -> Response:
    fields = [one for one in desk.machine(COMPLAINT).form.shown() if one.name in REPORTED]
    values = {**{one.name: None for one in fields}, "kind": "app", **given.form}
    who = lodging.ReporterForm.shown()
    return site.render(
        request,
        "complain.html",
        section="/complain",
        status=422 if problems else 200,
        fields=fields,
        values=values,
        who=who,
        told={**{one.name: None for one in who}, **given.note},
        problems={problem.field: problem.says for problem in problems},
        names={one.name for one in who},
        limit=lodging.A_DAY,
    )

"""The reviewer's bench as a page: the form on the left, what was seen on the right, the letter below.

Everything is native controls and plain posts: tick what goes into the letter, edit it, send the filing back. The step
of the return arc keeps the letter's points and what each rests on. What was typed survives every refusal.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from finwatch.api.bench import Stage, examining, reviewing
from finwatch.errors import FormError, InputError, Stale
from finwatch.flow.bench import Bench
from finwatch.model.access import Actor
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldProblem
from finwatch.supervise.bench import Comparison, Standing, basis, points
from finwatch.supervise.desk import Desk
from finwatch.supervise.form import Form
from finwatch.supervise.machine import Arc
from finwatch.web.language import LANGUAGES, chosen
from finwatch.web.pages import Site
from finwatch.web.posted import Posted, posted

_AGAIN = 3
"""Seconds until the page that says "being examined" loads itself again: by the answer's header, so without script."""
Reviewer = Annotated[Actor, Depends(reviewing)]


def routes(pages: APIRouter, site: Site, desk: Desk, bench: Bench) -> None:
    """Adds the page. Before those of arcs: its address looks like one of theirs."""

    @pages.get("/cases/{number:int}/bench")
    def shown(request: Request, actor: Reviewer, number: int) -> Response:
        case = bench.case(number, scope=actor.scope)
        return _page(request, site, desk, bench, actor=actor, case=case)

    @pages.post("/cases/{number:int}/bench/examination")
    def asked(actor: Reviewer, number: int) -> Response:
        bench.ask(bench.case(number, scope=actor.scope))
        return RedirectResponse(f"/cases/{number}/bench/examination", status_code=303)

    @pages.get("/cases/{number:int}/bench/examination")
    def stands(request: Request, actor: Reviewer, number: int) -> Response:
        case = bench.case(number, scope=actor.scope)
        told = examining(bench, case)
        if told.stage in {Stage.NOT_ASKED, Stage.DONE}:
            return RedirectResponse(f"/cases/{number}/bench", status_code=303)
        by_itself = told.expected and request.query_params.get("still") != "1"
        machine = desk.machine(case.machine)
        page = site.render(
            request, "examining.html", section="/cases", case=case, machine=machine, told=told, by_itself=by_itself
        )
        if by_itself:
            page.headers["Refresh"] = f"{_AGAIN};url=/cases/{number}/bench/examination"
        return page

    @pages.post("/cases/{number:int}/bench")
    def written(request: Request, actor: Reviewer, number: int) -> Response:
        case = bench.case(number, scope=actor.scope)
        given = posted(request)
        if given.plain.get("do") != "send":
            return _page(request, site, desk, bench, actor=actor, case=case, given=given)
        try:
            _send(desk, bench, actor, case, given)
        except FormError as error:
            return _page(request, site, desk, bench, actor=actor, case=case, given=given, problems=error.problems)
        except (Stale, InputError) as error:
            told = (FieldProblem(field="", says=Text(zh=error.zh, en=f"{error.en} {error.todo}".strip())),)
            case = bench.case(number, scope=actor.scope)
            return _page(request, site, desk, bench, actor=actor, case=case, given=given, problems=told, status=409)
        return RedirectResponse(f"/cases/{number}", status_code=303)


def return_arcs(desk: Desk, actor: Actor, case: Case) -> tuple[Arc, ...]:
    """The arcs that the actor may go now and that take a letter."""
    return tuple(
        arc
        for arc in desk.possible(actor, case)
        if arc.note is not None and {"letter", "lines"} <= set(arc.note.model_fields)
    )


def _send(desk: Desk, bench: Bench, actor: Actor, case: Case, given: Posted) -> None:
    arcs = {arc.id: arc for arc in return_arcs(desk, actor, case)}
    arc = given.plain.get("arc", "")
    says = []
    if arc not in arcs:
        says.append(FieldProblem(field="arc", says=Text(zh="请选择退回方式。", en="Choose where it goes back to.")))
    sentences = [line.strip() for line in given.plain.get("letter", "").splitlines() if line.strip()]
    if not sentences:
        empty = Text(zh="函中没有任何意见。", en="The letter says nothing.")
        says.append(FieldProblem(field="letter", says=empty))
    if says:
        raise FormError(tuple(says))
    comparison = bench.compared(case)
    note: dict[str, Any] = {
        "letter": "\n".join(sentences),
        "lines": list(basis(comparison.picked(tuple(given.picked)))),
    }
    if comparison.package is not None and "package" in (arcs[arc].note or Form).model_fields:
        note["package"] = comparison.package
    version = given.plain.get("version", "")
    desk.go(
        actor,
        case.id,
        arc,
        version=int(version) if version.isdecimal() and len(version) < 10 else -1,
        note=note,
        comment=given.comment,
    )


def _page(
    request: Request,
    site: Site,
    desk: Desk,
    bench: Bench,
    *,
    actor: Actor,
    case: Case,
    given: Posted | None = None,
    problems: tuple[FieldProblem, ...] = (),
    status: int = 422,
) -> Response:
    """The bench as it stands; ``given`` = what was ticked and typed."""
    machine = desk.machine(case.machine)
    comparison = bench.compared(case)
    mismatches = [line for line in comparison.lines if line.mismatch]
    ticked = set(given.picked) if given else {line.key for line in mismatches}
    tongue = given.plain.get("tongue", "") if given else ""
    tongue = tongue if tongue in LANGUAGES else chosen(request, site.language)
    composing = given is not None and given.plain.get("do") == "compose"
    letter = given.plain.get("letter", "") if given else ""
    if composing:
        letter = "\n".join(points([line for line in mismatches if line.key in ticked], tongue))
    arcs = return_arcs(desk, actor, case)
    return site.render(
        request,
        "bench.html",
        section="/cases",
        status=status if problems else 200,
        case=case,
        machine=machine,
        fields=machine.form.shown(),
        groups=_groups(comparison),
        comparison=comparison,
        ticked=ticked,
        tongue=tongue,
        letter=letter,
        composed=given is not None,
        arcs=arcs,
        arc=given.plain.get("arc", "") if given else (arcs[0].id if arcs else ""),
        comment=given.comment if given else "",
        examinable=bench.examinable(case),
        examining=examining(bench, case),
        problems={problem.field: problem.says for problem in problems},
    )


def _groups(comparison: Comparison) -> list[tuple[str, list[Any], bool]]:
    """The lines in four heaps: key of the heading, lines, whether it is open."""
    lines = comparison.lines
    rest = [line for line in lines if not line.mismatch]
    return [
        ("mismatches", [line for line in lines if line.mismatch], True),
        ("unseen", [line for line in rest if line.standing is Standing.UNSEEN], True),
        ("undeclared", [line for line in rest if line.standing is Standing.UNDECLARED], False),
        ("agrees", [line for line in rest if line.standing is Standing.AGREES], False),
    ]

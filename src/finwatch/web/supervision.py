"""Supervision on pages: a campaign, verifying and notifying many with a preview, the closing report, the deadlines.

Each action on many shows first what it would do, and then does what was shown: the preview's numbers come back with the
form and are compared.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from finwatch.api.cases import Reader
from finwatch.api.supervision import Issuer, Manager, Verifier, drawn
from finwatch.errors import FormError
from finwatch.model.access import Actor, Permission
from finwatch.model.case import Case
from finwatch.store.case import CaseFilter
from finwatch.supervise.clock import day_in_china
from finwatch.supervise.desk import Desk
from finwatch.supervise.supervision import batches, sdks
from finwatch.supervise.supervision.lists import public_rows
from finwatch.supervise.supervision.problems import SEEN, progress
from finwatch.web.cases import Beside
from finwatch.web.pages import Site
from finwatch.web.posted import posted

SHOWN = 50
"""Rows of a campaign's table of apps on one page."""
_WITHIN = (("overdue", -1), ("today", 0), ("soon", 3), ("week", 7), ("later", 10_000))


def routes(pages: APIRouter, site: Site, desk: Desk) -> None:
    """Adds the pages to ``pages``."""
    _campaign(pages, site, desk)
    _verify(pages, site, desk)
    _notify(pages, site, desk)
    _deadlines(pages, site, desk)


def besides(desk: Desk) -> dict[str, Beside]:
    """What supervision shows on the pages of its cases."""
    return {"campaign": _beside_campaign, "inspection": _beside_inspection(desk), "notice": _beside_notice(desk)}


def _campaign(pages: APIRouter, site: Site, desk: Desk) -> None:
    @pages.get("/campaigns/{number:int}")
    def campaign(request: Request, actor: Reader, number: int) -> Response:
        view = batches.campaign_view(desk, actor, number)
        state = request.query_params.get("state") or None
        where = CaseFilter(machine="inspection", parent=number, state=state)
        after = request.query_params.get("after") or None
        page = desk.store.cases.newest(where, scope=actor.scope, after=after, limit=SHOWN)
        machine = desk.machine("campaign")
        return site.render(
            request,
            "campaign.html",
            section="/cases",
            view=view,
            case=view.case,
            machine=machine,
            machines=desk.machines,
            page=page,
            possible={arc.id for arc in desk.possible(actor, view.case)},
            verifies=actor.may(Permission.FINDING_VERIFY) and actor.may(Permission.CASE_BULK),
            today=day_in_china(desk.now()),
        )

    @pages.post("/campaigns/{number:int}/draw")
    def draw(request: Request, actor: Manager, number: int) -> Response:
        drawn(desk, actor, number)
        return RedirectResponse(f"/campaigns/{number}", status_code=303)

    @pages.get("/campaigns/{number:int}/report")
    def report(request: Request, actor: Reader, number: int) -> Response:
        view = batches.campaign_view(desk, actor, number)
        notices = batches.notices_of(desk, actor, number)
        return site.render(
            request,
            "campaign_report.html",
            section="/cases",
            view=view,
            case=view.case,
            machine=desk.machine("campaign"),
            machines=desk.machines,
            rows=public_rows([case.form for case in notices], ever=True),
            notices=notices,
            orders=batches.orders_of(desk, actor, notices),
            sdks=[(case, row) for case in notices for row in sdks.told(case.form, ever=True)],
            progress={case.id: progress(case.form.get("problems") or (), closed=_put_right(case)) for case in notices},
        )


def _put_right(case: Case) -> bool:
    return case.state in ("closed", "archived")


def _verify(pages: APIRouter, site: Site, desk: Desk) -> None:
    @pages.get("/campaigns/{number:int}/verify")
    def chosen(request: Request, actor: Verifier, number: int) -> Response:
        view = batches.campaign_view(desk, actor, number)
        return site.render(
            request, "campaign_verify.html", section="/cases", view=view, case=view.case, plan=None, done=False,
            picked=(), comment="",
        )  # fmt: skip

    @pages.post("/campaigns/{number:int}/verify")
    def verified(request: Request, actor: Verifier, number: int) -> Response:
        given = posted(request)
        doing = given.plain.get("do") == "yes"
        plan = batches.planned_verification(desk, actor, number, given.picked)
        if doing:
            plan = batches.verify_many(desk, actor, plan, comment=given.comment)
        view = batches.campaign_view(desk, actor, number)
        return site.render(
            request,
            "campaign_verify.html",
            section="/cases",
            view=view,
            case=view.case,
            plan=plan,
            done=doing,
            picked=given.picked,
            comment=given.comment,
        )


def _notify(pages: APIRouter, site: Site, desk: Desk) -> None:
    @pages.get("/campaigns/{number:int}/notify")
    def previewed(request: Request, actor: Issuer, number: int) -> Response:
        return _batch(request, actor, number, left=())

    @pages.post("/campaigns/{number:int}/notify")
    def notified(request: Request, actor: Issuer, number: int) -> Response:
        given = posted(request)
        left = tuple(int(one) for one in given.picked if one.isdigit())
        if given.plain.get("do") != "yes":
            return _batch(request, actor, number, left=left)
        note = {"leave_out": list(left), "expected": given.plain.get("expected") or None}
        try:
            desk.go(actor, number, "notify", version=given.version, note=note, comment=given.comment)
        except FormError as error:
            return _batch(request, actor, number, left=left, refused=error)
        return RedirectResponse(f"/campaigns/{number}", status_code=303)

    def _batch(
        request: Request, actor: Actor, number: int, *, left: tuple[int, ...], refused: FormError | None = None
    ) -> Response:
        batch = batches.batch_view(desk, actor, number, leave_out=left)
        case = batches.campaign_of(desk, actor, number)
        said = tuple(problem.says for problem in refused.problems) if refused else batch.refused
        return site.render(
            request,
            "campaign_notify.html",
            section="/cases",
            status=422 if refused else 200,
            batch=batch,
            case=case,
            left=left,
            refused=said,
            today=day_in_china(desk.now()),
        )


def _deadlines(pages: APIRouter, site: Site, desk: Desk) -> None:
    @pages.get("/deadlines")
    def deadlines(request: Request, actor: Reader) -> Response:
        machine = request.query_params.get("machine") or None
        after = request.query_params.get("after") or None
        where = CaseFilter(machine=machine, open=True)
        page = desk.store.cases.due(where, scope=actor.scope, after=after, limit=200)
        today = day_in_china(desk.now())
        groups: dict[str, list[Any]] = {name: [] for name, _ in _WITHIN}
        for row in page.rows:
            left = (row.due - today).days if row.due else 10_000
            groups[next(name for name, most in _WITHIN if left <= most)].append(row)
        return site.render(
            request,
            "deadlines.html",
            section="/deadlines",
            groups=groups,
            page=page,
            machines=desk.machines,
            chosen=machine,
            today=today,
        )


def _beside_campaign(actor: Actor, case: Case) -> tuple[str, dict[str, Any]] | None:
    return "beside_campaign.html", {}


def _beside_inspection(desk: Desk) -> Beside:
    def found(actor: Actor, case: Case) -> tuple[str, dict[str, Any]] | None:
        verifies = any(arc.id == "verify" for arc in desk.possible(actor, case))
        return "beside_inspection.html", {"verifies": verifies}

    return found


def _beside_notice(desk: Desk) -> Beside:
    def found(actor: Actor, case: Case) -> tuple[str, dict[str, Any]] | None:
        orders = desk.store.cases.whole(CaseFilter(machine="removal", parent=case.id), scope=actor.scope)
        appeals = desk.store.cases.whole(CaseFilter(machine="appeal", subject=f"case:{case.id}"), scope=actor.scope)
        appealable = actor.may(Permission.APPEAL_FILE) and case.closed is None and not case.form.get("appeal")
        told = progress(case.form.get("problems") or (), closed=_put_right(case))
        return "beside_notice.html", {
            "seen": SEEN,
            "orders": orders,
            "appeals": appeals,
            "progress": told,
            "appealable": appealable and any(party.organisation == actor.organisation.id for party in case.parties),
        }

    return found

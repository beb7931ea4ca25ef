"""Risks out of a STIX file, each a form to complete and send; beside a counterfeit, who offers it and what followed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from finwatch.api.acting import needs
from finwatch.errors import InputError
from finwatch.model.access import Actor, Permission
from finwatch.model.case import Case
from finwatch.store.case import CaseFilter
from finwatch.supervise.desk import Desk
from finwatch.supervise.sharing import counterfeit, stix
from finwatch.supervise.sharing.risk import RISK
from finwatch.web.cases import Beside
from finwatch.web.pages import Site
from finwatch.web.posted import posted

Sender = Annotated[Actor, Depends(needs(Permission.RISK_SEND))]


def routes(pages: APIRouter, site: Site, desk: Desk) -> None:
    """Adds the pages to ``pages``."""

    @pages.get("/risks/stix")
    def blank(request: Request, actor: Sender) -> Response:
        return site.render(request, "risks_stix.html", section="/cases", text="", reading=None, refused=None)

    @pages.post("/risks/stix")
    def read(request: Request, actor: Sender) -> Response:
        text = posted(request).plain.get("stix", "")
        try:
            reading, refused = stix.read(text.encode()), None
        except InputError as error:
            reading, refused = None, error
        fields = [one for one in desk.machine("risk").form.shown() if one.name in stix.READ]
        return site.render(
            request,
            "risks_stix.html",
            section="/cases",
            status=422 if refused else 200,
            text=text if refused else "",
            reading=reading,
            refused=refused,
            fields=fields,
        )


def besides(desk: Desk) -> dict[str, Beside]:
    """On a counterfeit's page: the published apps of its package, and the orders that this reader may see."""

    def found(actor: Actor, case: Case) -> tuple[str, dict[str, Any]] | None:
        package = case.form.get("package")
        if case.form.get("type") != counterfeit.TYPE or not package:
            return None
        apps = desk.store.seen_by(actor.sight).apps_of(packages=(package,), names=(), limit=20)
        orders = desk.store.cases.whole(CaseFilter(machine="removal", parent=case.id), scope=actor.scope)
        return "beside_risk.html", {"apps": apps, "orders": orders}

    return {RISK: found}

"""The page that opens what is veiled in a case: for who may know, with a reason that is written down."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from finwatch.api.acting import needs
from finwatch.errors import FormError
from finwatch.model.access import Actor, Permission
from finwatch.model.base import Text
from finwatch.supervise.desk import Desk
from finwatch.supervise.private import unveiled
from finwatch.web.pages import Site
from finwatch.web.posted import posted

Knows = Annotated[Actor, Depends(needs(Permission.CASE_READ, Permission.REPORTER_READ))]


def routes(pages: APIRouter, site: Site, desk: Desk) -> None:
    """Adds the pages to ``pages``. Before those of arcs: their addresses look like one of theirs."""

    @pages.get("/cases/{number:int}/private")
    def why(request: Request, actor: Knows, number: int) -> Response:
        return _page(request, actor, number, None, {})

    @pages.post("/cases/{number:int}/private")
    def shown(request: Request, actor: Knows, number: int) -> Response:
        try:
            found = unveiled(desk, actor, number, reason=posted(request).plain.get("reason", ""))
        except FormError as error:
            return _page(request, actor, number, None, {one.field: one.says for one in error.problems})
        return _page(request, actor, number, found, {})

    def _page(
        request: Request, actor: Actor, number: int, found: dict[str, Any] | None, problems: dict[str, Text]
    ) -> Response:
        case = desk.store.cases.get(number, scope=actor.scope)
        fields = [one for one in desk.machine(case.machine).form.shown() if one.private]
        return site.render(
            request,
            "private.html",
            section="/cases",
            status=422 if problems else 200,
            case=case,
            found=found,
            fields=fields,
            problems=problems,
        )

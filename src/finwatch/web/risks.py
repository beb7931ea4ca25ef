"""Risks out of a STIX file: what it holds, each as a form to complete and send; what could not be read, by its id."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from finwatch.api.acting import needs
from finwatch.errors import InputError
from finwatch.model.access import Actor, Permission
from finwatch.supervise.desk import Desk
from finwatch.supervise.sharing import stix
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

"""The page of retention: what each period would end now and why; holds placed and lifted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from finwatch.api.retention import Keeper
from finwatch.catalog.retention import periods
from finwatch.errors import FormError
from finwatch.model.base import Text
from finwatch.model.retention import HoldKind
from finwatch.supervise import retention
from finwatch.web import query
from finwatch.web.access import posted
from finwatch.web.pages import Site

ENDED = 50
"""Ended holds that are shown; all of them are in the journal and in the API."""


def routes(pages: APIRouter, site: Site, *, catalog: Path | None) -> None:
    """Adds the pages to ``pages``; ``catalog`` is laid over our own."""

    def page(request: Request, *, error: FormError | None = None, lifting: int | None = None) -> Response:
        now = datetime.now(UTC)
        standing, ended = retention.parted(site.store.holds.all(), now=now)
        problems: dict[str, Text] = {one.field: one.says for one in error.problems} if error else {}
        return site.render(
            request,
            "retention.html",
            section="/retention",
            status=error.status if error else 200,
            endings=retention.endings(site.store, periods(catalog), now=now),
            most=retention.MOST,
            standing=standing,
            ended=ended[:ENDED],
            kinds=list(HoldKind),
            typed=posted(request),
            problems=problems,
            lifting=lifting,
        )

    @pages.get("/retention")
    def shown(request: Request, actor: Keeper) -> Response:
        return page(request)

    @pages.post("/retention/holds")
    def place(request: Request, actor: Keeper) -> Response:
        typed = posted(request)
        kind, key, reason, until = (typed.get(name, "") for name in ("kind", "key", "reason", "until"))
        try:
            retention.place(site.store, actor, kind=kind, key=key, reason=reason, until=until)
        except FormError as error:
            return page(request, error=error)
        return RedirectResponse("/retention#holds", status_code=303)

    @pages.post("/retention/holds/{number}/lift")
    def lift(request: Request, actor: Keeper, number: str) -> Response:
        hold = query.number(number, "hold") or 0
        try:
            retention.lift(site.store, actor, hold, reason=posted(request).get("reason", ""))
        except FormError as error:
            return page(request, error=error, lifting=hold)
        return RedirectResponse("/retention#holds", status_code=303)

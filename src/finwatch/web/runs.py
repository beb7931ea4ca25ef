"""The pages of the daily runs, of what got worse, and the visits behind a failure: ``/runs``, ``/runs/{id}``,
``/alerts``, ``/visits``."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from finwatch.api.acting import Whole
from finwatch.errors import NotFound
from finwatch.model.alert import AlertKind
from finwatch.model.fetch import OutcomeKind
from finwatch.model.listing import EventKind
from finwatch.model.run import RunReport
from finwatch.web import query
from finwatch.web.pages import Site

ROWS = 50
ALERTS = 200
"""Alerts on the page of a run; more are on a list of their own."""
GROUPS: dict[str, tuple[EventKind, ...]] = {
    "new": (EventKind.NEW_APP,),
    "gone": (EventKind.APP_GONE, EventKind.VERSION_GONE),
    "changed": (EventKind.NEW_VERSION, EventKind.CHANGED),
}
"""What the three numbers of a report are made of."""


def routes(pages: APIRouter, site: Site) -> None:
    """Adds the pages to ``pages``."""

    @pages.get("/runs")
    def runs(request: Request, store: Whole) -> Response:
        found = store.runs.newest(
            before=query.number(request.query_params.get("before") or None, "before"), limit=ROWS + 1
        )
        following = str(found[ROWS - 1].id) if len(found) > ROWS else None
        return site.render(request, "runs.html", section="/runs", runs=found[:ROWS], following=following)

    @pages.get("/runs/{number}")
    def run(request: Request, store: Whole, number: str) -> Response:
        if not number.isdecimal() or len(number) > 18:
            raise NotFound(f"There is no run {number!r}.", zh=f"没有第 {number!r} 次运行。", todo="See /runs.")
        found = store.runs.get(int(number))
        alerts = [one for _, one in store.alerts.newest(run=found.id, limit=ALERTS)]
        return site.render(request, "run.html", section="/runs", run=found, alerts=alerts, opens=_opens, groups=GROUPS)

    @pages.get("/alerts")
    def alerts(request: Request, store: Whole) -> Response:
        asked = query.fields(request)
        found = store.alerts.newest(
            run=query.number(asked.get("run"), "run"),
            kind=query.member(AlertKind, asked.get("kind"), "kind"),
            before=query.number(asked.get("before"), "before"),
            limit=ROWS + 1,
        )
        following = str(found[ROWS - 1][0]) if len(found) > ROWS else None
        return site.render(
            request, "alerts.html", section="/runs", alerts=[one for _, one in found[:ROWS]], following=following
        )

    @pages.get("/visits")
    def visits(request: Request, store: Whole) -> Response:
        asked = query.fields(request)
        found = store.outcomes(
            query.market(asked),
            kind=query.member(OutcomeKind, asked.get("kind"), "kind"),
            url=asked.get("url"),
            since=query.instant(asked.get("since"), "since"),
            until=query.instant(asked.get("until"), "until"),
            before=query.number(asked.get("before"), "before"),
            limit=ROWS + 1,
        )
        following = str(found[ROWS - 1][0]) if len(found) > ROWS else None
        return site.render(
            request, "visits.html", section="/markets", visits=[one for _, one in found[:ROWS]], following=following
        )


def _opens(page: str, report: RunReport, market: str, kind: str) -> str:
    """The list behind a number of a report."""
    asked = {
        "market": market,
        "kind": kind,
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
    }
    return f"/{page}?{urlencode(asked)}"

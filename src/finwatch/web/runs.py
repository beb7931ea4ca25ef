"""The pages of the daily runs, and the visits behind a failure: ``/runs``, ``/runs/{id}``, ``/visits``."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from finwatch.errors import InputError, NotFound
from finwatch.model.fetch import MarketId, OutcomeKind
from finwatch.model.listing import EventKind
from finwatch.model.run import RunReport
from finwatch.web.pages import Site

ROWS = 50
GROUPS: dict[str, tuple[EventKind, ...]] = {
    "new": (EventKind.NEW_APP,),
    "gone": (EventKind.APP_GONE, EventKind.VERSION_GONE),
    "changed": (EventKind.NEW_VERSION, EventKind.CHANGED),
}
"""What the three numbers of a report are made of."""


def routes(pages: APIRouter, site: Site) -> None:
    """Adds the pages to ``pages``."""

    @pages.get("/runs")
    def runs(request: Request) -> Response:
        found = site.store.runs.newest(before=_number(request, "before"), limit=ROWS + 1)
        following = str(found[ROWS - 1].id) if len(found) > ROWS else None
        return site.render(request, "runs.html", section="/runs", runs=found[:ROWS], following=following)

    @pages.get("/runs/{number}")
    def run(request: Request, number: str) -> Response:
        if not number.isdecimal() or len(number) > 18:
            raise NotFound(f"There is no run {number!r}.", zh=f"没有第 {number!r} 次运行。", todo="See /runs.")
        found = site.store.runs.get(int(number))
        return site.render(request, "run.html", section="/runs", run=found, opens=_opens, groups=GROUPS)

    @pages.get("/visits")
    def visits(request: Request) -> Response:
        market, kind = request.query_params.get("market") or None, request.query_params.get("kind") or None
        if kind is not None and kind not in set(OutcomeKind):
            raise InputError(f"kind={kind!r} is not known.", todo=f"Use {', '.join(OutcomeKind)}.")
        found = site.store.outcomes(
            MarketId(market) if market else None,
            kind=OutcomeKind(kind) if kind else None,
            since=instant(request.query_params.get("since"), "since"),
            until=instant(request.query_params.get("until"), "until"),
            before=_number(request, "before"),
            limit=ROWS + 1,
        )
        following = str(found[ROWS - 1][0]) if len(found) > ROWS else None
        return site.render(
            request, "visits.html", section="/markets", visits=[one for _, one in found[:ROWS]], following=following
        )


def instant(value: str | None, field: str) -> datetime | None:
    """The time of a query field, UTC where it names no zone. Raises ``InputError``."""
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise InputError(
            f"{field}={value!r} is no time.", zh=f"{field}={value!r} 不是时间。", todo="Write 2026-03-02T08:00:00Z."
        ) from error
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _number(request: Request, field: str) -> int | None:
    value = request.query_params.get(field) or None
    if value is not None and not (value.isdecimal() and len(value) <= 18):
        raise InputError(f"{field}={value!r} is no number of a row.", todo="Start from the first page.")
    return int(value) if value is not None else None


def _opens(page: str, report: RunReport, market: str, kind: str) -> str:
    """The list behind a number of a report."""
    query = {
        "market": market,
        "kind": kind,
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
    }
    return f"/{page}?{urlencode(query)}"

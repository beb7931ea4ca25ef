"""The routes of version 1. Lists page by key: pass ``next`` of one page as ``after`` of the following one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from finwatch import __version__
from finwatch.api import acting, beyond, uploads
from finwatch.api.acting import Evidenced, Observed, Whole
from finwatch.api.asking import After, Before, Limit, When
from finwatch.api.problems import Problem
from finwatch.errors import NotFound
from finwatch.flow.upload import Receiver
from finwatch.lake import Lake
from finwatch.model.alert import Alert, AlertKind
from finwatch.model.base import Model
from finwatch.model.examination import Answer, Examination
from finwatch.model.fetch import Capture, MarketId, Outcome, OutcomeKind
from finwatch.model.knowledge import CheckDefinition, Severity
from finwatch.model.listing import EventKind
from finwatch.model.run import Run
from finwatch.model.view import (
    AppFilter,
    AppPage,
    AppView,
    EventPage,
    FindingPage,
    MarketHealth,
    Order,
    Overview,
)
from finwatch.store import Store

Sha256 = Annotated[str, Path(pattern="^[0-9a-fA-F]{8,64}$", description="SHA-256 of the package, or its beginning")]
ERRORS: dict[int | str, dict[str, type[Model]]] = {404: {"model": Problem}, 422: {"model": Problem}}


class AppQuery(AppFilter):
    """The filter of ``/apps`` with its page."""

    order: Order = "risk"
    after: str | None = None
    limit: Annotated[int, Query(ge=1, le=500)] = 50


class Service(Model):
    """What answers here."""

    name: str
    version: str
    catalog_version: str


class Numbered(Model):
    """An alert with its number."""

    number: int
    alert: Alert


class Visit(Model):
    """A visit with its number."""

    number: int
    outcome: Outcome


def router(*, store: Store, lake: Lake, checks: tuple[CheckDefinition, ...], catalog_version: str) -> APIRouter:
    """Every route, reading from ``store`` and ``lake``."""
    api = APIRouter(prefix="/api/v1", responses=ERRORS)

    @api.get("/", tags=["service"], dependencies=[Depends(acting.public)])
    def service() -> Service:
        """Which versions answer here."""
        return Service(name="finwatch", version=__version__, catalog_version=catalog_version)

    @api.get("/overview", tags=["apps"])
    def overview(store: Observed) -> Overview:
        """The numbers of the first page, each the size of a list that can be opened."""
        return store.overview()

    @api.get("/apps", tags=["apps"])
    def apps(store: Observed, query: Annotated[AppQuery, Query()]) -> AppPage:
        """Apps, narrowed by every field given."""
        where = AppFilter.model_validate(query.model_dump(exclude={"order", "after", "limit"}))
        return store.apps(where, order=query.order, after=query.after, limit=query.limit)

    @api.get("/apps/{app_id}", tags=["apps"])
    def app(store: Observed, app_id: str) -> AppView:
        """One app with its versions, listings, events and the findings on its current version."""
        return store.app(app_id)

    @api.get("/packages/{sha256}", tags=["apps"], response_model=Examination)
    def package(store: Observed, sha256: Sha256) -> Response:
        """The examination document of a package (`finwatch.examination/1`)."""
        document = store.version(sha256.lower()).examination
        return Response(document.model_dump_json(), media_type="application/json")

    @api.get("/findings", tags=["findings"])
    def findings(
        store: Observed,
        check: str | None = None,
        outcome: Answer | None = Answer.YES,
        severity: Severity | None = None,
        app_id: str | None = None,
        current: bool = True,
        after: After = None,
        limit: Limit = 50,
    ) -> FindingPage:
        """Findings across apps: the rows behind a number."""
        return store.findings(
            check=check,
            outcome=outcome,
            severity=severity,
            app_id=app_id,
            current=current,
            after=after,
            limit=limit,
        )

    @api.get("/events", tags=["markets"])
    def events(
        store: Observed,
        market: str | None = None,
        app: str | None = None,
        kind: EventKind | None = None,
        since: When = None,
        until: When = None,
        after: After = None,
        limit: Limit = 50,
    ) -> EventPage:
        """What changed in the markets, newest first; between two times, both included, where they are given."""
        return store.events(
            market=None if market is None else MarketId(market),
            app=app,
            kind=kind,
            since=since,
            until=until,
            after=after,
            limit=limit,
        )

    uploads.routes(api, Receiver(store=store, lake=lake))
    beyond.routes(api, store)

    @api.get("/runs", tags=["runs"])
    def runs(store: Whole, before: Before = None, limit: Limit = 50) -> list[Run]:
        """Daily runs, newest first: their steps, and what each found. `before` is the last number of a page."""
        return store.runs.newest(before=before, limit=limit)

    @api.get("/runs/{number}", tags=["runs"])
    def run(store: Whole, number: Annotated[int, Path(ge=0, lt=1 << 63)]) -> Run:
        """One daily run."""
        return store.runs.get(number)

    @api.get("/alerts", tags=["runs"])
    def alerts(
        store: Whole,
        run: Annotated[int | None, Query(ge=0, lt=1 << 63)] = None,
        kind: AlertKind | None = None,
        before: Before = None,
        limit: Limit = 50,
    ) -> list[Numbered]:
        """What got worse, newest first, of one daily run where it is given. `before` is the last number of a page."""
        found = store.alerts.newest(run=run, kind=kind, before=before, limit=limit)
        return [Numbered(number=number, alert=alert) for number, alert in found]

    @api.get("/visits", tags=["markets"])
    def visits(
        store: Whole,
        market: str | None = None,
        kind: OutcomeKind | None = None,
        url: str | None = None,
        since: When = None,
        until: When = None,
        before: Before = None,
        limit: Limit = 50,
    ) -> list[Visit]:
        """Visits and how they ended, newest first. `before` is the last number of a page."""
        found = store.outcomes(
            None if market is None else MarketId(market),
            kind=kind,
            url=url,
            since=since,
            until=until,
            before=before,
            limit=limit,
        )
        return [Visit(number=number, outcome=outcome) for number, outcome in found]

    @api.get("/markets", tags=["markets"])
    def markets(store: Whole, days: Annotated[int, Query(ge=1, le=366)] = 30) -> list[MarketHealth]:
        """Every market and how the visits of the last days went."""
        now = datetime.now(UTC)
        return store.market_health(since=now - timedelta(days=days), now=now)

    @api.get("/checks", tags=["findings"])
    def all_checks(store: Observed) -> list[CheckDefinition]:
        """The definition of every check."""
        return list(checks)

    @api.get("/checks/{check_id}", tags=["findings"])
    def check_definition(store: Observed, check_id: str) -> CheckDefinition:
        """The definition of one check."""
        for check in checks:
            if check.id == check_id:
                return check
        raise NotFound(f"There is no check {check_id!r}.", zh=f"没有检查项 {check_id!r}。", todo="See /api/v1/checks.")

    @api.get("/captures/{capture_id:path}", tags=["evidence"])
    def capture(store: Evidenced, capture_id: str) -> Capture:
        """What a stored exchange says of itself; its payload is at `/captures/{id}?raw=1`."""
        return lake.captures.read(capture_id)[0]

    return api

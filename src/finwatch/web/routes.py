"""The pages' routes: each reads the store's named questions and renders one template."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from finwatch.api.acting import Evidenced, Observed, Whole
from finwatch.errors import NotFound
from finwatch.model.base import Text
from finwatch.model.examination import Answer, Band, Confidence, Examination
from finwatch.model.fetch import MarketId
from finwatch.model.knowledge import Severity
from finwatch.model.listing import EventKind
from finwatch.model.view import AppFilter, AppRow, Order
from finwatch.report import words
from finwatch.store import Store
from finwatch.web import beyond, changes, query, runs, series
from finwatch.web.language import chosen, translator
from finwatch.web.pages import Site, now

HEALTH_WINDOW = timedelta(days=30)
PAYLOAD_SHOWN = 200_000
ORDERS: tuple[Order, ...] = ("risk", "recent", "name")


def router(site: Site) -> APIRouter:
    """Every page of ``site``."""
    pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    _lists(pages, site)
    _subjects(pages, site)
    _sources(pages, site)
    runs.routes(pages, site)
    beyond.routes(pages, site)
    series.routes(pages, site)
    changes.routes(pages, site)
    return pages


def _lists(pages: APIRouter, site: Site) -> None:
    @pages.get("/")
    def overview(request: Request, store: Observed) -> Response:
        return site.render(request, "overview.html", section="/", view=store.overview())

    @pages.get("/apps")
    def apps(request: Request, store: Observed) -> Response:
        asked = query.fields(request)
        order = query.one_of(asked.pop("order", "risk"), ORDERS, "order")
        where = _filter(asked)
        page = store.apps(where, order=order, after=asked.get("after"))
        return site.render(
            request,
            "apps.html",
            section="/apps",
            page=page,
            chosen={**dict.fromkeys([*AppFilter.model_fields, "order"]), **asked, "order": order},
            narrowed=_narrowed(site, request, asked),
            **_options(site, request, store),
        )

    @pages.get("/findings")
    def findings(request: Request, store: Observed) -> Response:
        asked = query.fields(request)
        outcome = query.member(Answer, asked.get("outcome", "yes"), "outcome")
        page = store.findings(
            check=asked.get("check"),
            outcome=outcome,
            severity=query.member(Severity, asked.get("severity"), "severity"),
            app_id=asked.get("app"),
            after=asked.get("after"),
        )
        picked = {"check": asked.get("check"), "outcome": outcome, "severity": asked.get("severity")}
        return site.render(
            request, "findings.html", section="/findings", page=page, chosen=picked, **_options(site, request, store)
        )

    @pages.get("/events")
    def events(request: Request, store: Observed) -> Response:
        asked = query.fields(request)
        page = store.events(
            market=query.market(asked),
            app=asked.get("app"),
            kind=query.member(EventKind, asked.get("kind"), "kind"),
            since=query.instant(asked.get("since"), "since"),
            until=query.instant(asked.get("until"), "until"),
            after=asked.get("after"),
        )
        picked = {name: asked.get(name) for name in ("market", "app", "kind")}
        return site.render(
            request, "events.html", section="/events", page=page, chosen=picked, **_options(site, request, store)
        )

    @pages.get("/markets")
    def markets(request: Request, store: Whole) -> Response:
        health = store.market_health(since=now() - HEALTH_WINDOW, now=now())
        return site.render(request, "markets.html", section="/markets", markets=health)

    @pages.get("/checks")
    def checks(request: Request, store: Observed) -> Response:
        counts = {row.check: row.apps for row in store.overview().checks}
        definitions = sorted(site.checks.values(), key=lambda check: (list(Severity).index(check.severity), check.id))
        return site.render(request, "checks.html", section="/checks", checks=definitions, counts=counts)


def _subjects(pages: APIRouter, site: Site) -> None:
    @pages.get("/apps/{app_id}")
    def app(request: Request, store: Observed, app_id: str) -> Response:
        view = store.app(app_id)
        document = store.version(view.row.sha256).examination if view.row.sha256 else None
        sections = ["why", "matches", "findings", "collection", "sdks", "package", "identity"] if document else []
        if document and document.unreadable:
            sections.insert(1, "unseen")
        if document and not document.matches:
            sections.remove("matches")
        return site.render(
            request,
            "app.html",
            section="/apps",
            view=view,
            row=view.row,
            x=document,
            identity=document.identity if document else None,
            icon=None,
            contents=[*sections, "events", "listings", "versions"],
            named=_in_notices(store, view.row),
            **_outcomes(document),
        )

    @pages.get("/packages/{sha256}")
    def package(request: Request, store: Observed, sha256: str) -> Response:
        view = store.version(sha256)
        return site.render(
            request, "package.html", section="/apps", view=view, x=view.examination, **_outcomes(view.examination)
        )

    @pages.get("/checks/{check_id}")
    def check(request: Request, store: Observed, check_id: str) -> Response:
        if check_id not in site.checks:
            raise NotFound(f"There is no check {check_id!r}.", zh=f"没有检查项 {check_id!r}。", todo="See /checks.")
        count = store.findings(check=check_id, outcome=Answer.YES, limit=1).total
        return site.render(request, "check.html", section="/checks", check=site.checks[check_id], count=count)

    @pages.get("/markets/{market_id}")
    def market(request: Request, store: Whole, market_id: str) -> Response:
        for health in store.market_health(since=now() - HEALTH_WINDOW, now=now(), only=MarketId(market_id)):
            unread = store.unread_packages(health.market.id)
            return site.render(request, "market.html", section="/markets", unread=unread, health=health)
        raise NotFound(f"There is no market {market_id!r}.", zh=f"没有市场 {market_id!r}。", todo="See /markets.")


def _sources(pages: APIRouter, site: Site) -> None:
    @pages.get("/captures/{capture_id:path}")
    def capture(request: Request, store: Evidenced, capture_id: str) -> Response:
        found, payload = site.lake.captures.read(capture_id)
        if request.query_params.get("raw"):
            # Foreign bytes are handed out as a download of no type: a browser must never run them as a page of ours.
            name = f"{found.payload_sha256[:16]}.bin"
            headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
            return Response(payload, media_type="application/octet-stream", headers=headers)
        text = _as_text(payload[:PAYLOAD_SHOWN])
        return site.render(request, "capture.html", capture=found, text=text, cut=len(payload) > PAYLOAD_SHOWN)


def _as_text(payload: bytes) -> str | None:
    """The bytes as text to look at, or ``None`` when they are not text."""
    if b"\0" in payload:
        return None
    return payload.decode("utf-8", errors="replace")


def _filter(asked: dict[str, str]) -> AppFilter:
    """The query as a filter. Raises ``InputError`` naming the field that does not fit."""
    given = {key: value for key, value in asked.items() if key in AppFilter.model_fields}
    for name in ("finance", "gone", "suspected", "examined"):
        if name in given:
            query.one_of(given[name], ("true", "false"), name)
    query.member(Band, given.get("band"), "band")
    query.member(EventKind, given.get("event"), "event")
    return AppFilter.model_validate(given)


def _outcomes(document: Examination | None) -> dict[str, Any]:
    """The document's findings apart by outcome, the most severe first."""
    findings = document.findings if document else ()
    ranks = list(Severity)
    ordered = sorted(findings, key=lambda one: (one.confidence == "suspected", ranks.index(one.severity), one.check))
    answered_no = [one for one in ordered if one.outcome is Answer.NO]
    return {
        "found": [one for one in ordered if one.outcome is Answer.YES],
        "blind": [one for one in ordered if one.outcome is Answer.NOT_AVAILABLE],
        "maybe": [one for one in answered_no if one.confidence is Confidence.SUSPECTED],
        "clear": [one for one in answered_no if one.confidence is not Confidence.SUSPECTED],
    }


def _in_notices(store: Store, row: AppRow) -> list[str]:
    """Those of the app's names that rows of notices bear, to the letter. A name is no proof."""
    names = dict.fromkeys((row.name_zh, row.name_en))
    return [name for name in names if store.beyond.entries(app=name, limit=1).rows]


def _options(site: Site, request: Request, store: Store) -> dict[str, Any]:
    """What the filters offer, in the reader's language."""
    language = chosen(request, site.language)
    t = translator(language)
    view = store.overview()

    def worded(table: dict[Any, Text]) -> list[tuple[str, str]]:
        return [(value.value, text.in_language(language)) for value, text in table.items()]

    sdks = {sdk.id: sdk.name.in_language(language) for sdk in site.knowledge.sdks}
    kinds = site.knowledge.kinds.values()
    return {
        "band_options": worded(words.BANDS),
        "event_options": worded(words.EVENTS),
        "outcome_options": worded(words.ANSWERS),
        "severity_options": worded(words.SEVERITIES),
        "kind_options": [(kind.id, kind.name.in_language(language)) for kind in kinds],
        "market_options": [(market, name.in_language(language)) for market, name in store.markets.names()],
        "check_options": [(check.id, check.title.in_language(language)) for check in site.checks.values()],
        "sdk_options": [(facet.value, sdks.get(facet.value, facet.value)) for facet in view.sdks],
        "order_options": [(order, t(f"order.{order}")) for order in ORDERS],
    }


def _narrowed(site: Site, request: Request, asked: dict[str, str]) -> list[tuple[str, str]]:
    """The filters in force that no field of the form shows."""
    t = translator(chosen(request, site.language))
    labels = {"suspected": "suspected", "examined": "examined_only"}
    return [
        (t(label), t("yes") if asked[name] == "true" else t("no")) for name, label in labels.items() if name in asked
    ]

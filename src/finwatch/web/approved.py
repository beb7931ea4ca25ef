"""The public pages of the approved list and of the log: ``/approved``, ``/transparency``, and the newest files."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from finwatch.api.acting import public
from finwatch.api.approved import file_of, signature_of
from finwatch.errors import InputError, NotFound
from finwatch.model.approved import ApprovedState, Platform, PublishedList
from finwatch.report.verified import STATES
from finwatch.transparency.approved_list import NOTICE
from finwatch.web import query
from finwatch.web.pages import Site

SECTION = "/approved"
PLATFORMS: tuple[Platform, ...] = ("android", "ios", "other")
PLATFORM_NAMES = {"android": "Android", "ios": "iOS", "other": "–"}


def router(site: Site) -> APIRouter:
    """The pages, all open to everybody."""
    pages = APIRouter(include_in_schema=False, dependencies=[Depends(public)])
    _list(pages, site)
    _files(pages, site)
    _log(pages, site)
    return pages


def _list(pages: APIRouter, site: Site) -> None:
    store = site.store.approved

    @pages.get("/approved")
    def approved(request: Request) -> Response:
        asked = query.fields(request)
        platform = asked.get("platform")
        page = store.page(
            q=asked.get("q", "")[:200],
            state=query.member(ApprovedState, asked.get("state"), "state"),
            platform=None if platform is None else query.one_of(platform, PLATFORMS, "platform"),
            region=asked.get("region"),
            after=query.number(asked.get("after"), "after") or 0,
        )
        return site.render(
            request,
            "approved.html",
            section=SECTION,
            page=page,
            asked=asked,
            states=STATES,
            counts=store.counts(),
            published=_newest(site),
            platforms=PLATFORM_NAMES,
            notice=NOTICE,
        )

    @pages.get("/approved/{record}")
    def app(request: Request, record: str) -> Response:
        number = query.number(record, "record")
        if number is None:
            raise InputError("Which record?", zh="请指明记录号。")
        return site.render(
            request,
            "approved_app.html",
            section=SECTION,
            app=store.get(number),
            states=STATES,
            published=_newest(site),
            platforms=PLATFORM_NAMES,
            notice=NOTICE,
        )


def _files(pages: APIRouter, site: Site) -> None:
    """Under ``/lists``: the newest list at addresses that do not change."""

    @pages.get("/lists/approved.json")
    def as_json() -> Response:
        return file_of(site.store, site.lake, "json")

    @pages.get("/lists/approved.json.sig")
    def json_signature() -> Response:
        return signature_of(site.store, "json")

    @pages.get("/lists/approved.csv")
    def as_csv() -> Response:
        return file_of(site.store, site.lake, "csv")

    @pages.get("/lists/approved.csv.sig")
    def csv_signature() -> Response:
        return signature_of(site.store, "csv")


def _log(pages: APIRouter, site: Site) -> None:
    @pages.get("/transparency")
    def transparency(request: Request) -> Response:
        asked = query.fields(request)
        before = query.number(asked.get("before"), "before")
        heads = site.store.heads.page(before=before, limit=20)
        return site.render(
            request,
            "transparency.html",
            section=SECTION,
            size=site.store.log.size(),
            heads=heads,
            following=heads[-1].id if len(heads) == 20 else None,
            keys=site.store.heads.keys(),
            lists=site.store.approved.lists(limit=20),
        )


def _newest(site: Site) -> PublishedList | None:
    try:
        return site.store.approved.list()
    except NotFound:
        return None

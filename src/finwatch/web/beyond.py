"""The pages of what was found beyond stores: ``/beyond``, ``/chains``, ``/notices``, ``/leads``."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from finwatch.api.acting import Observed, Whole
from finwatch.model.web import Chain, Lead, LeadReason, Link, LinkEnd
from finwatch.report import beyond_words
from finwatch.web import query
from finwatch.web.language import chosen
from finwatch.web.pages import Site

SECTION = "/beyond"
_SHA256_DIGITS = 64


@dataclass(frozen=True)
class Ending:
    """A package at the end of a chain, and the links that led to it."""

    link: Link
    way: tuple[Link, ...]


def routes(pages: APIRouter, site: Site) -> None:
    """Adds the pages to ``pages``."""

    @pages.get("/beyond")
    def beyond(request: Request, store: Whole) -> Response:
        return site.render(request, "beyond.html", section=SECTION, view=store.beyond.overview())

    @pages.get("/chains")
    def chains(request: Request, store: Observed) -> Response:
        asked = query.fields(request)
        page = store.beyond.chains(
            market=query.market(asked),
            start=asked.get("start"),
            package=asked.get("package"),
            packages=query.truth(asked.get("packages"), "packages"),
            after=asked.get("after"),
        )
        return _list(site, request, "chains.html", page=page, asked=asked)

    @pages.get("/chains/{chain_id}")
    def chain(request: Request, store: Observed, chain_id: str) -> Response:
        view = store.beyond.chain(chain_id)
        return site.render(
            request, "chain.html", section=SECTION, view=view, chain=view.chain, ends=endings(view.chain)
        )

    @pages.get("/notices")
    def notices(request: Request, store: Observed) -> Response:
        asked = query.fields(request)
        page = store.beyond.notices(market=query.market(asked), url=asked.get("url"), after=asked.get("after"))
        return _list(site, request, "notices.html", page=page, asked=asked)

    @pages.get("/notices/rows")
    def notice_rows(request: Request, store: Observed) -> Response:
        asked = query.fields(request)
        page = store.beyond.entries(
            q=asked.get("q"), market=query.market(asked), app=asked.get("app"), after=asked.get("after")
        )
        return _list(site, request, "notice_rows.html", page=page, asked=asked)

    @pages.get("/notices/{notice_id}")
    def notice(request: Request, store: Observed, notice_id: str) -> Response:
        view = store.beyond.notice(notice_id)
        return site.render(request, "notice.html", section=SECTION, head=view.head, notice=view.notice)

    @pages.get("/leads")
    def leads(request: Request, store: Whole) -> Response:
        asked = query.fields(request)
        page = store.beyond.leads(
            market=query.market(asked),
            reason=query.member(LeadReason, asked.get("reason"), "reason"),
            after=asked.get("after"),
        )
        return _list(site, request, "leads.html", page=page, asked=asked)


def endings(chain: Chain) -> list[Ending]:
    """Each package that the chain led to, once, by the first way that was found."""
    found: dict[str, Ending] = {}
    for link in chain.links:
        if link.end is LinkEnd.PACKAGE and link.sha256:
            found.setdefault(link.sha256, Ending(link, chain.way_to(link.number)))
    return list(found.values())


def origin(lead: Lead) -> str | None:
    """The address of the page that shows what a lead follows from, where one of ours does."""
    match lead.reason:
        case LeadReason.DEVELOPER:
            return f"/apps?q={quote(lead.of)}"
        case LeadReason.NOTICE:
            return f"/notices?url={quote(lead.of, safe='')}"
        case LeadReason.MARKET_LINK | LeadReason.SEARCH_RESULT:
            return f"/chains?start={quote(lead.of, safe='')}" if "://" in lead.of else None
        case LeadReason.SIGNER:
            return None
        case _:
            return f"/packages/{lead.of}" if len(lead.of) == _SHA256_DIGITS else None


def _list(site: Site, request: Request, template: str, *, page: object, asked: dict[str, str]) -> Response:
    language = chosen(request, site.language)
    return site.render(
        request,
        template,
        section=SECTION,
        page=page,
        chosen={**dict.fromkeys(("market", "packages", "package", "q", "reason")), **asked},
        origin=origin,
        market_options=[(market, name.in_language(language)) for market, name in site.store.markets.names()],
        reason_options=[(one.value, text.in_language(language)) for one, text in beyond_words.REASONS.items()],
    )

"""The routes of what was found beyond stores, and of ratings, reviews and listings: as the pages of the same names."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from finwatch.api.acting import Observed, Whole
from finwatch.api.asking import After, Limit
from finwatch.model.beyond import (
    BeyondOverview,
    ChainPage,
    ChainView,
    LeadPage,
    NoticeEntryPage,
    NoticePage,
    NoticeView,
    RatingSeries,
    ReviewMonth,
    ReviewPage,
)
from finwatch.model.fetch import MarketId
from finwatch.model.view import ListingPage
from finwatch.model.web import LeadReason
from finwatch.store import Store

Month = Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}$", description="Month (UTC), such as 2026-03")]
TAG = "beyond stores"


def routes(api: APIRouter, store: Store) -> None:
    """Adds the routes to ``api``."""
    _beyond(api, store)
    _series(api, store)


def _beyond(api: APIRouter, store: Store) -> None:
    @api.get("/beyond", tags=[TAG])
    def beyond(store: Whole) -> BeyondOverview:
        """What was found beyond stores, in numbers."""
        return store.beyond.overview()

    @api.get("/chains", tags=[TAG])
    def chains(
        store: Observed,
        market: str | None = None,
        start: str | None = None,
        package: str | None = None,
        packages: bool | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> ChainPage:
        """Chains from a page to packages. `package`: SHA-256 that it led to; `packages`: whether it led to any."""
        return store.beyond.chains(
            market=_market(market), start=start, package=package, packages=packages, after=after, limit=limit
        )

    @api.get("/chains/{chain_id}", tags=[TAG])
    def chain(store: Observed, chain_id: str) -> ChainView:
        """One chain with every link."""
        return store.beyond.chain(chain_id)

    @api.get("/notices", tags=[TAG])
    def notices(
        store: Observed, market: str | None = None, url: str | None = None, after: After = None, limit: Limit = 50
    ) -> NoticePage:
        """Regulators' notices and penalty tables."""
        return store.beyond.notices(market=_market(market), url=url, after=after, limit=limit)

    @api.get("/notices/rows", tags=[TAG])
    def notice_rows(
        store: Observed,
        q: str | None = None,
        market: str | None = None,
        app: str | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> NoticeEntryPage:
        """Rows of notices. A notice gives names only: an app of the same name need not be the same app."""
        return store.beyond.entries(q=q, market=_market(market), app=app, after=after, limit=limit)

    @api.get("/notices/{notice_id}", tags=[TAG])
    def notice(store: Observed, notice_id: str) -> NoticeView:
        """One notice: its rows, and the parts that gave none."""
        return store.beyond.notice(notice_id)

    @api.get("/leads", tags=[TAG])
    def leads(
        store: Whole,
        market: str | None = None,
        reason: LeadReason | None = None,
        after: After = None,
        limit: Limit = 50,
    ) -> LeadPage:
        """Addresses worth a visit, why, and what became of each."""
        return store.beyond.leads(market=_market(market), reason=reason, after=after, limit=limit)


def _series(api: APIRouter, store: Store) -> None:
    @api.get("/apps/{app_id}/ratings", tags=["apps"])
    def ratings(store: Observed, app_id: str) -> list[RatingSeries]:
        """How the app stood in each market over time."""
        return list(store.series.ratings(store.app(app_id).entries()))

    @api.get("/apps/{app_id}/review-months", tags=["apps"])
    def months(store: Observed, app_id: str) -> list[ReviewMonth]:
        """How many reviews were written in each month, and the stars they gave."""
        return list(store.series.months(store.app(app_id).entries()))

    @api.get("/apps/{app_id}/reviews", tags=["apps"])
    def reviews(
        store: Observed,
        app_id: str,
        market: str | None = None,
        month: Month = None,
        after: After = None,
        limit: Limit = 50,
    ) -> ReviewPage:
        """What users wrote of the app."""
        entries = store.app(app_id).entries(market=market)
        return store.series.reviews(entries, month=month, after=after, limit=limit)

    @api.get("/markets/{market_id}/listings", tags=["markets"])
    def listings(store: Observed, market_id: str, after: After = None, limit: Limit = 50) -> ListingPage:
        """What the market lists now, as it describes it."""
        return store.market_listings(store.markets.get(MarketId(market_id)).id, after=after, limit=limit)


def _market(name: str | None) -> MarketId | None:
    return MarketId(name) if name is not None else None

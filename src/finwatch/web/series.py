"""Pages of what markets say over time: an app's ratings and reviews, a market's listings."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from finwatch.api.acting import Observed
from finwatch.model.fetch import MarketId
from finwatch.web import query
from finwatch.web.pages import Site


def routes(pages: APIRouter, site: Site) -> None:
    """Adds the pages to ``pages``."""

    @pages.get("/apps/{app_id}/ratings")
    def ratings(request: Request, store: Observed, app_id: str) -> Response:
        view = store.app(app_id)
        entries = view.entries()
        return site.render(
            request,
            "ratings.html",
            section="/apps",
            row=view.row,
            series=store.series.ratings(entries),
            months=store.series.months(entries),
        )

    @pages.get("/apps/{app_id}/reviews")
    def reviews(request: Request, store: Observed, app_id: str) -> Response:
        asked = query.fields(request)
        view = store.app(app_id)
        page = store.series.reviews(
            view.entries(market=asked.get("market")), month=query.month(asked.get("month")), after=asked.get("after")
        )
        return site.render(request, "reviews.html", section="/apps", row=view.row, page=page)

    @pages.get("/markets/{market_id}/listings")
    def listings(request: Request, store: Observed, market_id: str) -> Response:
        market = store.markets.get(MarketId(market_id))
        page = store.market_listings(market.id, after=query.fields(request).get("after"))
        return site.render(request, "market_listings.html", section="/markets", market=market, page=page)

"""What users wrote of one app: visited on its own, so that a market with thousands of apps is not one long reading.

What comes in: a market, a listing of it, and later the task that was made of that. What goes out: reviews, newest pages
first, or nothing where the first page is what it was. The values that the pages' addresses need travel in the
fragment of the task's address, which is never sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from finwatch.crawl.fetch import Fetcher
from finwatch.crawl.sources.declared import asking
from finwatch.crawl.sources.declared.fields import Context, review_of, values_of
from finwatch.crawl.sources.declared.paging import pages
from finwatch.crawl.sources.declared.visiting import Visitor
from finwatch.crawl.visit import Answer
from finwatch.model.fetch import FrontierTask, Market
from finwatch.model.listing import Listing, Review
from finwatch.model.source import ReviewPages


@dataclass(frozen=True, slots=True)
class Written:
    """The reviews of one app. ``reviews`` ``None`` = the newest page is what it was."""

    reviews: tuple[Review, ...] | None
    answer: Answer
    bytes_read: int
    notes: tuple[str, ...] = ()


def address_of(market: Market, listing: Listing) -> str | None:
    """Where the reviews of the app of ``listing`` begin, for a task; ``None`` = the market has none, or not for it."""
    plan = market.source.reviews if market.source is not None else None
    if plan is None:
        return None
    known = listing.model_dump(include=set(_needed(plan)) & set(Listing.model_fields))
    first = plan.paging.first if plan.paging else 0
    try:
        url = asking.address(plan.url, {**known, "page": first, "offset": first, "cursor": first}, base=market.address)
    except asking.Unnamed:
        return None
    return f"{url}#{urlencode(sorted((name, value) for name, value in known.items() if value is not None))}"


def _needed(plan: ReviewPages) -> list[str]:
    return [name for text in (plan.url, *plan.headers.values()) for name in asking.names(text)]


async def read(market: Market, task: FrontierTask, *, fetcher: Fetcher) -> Written:
    """The reviews that the task is about. Raises ``VisitFailed``."""
    source = market.source
    assert source is not None, "only a described market gives such tasks"
    assert source.reviews is not None
    plan = source.reviews
    visitor = Visitor(market, source, fetcher)
    known: dict[str, Any] = dict(parse_qsl(task.url.partition("#")[2]))
    found: dict[str, Review] = {}
    notes: list[str] = []
    first: Answer | None = None
    async for items in pages(visitor, market, plan, known):
        if first is None:
            first = items.answer
            if first.sha256 == task.content_sha256:
                return Written(None, first, visitor.bytes)
        at = items.answer
        context = Context(market.id, at.hop.url, at.hop.at, at.capture, source.locale, source.zone)
        before = len(found)
        for node in items.nodes:
            values = values_of(node, plan.fields, context, known=known)
            notes += values.notes
            try:
                review = review_of(values.fields, context, app=task.app or "")
            except ValueError as error:
                notes.append(str(error))
                continue
            if review is not None:
                found.setdefault(review.id, review)
        if len(found) == before:
            break
    assert first is not None, "a list has at least one page"
    return Written(tuple(found.values()), first, visitor.bytes, tuple(dict.fromkeys(notes)))

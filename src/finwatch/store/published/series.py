"""Ratings and reviews of an app over time: their rows, and what the screens ask of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Engine, Row, func, or_, select

from finwatch.model.access import Sight
from finwatch.model.beyond import RatingSeries, ReviewMonth, ReviewPage
from finwatch.model.fetch import MarketId
from finwatch.model.listing import RatingPoint, Review
from finwatch.store import tables
from finwatch.store.dialect import reading
from finwatch.store.published import paging
from finwatch.store.published.documents import Rows
from finwatch.store.published.publication import ALL, snapshot
from finwatch.store.tables import rating_point, review

Entries = Sequence[tuple[str, str]]
"""Pairs of market and package name."""
_POINT: Final = tuple(RatingPoint.model_fields)


def rating_rows(points: Sequence[RatingPoint]) -> Rows:
    """The rows of a series of ratings."""
    return {tables.rating_point: [point.model_dump() for point in points]}


def review_rows(reviews: Sequence[Review]) -> Rows:
    """The rows of reviews, one each."""
    rows = []
    for one in reviews:
        at = one.written or one.seen
        rows.append(
            {
                "review": hashlib.sha256(f"{one.market}\n{one.app}\n{one.id}".encode()).hexdigest()[:24],
                "market": one.market,
                "app": one.app,
                "at": at,
                "month": f"{at:%Y-%m}",
                "rating": one.rating,
                "detail": one.model_dump(mode="json"),
            }
        )
    return {tables.review: rows}


class Series:
    """The named questions."""

    def __init__(self, engine: Engine, sight: Sight = ALL) -> None:
        self._engine = engine
        self._sight = sight

    def ratings(self, entries: Entries) -> tuple[RatingSeries, ...]:
        """One series for each entry that has any point, by market and app; points oldest first."""
        with reading(self._engine) as connection:
            now = snapshot(connection, self._sight)
            asked = select(rating_point).where(now.live(rating_point), _either(rating_point, entries))
            rows = connection.execute(asked.order_by(rating_point.c.market, rating_point.c.app, rating_point.c.at))
            found: dict[tuple[str, str], list[RatingPoint]] = {}
            for row in rows:
                found.setdefault((row.market, row.app), []).append(_point(row))
        return tuple(
            RatingSeries(market=MarketId(market), app=app, points=tuple(points))
            for (market, app), points in found.items()
        )

    def months(self, entries: Entries) -> tuple[ReviewMonth, ...]:
        """How many reviews were written in each month and what stars they gave, oldest month first."""
        with reading(self._engine) as connection:
            now = snapshot(connection, self._sight)
            by = (review.c.market, review.c.app, review.c.month)
            asked = (
                select(*by, func.count().label("reviews"), func.count(review.c.rating).label("rated"))
                .add_columns(func.avg(review.c.rating).label("mean"))
                .where(now.live(review), _either(review, entries))
                .group_by(*by)
                .order_by(*by)
            )
            return tuple(ReviewMonth.model_validate(dict(row._mapping)) for row in connection.execute(asked))

    def reviews(
        self,
        entries: Entries,
        *,
        month: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> ReviewPage:
        """A page of reviews, newest first. Raises ``InputError`` for an ``after`` that is no key of this list."""
        with reading(self._engine) as connection:
            now = snapshot(connection, self._sight)
            asked = select(review).where(now.live(review), _either(review, entries))
            if month is not None:
                asked = asked.where(review.c.month == month)
            rows, following, total = paging.newest_first(
                connection, asked, at=review.c.at, key=review.c.review, after=after, limit=limit
            )
        return ReviewPage(rows=tuple(Review.model_validate(row.detail) for row in rows), next=following, total=total)


def _either(table: Any, entries: Entries) -> Any:
    either = [(table.c.market == market) & (table.c.app == app) for market, app in entries]
    return or_(*either) if either else table.c.id < 0


def _point(row: Row[Any]) -> RatingPoint:
    return RatingPoint(**{name: getattr(row, name) for name in _POINT})

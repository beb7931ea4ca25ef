"""The list of apps and one app's page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, true

from finwatch.errors import InputError, NotFound
from finwatch.model.examination import Match, Rating, Verdict
from finwatch.model.fetch import MarketId
from finwatch.model.view import AppFilter, AppPage, AppRow, AppView, ListingPage, ListingSpan, MatchRow, Order
from finwatch.store.published import names, paging, search
from finwatch.store.published.documents import risk_range
from finwatch.store.published.event import events_of
from finwatch.store.published.finding import findings_of
from finwatch.store.published.memory import PAGES, SUBJECTS
from finwatch.store.published.publication import Snapshot, snapshot
from finwatch.store.published.version import version_row
from finwatch.store.tables import app, app_facet, listing, match, version

_ROW = tuple(name for name in AppRow.model_fields if name not in {"id", "markets", "last_seen"})
_ORDERS: dict[Order, Any] = {
    "risk": app.c.risk,
    "recent": app.c.seen_order,
    "name": app.c.name_en,
}
_FACETS = ("market", "check", "sdk", "permission", "event")
_FEW = 3_000
"""So many hits and fewer are looked up one by one; among more, the first page is found soonest in the list's order."""


def apps(now: Snapshot, where: AppFilter, *, order: Order, after: str | None, limit: int) -> AppPage:
    """A page of apps, most serious (or newest, or by name) first."""
    if order not in _ORDERS:
        raise InputError(f"Apps cannot be sorted by {order!r}.", todo=f"Use one of {', '.join(_ORDERS)}.")
    key = (where, order, after, limit)
    return now.remembered("apps", key, lambda: _page(now, where, order=order, after=after, limit=limit), most=PAGES)


def _page(now: Snapshot, where: AppFilter, *, order: Order, after: str | None, limit: int) -> AppPage:
    asked = _narrowed(now, where)
    total = now.remembered("apps counted", where, lambda: paging.bounded_count(now.connection, _counted(now, where)))
    keys = (_ORDERS[order], app.c.app_id)
    if after is not None:
        asked = asked.where(paging.beyond(keys, paging.decode(after, len(keys))))
    rows = now.connection.execute(asked.order_by(*keys).limit(limit + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    key = paging.encode([getattr(last, _ORDERS[order].name), last.app_id]) if last is not None else None
    return AppPage(rows=tuple(app_row(now, row) for row in rows[:limit]), next=key, total=total)


def apps_of(now: Snapshot, *, packages: Collection[str], names: Collection[str], limit: int) -> tuple[AppRow, ...]:
    """Apps that a ledger may mean, by id: with one of the package names, or with one of ``names`` in their names."""
    ways: list[ColumnElement[bool]] = [app.c.app.in_(sorted(packages))] if packages else []
    for name in sorted(names):
        found = search.words(name)
        if grams := sorted({gram for word in found for gram in search.word_grams(word)}):
            held = (app.c.search.contains(word, autoescape=True) for word in found)
            ways.append(and_(_named(now, grams, most=_FEW), *held))
    if not ways:
        return ()
    asked = select(app).where(now.live(app), or_(*ways)).order_by(app.c.app_id).limit(limit)
    return tuple(app_row(now, row) for row in now.connection.execute(asked).all())


def _counted(now: Snapshot, where: AppFilter) -> Select[Any]:
    """What is counted for a filter: the rows of one facet where it is the only condition, each being an app's; else the
    apps, found by the index of names as long as that is shorter than going through all of them."""
    given = where.model_dump(exclude_none=True)
    if len(given) == 1 and (name := next(iter(given))) in _FACETS:
        return _having(now, name, str(given[name]))
    return _narrowed(now, where, most=paging.BOUND)


def _narrowed(now: Snapshot, where: AppFilter, *, most: int = _FEW) -> Select[Any]:
    """The apps that a filter leaves. Names that ``most`` apps or fewer have are looked up in their index."""
    asked = select(app).where(now.live(app))
    for name in ("band", "finance", "kind", "gone"):
        if (value := getattr(where, name)) is not None:
            asked = asked.where(app.c[name] == value)
    if where.band is not None:  # the sort key begins with the band: a range of the index instead of all rows
        asked = asked.where(app.c.risk.between(*risk_range(where.band)))
    if where.suspected is not None:
        asked = asked.where(app.c.suspected > 0 if where.suspected else app.c.suspected == 0)
    if where.examined is not None:
        asked = asked.where(app.c.band.is_not(None) if where.examined else app.c.band.is_(None))
        least, _ = risk_range(None)
        asked = asked.where(app.c.risk < least if where.examined else app.c.risk >= least)
    for name in _FACETS:
        if (value := getattr(where, name)) is not None:
            asked = asked.where(_has(now, name, str(value)))
    found = search.words(where.q or "")
    if found:
        asked = asked.where(
            _named(now, sorted({gram for word in found for gram in search.word_grams(word)}), most=most)
        )
    return asked.where(*(app.c.search.contains(word, autoescape=True) for word in found))


def _named(now: Snapshot, grams: list[str], *, most: int) -> ColumnElement[bool]:
    """A condition on apps whose names hold some grams, where it helps: their numbers in the index of names. Whether
    they hold the words is asked of the names themselves, which the list's order comes upon soon where many do."""
    holding = names.holding(now.connection, grams)
    size = now.remembered("named", tuple(grams), lambda: paging.bounded_count(now.connection, holding))
    few = not size.more and size.value <= most
    return app.c.id.in_(holding) if few else true()


def _has(now: Snapshot, facet: str, value: str) -> Any:
    having = _having(now, facet, value)
    if now.remembered("few having", (facet, value), lambda: _is_few(now, having)):
        return app.c.app_id.in_(having)
    return having.where(app_facet.c.app_id == app.c.app_id).exists()


def _having(now: Snapshot, facet: str, value: str) -> Select[Any]:
    return select(app_facet.c.app_id).where(now.live(app_facet), app_facet.c.facet == facet, app_facet.c.value == value)


def _is_few(now: Snapshot, asked: Select[Any]) -> bool:
    some = asked.limit(_FEW + 1).subquery()
    return now.connection.execute(select(func.count()).select_from(some)).scalar_one() <= _FEW


def app_row(now: Snapshot, row: Row[Any]) -> AppRow:
    """A row of the table as the screens read it."""
    visited = now.visited()
    return AppRow(
        id=row.app_id,
        markets=tuple(row.markets),
        last_seen=row.last_seen or max((visited[one] for one in row.markets if one in visited), default=None),
        **{name: getattr(row, name) for name in _ROW},
    )


def app_view(now: Snapshot, name: str) -> AppView:
    """An app's page, see ``Store.app``."""
    return now.remembered("app", name, lambda: _view(now, name), most=SUBJECTS)


def _view(now: Snapshot, name: str) -> AppView:
    row = _find(now, name)
    versions = now.connection.execute(
        select(version)
        .where(now.live(version), version.c.app_id == row.id)
        .order_by(version.c.version_code.desc().nulls_last(), version.c.sha256)
    ).all()
    spans = listings_of(now, listing.c.app_id == row.id)
    rated = next((one for one in versions if one.sha256 == row.sha256), None)
    neighbours = select(app).where(now.live(app), app.c.app == row.app, app.c.app_id != row.id)
    return AppView(
        row=row,
        versions=tuple(version_row(one) for one in versions),
        listings=spans,
        events=events_of(now, sorted({(span.market, span.app) for span in spans})),
        rating=Rating.model_validate(rated.rating) if rated is not None else None,
        findings=findings_of(now, rated.sha256) if rated is not None else (),
        matches=matches_of(now, rated.sha256) if rated is not None else (),
        resembled_by=_resembled_by(now, row, [one.sha256 for one in versions]),
        same_package=tuple(
            app_row(now, one) for one in now.connection.execute(neighbours.order_by(app.c.app_id).limit(50)).all()
        ),
    )


def published_app(connection: Connection, app_id: str) -> AppRow | None:
    """An app as it is published, for what is decided in the same transaction; ``None`` = it is not."""
    now = snapshot(connection)
    row = connection.execute(select(app).where(now.live(app), app.c.app_id == app_id)).first()
    return app_row(now, row) if row is not None else None


def _find(now: Snapshot, name: str) -> AppRow:
    found = now.connection.execute(select(app).where(now.live(app), app.c.app_id == name)).first()
    if found is not None:
        return app_row(now, found)
    rows = now.connection.execute(
        select(app).where(now.live(app), app.c.app == name).order_by(app.c.app_id).limit(20)
    ).all()
    if not rows:
        raise NotFound(f"No app {name!r} is published.", zh=f"没有已发布的应用 {name}。", todo="Search for its name.")
    if len(rows) > 1:
        ids = ", ".join(row.app_id for row in rows)
        raise InputError(
            f"{name} is in the hands of several signers.", zh=f"{name} 有多个签名者。", todo=f"Name one: {ids}."
        )
    return app_row(now, rows[0])


def listings_of(now: Snapshot, condition: Any) -> tuple[ListingSpan, ...]:
    """The listings that hold ``condition``, newest version first, by market; what has no code, by when it was seen."""
    asked = select(listing).where(now.live(listing), condition)
    rows = now.connection.execute(
        asked.order_by(
            listing.c.version_code.desc().nulls_last(), listing.c.market, listing.c.first_seen.desc(), listing.c.id
        )
    ).all()
    return tuple(_span(now, row) for row in rows)


def market_listings(now: Snapshot, market: MarketId, *, after: str | None, limit: int) -> ListingPage:
    """A page of what a market lists now, by package name."""
    asked = select(listing).where(now.live(listing), listing.c.market == market, listing.c.gone_at.is_(None))
    total = paging.bounded_count(now.connection, asked)
    keys = (listing.c.app, listing.c.id)
    if after is not None:
        asked = asked.where(paging.beyond(keys, paging.decode(after, len(keys))))
    rows = now.connection.execute(asked.order_by(*keys).limit(limit + 1)).all()
    following = paging.encode([rows[limit - 1].app, rows[limit - 1].id]) if len(rows) > limit else None
    return ListingPage(rows=tuple(_span(now, row) for row in rows[:limit]), next=following, total=total)


def _span(now: Snapshot, row: Row[Any]) -> ListingSpan:
    return ListingSpan(
        market=row.market,
        app_id=row.app_id,
        app=row.app,
        listing=row.detail,
        first_seen=row.first_seen,
        last_seen=row.last_seen or now.visited()[row.market],
        gone_at=row.gone_at,
    )


def matches_of(now: Snapshot, sha256: str) -> tuple[Match, ...]:
    """What a package was found to be like, in the examination's order."""
    asked = select(match.c.detail).where(now.live(match), match.c.sha256 == sha256).order_by(match.c.position)
    return tuple(Match.model_validate(detail) for detail in now.connection.execute(asked).scalars())


def _resembled_by(now: Snapshot, row: AppRow, packages: list[str]) -> tuple[MatchRow, ...]:
    asked = (
        select(match)
        .where(
            now.live(match),
            match.c.other_sha256.in_(packages),
            match.c.app_id != row.id,
            match.c.verdict.in_((Verdict.SUSPECTED_COUNTERFEIT, Verdict.SUSPECTED_REPACKAGED, Verdict.RELATED)),
        )
        .order_by(match.c.app_id, match.c.sha256, match.c.position)
        .limit(200)
    )
    rows = now.connection.execute(asked).all()
    return tuple(MatchRow(app_id=one.app_id, sha256=one.sha256, match=Match.model_validate(one.detail)) for one in rows)

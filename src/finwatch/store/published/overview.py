"""The numbers of the first page, each the size of a list that can be opened."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select

from finwatch.model.base import Text
from finwatch.model.examination import Answer, Band
from finwatch.model.view import CheckCount, Facet, Overview
from finwatch.store.published.documents import RISK, SEVERITY
from finwatch.store.published.event import events
from finwatch.store.published.publication import Snapshot
from finwatch.store.tables import aggregate, app, app_facet, event, finding, listing, market, version

_BY_ORDER = {order: severity for severity, order in SEVERITY.items()}
OVERVIEW = "overview"
MARKETS = "markets"
_TOP = 20
_RECENT = 10


def overview(now: Snapshot) -> Overview:
    """Counts over apps, versions, findings and events of one generation, as they were when it was published."""
    told = now.remembered("overview", None, lambda: _overview(now))
    markets = now.connection.execute(select(func.count()).select_from(market)).scalar_one()
    return told if told.markets == markets else told.model_copy(update={"markets": markets})


def _overview(now: Snapshot) -> Overview:
    told = now.connection.execute(
        select(aggregate.c.value).where(now.live(aggregate), aggregate.c.name == OVERVIEW)
    ).scalar()
    if told is None:
        return counted(now)
    return Overview.model_validate(told | {"generation": now.generation, "published": now.published})


def counted(now: Snapshot) -> Overview:
    """The same, counted: at the size of a country this takes seconds."""

    def number(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    counts = now.connection.execute(
        select(
            func.count().label("apps"),
            number(app.c.finance).label("finance"),
            number(app.c.gone).label("gone"),
            number(app.c.band == Band.LIMITED).label("limited"),
            number(app.c.band.is_(None)).label("unexamined"),
            number(app.c.suspected > 0).label("suspected"),
        ).where(now.live(app))
    ).one()
    bands = dict(_grouped(now, app.c.band))
    return Overview(
        generation=now.generation,
        published=now.published,
        **counts._mapping,
        versions=_size(now, version),
        markets=now.connection.execute(select(func.count()).select_from(market)).scalar_one(),
        events=_size(now, event),
        bands=tuple(Facet(value=band, apps=bands.get(band, 0)) for band in sorted(RISK, key=RISK.__getitem__)),
        kinds=tuple(Facet(value=value, apps=size) for value, size in _grouped(now, app.c.kind)),
        sdks=_facets(now, "sdk"),
        checks=_checks(now),
        recent=events(now, market=None, app=None, after=None, limit=_RECENT).rows,
    )


def market_sizes(now: Snapshot) -> dict[str, tuple[int, int]]:
    """Listings and package names that each market lists now, as they were counted when this was published."""
    return now.remembered("market sizes", None, lambda: _market_sizes(now))


def _market_sizes(now: Snapshot) -> dict[str, tuple[int, int]]:
    asked = select(aggregate.c.value).where(now.live(aggregate), aggregate.c.name == MARKETS)
    told = now.connection.execute(asked).scalar()
    return counted_markets(now) if told is None else {name: (sizes[0], sizes[1]) for name, sizes in told.items()}


def counted_markets(now: Snapshot) -> dict[str, tuple[int, int]]:
    """The same, counted."""
    asked = (
        select(listing.c.market, func.count(), func.count(listing.c.app.distinct()))
        .where(now.live(listing), listing.c.gone_at.is_(None))
        .group_by(listing.c.market)
    )
    return {row[0]: (row[1], row[2]) for row in now.connection.execute(asked)}


def _size(now: Snapshot, table: Any) -> int:
    return now.connection.execute(select(func.count()).select_from(table).where(now.live(table))).scalar_one()


def _grouped(now: Snapshot, column: Any) -> list[tuple[str, int]]:
    size = func.count().label("size")
    asked = select(column, size).where(now.live(app), column.is_not(None)).group_by(column)
    return [(value, count) for value, count in now.connection.execute(asked.order_by(size.desc(), column))]


def _facets(now: Snapshot, facet: str) -> tuple[Facet, ...]:
    size = func.count().label("size")
    asked = select(app_facet.c.value, size).where(now.live(app_facet), app_facet.c.facet == facet)
    rows = now.connection.execute(
        asked.group_by(app_facet.c.value).order_by(size.desc(), app_facet.c.value).limit(_TOP)
    )
    return tuple(Facet(value=value, apps=count) for value, count in rows)


def _checks(now: Snapshot) -> tuple[CheckCount, ...]:
    size = func.count(finding.c.app_id.distinct()).label("size")
    order = func.min(finding.c.severity_order).label("severity_order")
    asked = (
        select(finding.c.check, order, func.min(finding.c.title), size)
        .where(now.live(finding), finding.c.current, finding.c.outcome == Answer.YES)
        .group_by(finding.c.check)
        .order_by(order, size.desc(), finding.c.check)
    )
    return tuple(
        CheckCount(check=check, severity=_BY_ORDER[rank], title=Text.model_validate(title), apps=count)
        for check, rank, title, count in now.connection.execute(asked)
    )

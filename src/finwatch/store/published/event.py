"""What changed in the markets between visits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select, tuple_

from finwatch.model.fetch import MarketId
from finwatch.model.listing import EventKind, ListingEvent
from finwatch.model.view import EventPage, EventRow
from finwatch.store.published import paging
from finwatch.store.published.memory import PAGES
from finwatch.store.published.publication import Snapshot
from finwatch.store.tables import app, event, listing

_FIELDS = tuple(ListingEvent.model_fields)
_APPS = 20
"""Apps of one package name that are named beside an event."""


def events_of(now: Snapshot, entries: Sequence[tuple[str, str]]) -> tuple[ListingEvent, ...]:
    """The events of (market, package name) pairs, newest first."""
    if not entries:
        return ()
    either = or_(*((event.c.market == market) & (event.c.app == name) for market, name in entries))
    asked = select(event).where(now.live(event), either).order_by(event.c.at.desc(), event.c.event_id.desc())
    return tuple(_event(row) for row in now.connection.execute(asked))


def events(
    now: Snapshot,
    *,
    market: MarketId | None = None,
    app: str | None = None,
    kind: EventKind | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: str | None,
    limit: int,
) -> EventPage:
    """A page of events, newest first."""
    key = (market, app, kind, since, until, after, limit)
    return now.remembered(
        "events",
        key,
        lambda: _page(now, market=market, app=app, kind=kind, since=since, until=until, after=after, limit=limit),
        most=PAGES,
    )


def _page(
    now: Snapshot,
    *,
    market: MarketId | None,
    app: str | None,
    kind: EventKind | None,
    since: datetime | None,
    until: datetime | None,
    after: str | None,
    limit: int,
) -> EventPage:
    asked = select(event).where(now.live(event))
    if market is not None:
        asked = asked.where(event.c.market == market)
    if app is not None:
        asked = asked.where(event.c.app == app)
    if kind is not None:
        asked = asked.where(event.c.kind == kind)
    if since is not None:
        asked = asked.where(event.c.at >= since)
    if until is not None:
        asked = asked.where(event.c.at <= until)
    rows, following, total = paging.newest_first(
        now.connection, asked, at=event.c.at, key=event.c.event_id, after=after, limit=limit
    )
    named = _named(now, {(row.market, row.app) for row in rows})
    shown = tuple(_row(row, named.get((row.market, row.app), [])) for row in rows)
    return EventPage(rows=shown, next=following, total=total)


def _event(row: Row[Any]) -> ListingEvent:
    return ListingEvent(**{name: getattr(row, name) for name in _FIELDS})


def _named(now: Snapshot, entries: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[Row[Any]]]:
    """The apps that (market, package name) pairs belong to, by app id."""
    asked: Select[Any] = (
        select(listing.c.market, listing.c.app, app.c.app_id, app.c.name_zh, app.c.name_en)
        .select_from(listing)
        .join(app, (app.c.app_id == listing.c.app_id) & now.live(app))
        .where(now.live(listing), tuple_(listing.c.market, listing.c.app).in_(sorted(entries)))
        .distinct()
        .order_by(app.c.app_id)
    )
    found: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in now.connection.execute(asked) if entries else ():
        found.setdefault((row.market, row.app), []).append(row)
    return found


def _row(row: Row[Any], apps: Sequence[Row[Any]]) -> EventRow:
    found = apps[:_APPS]
    return EventRow(
        event=_event(row),
        app_ids=tuple(one.app_id for one in found),
        name_zh=found[0].name_zh if found else row.app,
        name_en=found[0].name_en if found else row.app,
    )

"""What changed in the markets between visits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select

from finwatch.model.fetch import MarketId
from finwatch.model.listing import EventKind, ListingEvent
from finwatch.model.view import EventPage, EventRow
from finwatch.store.published import paging
from finwatch.store.published.publication import Snapshot
from finwatch.store.tables import app, event, listing

_FIELDS = tuple(ListingEvent.model_fields)


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
    return EventPage(rows=tuple(_row(now, row) for row in rows), next=following, total=total)


def _event(row: Row[Any]) -> ListingEvent:
    return ListingEvent(**{name: getattr(row, name) for name in _FIELDS})


def _row(now: Snapshot, row: Row[Any]) -> EventRow:
    asked = (
        select(app.c.app_id, app.c.name_zh, app.c.name_en)
        .join(listing, (listing.c.app_id == app.c.app_id) & now.live(listing))
        .where(now.live(app), listing.c.market == row.market, listing.c.app == row.app)
        .distinct()
        .order_by(app.c.app_id)
        .limit(20)
    )
    found = now.connection.execute(asked).all()
    return EventRow(
        event=_event(row),
        app_ids=tuple(one.app_id for one in found),
        name_zh=found[0].name_zh if found else row.app,
        name_en=found[0].name_en if found else row.app,
    )

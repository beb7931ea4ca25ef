"""How visits ended, kept for the market health page: one row a visit, whatever its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, case, delete, func, insert, select

from finwatch.model.fetch import Market, MarketId, Outcome, OutcomeKind, TaskKind
from finwatch.model.view import Failure, MarketHealth
from finwatch.store.tables import frontier, market, outcome

GOOD: Final = ("ok", "not_modified", "empty")
"""Values of ``OutcomeKind`` that are answers, not failures."""
_FIELDS = tuple(Outcome.model_fields)


def insert_outcome(connection: Connection, visit: Outcome) -> None:
    """Keeps a visit's end inside the caller's transaction."""
    connection.execute(insert(outcome).values(**{name: getattr(visit, name) for name in _FIELDS}))


def outcomes(
    connection: Connection,
    *,
    market_id: MarketId | None,
    kind: OutcomeKind | None,
    url: str | None,
    since: datetime | None,
    until: datetime | None,
    before: int | None,
    limit: int,
) -> list[tuple[int, Outcome]]:
    """Visits newest first, each with its number: the ``before`` of the following page."""
    asked = select(outcome)
    if market_id is not None:
        asked = asked.where(outcome.c.market == market_id)
    if kind is not None:
        asked = asked.where(outcome.c.kind == kind)
    if url is not None:
        asked = asked.where(outcome.c.url == url)
    if since is not None:
        asked = asked.where(outcome.c.started >= since)
    if until is not None:
        asked = asked.where(outcome.c.started <= until)
    if before is not None:
        asked = asked.where(outcome.c.id < before)
    rows = connection.execute(asked.order_by(outcome.c.id.desc()).limit(limit)).all()
    return [(row.id, Outcome(**{name: getattr(row, name) for name in _FIELDS})) for row in rows]


def market_health(
    connection: Connection, *, sizes: Mapping[str, tuple[int, int]], since: datetime, now: datetime
) -> list[MarketHealth]:
    """Every registered market with how its visits went since ``since``, by id. ``sizes`` = how many listings and
    package names each lists now."""
    rows = connection.execute(select(market).order_by(market.c.id)).all()
    return [
        _health(
            connection, Market.model_validate(row.descriptor), listed=sizes.get(row.id, (0, 0)), since=since, now=now
        )
        for row in rows
    ]


def _health(
    connection: Connection, descriptor: Market, *, listed: tuple[int, int], since: datetime, now: datetime
) -> MarketHealth:
    here = and_(outcome.c.market == descriptor.id, outcome.c.started >= since)
    counted = connection.execute(select(outcome.c.kind, func.count()).where(here).group_by(outcome.c.kind))
    by_kind: dict[str, int] = {row[0]: row[1] for row in counted}
    visits = sum(by_kind.values())
    succeeded = sum(by_kind.get(kind, 0) for kind in GOOD)
    last = connection.execute(
        select(
            func.max(outcome.c.started),
            func.max(case((outcome.c.kind.in_(GOOD), outcome.c.started))),
            func.max(case((and_(outcome.c.kind.in_(GOOD), outcome.c.task == TaskKind.INDEX), outcome.c.started))),
            func.coalesce(func.sum(outcome.c.bytes), 0),
        ).where(here)
    ).one()
    failures = []
    for kind, count in by_kind.items():
        if kind not in GOOD:
            newest = select(outcome).where(here, outcome.c.kind == kind).order_by(outcome.c.started.desc())
            failures.append(_failure(connection.execute(newest.limit(1)).one(), count))
    failures.sort(key=lambda failure: (failure.at, failure.kind), reverse=True)
    due, leased, waiting, given_up = _tasks(connection, descriptor.id, now)
    return MarketHealth(
        market=descriptor,
        since=since,
        visits=visits,
        succeeded=succeeded,
        rate=succeeded / visits if visits else None,
        last_visit=last[0],
        last_success=last[1],
        last_index=last[2],
        failures=tuple(failures),
        last_error=failures[0] if failures else None,
        bytes=last[3],
        listings=listed[0],
        apps=listed[1],
        due=due,
        leased=leased,
        backing_off=waiting,
        given_up=given_up,
    )


def _tasks(connection: Connection, market_id: MarketId, now: datetime) -> tuple[int, int, int, int]:
    def number(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    held = and_(frontier.c.leased_until.is_not(None), frontier.c.leased_until > now)
    failed = and_(frontier.c.last_kind.is_not(None), frontier.c.last_kind.not_in(GOOD))
    row = connection.execute(
        select(
            number(and_(frontier.c.due <= now, ~func.coalesce(held, False))),
            number(held),
            number(and_(frontier.c.due > now, failed)),
            number(and_(frontier.c.due.is_(None), failed)),
        ).where(frontier.c.market == market_id)
    ).one()
    return row[0], row[1], row[2], row[3]


def _failure(row: Row[Any], count: int) -> Failure:
    return Failure(
        kind=OutcomeKind(row.kind),
        count=count,
        at=row.started,
        task=TaskKind(row.task),
        url=row.url,
        status=row.status,
        message=row.message,
        capture=row.capture,
    )


def forget_outcomes(connection: Connection, *, before: datetime) -> int:
    """Deletes visits older than ``before``; the lake keeps them. Returns how many."""
    return connection.execute(delete(outcome).where(outcome.c.started < before)).rowcount

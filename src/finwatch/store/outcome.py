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
    connection: Connection,
    *,
    sizes: Mapping[str, tuple[int, int]],
    since: datetime,
    now: datetime,
    only: MarketId | None = None,
) -> list[MarketHealth]:
    """Every registered market, or one of them, with how its visits went since ``since``, by id.

    ``sizes`` = how many listings and package names each lists now. A handful of questions, however many markets.
    """
    asked = select(market).order_by(market.c.id)
    if only is not None:
        asked = asked.where(market.c.id == only)
    rows = connection.execute(asked).all()
    visits = _visits(connection, since, only)
    failures = _failures(connection, since, only)
    tasks = _tasks(connection, now, only)
    return [
        _health(
            Market.model_validate(row.descriptor),
            visits=visits.get(row.id, {}),
            failures=failures.get(row.id, {}),
            tasks=tasks.get(row.id, (0, 0, 0, 0)),
            listed=sizes.get(row.id, (0, 0)),
            since=since,
        )
        for row in rows
    ]


def _here(table: Any, only: MarketId | None) -> Any:
    return table.c.market == only if only is not None else table.c.market.is_not(None)


def _visits(connection: Connection, since: datetime, only: MarketId | None) -> dict[str, dict[str, Row[Any]]]:
    """By market and kind: how many visits ended so, the newest of them, the newest of an index, and their bytes."""
    index = case((outcome.c.task == TaskKind.INDEX, outcome.c.started))
    asked = (
        select(outcome.c.market, outcome.c.kind, func.count().label("size"), func.max(outcome.c.started).label("last"))
        .add_columns(func.max(index).label("last_index"), func.coalesce(func.sum(outcome.c.bytes), 0).label("bytes"))
        .where(_here(outcome, only), outcome.c.started >= since)
        .group_by(outcome.c.market, outcome.c.kind)
    )
    found: dict[str, dict[str, Row[Any]]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.market, {})[row.kind] = row
    return found


def _failures(connection: Connection, since: datetime, only: MarketId | None) -> dict[str, dict[str, Row[Any]]]:
    """By market and kind: the newest visit that went wrong."""
    newest = (
        select(outcome.c.market, outcome.c.kind, func.max(outcome.c.started).label("started"))
        .where(_here(outcome, only), outcome.c.started >= since, outcome.c.kind.not_in(GOOD))
        .group_by(outcome.c.market, outcome.c.kind)
        .subquery()
    )
    same = (
        (outcome.c.market == newest.c.market)
        & (outcome.c.kind == newest.c.kind)
        & (outcome.c.started == newest.c.started)
    )
    found: dict[str, dict[str, Row[Any]]] = {}
    for row in connection.execute(select(outcome).join(newest, same).order_by(outcome.c.id)):
        found.setdefault(row.market, {})[row.kind] = row
    return found


def _health(
    descriptor: Market,
    *,
    visits: Mapping[str, Row[Any]],
    failures: Mapping[str, Row[Any]],
    tasks: tuple[int, int, int, int],
    listed: tuple[int, int],
    since: datetime,
) -> MarketHealth:
    number = sum(row.size for row in visits.values())
    good = [row for kind, row in visits.items() if kind in GOOD]
    succeeded = sum(row.size for row in good)
    wrong = sorted(
        (_failure(row, visits[kind].size) for kind, row in failures.items()),
        key=lambda failure: (failure.at, failure.kind),
        reverse=True,
    )
    due, leased, waiting, given_up = tasks
    return MarketHealth(
        market=descriptor,
        since=since,
        visits=number,
        succeeded=succeeded,
        rate=succeeded / number if number else None,
        last_visit=max((row.last for row in visits.values()), default=None),
        last_success=max((row.last for row in good), default=None),
        last_index=max((row.last_index for row in good if row.last_index is not None), default=None),
        failures=tuple(wrong),
        last_error=wrong[0] if wrong else None,
        bytes=sum(row.bytes for row in visits.values()),
        listings=listed[0],
        apps=listed[1],
        due=due,
        leased=leased,
        backing_off=waiting,
        given_up=given_up,
    )


def _tasks(connection: Connection, now: datetime, only: MarketId | None) -> dict[str, tuple[int, int, int, int]]:
    """By market: how many tasks are due, leased, waiting after a failure, given up."""

    def number(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    held = and_(frontier.c.leased_until.is_not(None), frontier.c.leased_until > now)
    failed = and_(frontier.c.last_kind.is_not(None), frontier.c.last_kind.not_in(GOOD))
    asked = (
        select(
            frontier.c.market,
            number(and_(frontier.c.due <= now, ~func.coalesce(held, False))),
            number(held),
            number(and_(frontier.c.due > now, failed)),
            number(and_(frontier.c.due.is_(None), failed)),
        )
        .where(_here(frontier, only))
        .group_by(frontier.c.market)
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in connection.execute(asked)}


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

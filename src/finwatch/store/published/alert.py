"""What got worse: raised as a generation of the read model becomes visible, and as a daily run ends.

A publication replaces whole documents, so what an app was before stands beside what it is now until the old rows are
removed: the two are compared in the transaction that makes the new generation visible. A publication therefore raises
its alerts once, or not at all. Alerts stay when the read model is built again; that raises none, since nothing differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, case, delete, func, insert, or_, select, update

from finwatch.model.alert import Alert, AlertKind
from finwatch.model.examination import Band, Verdict
from finwatch.model.fetch import MarketId, OutcomeKind, TaskKind
from finwatch.model.run import Raised
from finwatch.store.dialect import insert_all, reading, retried, writing
from finwatch.store.outcome import GOOD
from finwatch.store.tables import alert, app, match, outcome

_SUSPECTED: Final = (Verdict.SUSPECTED_COUNTERFEIT.value, Verdict.SUSPECTED_REPACKAGED.value)


def raise_alerts(connection: Connection, generation: int, *, at: datetime) -> int:
    """Keeps what is worse in ``generation`` than in the one before; returns how many alerts that is.

    For the transaction that makes the generation visible. Where no app was published before, nothing is worse.
    """
    if connection.execute(select(app.c.id).where(app.c.since < generation).limit(1)).first() is None:
        return 0
    found = [*_red(connection, generation, at), *_suspected(connection, generation, at)]
    insert_all(connection, alert, [_row(one) for one in found])
    return len(found)


def _red(connection: Connection, generation: int, at: datetime) -> Iterator[Alert]:
    now, before = app.alias("now"), app.alias("before")
    asked = (
        select(now, before.c.band.label("before"))
        .outerjoin(before, and_(before.c.app_id == now.c.app_id, before.c.until == generation))
        .where(now.c.since == generation, now.c.band == Band.RED.value)
        .where(or_(before.c.band.is_(None), before.c.band != Band.RED.value))
        .order_by(now.c.app_id)
    )
    for row in connection.execute(asked):
        yield Alert(
            kind=AlertKind.RED,
            at=at,
            app_id=row.app_id,
            app=row.app,
            name_zh=row.name_zh,
            name_en=row.name_en,
            sha256=row.sha256,
            before=row.before,
            score=row.score,
        )


def _suspected(connection: Connection, generation: int, at: datetime) -> Iterator[Alert]:
    """One alert a pair of apps, about the first of its packages."""
    now, before = match.alias("now"), match.alias("before")
    known = (
        select(before.c.id)
        .where(before.c.app_id == now.c.app_id, before.c.other_app == now.c.other_app)
        .where(before.c.since < generation, before.c.until >= generation, before.c.verdict.in_(_SUSPECTED))
        .exists()
    )
    asked = (
        select(now.c.app_id, now.c.other_app, now.c.sha256, now.c.other_sha256, now.c.verdict)
        .add_columns(app.c.app, app.c.name_zh, app.c.name_en)
        .outerjoin(app, and_(app.c.app_id == now.c.app_id, app.c.since <= generation, app.c.until > generation))
        .where(now.c.since == generation, now.c.verdict.in_(_SUSPECTED), ~known)
        .order_by(now.c.app_id, now.c.other_app, now.c.sha256, now.c.position)
    )
    told: set[tuple[str, str]] = set()
    for row in connection.execute(asked):
        if (row.app_id, row.other_app) in told:
            continue
        told.add((row.app_id, row.other_app))
        yield Alert(
            kind=AlertKind.COUNTERFEIT,
            at=at,
            app_id=row.app_id,
            app=row.app,
            name_zh=row.name_zh,
            name_en=row.name_en,
            sha256=row.sha256,
            other_app=row.other_app,
            other_sha256=row.other_sha256,
            verdict=row.verdict,
        )


class Alerts:
    """The alerts of the store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def settle(self, run: int, *, since: datetime, until: datetime, at: datetime) -> tuple[Raised, ...]:
        """Gives every alert that no run has told of to ``run``, adds the markets that began to fail between two
        times, and returns how many there are of each kind. May be repeated: nothing is doubled."""
        with writing(self._engine) as connection:
            connection.execute(delete(alert).where(alert.c.run == run, alert.c.kind == AlertKind.MARKET.value))
            connection.execute(update(alert).where(alert.c.run.is_(None)).values(run=run))
            for one in _failing(connection, since, until, at):
                connection.execute(insert(alert).values(**_row(one) | {"run": run}))
            return raised(connection, run)

    def newest(
        self, *, run: int | None = None, kind: AlertKind | None = None, before: int | None = None, limit: int = 50
    ) -> list[tuple[int, Alert]]:
        """Alerts newest first, each with its number, the ``before`` of the next page."""
        asked = select(alert).order_by(alert.c.id.desc()).limit(limit)
        if run is not None:
            asked = asked.where(alert.c.run == run)
        if kind is not None:
            asked = asked.where(alert.c.kind == kind.value)
        if before is not None:
            asked = asked.where(alert.c.id < before)
        with reading(self._engine) as connection:
            return [(row.id, Alert.model_validate({**row.detail, "run": row.run})) for row in connection.execute(asked)]


def raised(connection: Connection, run: int) -> tuple[Raised, ...]:
    """How many alerts of each kind a run told of."""
    asked = select(alert.c.kind, func.count()).where(alert.c.run == run).group_by(alert.c.kind).order_by(alert.c.kind)
    return tuple(Raised(kind=AlertKind(row[0]), count=row[1]) for row in connection.execute(asked))


def _failing(connection: Connection, since: datetime, until: datetime, at: datetime) -> Iterator[Alert]:
    """Markets that answered nothing, or whose index did not, and which had answered the time before."""
    index = outcome.c.task == TaskKind.INDEX.value
    good = outcome.c.kind.in_(GOOD)
    number = [func.sum(case((condition, 1), else_=0)) for condition in (good, index, and_(index, good))]
    counted = connection.execute(
        select(outcome.c.market, func.count(), *number)
        .where(outcome.c.started.between(since, until))
        .group_by(outcome.c.market)
        .order_by(outcome.c.market)
    ).all()
    for market, visits, answered, read, answered_index in counted:
        blind = bool(read) and not answered_index
        if answered and not blind:
            continue
        here = and_(outcome.c.market == market, index if blind else outcome.c.id.is_not(None))
        order = (outcome.c.started.desc(), outcome.c.id.desc())
        last = connection.execute(select(outcome).where(here, outcome.c.started < since).order_by(*order)).first()
        if last is not None and last.kind not in GOOD:
            continue
        bad = select(outcome).where(here, outcome.c.started.between(since, until), ~good).order_by(*order)
        newest: Any = connection.execute(bad.limit(1)).one()
        yield Alert(
            kind=AlertKind.MARKET,
            at=at,
            market=MarketId(market),
            outcome=OutcomeKind(newest.kind),
            visits=visits,
            message=newest.message or None,
        )


def _row(one: Alert) -> dict[str, Any]:
    return {"kind": one.kind.value, "at": one.at, "run": None, "detail": one.model_dump(mode="json", exclude={"run"})}

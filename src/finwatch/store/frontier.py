"""The durable list of what is due outside: implements ``crawl.ports.Frontier``.

Comes in: tasks and the outcomes of visits. Goes out: leased tasks. A lease names its holder and counts up, so that a
holder who was too slow cannot end somebody else's lease. Two processes never hold leases in one bucket (host and
port) at a time: politeness is kept by one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, case, delete, func, or_, select, update

from finwatch.model.fetch import ChangeHistory, FrontierTask, MarketId, Outcome, OutcomeKind, Spent, TaskKind
from finwatch.store import lease as leases
from finwatch.store import outcome as outcomes
from finwatch.store import queue as queues
from finwatch.store.dialect import add_up, alone, claiming, insert_new, locking, reading, replace, retried, writing
from finwatch.store.tables import frontier, host_day, market, market_state

_KEY = ("market", "kind", "url_key")
_FIELDS = tuple(FrontierTask.model_fields)


class Frontier:
    """``crawl.ports.Frontier`` over the store, and a few questions more."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def add(self, tasks: Sequence[FrontierTask]) -> int:
        """Adds the unknown among ``tasks``; returns how many. A known one whose expected hash is new is due again."""
        if not tasks:
            return 0
        with writing(self._engine) as connection:
            return _add(connection, tasks)

    @retried
    def lease(
        self,
        *,
        now: datetime,
        worker: str,
        seconds: float,
        limit: int,
        busy: Collection[str] = (),
        markets: Collection[MarketId] = (),
    ) -> list[FrontierTask]:
        """Up to ``limit`` due tasks, oldest due first, none from ``busy`` buckets or from those another worker is at;
        of ``markets`` only, where some are named.

        ``attempts`` counts this attempt: 1 on the first. A good outcome sets it back to 0.
        """
        others = frontier.alias("others")
        elsewhere = (
            select(others.c.id)
            .where(others.c.bucket == frontier.c.bucket, others.c.leased_until > now, others.c.worker != worker)
            .exists()
        )
        disabled = select(market.c.id).where(~market.c.enabled)
        wanted = [frontier.c.due <= now, _free(now), ~elsewhere, frontier.c.market.not_in(disabled)]
        if busy:
            wanted.append(frontier.c.bucket.not_in(sorted(busy)))
        if markets:
            wanted.append(frontier.c.market.in_(sorted(markets)))
        chosen = select(frontier).where(*wanted).order_by(frontier.c.due, frontier.c.id).limit(limit)
        until = now + timedelta(seconds=seconds)
        taken = []
        with writing(self._engine) as connection:
            alone(connection, "lease")  # two at once would not see each other's leases in a bucket
            for row in connection.execute(claiming(chosen, connection, frontier)).all():
                values = {
                    "worker": worker,
                    "lease": f"{worker}#{row.leases + 1}",
                    "leased_until": until,
                    "leases": row.leases + 1,
                    "attempts": row.attempts + 1,
                }
                connection.execute(update(frontier).where(frontier.c.id == row.id).values(**values))
                taken.append(_task(row).model_copy(update={key: values[key] for key in _FIELDS if key in values}))
        return taken

    @retried
    def extend(self, tasks: Sequence[FrontierTask], *, now: datetime, seconds: float) -> frozenset[int]:
        """Keeps leases alive; the ids of those still held. A lease that nobody else took is still its holder's.

        One that is being ended at this moment is held, and needs no more time.
        """
        ids = [task.id for task in tasks if task.id is not None]
        ours = {(task.id, task.lease) for task in tasks if task.lease is not None}
        asked = select(frontier.c.id, frontier.c.lease).where(frontier.c.id.in_(ids))
        with writing(self._engine) as connection:
            held = {row.id for row in connection.execute(asked) if (row.id, row.lease) in ours}
            free = [row.id for row in connection.execute(claiming(asked, connection, frontier)) if row.id in held]
            if free:
                until = now + timedelta(seconds=seconds)
                connection.execute(update(frontier).where(frontier.c.id.in_(free)).values(leased_until=until))
        return frozenset(held)

    def leased_until(self, *, now: datetime, markets: Collection[MarketId] = ()) -> datetime | None:
        """When the first lease on a task of ``markets`` (none named = all) runs out, unless it is prolonged."""
        asked = select(func.min(frontier.c.leased_until)).where(frontier.c.leased_until > now)
        if markets:
            asked = asked.where(frontier.c.market.in_(sorted(markets)))
        with reading(self._engine) as connection:
            return connection.execute(asked).scalar()

    @retried
    def finish(
        self,
        task: FrontierTask,
        outcome: Outcome,
        *,
        next_due: datetime | None,
        add: Sequence[FrontierTask] = (),
        examine: Sequence[tuple[str, str]] = (),
        state: Mapping[str, Any] | None = None,
        history: ChangeHistory | None = None,
        spent: Mapping[str, Spent] | None = None,
    ) -> bool:
        """Ends a lease and keeps everything that follows from the visit, in one transaction; ``False`` = not ours.

        When the task was given another expected hash while it was being visited, it stays due for that one.
        """
        ended = outcome.started + timedelta(milliseconds=outcome.took_ms)
        with writing(self._engine) as connection:
            row = connection.execute(locking(select(frontier).where(_held(task)), connection, frontier)).first()
            if row is None:
                return False
            values: dict[str, Any] = {"worker": None, "lease": None, "leased_until": None, "last_kind": outcome.kind}
            if row.expected_sha256 == task.expected_sha256:
                values["due"] = next_due
            if history is not None:
                values["history"] = history.model_dump(mode="json")
            if outcome.kind in outcomes.GOOD:
                values["attempts"] = 0
                values |= _validators(outcome)
            connection.execute(update(frontier).where(frontier.c.id == row.id).values(**values))
            outcomes.insert_outcome(connection, outcome)
            _add(connection, add)
            queues.enqueue(
                connection,
                [
                    queues.Job(
                        kind=queues.EXAMINE, key=sha256, payload={"app": app, "market": str(task.market)}, due=ended
                    )
                    for sha256, app in examine
                ],
            )
            if state is not None:
                replace(connection, market_state, {"market": task.market, "state": dict(state)}, ("market",))
            day = outcome.started.date().isoformat()
            for bucket, more in sorted((spent or {}).items()):
                asked = {"bucket": bucket, "day": day, "requests": more.requests, "bytes": more.bytes}
                add_up(connection, host_day, asked, ("bucket", "day"))
        return True

    def spent(self, day: str) -> dict[str, Spent]:
        """What each host was asked on a day (UTC, ``YYYY-MM-DD``), by ``host:port``."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(host_day).where(host_day.c.day == day)).all()
        return {row.bucket: Spent(requests=row.requests, bytes=row.bytes) for row in rows}

    def state(self, market: MarketId) -> dict[str, Any]:
        """What the market's reader keeps between visits; empty before the first."""
        with reading(self._engine) as connection:
            kept = connection.execute(select(market_state.c.state).where(market_state.c.market == market)).scalar()
        return dict(kept or {})

    @retried
    def hurry(self, market: MarketId, kind: TaskKind, *, now: datetime) -> int:
        """Makes the market's tasks of ``kind`` due now, also those never due again; returns how many."""
        with writing(self._engine) as connection:
            return connection.execute(
                update(frontier).where(frontier.c.market == market, frontier.c.kind == kind).values(due=now)
            ).rowcount

    @retried
    def forget(self, market: MarketId, kind: TaskKind, url: str) -> bool:
        """Whether there was such a task, which is no more; its outcomes stay. A visit under way keeps nothing."""
        where = (frontier.c.market == market, frontier.c.kind == kind, frontier.c.url == url)
        with writing(self._engine) as connection:
            return connection.execute(delete(frontier).where(*where)).rowcount > 0

    @retried
    def bring_forward(self, *, now: datetime, until: datetime, markets: Collection[MarketId] = ()) -> int:
        """Makes due now what would fall due before ``until``; returns how many. After a failure, tasks wait on.

        A daily run visits what would otherwise fall due just after it.
        """
        where = [frontier.c.due > now, frontier.c.due <= until, frontier.c.attempts == 0, _free(now)]
        if markets:
            where.append(frontier.c.market.in_(sorted(markets)))
        with writing(self._engine) as connection:
            return connection.execute(update(frontier).where(*where).values(due=now)).rowcount

    def next_due(self, *, markets: Collection[MarketId] = ()) -> datetime | None:
        """When the next task falls due or the next lease runs out; ``None`` = nothing is left to do."""
        when = case((frontier.c.leased_until > frontier.c.due, frontier.c.leased_until), else_=frontier.c.due)
        asked = select(func.min(when)).where(frontier.c.due.is_not(None))
        if markets:
            asked = asked.where(frontier.c.market.in_(sorted(markets)))
        with reading(self._engine) as connection:
            return connection.execute(asked).scalar()

    def due(self, markets: Collection[MarketId], *, now: datetime) -> int:
        """How many tasks of the markets are due now, leased ones included."""
        asked = select(func.count()).where(frontier.c.market.in_(sorted(markets)), frontier.c.due <= now)
        with reading(self._engine) as connection:
            return connection.execute(asked).scalar_one()

    @retried
    def release_gone(self) -> int:
        """Frees the leases of processes of this machine that run no more (killed, out of power); returns how many."""
        with writing(self._engine) as connection:
            held = connection.execute(
                select(frontier.c.worker).where(frontier.c.worker.is_not(None)).distinct()
            ).scalars()
            gone = [worker for worker in held if leases.is_gone(worker)]
            if not gone:
                return 0
            return connection.execute(
                update(frontier).where(frontier.c.worker.in_(gone)).values(worker=None, lease=None, leased_until=None)
            ).rowcount

    def fetched_packages(self) -> list[tuple[str, str, str, str | None]]:
        """Market, address of the task, SHA-256 of the package that was fetched there last, and its package name."""
        asked = select(frontier.c.market, frontier.c.url, frontier.c.content_sha256, frontier.c.app)
        known = (frontier.c.kind == TaskKind.PACKAGE, frontier.c.content_sha256.is_not(None))
        with reading(self._engine) as connection:
            return [(row[0], row[1], row[2], row[3]) for row in connection.execute(asked.where(*known))]

    def tasks(self, market: MarketId) -> list[FrontierTask]:
        """Every task of a market that is due at some time, by kind and address."""
        asked = select(frontier).where(frontier.c.market == market, frontier.c.due.is_not(None))
        with reading(self._engine) as connection:
            rows = connection.execute(asked.order_by(frontier.c.kind, frontier.c.url)).all()
        return [_task(row) for row in rows]


def _add(connection: Connection, tasks: Sequence[FrontierTask]) -> int:
    rows = {}
    for task in tasks:
        row = {name: getattr(task, name) for name in _FIELDS if name not in {"id", "lease", "leased_until", "history"}}
        rows[task.market, task.kind, task.url] = row | {"leases": 0, "url_key": task.url}
    added = insert_new(connection, frontier, list(rows.values()), _KEY)
    if added < len(rows):
        for row in rows.values():
            if row["expected_sha256"] is not None:
                connection.execute(
                    update(frontier)
                    .where(
                        *(frontier.c[name] == row[name] for name in _KEY),
                        frontier.c.expected_sha256.is_distinct_from(row["expected_sha256"]),
                    )
                    .values(
                        expected_sha256=row["expected_sha256"],
                        expected_bytes=row["expected_bytes"],
                        due=row["due"],
                        app=row["app"],
                        attempts=0,
                    )
                )
    return added


def _free(now: datetime) -> Any:
    return or_(frontier.c.leased_until.is_(None), frontier.c.leased_until <= now)


def _held(task: FrontierTask) -> Any:
    return and_(frontier.c.id == task.id, frontier.c.lease.is_not(None), frontier.c.lease == task.lease)


def _validators(outcome: Outcome) -> dict[str, Any]:
    """What to remember of a good answer: a 304 keeps what it does not repeat (RFC 9110 section 15.4.5)."""
    seen = {"etag": outcome.etag, "last_modified": outcome.last_modified}
    if outcome.kind is OutcomeKind.NOT_MODIFIED:
        return {name: value for name, value in seen.items() if value is not None}
    return seen | {"content_sha256": outcome.sha256}


def _task(row: Row[Any]) -> FrontierTask:
    values = {name: getattr(row, name) for name in _FIELDS}
    return FrontierTask.model_validate(values | {"history": row.history or {}})

"""The work queue: what has to be done once, by somebody, whatever is killed in between.

A job is known by (kind, key): adding it again changes nothing. It is leased, and either ended (``done``), given back
with an error (due again later, ``dead`` after ``ATTEMPTS``) or, when its worker dies, due again by itself.
Jobs are added in the transaction of the fact they follow from (``enqueue``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from pydantic import Field
from sqlalchemy import Connection, Engine, and_, delete, func, or_, select, update

from finwatch.model.base import Model, UtcTime
from finwatch.store import lease as leases
from finwatch.store.dialect import claiming, insert_new, reading, retried, writing
from finwatch.store.tables import job

EXAMINE: Final = "examine"
"""The kind of the jobs that ask for an examination; ``key`` is the package's SHA-256."""
FILED: Final = "filed"
"""The kind of the jobs that ask for the examination of a package that was filed; ``key`` is the bench's."""
ATTEMPTS: Final = 4
"""Leases that may end without a result before a job is given up."""
_BACK_OFF: Final = 30.0
"""Seconds before the second attempt; doubled for each one more."""


class Job(Model):
    """A piece of work."""

    id: int | None = None
    kind: str
    key: str
    payload: dict[str, Any] = Field(default={})
    priority: int = 0
    """Higher goes first."""
    due: UtcTime
    attempts: int = 0
    lease: str | None = None
    leased_until: UtcTime | None = None
    error: str | None = None


class Standing(Model):
    """How a job stands."""

    state: Literal["ready", "done", "dead"]
    under_way: bool
    """Somebody is at it now."""
    due: UtcTime
    attempts: int
    error: str | None
    """Of the last attempt that ended without a result."""


class Backlog(Model):
    """How much of a kind is left."""

    ready: int
    leased: int
    done: int
    dead: int


_FIELDS = tuple(Job.model_fields)


class Queue:
    """The jobs of the store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def add(self, jobs: Sequence[Job]) -> int:
        """Adds the jobs that are not known by (kind, key); returns how many were new."""
        with writing(self._engine) as connection:
            return enqueue(connection, jobs)

    @retried
    def lease(self, kind: str, *, now: datetime, worker: str, seconds: float, limit: int = 1) -> list[Job]:
        """Takes up to ``limit`` due jobs, highest priority first, then oldest.

        A job whose lease ran out ``ATTEMPTS`` times is given up here, so that what kills its worker cannot kill all.
        """
        free = or_(job.c.leased_until.is_(None), job.c.leased_until <= now)
        due = [job.c.kind == kind, job.c.state == "ready", job.c.due <= now, free]
        chosen = select(job).where(*due).order_by(job.c.priority.desc(), job.c.due, job.c.id).limit(limit)
        taken = []
        with writing(self._engine) as connection:
            connection.execute(
                update(job)
                .where(*due, job.c.attempts >= ATTEMPTS)
                .values(
                    state="dead",
                    ended=now,
                    worker=None,
                    lease=None,
                    leased_until=None,
                    error=func.coalesce(job.c.error, "Each worker that took it ended without a result."),
                )
            )
            for row in connection.execute(claiming(chosen, connection, job)).all():
                values = {
                    "worker": worker,
                    "lease": f"{worker}#{row.leases + 1}",
                    "leased_until": now + timedelta(seconds=seconds),
                    "leases": row.leases + 1,
                    "attempts": row.attempts + 1,
                }
                connection.execute(update(job).where(job.c.id == row.id).values(**values))
                kept = {name: getattr(row, name) for name in _FIELDS}
                taken.append(Job(**kept | {name: values[name] for name in _FIELDS if name in values}))
        return taken

    @retried
    def extend(self, held: Sequence[Job], *, now: datetime, seconds: float) -> list[Job]:
        """Keeps leases alive; returns those that were lost."""
        lost = []
        with writing(self._engine) as connection:
            for one in held:
                until = {"leased_until": now + timedelta(seconds=seconds)}
                if not connection.execute(update(job).where(_held(one)).values(**until)).rowcount:
                    lost.append(one)
        return lost

    @retried
    def done(self, held: Sequence[Job], *, now: datetime) -> list[Job]:
        """Ends jobs with a result; returns those whose lease was somebody else's by then (nothing is written)."""
        lost = []
        with writing(self._engine) as connection:
            for one in held:
                values = {"state": "done", "ended": now, "error": None, **_FREE}
                if not connection.execute(update(job).where(_held(one)).values(**values)).rowcount:
                    lost.append(one)
        return lost

    @retried
    def fail(self, held: Job, error: str, *, now: datetime) -> bool:
        """Gives a job back with the reason: due again later, or dead after ``ATTEMPTS``; ``False`` = not ours."""
        dead = held.attempts >= ATTEMPTS
        values: dict[str, Any] = {"error": error, **_FREE}
        if dead:
            values |= {"state": "dead", "ended": now}
        else:
            values["due"] = now + timedelta(seconds=_BACK_OFF * 2 ** (held.attempts - 1))
        with writing(self._engine) as connection:
            return bool(connection.execute(update(job).where(_held(held)).values(**values)).rowcount)

    @retried
    def give_back(self, held: Sequence[Job]) -> None:
        """Puts jobs back as if they had not been taken: the worker was asked to stop."""
        with writing(self._engine) as connection:
            for one in held:
                connection.execute(update(job).where(_held(one)).values(attempts=job.c.attempts - 1, **_FREE))

    @retried
    def again(self, kind: str, *, now: datetime, keys: Collection[str] | None = None) -> int:
        """Makes ended jobs ready again (all, or those of ``keys``), attempts from 0; returns how many."""
        where = [job.c.kind == kind, job.c.state.in_(("done", "dead"))]
        if keys is not None:
            where.append(job.c.key.in_(sorted(keys)))
        with writing(self._engine) as connection:
            values = {"state": "ready", "due": now, "attempts": 0, "ended": None, "error": None}
            return connection.execute(update(job).where(*where).values(**values)).rowcount

    @retried
    def release_gone(self) -> int:
        """Frees the leases of processes of this machine that run no more; the attempt counts. Returns how many."""
        with writing(self._engine) as connection:
            held = connection.execute(select(job.c.worker).where(job.c.worker.is_not(None)).distinct()).scalars()
            gone = [worker for worker in held if leases.is_gone(worker)]
            if not gone:
                return 0
            return connection.execute(update(job).where(job.c.worker.in_(gone)).values(**_FREE)).rowcount

    def standing(self, kind: str, key: str, *, now: datetime) -> Standing | None:
        """How the job of (kind, key) stands; ``None`` = there is none."""
        with reading(self._engine) as connection:
            row = connection.execute(select(job).where(job.c.kind == kind, job.c.key == key)).first()
        if row is None:
            return None
        held = row.leased_until is not None and row.leased_until > now
        return Standing(state=row.state, under_way=held, due=row.due, attempts=row.attempts, error=row.error)

    def due(self, kind: str, *, now: datetime) -> bool:
        """Whether a job of a kind could be leased now: asked for without keeping writers waiting."""
        free = or_(job.c.leased_until.is_(None), job.c.leased_until <= now)
        asked = select(job.c.id).where(job.c.kind == kind, job.c.state == "ready", job.c.due <= now, free).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(asked).first() is not None

    def dead(self, kind: str, *, limit: int = 100) -> list[Job]:
        """Jobs that were given up, newest first, each with its error."""
        asked = select(job).where(job.c.kind == kind, job.c.state == "dead")
        with reading(self._engine) as connection:
            rows = connection.execute(asked.order_by(job.c.ended.desc(), job.c.id.desc()).limit(limit)).all()
        return [Job(**{name: getattr(row, name) for name in _FIELDS}) for row in rows]

    def backlog(self, kind: str, *, now: datetime) -> Backlog:
        """How many jobs of a kind are ready, leased now, done and dead."""
        with reading(self._engine) as connection:
            by_state = select(job.c.state, func.count()).where(job.c.kind == kind).group_by(job.c.state)
            counts: dict[str, int] = {row[0]: row[1] for row in connection.execute(by_state)}
            leased = connection.execute(
                select(func.count()).where(job.c.kind == kind, job.c.state == "ready", job.c.leased_until > now)
            ).scalar_one()
        return Backlog(
            ready=counts.get("ready", 0) - leased, leased=leased, done=counts.get("done", 0), dead=counts.get("dead", 0)
        )

    @retried
    def forget(self, kind: str, *, ended_before: datetime) -> int:
        """Deletes jobs done before a time; returns how many. Such a key may then be added again."""
        with writing(self._engine) as connection:
            return connection.execute(
                delete(job).where(job.c.kind == kind, job.c.state == "done", job.c.ended < ended_before)
            ).rowcount


def enqueue(connection: Connection, jobs: Sequence[Job]) -> int:
    """Adds jobs inside the caller's transaction; returns how many were new."""
    rows = {
        (one.kind, one.key): {
            "kind": one.kind,
            "key": one.key,
            "payload": one.payload,
            "state": "ready",
            "priority": one.priority,
            "due": one.due,
            "attempts": 0,
            "leases": 0,
        }
        for one in reversed(jobs)
    }
    return insert_new(connection, job, list(reversed(rows.values())), ("kind", "key"))


_FREE: Final[dict[str, Any]] = {"worker": None, "lease": None, "leased_until": None}


def _held(held: Job) -> Any:
    return and_(job.c.id == held.id, job.c.state == "ready", job.c.lease.is_not(None), job.c.lease == held.lease)

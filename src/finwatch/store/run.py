"""Daily runs: at most one is under way, and one that was cut off is gone on with before another begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Engine, Row, and_, func, insert, select, update

from finwatch.errors import NotFound, StoreError
from finwatch.model.fetch import MarketId, OutcomeKind
from finwatch.model.listing import EventKind
from finwatch.model.run import Change, Missed, Run, RunReport, RunState
from finwatch.store import lease as leases
from finwatch.store.dialect import alone, reading, retried, writing
from finwatch.store.outcome import GOOD
from finwatch.store.published.alert import raised
from finwatch.store.published.publication import snapshot
from finwatch.store.tables import event, outcome, run

HOLD_SECONDS: Final = 120.0
"""How long a run stays its holder's without a sign of life."""
_NEW: Final = (EventKind.NEW_APP,)
_GONE: Final = (EventKind.APP_GONE, EventKind.VERSION_GONE)


class RunUnderWay(StoreError):
    """Another process is at the run; it names which."""

    def __init__(self, found: Run, said: datetime) -> None:
        since = found.started.strftime("%Y-%m-%d %H:%M UTC")
        host, _, rest = (found.holder or "?").partition("/")
        process = rest.split("/")[-2] if rest.count("/") >= 2 else rest
        super().__init__(
            f"Run {found.id}, begun {since}, is under way in process {process} on {host}.",
            zh=f"第 {found.id} 次运行（{since} 开始）正由主机 {host} 的进程 {process} 执行。",
            todo=f"Let it end, or stop that process and start again; its last sign of life: {said:%H:%M:%S} UTC.",
        )
        self.run = found


class Runs:
    """The runs of the store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def begin(self, *, now: datetime) -> Run:
        """The run to work on, held by this process: the newest if it was cut off or stopped, else a new one.

        Raises ``RunUnderWay`` while another process that lives is at it.
        """
        worker = leases.owner()
        held = {"state": RunState.RUNNING, "worker": worker, "said": now, "error": None}
        with writing(self._engine) as connection:
            alone(connection, "run")
            row = connection.execute(select(run).order_by(run.c.id.desc()).limit(1)).first()
            if row is not None and row.state != RunState.DONE:
                if _busy(row, now, worker):
                    raise RunUnderWay(_run(row), row.said)
                connection.execute(update(run).where(run.c.id == row.id).values(**held))
                connection.execute(update(run).where(run.c.id == row.id).values(steps=_every_step(row)))
                number = row.id
            else:
                fresh = {"started": now, "steps": _steps(Run(id=0, state=RunState.RUNNING, started=now)), **held}
                number = connection.execute(insert(run).values(**fresh)).inserted_primary_key[0]  # type: ignore[index]
            return _run(connection.execute(select(run).where(run.c.id == number)).one())

    @retried
    def keep(self, number: int, *, now: datetime) -> bool:
        """A sign of life; ``False`` = the run is another process's by now."""
        with writing(self._engine) as connection:
            return bool(connection.execute(update(run).where(_mine(number)).values(said=now)).rowcount)

    @retried
    def save(self, one: Run, *, now: datetime) -> None:
        """Keeps how far the run is; one that is not running is let go. Raises ``StoreError`` when it was taken over."""
        values: dict[str, Any] = {
            "state": one.state,
            "ended": one.ended,
            "steps": _steps(one),
            "report": one.report.model_dump(mode="json") if one.report is not None else None,
            "error": one.error,
            "said": now,
        }
        if one.state is not RunState.RUNNING:
            values["worker"] = None
        with writing(self._engine) as connection:
            if not connection.execute(update(run).where(_mine(one.id)).values(**values)).rowcount:
                raise StoreError(
                    f"Run {one.id} was taken over by another process.",
                    zh=f"第 {one.id} 次运行已由另一进程接管。",
                    todo="Let that one end; this process was silent for too long.",
                )

    def get(self, number: int) -> Run:
        """One run. Raises ``NotFound``."""
        with reading(self._engine) as connection:
            row = connection.execute(select(run).where(run.c.id == number)).first()
        if row is None:
            raise NotFound(f"There is no run {number}.", zh=f"没有第 {number} 次运行。", todo="See /runs.")
        return _run(row)

    def newest(self, *, before: int | None = None, limit: int = 50) -> list[Run]:
        """Runs newest first; those with a number below ``before`` where it is given."""
        asked = select(run).order_by(run.c.id.desc()).limit(limit)
        if before is not None:
            asked = asked.where(run.c.id < before)
        with reading(self._engine) as connection:
            return [_run(row) for row in connection.execute(asked)]

    def report(self, *, since: datetime, until: datetime, number: int | None = None) -> RunReport:
        """What the published events and the visits between two times come to, by market and kind, and the alerts of the
        run ``number``."""
        with reading(self._engine) as connection:
            now = snapshot(connection)
            counted = connection.execute(
                select(event.c.market, event.c.kind, func.count())
                .where(now.live(event), event.c.at.between(since, until))
                .group_by(event.c.market, event.c.kind)
                .order_by(event.c.market, event.c.kind)
            ).all()
            missed = connection.execute(
                select(outcome.c.market, outcome.c.kind, func.count())
                .where(outcome.c.started.between(since, until), outcome.c.kind.not_in(GOOD))
                .group_by(outcome.c.market, outcome.c.kind)
                .order_by(outcome.c.market, outcome.c.kind)
            ).all()
            alerts = raised(connection, number) if number is not None else ()
        changes = tuple(Change(market=MarketId(row[0]), kind=EventKind(row[1]), count=row[2]) for row in counted)
        failures = tuple(Missed(market=MarketId(row[0]), kind=OutcomeKind(row[1]), count=row[2]) for row in missed)
        return RunReport(
            since=since,
            until=until,
            new=sum(one.count for one in changes if one.kind in _NEW),
            gone=sum(one.count for one in changes if one.kind in _GONE),
            changed=sum(one.count for one in changes if one.kind not in {*_NEW, *_GONE}),
            failed=sum(one.count for one in failures),
            changes=changes,
            failures=failures,
            worse=sum(one.count for one in alerts),
            alerts=alerts,
        )


def _busy(row: Row[Any], now: datetime, worker: str) -> bool:
    if row.worker is None or row.worker == worker:
        return False
    return bool(row.said + timedelta(seconds=HOLD_SECONDS) > now) and not leases.is_gone(row.worker)


def _mine(number: int) -> Any:
    return and_(run.c.id == number, run.c.worker == leases.owner())


def _every_step(row: Row[Any]) -> list[dict[str, Any]]:
    """The steps of a run that an earlier version began, with those that it did not know."""
    known = {step["name"]: step for step in row.steps}
    return [known.get(step["name"], step) for step in _steps(Run(id=0, state=RunState.RUNNING, started=row.started))]


def _steps(one: Run) -> list[dict[str, Any]]:
    return [step.model_dump(mode="json") for step in one.steps]


def _run(row: Row[Any]) -> Run:
    return Run.model_validate(
        {
            "id": row.id,
            "state": row.state,
            "started": row.started,
            "ended": row.ended,
            "steps": row.steps,
            "report": row.report,
            "error": row.error,
            "holder": row.worker,
        }
    )

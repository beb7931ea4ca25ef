"""Retention: what is older than its period goes, unless a hold keeps it.

What comes in: the periods of the catalogue. What goes out: counts, and for every batch a unit of decision: a row of the
journal, and a leaf of the log that says which period, how many rows, and of decided rows which ones are gone. A batch
asks for the holds in its own transaction, and a hold is placed under the same lock: nothing goes that was held before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    false,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy import Text as SqlText

from finwatch.errors import CatalogError
from finwatch.model.access import Actor
from finwatch.model.retention import Going, Period, RetentionRun
from finwatch.store.dialect import alone, reading
from finwatch.store.hold import Reach, holds, reach
from finwatch.store.reporter import erase_reporter
from finwatch.store.tables import (
    alert,
    case_file,
    host_day,
    job,
    journal,
    outbox,
    outcome,
    reporter,
    retention_run,
    session,
)
from finwatch.store.unit import Unit, deciding

_BATCH: Final = 500
"""Rows in one unit: the crawl and the desk never wait long."""
Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Subject:
    """One kind of record that has a period."""

    table: Table
    old: Callable[[datetime], Condition]
    """Which rows a period takes out that ends at a time."""
    held: Callable[[Reach], Condition]
    """Which rows the holds keep."""
    erase: Callable[[Unit, Sequence[Mapping[str, Any]]], None] | None = None
    """How decided rows go; ``None`` = the rows are not in the log and are deleted."""


def _in(column: Any, values: Any) -> Condition:
    return column.in_(sorted(values)) if values else false()


def _nothing(_: Reach) -> Condition:
    return false()


def _alert_held(kept: Reach) -> Condition:
    told = type_coerce(alert.c.detail, SqlText)
    named = [told.contains(f'"app":"{name}"', autoescape=True) for name in sorted(kept.apps)]
    named += [told.contains(f'"other_app":"{name}~', autoescape=True) for name in sorted(kept.apps)]
    named += [told.contains(f'"market":"{name}"', autoescape=True) for name in sorted(kept.markets)]
    return or_(*named) if named else false()


def _journal_held(kept: Reach) -> Condition:
    about = [journal.c.resource == f"case:{number}" for number in sorted(kept.cases)]
    about += [journal.c.resource.startswith(f"app:{name}", autoescape=True) for name in sorted(kept.apps)]
    return or_(_in(journal.c.organisation, kept.organisations), *about)


def _erase_journal(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        unit.erase(journal, {"id": row["id"]})


def _erase_reporters(unit: Unit, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        erase_reporter(unit, row["case_id"], reason="retention")


def _closed_before(before: datetime) -> Condition:
    closed = select(case_file.c.id).where(case_file.c.closed < before)
    return and_(reporter.c.erased.is_(None), reporter.c.case_id.in_(closed))


SUBJECTS: Final[Mapping[str, Subject]] = {
    "visits": Subject(outcome, lambda at: outcome.c.started < at, lambda kept: _in(outcome.c.market, kept.markets)),
    "host_days": Subject(host_day, lambda at: host_day.c.day < f"{at:%Y-%m-%d}", _nothing),
    "alerts": Subject(alert, lambda at: alert.c.at < at, _alert_held),
    "jobs": Subject(job, lambda at: and_(job.c.state.in_(("done", "dead")), job.c.ended < at), _nothing),
    "messages": Subject(
        outbox,
        lambda at: and_(outbox.c.state != "waiting", outbox.c.made < at),
        lambda kept: or_(_in(outbox.c.case_id, kept.cases), _in(outbox.c.address, kept.organisations)),
    ),
    "sessions": Subject(session, lambda at: session.c.until < at, _nothing),
    "journal": Subject(journal, lambda at: journal.c.at < at, _journal_held, _erase_journal),
    "complaint_identities": Subject(
        reporter, _closed_before, lambda kept: _in(reporter.c.case_id, kept.cases), _erase_reporters
    ),
}


class Retention:
    """What the periods take out of a store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def plan(self, periods: Mapping[str, Period], *, now: datetime, most: int | None = None) -> RetentionRun:
        """What a run would take out now; nothing is changed. Rows are counted up to ``most``, where it is given, and
        are ``most`` + 1 when there are more. Raises ``CatalogError`` for a period of nothing known."""
        with reading(self._engine) as connection:
            found = holds(connection, at=now)
            kept = reach(connection, found)
            going = tuple(_count(connection, one, now, kept, most) for one in _known(periods))
        return RetentionRun(at=now, going=going, holds=found)

    def apply(self, actor: Actor, periods: Mapping[str, Period], *, now: datetime) -> RetentionRun:
        """Takes out what is older than its period and not held; returns what went. A run that was cut off leaves whole
        batches, and the next one goes on."""
        planned = self.plan(periods, now=now)
        went = []
        for one, before in zip(_known(periods), planned.going, strict=True):
            rows = 0
            while batch := self._batch(actor, one, now):
                rows += batch
            went.append(before.model_copy(update={"rows": rows}))
        if any(one.rows for one in went):
            with deciding(self._engine, actor, now=now) as unit:
                told = [one.model_dump(mode="json") for one in went]
                unit.insert(retention_run, {"at": now, "person": actor.person, "going": told})
                unit.journal("retention:apply", "store:", {one.period: one.rows for one in went if one.rows})
        return planned.model_copy(update={"going": tuple(went)})

    def _batch(self, actor: Actor, period: Period, now: datetime) -> int:
        subject, before = SUBJECTS[period.id], now - timedelta(days=period.days)
        keys = list(subject.table.primary_key.columns)
        with deciding(self._engine, actor, now=now) as unit:
            alone(unit.connection, "hold")
            kept = reach(unit.connection, holds(unit.connection, at=now))
            asked = select(*keys).where(subject.old(before), ~_sure(subject.held(kept))).order_by(*keys).limit(_BATCH)
            rows = [dict(row) for row in unit.connection.execute(asked).mappings()]
            if not rows:
                return 0
            if subject.erase is not None:
                subject.erase(unit, rows)
            else:
                unit.connection.execute(delete(subject.table).where(_same(keys, rows)))
            told = {"period": period.id, "before": before.isoformat(), "rows": len(rows)}
            unit.vouch("retention", told)
            unit.journal("retention:erase", f"period:{period.id}", told)
        return len(rows)


def _count(connection: Connection, period: Period, now: datetime, kept: Reach, most: int | None) -> Going:
    subject, before = SUBJECTS[period.id], now - timedelta(days=period.days)

    def size(*conditions: Condition) -> int:
        found = select(literal(1)).select_from(subject.table).where(subject.old(before), *conditions)
        asked = found.limit(None if most is None else most + 1).subquery()
        return int(connection.execute(select(func.count()).select_from(asked)).scalar_one())

    held = _sure(subject.held(kept))
    return Going(period=period.id, before=before, rows=size(~held), held=size(held))


def _sure(condition: Condition) -> Condition:
    """The condition with what is unknown (a row that names no case) as no."""
    return func.coalesce(condition, false(), type_=Boolean)


def _same(keys: Sequence[Any], rows: Sequence[Mapping[str, Any]]) -> Condition:
    if len(keys) == 1:
        found: Condition = keys[0].in_([row[keys[0].name] for row in rows])
        return found
    return or_(*(and_(*(key == row[key.name] for key in keys)) for row in rows))


def _known(periods: Mapping[str, Period]) -> list[Period]:
    strange = sorted(periods.keys() - SUBJECTS.keys())
    if strange:
        raise CatalogError(
            f"retention.toml [[period]] {strange[0]}: there are no such records.",
            todo=f"Use {', '.join(SUBJECTS)}.",
        )
    return [periods[name] for name in SUBJECTS if name in periods]

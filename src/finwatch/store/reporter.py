"""Who reported: written with the case, found by phone and number, read only with a reason, erased for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, func, select

from finwatch.model.base import Model, UtcTime
from finwatch.store.dialect import alone, reading
from finwatch.store.tables import case_file, reporter
from finwatch.store.unit import Unit


class Reporter(Model):
    """A reporter as kept."""

    case: int
    sealed: str | None
    made: UtcTime
    erased: UtcTime | None


class Reporters:
    """Questions about reporters."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def case_of(self, machine: str, number: str, phone_key: str) -> int | None:
        """The case that was reported under ``number`` by the phone of ``phone_key``."""
        question = (
            select(case_file.c.id)
            .join(reporter, reporter.c.case_id == case_file.c.id)
            .where(case_file.c.machine == machine, case_file.c.number == number, reporter.c.phone_key == phone_key)
        )
        with reading(self._engine) as connection:
            found = connection.execute(question).scalar()
            return None if found is None else int(found)


def reported_since(unit: Unit, phone_key: str, since: datetime) -> int:
    """How many cases a phone has reported since; until the unit ends nobody else reports."""
    alone(unit.connection, "report")
    question = select(func.count()).where(reporter.c.phone_key == phone_key, reporter.c.made >= since)
    return int(unit.connection.execute(question).scalar_one())


def add_reporter(unit: Unit, case: int, *, sealed: str, phone_key: str) -> None:
    """Keeps who reported a case."""
    unit.insert(reporter, {"case_id": case, "sealed": sealed, "phone_key": phone_key, "made": unit.now})


def read_reporter(unit: Unit, case: int, *, reason: str) -> Reporter | None:
    """Who reported a case. That somebody looked, and why, is written down in the same unit."""
    row = unit.connection.execute(select(reporter).where(reporter.c.case_id == case)).mappings().one_or_none()
    if row is None:
        return None
    unit.journal("reporter:read", f"case:{case}", {"reason": reason})
    return Reporter(case=row["case_id"], sealed=row["sealed"], made=row["made"], erased=row["erased"])


def erase_reporter(unit: Unit, case: int, *, reason: str) -> bool:
    """Forgets who reported a case; returns whether there was something to forget."""
    row = unit.connection.execute(select(reporter).where(reporter.c.case_id == case)).mappings().one_or_none()
    if row is None or row["erased"] is not None:
        return False
    unit.update(reporter, {"case_id": case}, {"sealed": None, "phone_key": None, "erased": unit.now})
    unit.journal("reporter:erase", f"case:{case}", {"reason": reason})
    return True

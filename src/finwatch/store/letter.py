"""Numbers of official documents: given once, inside a unit; looked up for printing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, select

from finwatch.errors import Stale
from finwatch.model.access import OrganisationId
from finwatch.model.base import Model, UtcTime
from finwatch.store.dialect import reading
from finwatch.store.tables import letter
from finwatch.store.unit import Unit


class Numbered(Model):
    """A document's number and when it was given."""

    organisation: OrganisationId
    kind: str
    case_id: int
    step: int
    number: str
    person: str
    made: UtcTime


class Letters:
    """Questions about numbers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, organisation: str, kind: str, *, case: int, step: int) -> Numbered | None:
        """The number of a document; ``None`` = it is a draft."""
        with reading(self._engine) as connection:
            row = _row(connection, organisation, kind, case=case, step=step)
        return Numbered(**row) if row is not None else None


def number(
    unit: Unit, organisation: str, kind: str, *, case: int, step: int, worded: Callable[[int], str], counter: str
) -> Numbered:
    """The number of a document: the one it has, else the next under ``counter``, worded by ``worded``.

    Raises ``Stale`` when somebody numbered it meanwhile: the unit ends, and no number is lost.
    """
    found = _row(unit.connection, organisation, kind, case=case, step=step)
    if found is not None:
        return Numbered(**found)
    running = unit.number(counter)  # holds the counter: whoever numbers the same document at once waits here
    if _row(unit.connection, organisation, kind, case=case, step=step) is not None:
        raise Stale("The document was given its number meanwhile.", zh="该文书刚刚已编号。", todo="Open it again.")
    now: datetime = unit.now
    row = {
        "organisation": organisation,
        "kind": kind,
        "case_id": case,
        "step": step,
        "number": worded(running),
        "person": unit.actor.person,
        "made": now,
    }
    unit.insert(letter, row)
    unit.journal("document:number", f"letter:{row['number']}", {"kind": kind, "case": case, "step": step})
    return Numbered(**row)


def _row(connection: Connection, organisation: str, kind: str, *, case: int, step: int) -> RowMapping | None:
    where = (
        letter.c.organisation == organisation,
        letter.c.kind == kind,
        letter.c.case_id == case,
        letter.c.step == step,
    )
    return connection.execute(select(letter).where(*where)).mappings().first()

"""Cases as rows: read and moved inside a unit, listed under a scope.

Every list, count and single case that leaves this module has passed ``visible``: an actor sees a case when everything
is in their scope, its region begins with one of theirs, or one of their organisations takes part in it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, and_, exists, func, not_, or_, select

from finwatch.errors import InputError, NotFound
from finwatch.model.access import OrganisationId, Scope
from finwatch.model.base import Model
from finwatch.model.case import Case, CasePage, CaseRow, Due, FieldChange, JournalEntry, Part, Party, Step
from finwatch.store.dialect import locking, reading
from finwatch.store.tables import case_file, case_party, journal, step
from finwatch.store.unit import Unit

BOUND: Final = 10_000
"""How far lists are counted."""
_AFTER_TEXT: Final = "\U0010ffff"
_LISTED: Final = [case_file.c["due_day" if name == "due" else name] for name in CaseRow.model_fields]
"""What a list shows of a case: its form, by far the largest column, is not among it."""


class CaseFilter(Model):
    """Which cases: every field given narrows."""

    id: int | None = None
    machine: str | None = None
    machines: tuple[str, ...] = ()
    state: str | None = None
    states: tuple[str, ...] = ()
    owner: str | None = None
    party: str | None = None
    """An organisation that takes part in it."""
    subject: str | None = None
    parent: int | None = None
    region: str | None = None
    due_until: date | None = None
    """A clock runs, and out on this day or before."""
    open: bool | None = None
    q: str | None = None
    """Words of title, number, owner or subject."""


def visible(scope: Scope) -> ColumnElement[bool] | None:
    """The condition under which a row of ``case_file`` is in ``scope``; ``None`` = every row is."""
    of_rows, of_machines = _in_rows(scope), [_begins(case_file.c.machine, one) for one in scope.closed]
    if not of_machines:
        return of_rows
    open_ = not_(or_(*of_machines))
    return open_ if of_rows is None else and_(of_rows, open_)


def _in_rows(scope: Scope) -> ColumnElement[bool] | None:
    if scope.everything or "" in scope.regions:
        return None
    ways: list[ColumnElement[bool]] = [_begins(case_file.c.region, region) for region in scope.regions]
    if scope.organisations:
        ways.append(
            exists().where(
                case_party.c.case_id == case_file.c.id, case_party.c.organisation.in_(list(scope.organisations))
            )
        )
    return or_(*ways) if ways else case_file.c.id.is_(None)


def _begins(column: ColumnElement[str], with_: str) -> ColumnElement[bool]:
    """A range of the column's index, which LIKE is not."""
    return and_(column >= with_, column < with_ + _AFTER_TEXT)


class Cases:
    """Questions about cases, each answered under a scope."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, number: int, *, scope: Scope) -> Case:
        """The case. Raises ``NotFound`` when it is not there or not in the scope: an outsider cannot tell which."""
        with reading(self._engine) as connection:
            return _one(connection, number, scope=scope)

    def steps(self, number: int, *, scope: Scope) -> tuple[Step, ...]:
        """What happened in the case, first to last. Raises ``NotFound``."""
        with reading(self._engine) as connection:
            _one(connection, number, scope=scope)
            rows = connection.execute(select(step).where(step.c.case_id == number).order_by(step.c.seq)).mappings()
            return tuple(_step(row) for row in rows)

    def following(
        self, number: int, where: CaseFilter | None = None, *, scope: Scope, limit: int = 500
    ) -> tuple[Case, ...]:
        """Whole cases by number, those after ``number``: for going through all of them."""
        question = select(case_file).where(case_file.c.id > number).order_by(case_file.c.id).limit(limit)
        for condition in _conditions(where or CaseFilter(), scope):
            question = question.where(condition)
        with reading(self._engine) as connection:
            rows = connection.execute(question).mappings().all()
            parties = _parties(connection, [row["id"] for row in rows])
            return tuple(_case(row, parties.get(row["id"], ())) for row in rows)

    def newest(
        self, where: CaseFilter | None = None, *, scope: Scope, after: str | None = None, limit: int = 50
    ) -> CasePage:
        """A page of cases, changed last first. ``after`` is the ``next`` of the page before."""
        with reading(self._engine) as connection:
            return _page(connection, where or CaseFilter(), scope=scope, after=after, limit=limit, by_due=False)

    def whole(self, where: CaseFilter, *, scope: Scope, after: int = 0, limit: int = 2_000) -> tuple[Case, ...]:
        """Cases with their forms, oldest first, from the one after number ``after``."""
        question = select(case_file).order_by(case_file.c.id).where(case_file.c.id > after).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(question.where(*_conditions(where, scope))).mappings().all()
            parties = _parties(connection, [row["id"] for row in rows])
        return tuple(_case(row, parties.get(row["id"], ())) for row in rows)

    def due(
        self, where: CaseFilter | None = None, *, scope: Scope, after: str | None = None, limit: int = 50
    ) -> CasePage:
        """A page of cases whose clock runs, the most pressing first."""
        with reading(self._engine) as connection:
            return _page(connection, where or CaseFilter(), scope=scope, after=after, limit=limit, by_due=True)

    def changed_since(
        self, where: CaseFilter, *, scope: Scope, after: tuple[datetime, int] | None = None, limit: int = 50
    ) -> tuple[Case, ...]:
        """Whole cases, changed first first, from (``changed``, ``id``) on, that one included: for feeds."""
        question = select(case_file).where(*_conditions(where, scope)).order_by(case_file.c.changed, case_file.c.id)
        if after is not None:
            at, number = after
            later = and_(case_file.c.changed == at, case_file.c.id >= number)
            question = question.where(or_(case_file.c.changed > at, later))
        with reading(self._engine) as connection:
            found = connection.execute(question.limit(limit)).mappings().all()
            parties = _parties(connection, [row["id"] for row in found])
            return tuple(_case(row, parties.get(row["id"], ())) for row in found)

    def matching(self, where: CaseFilter, *, scope: Scope, limit: int = 500) -> tuple[Case, ...]:
        """Whole cases by a filter, oldest first."""
        question = select(case_file).order_by(case_file.c.id).limit(limit)
        for condition in _conditions(where, scope):
            question = question.where(condition)
        with reading(self._engine) as connection:
            rows = connection.execute(question).mappings().all()
            parties = _parties(connection, [row["id"] for row in rows])
        return tuple(_case(row, parties.get(row["id"], ())) for row in rows)

    def counts(self, machine: str, *, scope: Scope, where: CaseFilter | None = None) -> dict[str, int]:
        """How many cases of a machine stand in each state."""
        question = select(case_file.c.state, func.count()).where(case_file.c.machine == machine)
        for condition in _conditions(where or CaseFilter(), scope):
            question = question.where(condition)
        with reading(self._engine) as connection:
            return {str(state): int(n) for state, n in connection.execute(question.group_by(case_file.c.state)).all()}

    def all_counts(self, *, scope: Scope) -> dict[str, dict[str, int]]:
        """By machine, how many cases stand in each state: one question for a whole desk."""
        question = select(case_file.c.machine, case_file.c.state, func.count())
        for condition in _conditions(CaseFilter(), scope):
            question = question.where(condition)
        found: dict[str, dict[str, int]] = {}
        with reading(self._engine) as connection:
            for machine, state, n in connection.execute(question.group_by(case_file.c.machine, case_file.c.state)):
                found.setdefault(machine, {})[state] = int(n)
        return found

    def journal(
        self,
        *,
        scope: Scope,
        resource: str | None = None,
        person: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[JournalEntry]:
        """Who did or read what, newest first: of the organisations in the scope."""
        question = select(journal).order_by(journal.c.id.desc()).limit(limit)
        if not scope.everything:
            question = question.where(journal.c.organisation.in_(list(scope.organisations)))
        for column, value in ((journal.c.resource, resource), (journal.c.person, person)):
            if value is not None:
                question = question.where(column == value)
        if before is not None:
            question = question.where(journal.c.id < before)
        with reading(self._engine) as connection:
            return [JournalEntry(**row) for row in connection.execute(question).mappings()]


# Inside a unit ------------------------------------------------------------------------------------------------------


def locked(unit: Unit, number: int, *, scope: Scope) -> Case:
    """The case, held until the unit ends. Raises ``NotFound`` when it is not there or not in the scope."""
    return _one(unit.connection, number, scope=scope, lock=True)


def found(unit: Unit, where: CaseFilter, *, limit: int = 500) -> tuple[Case, ...]:
    """Cases by any filter, oldest first, whoever may see them: for guards and effects, which have no reader."""
    question = select(case_file).order_by(case_file.c.id).limit(limit)
    for condition in _conditions(where, Scope(everything=True)):
        question = question.where(condition)
    rows = unit.connection.execute(question).mappings().all()
    parties = _parties(unit.connection, [row["id"] for row in rows])
    return tuple(_case(row, parties.get(row["id"], ())) for row in rows)


def add(unit: Unit, case: Case, *, owner_name: str) -> Case:
    """Writes a new case with its parties; returns it with its number. ``case.id`` is not used."""
    row = unit.insert(case_file, {**_row(case, owner_name), "id": None})
    for party in case.parties:
        unit.insert(case_party, {"case_id": row["id"], "part": party.part.value, "organisation": party.organisation})
    return case.model_copy(update={"id": row["id"]})


def change(unit: Unit, before: Case, after: Case) -> None:
    """Writes ``after`` over ``before``, which the unit holds; parties are added and taken away as they differ."""
    name = unit.connection.execute(select(case_file.c.owner_name).where(case_file.c.id == before.id)).scalar_one()
    values = {key: value for key, value in _row(after, name).items() if key != "id"}
    unit.update(case_file, {"id": before.id}, values)
    for party in after.parties:
        if party not in before.parties:
            key = {"case_id": before.id, "part": party.part.value, "organisation": party.organisation}
            unit.insert(case_party, key)
    for party in before.parties:
        if party not in after.parties:
            unit.erase(case_party, {"case_id": before.id, "part": party.part.value, "organisation": party.organisation})


def record(unit: Unit, done: Step) -> None:
    """Writes what happened."""
    row = done.model_dump(mode="json", exclude={"case", "at"})
    unit.insert(step, {**row, "case_id": done.case, "at": done.at})


def walked(unit: Unit, number: int) -> tuple[Step, ...]:
    """What happened in a case so far, first to last."""
    rows = unit.connection.execute(select(step).where(step.c.case_id == number).order_by(step.c.seq)).mappings()
    return tuple(_step(row) for row in rows)


# Rows and nouns -----------------------------------------------------------------------------------------------------


def _one(connection: Connection, number: int, *, scope: Scope, lock: bool = False) -> Case:
    question = select(case_file).where(case_file.c.id == number)
    condition = visible(scope)
    if condition is not None:
        question = question.where(condition)
    if lock:
        question = locking(question, connection, case_file)
    row = connection.execute(question).mappings().one_or_none()
    if row is None:
        raise NotFound(
            f"There is no case {number} that you may see.", zh=f"没有您可以查看的事项 {number}。", todo="See your list."
        )
    return _case(row, _parties(connection, [number]).get(number, ()))


def _page(
    connection: Connection, where: CaseFilter, *, scope: Scope, after: str | None, limit: int, by_due: bool
) -> CasePage:
    conditions = _conditions(where, scope)
    if by_due:
        conditions.append(case_file.c.due_day.is_not(None))
    total = _bounded(connection, conditions)
    question = select(*_LISTED).where(*conditions).limit(limit + 1)
    if by_due:
        question = question.order_by(case_file.c.due_day, case_file.c.id)
    else:
        question = question.order_by(case_file.c.changed.desc(), case_file.c.id.desc())
    if after is not None:
        question = question.where(_following(after, by_due=by_due))
    rows = connection.execute(question).mappings().all()
    more = rows[limit - 1] if len(rows) > limit else None
    following = None
    if more is not None:
        key = more["due_day"] if by_due else more["changed"].isoformat()
        following = f"{key}~{more['id']}"
    return CasePage(
        rows=tuple(_listed(row) for row in rows[:limit]), total=min(total, BOUND), bounded=total > BOUND, next=following
    )


def _bounded(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> int:
    inner = select(case_file.c.id).where(*conditions).limit(BOUND + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(inner)).scalar_one())


def _following(after: str, *, by_due: bool) -> ColumnElement[bool]:
    key, _, number = after.rpartition("~")
    try:
        last = int(number)
        if by_due:
            day = date.fromisoformat(key).isoformat()
            return or_(case_file.c.due_day > day, and_(case_file.c.due_day == day, case_file.c.id > last))
        at = datetime.fromisoformat(key)
        if at.tzinfo is None:
            raise ValueError(key)
    except ValueError as error:
        raise InputError(
            f"after={after!r} is not the end of a page.", zh="翻页参数无效。", todo="Use the next of the page before."
        ) from error
    return or_(case_file.c.changed < at, and_(case_file.c.changed == at, case_file.c.id < last))


def _conditions(where: CaseFilter, scope: Scope) -> list[ColumnElement[bool]]:
    table = case_file.c
    found: list[ColumnElement[bool]] = []
    condition = visible(scope)
    if condition is not None:
        found.append(condition)
    for column, value in (
        (table.id, where.id),
        (table.machine, where.machine),
        (table.state, where.state),
        (table.owner, where.owner),
        (table.subject, where.subject),
        (table.parent, where.parent),
    ):
        if value is not None:
            found.append(column == value)
    if where.machines:
        found.append(table.machine.in_(where.machines))
    if where.states:
        found.append(table.state.in_(where.states))
    if where.region is not None:
        found.append(and_(table.region >= where.region, table.region < where.region + _AFTER_TEXT))
    if where.party is not None:
        found.append(exists().where(case_party.c.case_id == table.id, case_party.c.organisation == where.party))
    if where.due_until is not None:
        found.append(table.due_day <= where.due_until.isoformat())
    if where.open is not None:
        found.append(table.closed.is_(None) if where.open else table.closed.is_not(None))
    found.extend(table.search.contains(word, autoescape=True) for word in (where.q or "").lower().split())
    return found


def _parties(connection: Connection, numbers: Collection[int]) -> dict[int, tuple[Party, ...]]:
    question = (
        select(case_party)
        .where(case_party.c.case_id.in_(list(numbers)))
        .order_by(case_party.c.case_id, case_party.c.part, case_party.c.organisation)
    )
    found: dict[int, tuple[Party, ...]] = {}
    for row in connection.execute(question):
        party = Party(part=Part(row.part), organisation=OrganisationId(row.organisation))
        found[row.case_id] = (*found.get(row.case_id, ()), party)
    return found


def _row(case: Case, owner_name: str) -> dict[str, Any]:
    words = (case.title, case.number, owner_name, case.owner, case.subject)
    return {
        "id": case.id,
        "machine": case.machine,
        "state": case.state,
        "version": case.version,
        "owner": case.owner,
        "owner_name": owner_name,
        "region": case.region,
        "title": case.title,
        "search": " ".join(word.lower() for word in words if word),
        "number": case.number,
        "subject": case.subject,
        "parent": case.parent,
        "form": case.form,
        "due_day": case.due.day.isoformat() if case.due and case.due.paused is None else None,
        "due": case.due.model_dump(mode="json") if case.due else None,
        "due_provisional": bool(case.due and case.due.provisional),
        "opened": case.opened,
        "changed": case.changed,
        "closed": case.closed,
    }


def _case(row: RowMapping, parties: tuple[Party, ...]) -> Case:
    kept = {name: row[name] for name in Case.model_fields if name not in ("parties", "due")}
    due = Due.model_validate(row["due"]) if row["due"] else None
    return Case(**kept, parties=parties, due=due)


def _listed(row: RowMapping) -> CaseRow:
    kept = {name: row[name] for name in CaseRow.model_fields if name != "due"}
    return CaseRow(**kept, due=date.fromisoformat(row["due_day"]) if row["due_day"] else None)


def _step(row: RowMapping) -> Step:
    kept = {name: row[name] for name in Step.model_fields if name not in ("case", "changes", "attachments")}
    changes = tuple(FieldChange.model_validate(change) for change in row["changes"])
    return Step(case=row["case_id"], changes=changes, attachments=tuple(row["attachments"]), **kept)

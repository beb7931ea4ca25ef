"""What guards and effects may ask, answered from the store inside the unit, and from the catalogue's calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from finwatch.access.roles import permissions_of
from finwatch.catalog import deadlines
from finwatch.errors import CatalogError
from finwatch.model.access import Organisation, OrganisationKind, Permission
from finwatch.model.case import Case, Due, Step
from finwatch.model.clock import Clock, WorkingCalendar
from finwatch.model.view import AppRow
from finwatch.store import access as people
from finwatch.store import case as rows
from finwatch.store.published.app import published_app
from finwatch.store.unit import Unit
from finwatch.supervise import clock


class StoreLook:
    """``machine.Look`` over one unit: ``knows`` says whether the lake holds a file, ``catalog`` is laid over ours."""

    def __init__(
        self, unit: Unit, *, knows: Callable[[str], bool] = lambda _: True, catalog: Path | None = None
    ) -> None:
        self._unit = unit
        self._knows = knows
        self._catalog = catalog

    def cases(self, where: rows.CaseFilter, *, limit: int = 500) -> tuple[Case, ...]:
        """Cases by a filter, oldest first."""
        return rows.found(self._unit, where, limit=limit)

    def case(self, number: int) -> Case | None:
        """A case by number, whoever may see it."""
        return next(iter(rows.found(self._unit, rows.CaseFilter(id=number), limit=1)), None)

    def steps(self, number: int) -> tuple[Step, ...]:
        """What happened in a case."""
        return rows.walked(self._unit, number)

    def organisation(self, number: str) -> Organisation | None:
        """An organisation by id."""
        return people.organisation_of(self._unit.connection, number)

    def organisations(self, kind: OrganisationKind) -> tuple[Organisation, ...]:
        """The active organisations of a kind, by id."""
        found = people.organisations_of(self._unit.connection, kind=kind)
        return tuple(organisation for organisation in found if organisation.active)

    def responsible(self, organisation: str, permission: Permission) -> tuple[str, ...]:
        """The mail addresses of the people of an organisation who have a permission."""
        home = people.organisation_of(self._unit.connection, organisation)
        if home is None:
            return ()
        able = [
            person
            for person in people.people_of(self._unit.connection, organisation)
            if person.active and permission in permissions_of(home.kind, person.roles)
        ]
        return tuple(person.mail for person in able if person.mail)

    def app(self, app: str) -> AppRow | None:
        """A published app by its id."""
        return published_app(self._unit.connection, app)

    def number(self, name: str) -> int:
        """The next number under a name."""
        return self._unit.number(name)

    def due(self, rule: str, *, start: datetime) -> Due:
        """The date that a rule gives. Raises ``CatalogError`` when there is no such rule."""
        return clock.due(clock.day_in_china(start), self.clock(rule), self.calendar())

    def clock(self, rule: str) -> Clock:
        """A rule of ``catalog/clocks``. Raises ``CatalogError`` when there is none of that id."""
        rules = deadlines.clocks(self._catalog)
        if rule not in rules:
            raise CatalogError(f"There is no clock {rule!r}.", todo="Add it to catalog/data/clocks.toml.")
        return rules[rule]

    def calendar(self) -> WorkingCalendar:
        """The days worked, as far as they are known."""
        return deadlines.working_calendar(self._catalog)

    def knows_blob(self, sha256: str) -> bool:
        """Whether the lake holds a file of that digest."""
        return self._knows(sha256)

"""A register with its people, on either database, and one institution that is filed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from finwatch.errors import FormError
from finwatch.model.case import Case
from finwatch.store import Store
from tests.kit import register
from tests.supervise.driving import Play, Stage
from tests.supervise.register_cast import RegisterCast


class Register:
    """The stage, and the cast that knows how each arc is gone."""

    def __init__(self, store: Store) -> None:
        self.cast = RegisterCast()
        self.cast.furnish(store)
        self.stage: Stage = self.cast.enter(store)
        self.people = self.stage.people

    @property
    def today(self) -> str:
        """The day in China."""
        return self.stage.clock.at.date().isoformat()

    def go(self, case: Case | int, arcs: str, **change: object) -> Case:
        """Goes arcs one after another; ``change`` takes the place of what the cast would give."""
        number = case if isinstance(case, int) else case.id
        for arc in arcs.split():
            self.cast.act(self.stage, number, arc, **change)()
        return self.stage.case(number)

    def open(self, machine: str, arc: str, who: str, **form: object) -> Case:
        """Opens a case."""
        return self.stage.open(machine, arc, Play(self.people[who], form=form))

    def app(self, arcs: str = "", **fields: object) -> Case:
        """An app with an assessment of its own, brought on its way."""
        form = register.assessed(on=self.today) | fields
        return self.go(self.open("filing", "begin", "owner-a", **form), arcs)

    def filed(self, package: str = "example.dawn.loan") -> Case:
        """An app that is filed."""
        form = register.assessed(package, on=self.today)
        return self.go(self.open("filing", "begin", "owner-a", **form), "submit pass_first approve")

    def change(self, filing: Case, kind: str, arcs: str = "", **form: object) -> Case:
        """A change of a filed app."""
        opened = self.open("change", "begin", "owner-a", filing=filing.id, change_kind=kind, **form)
        return self.go(opened, arcs)

    def messages(self, organisation: str) -> list[str]:
        """What stands on the desk of an organisation, newest first: Chinese subject and body."""
        found = self.stage.store.outbox.newest(organisation, limit=50)
        return [f"{one.subject.zh}\n{one.body.zh}" for one in found]


def refused(act: Callable[[], object]) -> dict[str, str]:
    """What a guard says, by field, in English."""
    with pytest.raises(FormError) as told:
        act()
    return {problem.field: problem.says.en for problem in told.value.problems}


@pytest.fixture
def register_(store: Store) -> Register:
    return Register(store)

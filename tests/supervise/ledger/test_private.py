"""Telephones of a ledger: the institution's own; veiled for everybody else, opened with a reason that stays written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from finwatch.api.ledger import import_of
from finwatch.errors import Denied, FormError, NotFound
from finwatch.model.access import EVERYTHING, Actor, Role
from finwatch.model.case import Case, JournalEntry
from finwatch.store import Store, open_store
from finwatch.supervise.ledger.ledger import Ledger
from finwatch.supervise.ledger.sheet import cells_of
from finwatch.supervise.office import desk_of
from finwatch.supervise.private import ACTION, unveiled, veiled, veiled_fields, veiled_steps
from tests.kit import ledger as kit
from tests.kit.office import furnish, hire
from tests.supervise.ledger.test_ledger import NOW, Files

PHONE = "13800138000"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'store.sqlite'}") as store:
        furnish(store)
        yield store


@pytest.fixture
def ledger(store: Store) -> Ledger:
    files = Files()
    return Ledger(desk_of(store, knows=files.kept.__contains__, clock=lambda: NOW), files)


@pytest.fixture
def owner(store: Store) -> Actor:
    return hire(store, "bank-a", Role.APP_OWNER)


@pytest.fixture
def supervisor(store: Store) -> Actor:
    return hire(store, "reg", Role.SUPERVISOR)


@pytest.fixture
def imported(ledger: Ledger, owner: Actor) -> Case:
    return ledger.confirm(owner, ledger.hand_in(owner, kit.workbook(wrong=False), name="台账.xlsx"))


@pytest.fixture
def entry(ledger: Ledger, owner: Actor, imported: Case) -> Case:
    first = ledger.entries(owner)[0]
    return ledger.desk.go(owner, first.id, "edit", form={"phone": PHONE})


def opened(store: Store) -> list[JournalEntry]:
    return [one for one in store.cases.journal(scope=EVERYTHING, limit=500) if one.action == ACTION]


def test_the_owner_sees_it_and_a_regulator_neither_in_the_form_nor_in_the_history(
    ledger: Ledger, owner: Actor, supervisor: Actor, entry: Case
) -> None:
    machine = ledger.desk.machine(entry.machine)
    steps = ledger.desk.store.cases.steps(entry.id, scope=EVERYTHING)
    assert veiled(machine, entry, owner).form["phone"] == PHONE
    assert PHONE in str(veiled_steps(machine, entry, steps, owner))
    assert veiled_fields(machine, entry, supervisor) - {"extra"} == {"phone"}
    seen = veiled(machine, entry, supervisor)
    assert seen.form["phone"] is None
    assert seen.form["name"] == entry.form["name"]
    assert PHONE not in str(veiled_steps(machine, entry, steps, supervisor))
    assert ledger.desk.store.cases.get(entry.id, scope=EVERYTHING).form["phone"] == PHONE, "the row keeps it"


def test_a_plain_file_has_telephones_for_the_institution_alone(
    ledger: Ledger, owner: Actor, supervisor: Actor, entry: Case
) -> None:
    def told(actor: Actor) -> str:
        return str(list(cells_of(ledger.plain(actor, "bank-a", language="zh"))))

    assert PHONE in told(owner)
    assert PHONE not in told(supervisor)
    assert entry.form["name"] in told(supervisor)


def test_the_file_as_it_came_is_the_institutions_alone(
    ledger: Ledger, owner: Actor, supervisor: Actor, imported: Case
) -> None:
    assert import_of(ledger, owner, imported.id).id == imported.id
    with pytest.raises(Denied):
        import_of(ledger, supervisor, imported.id)
    machine = ledger.desk.machine(imported.machine)
    assert veiled_fields(machine, imported, supervisor) == {"taken"}
    assert not veiled(machine, imported, supervisor).form["taken"]


def test_who_opens_it_says_why_and_it_stays_written(
    ledger: Ledger, store: Store, supervisor: Actor, entry: Case
) -> None:
    with pytest.raises(FormError):
        unveiled(ledger.desk, supervisor, entry.id, reason=" ")
    assert opened(store) == []
    assert unveiled(ledger.desk, supervisor, entry.id, reason="突发事件联系")["phone"] == PHONE
    (told,) = opened(store)
    assert (told.person, told.resource) == (supervisor.person, f"case:{entry.id}")
    assert told.detail == {"reason": "突发事件联系", "fields": ["extra", "phone"]}
    with pytest.raises(NotFound):
        unveiled(ledger.desk, hire(store, "bank-b", Role.APP_OWNER), entry.id, reason="好奇")

"""Complaints: from the public's form to the result; five a day; duplicates; who reported, kept apart."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import text

from finwatch.access.secrets import Sealer
from finwatch.errors import Denied, FormError, NotFound
from finwatch.model.access import Role
from finwatch.model.case import Case
from finwatch.store import Store
from finwatch.store.dialect import reading
from finwatch.supervise.complaint import MACHINES, lodging
from finwatch.supervise.complaint.complaint import alike
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.look import StoreLook
from tests.kit.office import Clock, furnish, hire

WHO = {"name": "林晓", "phone": "138 0013 8000", "home": "深圳"}
WHAT = {
    "kind": "app",
    "institution": "晨光银行股份有限公司",
    "app": "晨光钱包",
    "category": "charges",
    "title": "多扣手续费",
    "content": "三月一日转账时被多扣了五元，客服没有答复。",
}


class Hall:
    """A desk, its people, and the key."""

    def __init__(self, store: Store) -> None:
        furnish(store)
        self.clock = Clock()
        self.store = store
        self.desk = Desk(store, {one.id: one for one in MACHINES}, look=StoreLook, clock=self.clock)
        self.sealer = Sealer.fresh()
        self.handler = hire(store, "assoc", Role.ASSOCIATION_MANAGER)
        self.bank = hire(store, "bank-a", Role.COMPLIANCE_OFFICER)
        self.other = hire(store, "bank-b", Role.COMPLIANCE_OFFICER)

    def lodge(self, *, who: dict[str, Any] | None = None, **what: Any) -> Case:
        return lodging.lodge(self.desk, self.sealer, form={**WHAT, **what}, who=who or WHO)


@pytest.fixture
def hall(store: Store) -> Hall:
    return Hall(store)


def test_a_complaint_to_its_result(hall: Hall) -> None:
    case = hall.lodge()
    assert (case.state, case.number) == ("submitted", "C20260302-000001")
    sent = hall.desk.go(hall.handler, case.id, "forward", version=1, note={"organisation": "bank-a"})
    assert sent.due is not None
    assert sent.due.day.isoformat() == "2026-03-23", "15 working days from Monday 2 March, weekends off"
    hall.desk.go(hall.bank, case.id, "accept", version=2)
    hall.desk.go(hall.bank, case.id, "answer", version=3, note={"result": "handled", "explanation": "已退回五元。"})
    done = hall.desk.go(hall.handler, case.id, "close", version=4)
    assert done.closed is not None
    found = lodging.looked_up(hall.desk, hall.sealer, number=" c20260302-000001 ", phone="+86 13800138000")
    assert (found.state, found.form["result"], found.form["explanation"]) == ("closed", "handled", "已退回五元。")
    for number, phone in (("C20260302-000001", "13800138001"), ("C20260302-000002", "13800138000"), ("", "")):
        with pytest.raises(NotFound):
            lodging.looked_up(hall.desk, hall.sealer, number=number, phone=phone)


def test_an_institution_that_asked_for_it_gets_it_at_once(hall: Hall) -> None:
    hall.desk.open(hall.bank, "arrangement", form={"forwards": True})
    assert hall.lodge().state == "forwarded"
    assert hall.lodge(institution="远山消费金融有限公司").state == "submitted"
    assert [one.address for one in hall.store.outbox.newest("bank-a")] == ["bank-a"]
    with pytest.raises(FormError, match="one already"):
        hall.desk.open(hall.bank, "arrangement")


def test_only_the_one_it_was_sent_to_sees_and_answers_it(hall: Hall) -> None:
    case = hall.lodge()
    for bank in (hall.bank, hall.other):
        with pytest.raises(NotFound):
            hall.store.cases.get(case.id, scope=bank.scope)
    hall.desk.go(hall.handler, case.id, "forward", note={"organisation": "晨光银行股份有限公司"})
    assert hall.store.cases.get(case.id, scope=hall.bank.scope).state == "forwarded"
    with pytest.raises(NotFound):
        hall.desk.go(hall.other, case.id, "accept")
    with pytest.raises(Denied):
        hall.desk.go(hall.handler, case.id, "accept")


def test_the_sixth_of_a_day_is_refused_and_tomorrow_is_another_day(hall: Hall) -> None:
    for number in range(5):
        hall.lodge(title=f"第{number}件", who={**WHO, "phone": ["13800138000", "+86-138-0013-8000"][number % 2]})
    with pytest.raises(FormError) as caught:
        hall.lodge(title="第六件")
    assert [one.field for one in caught.value.problems] == ["phone"]
    assert hall.store.cases.newest(scope=SYSTEM.scope).total == 5
    hall.lodge(who={**WHO, "phone": "13800138001"})
    hall.clock.move(hours=14, minutes=59)
    with pytest.raises(FormError):
        hall.lodge()
    hall.clock.move(minutes=1)
    assert hall.lodge().number == "C20260303-000007"


def test_eight_at_once_are_five(hall: Hall) -> None:
    ends: list[str] = []

    def send(number: int) -> None:
        try:
            hall.lodge(title=f"{number}")
            ends.append("in")
        except FormError:
            ends.append("refused")

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["in"] * 5 + ["refused"] * 3


def test_duplicates_share_one_result(hall: Hall) -> None:
    one = hall.lodge()
    two, three = (hall.lodge(who={**WHO, "phone": f"1390000000{n}"}) for n in (2, 3))
    far = hall.lodge(who={**WHO, "phone": "13900000009"}, institution="远山消费金融有限公司")
    assert {case.id for case in alike(one, (one, two, three, far))} == {two.id, three.id}
    hall.desk.go(hall.handler, three.id, "join", note={"main": two.id})
    hall.desk.go(hall.handler, two.id, "join", note={"main": one.id})
    assert hall.store.cases.get(one.id, scope=SYSTEM.scope).form["joined"] == [two.id, three.id]
    assert hall.store.cases.get(three.id, scope=SYSTEM.scope).form["main"] == one.id
    with pytest.raises(FormError, match="joined or closed"):
        hall.desk.go(hall.handler, far.id, "join", note={"main": two.id})
    hall.desk.go(hall.handler, one.id, "forward", note={"organisation": "bank-a"})
    hall.desk.go(hall.bank, one.id, "accept")
    hall.desk.go(hall.bank, one.id, "answer", note={"result": "handled", "explanation": "已改正。"})
    hall.desk.go(hall.handler, one.id, "close")
    ends = [hall.store.cases.get(case.id, scope=SYSTEM.scope) for case in (one, two, three, far)]
    assert [(case.state, case.form.get("explanation")) for case in ends] == [
        ("closed", "已改正。"), ("closed", "已改正。"), ("closed", "已改正。"), ("submitted", None),
    ]  # fmt: skip


def test_who_reported_is_nowhere_but_in_its_sealed_row(hall: Hall) -> None:
    hall.lodge()
    with reading(hall.store._engine) as connection:
        for table in ("case_file", "step", "journal", "outbox", "log_leaf", "reporter", "case_party"):
            told = repr(connection.execute(text(f"SELECT * FROM {table}")).all())
            for secret in ("林晓", "13800138000", "138 0013 8000"):
                assert secret not in told, table


def test_looking_is_written_down_and_erasing_is_for_good(hall: Hall) -> None:
    case = hall.lodge()
    now = hall.clock()
    with pytest.raises(FormError, match="Say why"):
        lodging.who_reported(hall.desk, hall.sealer, hall.handler, case.id, reason=" ", now=now)
    assert hall.store.cases.journal(scope=SYSTEM.scope)[0].action == "complaint:submit"
    who = lodging.who_reported(hall.desk, hall.sealer, hall.handler, case.id, reason="回访", now=now)
    assert who == WHO
    last = hall.store.cases.journal(scope=SYSTEM.scope)[0]
    assert (last.action, last.detail, last.person) == ("reporter:read", {"reason": "回访"}, hall.handler.person)
    with pytest.raises(NotFound):
        lodging.who_reported(hall.desk, hall.sealer, hall.bank, case.id, reason="x", now=now)
    assert lodging.forget(hall.desk, hall.handler, case.id, reason="本人要求", now=now)
    assert not lodging.forget(hall.desk, hall.handler, case.id, reason="本人要求", now=now)
    with pytest.raises(NotFound, match="Nothing is kept"):
        lodging.who_reported(hall.desk, hall.sealer, hall.handler, case.id, reason="x", now=now)
    with pytest.raises(NotFound):
        lodging.looked_up(hall.desk, hall.sealer, number=case.number or "", phone=WHO["phone"])
    assert hall.store.cases.get(case.id, scope=hall.handler.scope).form["content"] == WHAT["content"]


@pytest.mark.parametrize(
    ("what", "who", "field"),
    [
        ({"content": ""}, {}, "content"),
        ({"until": "2026-01-01", "since": "2026-02-01"}, {}, "until"),
        ({"since": "2027-01-01"}, {}, "since"),
        ({}, {"phone": "12345"}, "phone"),
        ({}, {"phone": ""}, "phone"),
        ({"category": "nothing at all"}, {}, "category"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(
    hall: Hall, what: dict[str, Any], who: dict[str, Any], field: str
) -> None:
    with pytest.raises(FormError) as caught:
        hall.lodge(who={**WHO, **who}, **what)
    assert [one.field for one in caught.value.problems] == [field]
    assert hall.store.cases.newest(scope=SYSTEM.scope).total == 0


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("１３８００１３８０００", "13800138000"),
        ("0086 138-0013-8000", "13800138000"),
        ("(0755) 8888 6666", "075588886666"),
        ("+44 20 7946 0000", "+442079460000"),
        ("86", None),
        ("2380013800", None),
    ],
)
def test_phones(typed: str, digits: str | None) -> None:
    assert lodging.phone_of(typed) == digits

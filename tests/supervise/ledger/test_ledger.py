"""The ledger as its keepers use it: all of a file or nothing of it, again by key, what is due, advised and seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from finwatch.errors import Denied, FormError, NotFound
from finwatch.model.access import Actor, OrganisationKind, Role
from finwatch.model.case import Case
from finwatch.model.examination import Band
from finwatch.model.view import AppRow
from finwatch.store import Store, open_store
from finwatch.store.case import CaseFilter
from finwatch.supervise.desk import SYSTEM
from finwatch.supervise.ledger.advisor import ReasonKind, advise
from finwatch.supervise.ledger.discovered import beside, unseen
from finwatch.supervise.ledger.duties import DutyKind, Standing
from finwatch.supervise.ledger.ledger import Ledger
from finwatch.supervise.office import desk_of
from tests.kit import ledger as kit
from tests.kit.office import furnish, hire
from tests.supervise.ledger.test_sheet_out import differing

NOW = datetime(2026, 11, 22, tzinfo=UTC)


class Files:
    """Files in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        """Keeps a file."""
        name = hashlib.sha256(data).hexdigest()
        self.kept[name] = data
        return name

    def read(self, sha256: str) -> bytes:
        """A file."""
        return self.kept[sha256]


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


def imported(ledger: Ledger, owner: Actor, data: bytes) -> Case:
    return ledger.confirm(owner, ledger.hand_in(owner, data, name="台账.xlsx"))


def test_nothing_is_imported_before_everything_is_right(ledger: Ledger, owner: Actor) -> None:
    case = ledger.hand_in(owner, kit.workbook(), name="台账.xlsx")
    assert (case.state, case.form["errors"]) == ("faulty", len(kit.WRONG))
    with pytest.raises(Exception, match="no Confirm"):
        ledger.confirm(owner, case)
    assert ledger.entries(owner) == ()
    case = ledger.correct(owner, case, kit.RIGHT)
    assert case.state == "ready"
    done = ledger.confirm(owner, case)
    assert (done.state, done.form["new"], done.form["changed"]) == ("imported", 61, 0)
    assert len(ledger.entries(owner)) == 61
    out, name = ledger.same(owner, done)
    assert name == "台账.xlsx"
    assert differing(kit.workbook(), out) == set(kit.RIGHT)


def test_the_next_file_updates_by_key_and_says_what_would_change(ledger: Ledger, owner: Actor) -> None:
    imported(ledger, owner, kit.workbook(wrong=False))
    again = ledger.hand_in(owner, kit.workbook(wrong=False, users={"L6": 6.6}), name="again.xlsx")
    changed = [one for one in ledger.differences(owner, again) if one.what != "same"]
    assert [(one.row, [(c.field, c.before, c.after) for c in one.changes]) for one in changed] == [
        (6, [("users", 52_000, 66_000)])
    ]
    done = ledger.confirm(owner, again)
    assert (done.form["new"], done.form["changed"], done.form["same"]) == (0, 1, 60)
    entries = ledger.entries(owner)
    assert (len(entries), entries[1].form["users"], entries[1].version) == (61, 66_000, 2)


def test_a_ledger_that_moved_since_it_was_looked_at_is_not_overwritten(ledger: Ledger, owner: Actor) -> None:
    from finwatch.supervise.ledger.importing import digest

    imported(ledger, owner, kit.workbook(wrong=False))
    again = ledger.hand_in(owner, kit.workbook(wrong=False, users={"L6": 6.6}), name="again.xlsx")
    seen = digest(ledger.differences(owner, again))
    second = ledger.entries(owner)[1]
    ledger.desk.go(owner, second.id, "edit", form={"users": 70_000})
    with pytest.raises(FormError) as refused:
        ledger.confirm(owner, again, seen=seen)
    assert refused.value.problems[0].field == "seen"
    assert ledger.entries(owner)[1].form["users"] == 70_000


def test_another_bank_sees_nothing_of_it_and_cannot_confirm(ledger: Ledger, owner: Actor, store: Store) -> None:
    stranger = hire(store, "bank-b", Role.APP_OWNER)
    case = ledger.hand_in(owner, kit.workbook(wrong=False), name="台账.xlsx")
    with pytest.raises(NotFound):
        ledger.confirm(stranger, case)
    auditor = hire(store, "bank-a", Role.AUDITOR)
    with pytest.raises(Denied):
        ledger.confirm(auditor, case)
    ledger.confirm(owner, case)
    assert ledger.entries(stranger) == ()
    assert len(ledger.entries(auditor)) == 61


def test_what_is_due_and_what_nobody_recorded(ledger: Ledger, owner: Actor) -> None:
    imported(ledger, owner, kit.workbook(wrong=False))
    entries = ledger.entries(owner)
    due = ledger.duties(entries, today=date(2025, 3, 4))
    first = {one.kind: one for one in due if one.entry == entries[0].id}
    assert (first[DutyKind.ASSESSMENT].last, first[DutyKind.ASSESSMENT].due) == (date(2024, 3, 5), date(2025, 3, 5))
    assert first[DutyKind.ASSESSMENT].standing is Standing.SOON
    assert first[DutyKind.AUDIT].due == date(2027, 7, 8)
    assert first[DutyKind.EXTERNAL].standing is Standing.UNSURE
    later = {one.kind: one for one in ledger.duties(entries[:1], today=date(2025, 3, 6))}
    assert later[DutyKind.ASSESSMENT].standing is Standing.OVERDUE
    mini = [one for one in due if one.entry == entries[-1].id and one.kind is DutyKind.AUDIT]
    assert [one.standing for one in mini] == [Standing.NO_RECORD]


def case(number: int, **form: object) -> Case:
    told = {"name": f"应用{number}", "kind": "app", "platforms": ["android"], **form}
    return Case(
        id=number, machine="ledger_entry", state=str(told.pop("state", "in_use")), version=1, owner="bank-a",  # type: ignore[arg-type]
        region="44", title=str(told["name"]), form=told, opened=NOW, changed=NOW,
    )  # fmt: skip


def test_advice_has_reasons_with_grounds_and_none_without() -> None:
    today = date(2026, 11, 22)
    entries = [
        case(
            1, name="手机银行", users=900_000, mau=400_000, rating=4.8, version_date="2026-10-01", function="转账理财"
        ),
        case(2, name="老年版", users=90_000, mau=200, rating=2.1, version_date="2024-01-01", function="积分商城"),
        case(3, name="生活", function="缴费 出行 优惠券"),
        case(4, name="生活圈", function="缴费、出行、优惠券"),
        case(5, name="员工版", open_findings=9, package_id="example.a"),
        case(6, name="已走", state="ended", function="缴费出行优惠券"),
    ]
    row = AppRow(id="example.a~x", app="example.a", signer=None, name_zh="员工版", name_en="Staff", band=Band.RED)
    told = {one.entry: one for one in advise(entries, today=today, observed=[row])}
    assert set(told) == {2, 3, 4, 5}
    assert {reason.kind for reason in told[2].reasons} == {ReasonKind.LOW_USE, ReasonKind.POOR_EXPERIENCE}
    assert told[2].proposal == "retire"
    assert (told[3].proposal, told[3].reasons[0].grounds[0].entry) == ("merge", 4)
    grounds = told[5].reasons[0].grounds
    assert (told[5].proposal, [ground.app for ground in grounds]) == ("mend", [None, "example.a~x"])
    assert "用户数" in [one.zh for one in told[3].missing]


def test_what_markets_show_is_a_claim_and_not_a_finding() -> None:
    apps = [
        AppRow(id="a", app="example.a", signer=None, name_zh="甲", name_en="A", developer="晨光银行", markets=("m1",)),  # type: ignore[arg-type]
        AppRow(id="b", app="example.b", signer=None, name_zh="乙", name_en="B", version_name="3.5", markets=("m1",)),  # type: ignore[arg-type]
        AppRow(id="c", app="example.c", signer=None, name_zh="丙", name_en="C", markets=("m2",)),  # type: ignore[arg-type]
        AppRow(id="d", app="example.d", signer=None, name_zh="丁", name_en="D", gone=True),
    ]
    entries = [
        case(1, package_id="example.b", version="3.2"),
        case(2, package_id="Example.C", state="ended", end_date="2026-01-01"),
        case(3, package_id="example.e"),
    ]
    told = {one.app: one for one in beside(apps, entries)}
    assert {app: one.kind for app, one in told.items()} == {"a": "not_in_ledger", "b": "differs", "c": "ended"}
    assert told["a"].says.zh == "在市场 m1 见到，声称的主体为“晨光银行”；台账中没有。"
    assert [one.entry for one in unseen(apps, entries)] == [3]


def test_an_incident_that_is_major_demands_an_audit_at_once(ledger: Ledger, owner: Actor, store: Store) -> None:
    imported(ledger, owner, kit.workbook(wrong=False))
    officer = hire(store, "bank-a", Role.COMPLIANCE_OFFICER)
    entry = ledger.entries(owner)[0]
    form = {"title": "泄露", "kind": "leak", "entries": [entry.id], "happened": "2026-11-20", "what": "日志外泄"}
    made = ledger.desk.open(owner, "ledger_incident", form=form)
    assert made.due is not None and made.due.rule == "ledger.incident"  # noqa: PT018
    with pytest.raises(FormError):
        ledger.desk.go(officer, made.id, "judge", note={"level": "major", "report_hours": 2})
    ledger.desk.go(
        officer, made.id, "judge", note={"level": "major", "report_hours": 2, "report_rule": "本行制度第三条"}
    )
    audits = store.cases.following(0, CaseFilter(machine="ledger_audit"), scope=SYSTEM.scope)
    assert [(one.state, one.parent, one.form["entries"]) for one in audits] == [("planned", made.id, [entry.id])]


def test_a_review_that_is_approved_dates_every_entry_it_covered(ledger: Ledger, owner: Actor, store: Store) -> None:
    imported(ledger, owner, kit.workbook(wrong=False))
    officer = hire(store, "bank-a", Role.COMPLIANCE_OFFICER)
    entries = ledger.entries(owner)[:3]
    form = {"title": "2026年度评估", "entries": [one.id for one in entries], "planned": "2026-12-01"}
    made = ledger.desk.open(owner, "ledger_assessment", arc="plan", form=form)
    ledger.desk.go(owner, made.id, "start")
    report = ledger.files.put(b"report")
    note = {"done_on": "2026-11-21", "done_by": "科技部", "conclusion": "可控", "findings": 1, "report": report}
    ledger.desk.go(owner, made.id, "report", note=note)
    ledger.desk.go(officer, made.id, "approve")
    assert {one.form["last_assessment"] for one in ledger.entries(owner)[:3]} == {"2026-11-21"}
    assert ledger.entries(owner)[3].form["last_assessment"] != "2026-11-21"
    assert OrganisationKind.INSTITUTION is owner.organisation.kind


def test_markets_are_asked_once_for_the_whole_ledger(
    ledger: Ledger, owner: Actor, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(ledger, owner, kit.workbook(wrong=False))
    entries = ledger.entries(owner)
    package = str(entries[0].form["package_id"])
    mine = AppRow(id="mine~1", app=package, signer=None, name_zh="甲", name_en="A")
    longer = AppRow(id="z~1", app="z", signer=None, name_zh="乙", name_en="B", operator="晨光银行股份有限公司某店")
    asked: list[Any] = []

    def apps_of(*, packages: set[str], names: set[str], limit: int) -> tuple[AppRow, ...]:
        asked.append((packages, names))
        return (mine, longer)

    monkeypatch.setattr(store, "apps_of", apps_of)
    assert ledger.observed(owner.organisation, entries) == (mine,), "a name inside a longer one is another's"
    ((packages, names),) = asked
    assert {str(case.form["package_id"]) for case in entries if case.form["package_id"]} <= packages
    assert owner.organisation.name in names

"""Changes, branches, cancellation and sanctions: what each asks, what stands meanwhile, what ends with what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from finwatch.errors import Denied
from finwatch.model.approved import ApprovedState
from finwatch.model.case import Case
from finwatch.supervise.register import cancellation
from finwatch.supervise.register.filing import PUBLIC_STATE
from finwatch.supervise.ticking import tick
from tests.kit import register
from tests.kit.register import sha
from tests.supervise.driving import Play
from tests.supervise.register.conftest import Register, refused
from tests.supervise.register.test_filing import vouched
from tests.supervise.register_cast import file_institution, proposal


def new(filing: Case, on: str, **fields: object) -> dict[str, object]:
    """The record of the next version of a filed app."""
    return register.assessed(filing.form["package"], "2.0", on=on) | {"reason": "修复缺陷"} | fields


# Changes ------------------------------------------------------------------------------------------------------------


def test_a_filing_stands_while_its_change_is_reviewed_and_then_takes_it(register_: Register) -> None:
    filed, stage = register_.filed(), register_.stage
    change = register_.change(filed, "general", released=register_.today)
    assert (change.parent, change.form["version"]) == (filed.id, "1.0")
    change = register_.go(change, "submit", form=new(filed, register_.today, released=register_.today))
    assert change.state == "first_review"
    assert stage.case(filed.id) == filed
    register_.go(change, "pass_first approve")
    after = stage.case(filed.id)
    assert (after.state, after.number, after.form["version"]) == ("filed", filed.number, "2.0")
    assert [one["version"] for one in after.form["versions"]] == ["1.0", "2.0"]
    assert (after.form["filed_on"], after.form["mark"]) == (filed.form["filed_on"], filed.form["mark"])
    assert vouched(register_, "changed")[0]["sha256"] == after.form["package_sha256"]


def test_a_general_change_counts_ten_working_days_from_its_release_and_says_how_late_it_is(
    register_: Register,
) -> None:
    filed, today = register_.filed(), date.fromisoformat(register_.today)
    released = (today - timedelta(days=21)).isoformat()
    change = register_.change(filed, "general", released=released)
    assert change.due is not None
    assert (change.due.rule, change.due.start.isoformat()) == ("filing.general_change", released)
    assert change.due.day < today
    due = change.due.day
    change = register_.go(change, "submit", form=new(filed, register_.today, released=released))
    step = register_.stage.store.cases.steps(change.id, scope=register_.people["first"].scope)[-1]
    assert step.note == {"due": due.isoformat(), "late_days": (today - due).days, "rule": "filing.general_change"}
    assert any("逾期" in message for message in register_.messages("assoc"))


@pytest.mark.parametrize(
    ("kind", "given", "field", "says"),
    [
        ("general", {"name": "另一个名称"}, "name", "Another name is a major change"),
        ("general", {"triggers": ["funds"]}, "triggers", "makes the change a major one"),
        ("general", {"released": None}, "released", "must be filled in"),
        ("general", {"released": "2099-01-01"}, "released", "still to come"),
        ("emergency", {"reason": None}, "reason", "must be filled in"),
        ("major", {"triggers": ["funds"], "planned": "2026-03-02"}, "planned", "before its release"),
        ("major", {"triggers": ["funds"], "released": "2026-03-01"}, "released", "an emergency"),
        ("major", {"planned": "2026-04-01"}, "triggers", "must be filled in"),
        ("general", {"package": "example.dawn.other"}, "package", "file it anew"),
    ],
)
def test_what_each_kind_of_change_asks(
    register_: Register, kind: str, given: dict[str, object], field: str, says: str
) -> None:
    filed = register_.filed()
    change = register_.change(filed, kind)
    form = new(filed, register_.today, **({"released": register_.today} if kind != "major" else {}))
    told = refused(lambda: register_.go(change, "submit", form=form | given))
    assert says in told[field], told


@pytest.mark.parametrize("released", ["9999-12-31", "0001-01-01", "1999-12-31"])
def test_a_release_on_a_day_that_cannot_be_is_told(register_: Register, released: str) -> None:
    filed = register_.filed()
    assert "released" in refused(lambda: register_.change(filed, "general", released=released))
    change = register_.change(filed, "general")
    assert "released" in refused(lambda: register_.go(change, "save", form={"released": released}))


def test_a_major_change_is_certified_and_tested_again(register_: Register) -> None:
    opened = register_.open("filing", "begin", "owner-a", **register.app())
    filed = register_.go(opened, "submit accept assign_lab report_test certify hand_to_association pass_first approve")
    change = register_.change(filed, "major")
    assert change.form["certificate"] == "C-2026-1"
    change = register_.go(change, "submit")
    assert (change.state, change.form["certificate"]) == ("certification", None)
    general = register_.stage.case(filed.id)
    assert general.state == "filed"


def test_one_change_at_a_time_and_never_of_anothers_app(register_: Register) -> None:
    filed = register_.filed()
    change = register_.change(filed, "general")
    assert f"Change {change.id}" in refused(lambda: register_.change(filed, "emergency"))["filing"]
    told = refused(lambda: register_.open("change", "begin", "owner-b", filing=filed.id, change_kind="general"))
    assert told["filing"] == "The institution has no such filing."
    register_.go(change, "withdraw")
    assert register_.change(filed, "emergency").state == "draft"


# Branches -----------------------------------------------------------------------------------------------------------


def shared(register_: Register) -> tuple[Case, dict[str, object]]:
    """A head's filing that is shared, and what a branch applies with."""
    if len(register_.stage.cases("institution")) == 1:
        file_institution(register_.cast, register_.stage, "bank-a-east")
    head = register_.go(register_.filed(), "share")
    return head, {"head_number": head.number, "reason": "分行使用", "contact": "王经办"}


def test_a_branch_files_on_its_heads_shared_filing_and_ends_with_it(register_: Register) -> None:
    head, form = shared(register_)
    linked = register_.go(register_.open("linked", "apply", "owner-e", **form), "submit pass_first approve")
    assert linked.state == "filed"
    assert str(linked.number).startswith("FL2026A")
    register_.go(head, "unshare")
    after = register_.stage.case(linked.id)
    assert (after.state, after.form["ended_on"]) == ("cancelled", register_.today)
    assert vouched(register_, "cancelled") == [{"case": linked.id, "number": linked.number, "ground": "head"}]
    assert "总部已关闭共享" in register_.messages("bank-a-east")[0]


def test_what_a_branch_may_lean_on(register_: Register) -> None:
    head, form = shared(register_)
    told = refused(lambda: register_.open("linked", "apply", "owner-a", **form))
    assert "its own head" in told["head_number"]
    draft = register_.open("linked", "apply", "owner-e", **form)
    assert "about it already" in refused(lambda: register_.open("linked", "apply", "owner-e", **form))["head_number"]
    register_.go(head, "unshare")
    assert register_.stage.case(draft.id).state == "withdrawn"
    told = refused(lambda: register_.open("linked", "apply", "owner-e", **form))
    assert "does not share" in told["head_number"]


def test_a_head_neither_changes_nor_cancels_while_it_shares(register_: Register) -> None:
    head, _ = shared(register_)
    assert "sharing" in refused(lambda: register_.change(head, "general"))["filing"]
    assert "sharing" in refused(lambda: register_.go(head, "ask_cancel"))[""]
    assert register_.go(head, "unshare ask_cancel").state == "cancel_asked"


# Cancellation -------------------------------------------------------------------------------------------------------


def test_a_provider_asks_before_it_stops_and_the_association_cancels_in_three_working_days(
    register_: Register,
) -> None:
    filed = register_.filed()
    told = refused(lambda: register_.go(filed, "ask_cancel", note={"stops_on": register_.today}))
    assert "before the service stops" in told["stops_on"]
    asked = register_.go(filed, "ask_cancel")
    assert asked.due is not None
    assert (asked.due.rule, asked.due.day) == ("filing.cancel", date(2026, 3, 5))
    assert PUBLIC_STATE[asked.state] is ApprovedState.FILED
    ended = register_.go(asked, "cancel")
    assert (ended.state, ended.due, ended.form["ended_on"]) == ("cancelled", None, register_.today)
    assert vouched(register_, "cancelled")[0]["ground"] == "asked"
    assert "已注销" in register_.messages("reg")[0]


def test_a_request_taken_back_leaves_the_filing_with_its_clock(register_: Register) -> None:
    filed = register_.filed()
    kept = register_.go(filed, "ask_cancel withdraw_cancel")
    assert (kept.state, kept.due) == ("filed", filed.due)


def test_a_forced_cancellation_needs_evidence_that_can_be_opened_and_ends_what_leans_on_it(
    register_: Register,
) -> None:
    filed = register_.filed()
    change = register_.change(filed, "general")
    nothing = {"ground": "dissolved", "evidence": ["somebody said so"]}
    assert "cannot be opened" in refused(lambda: register_.go(filed, "force_cancel", note=nothing))["evidence"]
    told = refused(lambda: register_.go(filed, "force_cancel", note={"ground": "dissolved", "evidence": []}))
    assert "evidence" in told
    register_.go(filed, "force_cancel")
    assert register_.stage.case(change.id).state == "withdrawn"


@pytest.mark.parametrize(
    ("days", "enough"),
    [
        ([], None),
        ([date(2024, 1, 1), date(2026, 1, 1)], None),
        ([date(2024, 5, 1), date(2025, 12, 31), date(2026, 1, 1)], "three years in a row, 2024 to 2026"),
        ([date(2026, 1, n) for n in range(1, 5)], None),
        ([date(2026, 1, n) for n in range(1, 6)], "5 times in all"),
        ([date(2019, 1, 1), date(2021, 1, 1), date(2022, 1, 1), date(2024, 1, 1)], None),
    ],
)
def test_three_years_in_a_row_or_five_times(days: list[date], enough: str | None) -> None:
    why = cancellation.repeated(reversed(days))
    assert (why.en if why else None) == enough


def test_events_are_counted_from_sanction_cases(register_: Register) -> None:
    filed = register_.filed()
    note = {"ground": "repeated", "evidence": [sha("evidence")]}
    cases = []
    for year in (2024, 2025, 2026):
        told = refused(lambda: register_.go(filed, "force_cancel", note=note))
        assert "Neither three years in a row nor five times" in told["ground"]
        form = {**proposal(register_.stage).form, "event_on": f"{year}-02-02"}
        play = Play(register_.people["manager"], form=form, owner=proposal(register_.stage).owner)
        cases.append(register_.go(register_.stage.open("sanction", "propose", play), "take_warned"))
    assert any("第二十条" in message for message in register_.messages("assoc"))
    register_.go(cases[1], "withdraw")
    assert "Neither" in refused(lambda: register_.go(filed, "force_cancel", note=note))["ground"]
    form = {**proposal(register_.stage).form, "event_on": "2025-03-03"}
    play = Play(register_.people["manager"], form=form, owner=proposal(register_.stage).owner)
    register_.go(register_.stage.open("sanction", "propose", play), "take_talked")
    assert register_.go(filed, "force_cancel", note=note).state == "cancelled"
    assert vouched(register_, "cancelled")[0]["ground"] == "repeated"


# Sanctions ----------------------------------------------------------------------------------------------------------


def sanction(register_: Register) -> Case:
    """A case against the first institution."""
    return register_.stage.open("sanction", "propose", proposal(register_.stage))


def test_no_measure_without_evidence_and_the_regulators_hear_of_each(register_: Register) -> None:
    case = sanction(register_)
    assert register_.stage.store.cases.newest(scope=register_.people["owner-a"].scope).total == 1
    bare = {"letter": "予以警示", "evidence": [sha("a"), "case:99999"]}
    told = refused(lambda: register_.go(case, "take_warned", note=bare))
    assert "Line 2, “case:99999”, cannot be opened" in told["evidence"]
    register_.go(case, "take_warned", note={"letter": "予以警示", "evidence": [f"case:{case.id}"]})
    for who in ("bank-a", "reg", "reg-44"):
        assert "警示函" in register_.messages(who)[0]
    assert register_.messages("bank-b") == []
    assert register_.stage.store.cases.newest(scope=register_.people["owner-a"].scope).total == 2


def test_the_gravest_measures_are_not_decided_by_who_opened_the_case(register_: Register) -> None:
    case = sanction(register_)
    note = {"letter": "暂停受理", "evidence": [sha("evidence")]}
    with pytest.raises(Denied, match="four eyes"):
        register_.go(case, "take_suspended", actor=register_.people["manager"], note=note)
    assert register_.go(case, "take_suspended").state == "suspended"


def test_while_suspended_nothing_new_is_filed_until_it_is_lifted(register_: Register) -> None:
    draft = register_.app()
    case = register_.go(sanction(register_), "take_suspended take_condemned")
    assert "suspended filings" in refused(lambda: register_.go(draft, "submit"))[""]
    assert "lift it before" in refused(lambda: register_.go(case, "close"))[""]
    register_.go(case, "lift", note={"measure": "suspended"})
    assert register_.go(draft, "submit").state == "first_review"
    assert register_.go(case, "close").state == "closed"


def test_ten_working_days_to_put_it_right_then_overdue_then_cancelled(register_: Register) -> None:
    filed, stage = register_.filed(), register_.stage
    case = register_.go(sanction(register_), "take_ordered")
    assert case.due is not None
    assert (case.due.rule, case.due.day) == ("filing.unkept_duty", date(2026, 3, 16))
    stage.clock.move(days=15)
    assert tick(stage.desk, now=stage.clock()).overdue == 1
    case = stage.case(case.id)
    assert case.state == "unkept"
    for wrong in ("4711", "9" * 40, "٣", "case:x"):
        told = refused(lambda: register_.go(case, "take_cancelled", form={"filings": [wrong]}))  # noqa: B023
        assert "no filing of this institution" in told["filings"]
    register_.go(case, "take_cancelled", form={"filings": [str(filed.id)]})
    assert stage.case(filed.id).state == "cancelled"
    assert vouched(register_, "cancelled")[0]["ground"] == "sanction"

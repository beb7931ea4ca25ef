"""Filings of institutions and apps: what is refused at which field, who decides, which clocks run, what is logged."""

from __future__ import annotations

import json
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from finwatch.errors import Denied, FormError, Stale
from finwatch.model.approved import ApprovedState
from finwatch.model.case import Case
from finwatch.store import open_store
from finwatch.store.dialect import reading
from finwatch.store.tables import log_leaf
from finwatch.supervise.desk import Desk
from finwatch.supervise.look import StoreLook
from finwatch.supervise.register.filing import PUBLIC_STATE
from finwatch.supervise.ticking import tick
from tests.kit import register
from tests.kit.register import sha
from tests.supervise.driving import Play
from tests.supervise.register.conftest import Register, refused
from tests.supervise.register_cast import CODES, NAMES, pass_due


def leaves(register_: Register) -> list[dict[str, object]]:
    """The statements of the log, oldest first."""
    with reading(register_.stage.store._engine) as connection:
        rows = connection.execute(select(log_leaf.c.data).order_by(log_leaf.c.index)).scalars()
        return [json.loads(row) for row in rows]


def vouched(register_: Register, what: str) -> list[dict[str, object]]:
    """What the log vouches for under a name."""
    found: list[dict[str, object]] = []
    for leaf in leaves(register_):
        found += leaf.get(what, [])  # type: ignore[arg-type]
    return found


# Institutions -------------------------------------------------------------------------------------------------------


def test_a_wrong_credit_code_is_told_at_its_field_and_nothing_typed_is_lost(register_: Register) -> None:
    case = register_.open("institution", "begin", "owner-b", name=NAMES["bank-b"], address="远山路2号")
    wrong = CODES["bank-b"][:-1] + "A"
    form = register.institution(NAMES["bank-b"], wrong)
    told = refused(lambda: register_.go(case, "submit", form=form))
    assert told["credit_code"].startswith(("The check character does not fit", "The account of this institution"))
    another = register.institution(NAMES["bank-b"], CODES["bank-a"])
    told = refused(lambda: register_.go(case, "submit", form=another))
    assert "Another account has registered this code" in told["credit_code"] or CODES["bank-b"] in told["credit_code"]
    assert register_.stage.case(case.id).form["address"] == "远山路2号"
    assert register_.stage.case(case.id).state == "draft"


def test_an_institution_changes_only_through_two_reviews(register_: Register) -> None:
    case = register_.stage.cases("institution")[0]
    assert (case.state, case.number) == ("filed", case.number)
    with pytest.raises(FormError, match=r"field name|may not change|Say why"):
        register_.go(case, "change", comment="")
    changed = register_.go(
        case, "change", form={**register.institution(NAMES["bank-a"], CODES["bank-a"]), "phone": "13911112222"}
    )
    assert changed.state == "first_review"
    assert "not filed" in refused(register_.app)[""]
    after = register_.go(changed, "pass_first approve")
    assert (after.state, after.number, after.form["phone"]) == ("filed", case.number, "13911112222")
    assert vouched(register_, "institution")[-1]["number"] == case.number


def test_only_a_filed_institution_files_apps(register_: Register) -> None:
    form = register.assessed(on=register_.today)
    told = refused(lambda: register_.open("filing", "begin", "owner-b", **form))
    assert "The institution itself is not filed" in told[""]
    assert register_.app().state == "draft"


# The package --------------------------------------------------------------------------------------------------------


def test_a_package_that_is_not_the_declared_one_is_refused_with_both_digests(register_: Register) -> None:
    case = register_.app()
    form = register.assessed(on=register_.today) | {"package_sha256": sha("another")}
    told = refused(lambda: register_.go(case, "submit", form=form))
    assert sha("another") in told["package_sha256"]
    assert form["package_file"] in told["package_sha256"]


def test_a_laboratory_that_tested_another_package_is_refused_with_both_digests(register_: Register) -> None:
    case = register_.go(register_.open("filing", "begin", "owner-a", **register.app()), "submit accept assign_lab")
    report = register.lab_report(dict(case.form), lab_sha256=sha("another"))
    told = refused(lambda: register_.go(case, "report_test", form=report))
    assert sha("another") in told["lab_sha256"]
    assert case.form["package_sha256"] in told["lab_sha256"]


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"signers": ["not a digest"]}, "signers", "no SHA-256"),
        ({"package_file": None, "package_sha256": None}, "package_file", "must be filled in"),
        ({"screenshots": [{"what": "main", "file": sha("main")}]}, "screenshots", "policy, funds"),
        ({"developed_by": "other"}, "developer_code", "must be filled in"),
        (
            {"protection_vendor": "示例加固", "protection_code": "91350100M000100Y44"},
            "protection_code",
            "check character",
        ),
        ({"assessed_on": "2024-03-01"}, "assessed_on", "counts for a year"),
        ({"assessed_on": "2027-03-01"}, "assessed_on", "still to come"),
        ({"assessment_result": "failed"}, "assessment_result", "must have been passed"),
        (
            {"assessment_kind": "certification", "certifier": "nobody"},
            "certifier",
            "There is no “nobody”. Known: 明镜认证中心",
        ),
        ({"name": None}, "name", "must be filled in"),
    ],
)
def test_what_a_record_lacks_is_told_at_its_field(
    register_: Register, given: dict[str, object], field: str, says: str
) -> None:
    form = register.assessed(on=register_.today) | given
    case = register_.app()
    told = refused(lambda: register_.go(case, "submit", form=form))
    assert says in told[field], told


def test_files_that_nobody_uploaded_are_told(register_: Register) -> None:
    case = register_.app()
    stage = register_.stage
    known = sha("data rules")
    stage.desk = Desk(
        stage.store,
        stage.desk.machines,
        clock=stage.clock,
        look=lambda unit: StoreLook(unit, knows=lambda sha256: sha256 != known),
    )
    told = refused(lambda: register_.go(case, "submit"))
    assert list(told) == ["data_rules"]
    assert known[:12] in told["data_rules"]


def test_one_app_is_filed_once_on_a_platform(register_: Register) -> None:
    filed = register_.filed("example.dawn.once")
    form = register.assessed("example.dawn.once", on=register_.today)
    second = register_.open("filing", "begin", "owner-a", **form)
    assert str(filed.number) in refused(lambda: register_.go(second, "submit"))["package"]
    ios = form | {"platform": "ios", "signers": None}
    third = register_.open("filing", "begin", "owner-a", **ios)
    assert register_.go(third, "submit", form=ios).state == "first_review"


# Certification, test, reviews ---------------------------------------------------------------------------------------


def test_certification_body_and_laboratory_see_the_case_from_their_turn_on(register_: Register) -> None:
    stage, people = register_.stage, register_.people
    case = register_.open("filing", "begin", "owner-a", **register.app())
    cases = stage.store.cases

    def seen(who: str) -> int:
        return cases.newest(scope=people[who].scope).total

    assert (seen("certifier"), seen("tester")) == (0, 0)
    register_.go(case, "submit accept")
    assert (seen("certifier"), seen("tester")) == (1, 0)
    register_.go(case, "assign_lab")
    assert seen("tester") == 1
    with pytest.raises(Denied):
        stage.go(case.id, "report_test", Play(people["certifier"]))


def test_a_return_needs_its_comment_and_carries_it_to_the_institution(register_: Register) -> None:
    case = register_.go(register_.open("filing", "begin", "owner-a", **register.app()), "submit")
    assert "comment" in refused(lambda: register_.go(case, "return_from_certification", comment=" "))
    note = {"letter": "1. 隐私政策未列明第三方组件。"}
    back = register_.go(case, "return_from_certification", comment="材料不齐", note=note)
    assert back.state == "certification_returned"
    newest = register_.messages("bank-a")[0]
    assert "材料不齐" in newest
    assert "隐私政策未列明第三方组件" in newest
    again = register_.go(back, "resubmit")
    assert again.state == "certification"


def test_a_failed_test_gives_no_certificate(register_: Register) -> None:
    case = register_.go(register_.open("filing", "begin", "owner-a", **register.app()), "submit accept assign_lab")
    report = register.lab_report(dict(case.form), lab_result="failed")
    case = register_.go(case, "report_test", form=report)
    assert "not passed" in refused(lambda: register_.go(case, "certify"))["certificate"]
    results = [{"group": "data", "result": "failed"}]
    other = register_.go(register_.go(case, "return_from_certification"), "resubmit accept assign_lab")
    wrong = register.lab_report(dict(other.form), lab_results=results)
    assert "A group failed" in refused(lambda: register_.go(other, "report_test", form=wrong))["lab_result"]


def test_a_new_package_after_a_return_is_certified_anew(register_: Register) -> None:
    case = register_.open("filing", "begin", "owner-a", **register.app())
    case = register_.go(case, "submit accept assign_lab report_test certify hand_to_association return_first")
    same = register_.go(case, "resubmit")
    assert same.state == "first_review"
    back = register_.go(same, "return_first")
    after = register_.go(back, "resubmit", form=register.app(version="1.1"))
    assert after.state == "certification"
    assert (after.form["certificate"], after.form["lab_report"], after.form["assessed_on"]) == (None, None, None)
    assert [party.organisation for party in after.parties if party.part == "lab"] == []


def test_first_and_second_review_are_not_one_person(register_: Register) -> None:
    stage, people = register_.stage, register_.people
    case = register_.app("submit pass_first")
    both = people["first"].model_copy(
        update={"permissions": people["first"].permissions | people["second"].permissions}
    )
    with pytest.raises(Denied, match="four eyes"):
        stage.go(case.id, "approve", Play(both))
    assert register_.go(case, "approve").state == "filed"


def test_of_two_reviewers_one_decides_and_the_other_is_told_who(register_: Register) -> None:
    case = register_.app("submit")
    told: list[Case | Exception] = []
    start = threading.Barrier(2)

    def decide(who: str, arc: str) -> None:
        with open_store(str(register_.stage.store.address)) as store:
            desk = register_.cast.enter(store).desk
            start.wait(20)
            try:
                told.append(desk.go(register_.people[who], case.id, arc, version=case.version, comment="c"))
            except Stale as stale:
                told.append(stale)

    acts = [threading.Thread(target=decide, args=act) for act in (("first", "pass_first"), ("first2", "return_first"))]
    for act in acts:
        act.start()
    for act in acts:
        act.join(60)
    won = next(one for one in told if isinstance(one, Case))
    lost = next(one for one in told if isinstance(one, Stale))
    last = register_.stage.store.cases.steps(case.id, scope=register_.people["first"].scope)[-1]
    assert last.person_name in lost.zh
    assert register_.stage.case(case.id) == won
    assert won.version == case.version + 1
    with pytest.raises(Stale, match=last.person_name):
        register_.stage.desk.check(register_.people["first2"], case.id, "return_first", version=case.version)


# Clocks -------------------------------------------------------------------------------------------------------------


def test_the_clocks_of_a_filing(register_: Register) -> None:
    """From Monday 2 March 2026, on which no holiday is near."""
    case = register_.app("submit")
    assert case.due is not None
    assert (case.due.rule, case.due.day) == ("filing.ask_supplement", date(2026, 3, 9))
    passed = register_.go(case, "pass_first")
    assert passed.due is not None
    assert (passed.due.rule, passed.due.day) == ("filing.decide", date(2026, 3, 9))
    back = register_.go(passed, "return_second")
    assert back.due is not None
    assert (back.due.rule, back.due.day) == ("filing.supplement", date(2026, 3, 9))
    filed = register_.go(back, "resubmit pass_first approve")
    assert filed.due is not None
    assert (filed.due.rule, filed.due.start, filed.due.day) == (
        "filing.assessment",
        date(2026, 3, 2),
        date(2027, 3, 2),
    )


def test_what_is_not_supplied_in_time_has_not_passed_by_itself(register_: Register) -> None:
    case = register_.app("submit return_first")
    stage = register_.stage
    stage.clock.move(days=7)
    assert tick(stage.desk, now=stage.clock()).overdue == 0
    stage.clock.move(days=1)
    assert tick(stage.desk, now=stage.clock()).overdue == 1
    assert tick(stage.desk, now=stage.clock()).overdue == 0
    assert stage.case(case.id).state == "rejected"


def test_a_filing_expires_and_is_renewed_by_its_yearly_assessment(register_: Register) -> None:
    filed, stage = register_.filed(), register_.stage
    pass_due(stage, filed.id)
    tick(stage.desk, now=stage.clock())
    expired = stage.case(filed.id)
    assert (expired.state, expired.due) == ("expired", None)
    assert vouched(register_, "expired") == [{"case": filed.id, "number": filed.number}]
    assert PUBLIC_STATE[expired.state] is ApprovedState.EXPIRED
    change = register_.change(expired, "assessment")
    old = register.assessed(filed.form["package"], on=filed.form["assessed_on"]) | {"reason": "年度评估"}
    assert "assessed_on" in refused(lambda: register_.go(change, "submit", form=old))
    new = register.assessed(filed.form["package"], on=register_.today) | {"reason": "年度评估"}
    register_.go(change, "submit", form=new)
    register_.go(change, "pass_first approve")
    again = stage.case(filed.id)
    assert (again.state, again.form["ended_on"], again.number) == ("filed", None, filed.number)
    assert again.due is not None
    assert again.due.day - stage.clock().date() > timedelta(days=360)


def test_a_filing_is_in_the_log_with_the_package_that_was_filed(register_: Register) -> None:
    filed = register_.filed()
    assert vouched(register_, "filed") == [
        {
            "case": filed.id,
            "number": filed.number,
            "package": "example.dawn.loan",
            "platform": "android",
            "version": "1.0",
            "sha256": filed.form["package_sha256"],
            "mark": filed.form["mark"],
        }
    ]
    assert filed.number is not None
    assert filed.number.startswith("FA2026A000001")
    assert filed.form["versions"] == [{"version": "1.0", "sha256": filed.form["package_sha256"], "day": "2026-03-02"}]


# In bulk ------------------------------------------------------------------------------------------------------------


def test_a_bulk_decision_is_what_its_preview_said(register_: Register) -> None:
    stage = register_.stage
    cases = [
        register_.go(
            register_.open("filing", "begin", "owner-a", **register.assessed(f"example.dawn.n{n}", on=register_.today)),
            "submit",
        )
        for n in range(3)
    ]
    cases[2] = register_.go(cases[2], "return_first")
    picked = [(case.id, case.version) for case in cases]
    before = [stage.case(case.id) for case in cases]
    told = stage.desk.preview(register_.people["first"], picked, "pass_first")
    assert [stage.case(case.id) for case in cases] == before
    assert [one if isinstance(one, str) else type(one).__name__ for _, one in told] == [
        "second_review",
        "second_review",
        "InputError",
    ]
    done = stage.desk.go_many(register_.people["first"], picked, "pass_first")
    assert [one.state if isinstance(one, Case) else type(one).__name__ for _, one in done] == [
        "second_review",
        "second_review",
        "InputError",
    ]

"""The rules of supervision that must never bend, and the pure parts: draws, comparisons, public rows."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finwatch.errors import Denied, FormError, InputError, NotFound
from finwatch.model.access import EVERYTHING
from finwatch.model.case import Case
from finwatch.model.examination import Evidence, SdkUse
from finwatch.model.locator import CodeAt
from finwatch.store import Store
from finwatch.store.case import CaseFilter
from finwatch.supervise.desk import SYSTEM
from finwatch.supervise.supervision import batches, sampling
from finwatch.supervise.supervision.lists import public_rows
from finwatch.supervise.supervision.problems import compared, progress
from finwatch.supervise.supervision.sampling import Unit
from finwatch.supervise.supervision.sdks import sdk_rows, told
from tests.kit.store import finding, said
from tests.supervise.driving import Play, Stage, fingerprint
from tests.supervise.supervision_cast import (
    CHECKS,
    SupervisionCast,
    app,
    attached,
    drawn,
    pass_due,
    plan,
    problem,
    retest,
)


@pytest.fixture
def stage(store: Store) -> Stage:
    cast = SupervisionCast()
    cast.furnish(store)
    return cast.enter(store)


def verified(stage: Stage, *apps: dict[str, object], checks: tuple[str, ...] = CHECKS) -> Case:
    """A campaign whose apps were drawn, examined and verified by ``sup1``."""
    sup1 = stage.people["sup1"]
    campaign = stage.open("campaign", "plan", Play(sup1, form=plan()))
    stage.desk.go(sup1, campaign.id, "ask_draw")
    stage.desk.go(SYSTEM, campaign.id, "draw", note=drawn(list(apps) or [app(1)]))
    for case in stage.cases("inspection", "sampled"):
        stage.desk.go(SYSTEM, case.id, "attach", note=attached(case, [problem(check) for check in checks]))
        stage.desk.go(sup1, case.id, "verify", note={"confirmed": list(checks)})
    return stage.case(campaign.id)


def notified(stage: Stage, *apps: dict[str, object]) -> Case:
    campaign = verified(stage, *apps)
    stage.desk.go(stage.people["sup1"], campaign.id, "notify")
    return stage.cases("notice")[0]


def test_an_institution_nobody_answers_for_is_named_and_nothing_is_sent_to_anybody(stage: Stage) -> None:
    campaign = verified(stage, app(1), app(2, operator="quiet"))
    before = fingerprint(stage.store)
    with pytest.raises(FormError) as refused:
        stage.desk.go(stage.people["sup1"], campaign.id, "notify")
    assert "静水小额贷款有限公司没有登记负责人，未发送任何内容" in refused.value.problems[0].says.zh
    assert fingerprint(stage.store) == before
    assert stage.store.outbox.newest("bank-a", limit=10) == []
    quiet = next(case for case in stage.cases("inspection") if case.form["addressee"] == "quiet")
    stage.desk.go(stage.people["sup1"], campaign.id, "notify", note={"leave_out": [quiet.id], "expected": 1})
    assert [case.owner for case in stage.cases("notice")] == ["bank-a"]


def test_what_was_previewed_is_what_is_sent(stage: Stage) -> None:
    campaign = verified(stage, app(1), app(2))
    view = batches.batch_view(stage.desk, stage.people["sup1"], campaign.id)
    assert len(view.rows) == 2
    assert view.refused == ()
    assert stage.cases("notice") == ()
    with pytest.raises(FormError, match="look again"):
        stage.desk.go(stage.people["sup1"], campaign.id, "notify", note={"expected": 3})


def test_nothing_is_notified_that_no_person_verified(stage: Stage) -> None:
    sup1 = stage.people["sup1"]
    campaign = stage.open("campaign", "plan", Play(sup1, form=plan()))
    stage.desk.go(sup1, campaign.id, "ask_draw")
    stage.desk.go(SYSTEM, campaign.id, "draw", note=drawn([app(1)]))
    (case,) = stage.cases("inspection")
    stage.desk.go(SYSTEM, case.id, "attach", note=attached(case, [problem(CHECKS[0])]))
    with pytest.raises(FormError, match="No verified problem"):
        stage.desk.go(sup1, campaign.id, "notify")
    form = {**stage.case(case.id).form, "inspection": case.id, "reference": "x", "clock": "notice.cac", "demand": "d"}
    kept = {name: value for name, value in form.items() if name in stage.desk.machine("notice").form.model_fields}
    with pytest.raises(FormError, match="No verified inspection"):
        stage.desk.open(SYSTEM, "notice", arc="issue", form=kept, owner=stage.people["owner-a"].organisation)


def test_evidence_cannot_be_written_by_hand(stage: Stage) -> None:
    sup1 = stage.people["sup1"]
    taken = stage.open("inspection", "take_up", Play(sup1, form={"app": "a~b", "package": "a", "name": "甲"}))
    with pytest.raises(Denied):
        stage.desk.go(sup1, taken.id, "attach", note=attached(taken, [problem(CHECKS[0])]))
    with pytest.raises(FormError, match="evidence"):
        stage.desk.go(SYSTEM, taken.id, "attach", note=attached(taken, [problem(CHECKS[0], evidence=[])]))


def test_each_problem_is_decided_once_and_a_suspicion_only_with_its_evidence_open(stage: Stage) -> None:
    sup1 = stage.people["sup1"]
    taken = stage.open("inspection", "take_up", Play(sup1, form={"app": "a~b", "package": "a", "name": "甲"}))
    unsure = problem(CHECKS[1], confidence="suspected")
    stage.desk.go(SYSTEM, taken.id, "attach", note=attached(taken, [problem(CHECKS[0]), unsure]))
    both = list(CHECKS)
    for note in (
        {"confirmed": [CHECKS[0]]},
        {"confirmed": both, "rejected": [CHECKS[0]]},
        {"confirmed": both},
        {"confirmed": [CHECKS[0]], "rejected": [CHECKS[1]]},
    ):
        with pytest.raises(FormError):
            stage.desk.go(sup1, taken.id, "verify", note=note)
    stage.desk.go(sup1, taken.id, "verify", note={"confirmed": both, "looked_at": True})
    assert stage.case(taken.id).state == "verified"


def test_who_verified_does_not_decide_the_appeal_nor_publish_nor_order(stage: Stage) -> None:
    notice = notified(stage)
    sup1, sup2 = stage.people["sup1"], stage.people["sup2"]
    filed = stage.open("appeal", "file", Play(stage.people["owner-a"], form={"notice": notice.id, "grounds": "g"}))
    with pytest.raises(FormError, match="may not decide the appeal"):
        stage.desk.go(sup1, filed.id, "accept")
    stage.desk.go(sup2, filed.id, "accept", note={"pause": False})
    pass_due(stage, notice)
    stage.desk.go(SYSTEM, notice.id, "expire")
    with pytest.raises(FormError, match="An appeal is open"):
        stage.desk.go(sup2, notice.id, "publish", comment="c")
    stage.desk.go(sup2, filed.id, "reject", comment="c")
    for arc, note in (("publish", {}), ("order_removal", {"markets": ["greenbird"]})):
        with pytest.raises(FormError, match="another person"):
            stage.desk.go(sup1, notice.id, arc, note=note, comment="c")
    assert stage.desk.go(sup2, notice.id, "publish", comment="c").state == "listed"


def test_another_institution_cannot_appeal_nor_answer(stage: Stage) -> None:
    notice = notified(stage)
    stranger = stage.people["owner-b"]
    with pytest.raises(FormError, match="no such notice to your organisation"):
        stage.open("appeal", "file", Play(stranger, form={"notice": notice.id, "grounds": "g"}))
    with pytest.raises(NotFound):
        stage.desk.go(stranger, notice.id, "reply", note={"text": "t"})


def test_unseen_is_closed_only_by_a_report(stage: Stage) -> None:
    notice = notified(stage)
    stage.desk.go(stage.people["owner-a"], notice.id, "reply", note={"text": "t"})
    stage.desk.go(SYSTEM, notice.id, "retest", note=retest(notice, dict.fromkeys(CHECKS, "unseen")))
    with pytest.raises(FormError, match="laboratory's report"):
        stage.desk.go(stage.people["sup1"], notice.id, "accept", comment="c")
    after = stage.desk.go(stage.people["sup1"], notice.id, "accept", comment="c", note={"report": "T-1"})
    assert (after.state, after.form["closed_as"]) == ("closed", "report")


def test_a_first_offence_is_not_removed_before_its_time_and_a_repeated_one_may_be(stage: Stage) -> None:
    notice = notified(stage, app(1))
    sup2 = stage.people["sup2"]
    with pytest.raises(FormError, match="no repeated offence"):
        stage.desk.go(sup2, notice.id, "order_removal", note={"markets": ["greenbird"]}, comment="c")
    stage.desk.go(stage.people["sup1"], verified(stage, app(1)).id, "notify")
    again = stage.cases("notice")[-1]
    assert again.form["repeat_of"] == [notice.id]
    assert (
        stage.desk.go(sup2, again.id, "order_removal", note={"markets": ["greenbird"]}, comment="c").state == "removal"
    )


def test_an_order_to_a_market_nobody_answers_for_is_refused(stage: Stage) -> None:
    notice = notified(stage)
    pass_due(stage, notice)
    stage.desk.go(SYSTEM, notice.id, "expire")
    with pytest.raises(FormError, match="Nobody is registered as answering for nowhere"):
        stage.desk.go(stage.people["sup2"], notice.id, "order_removal", note={"markets": ["nowhere"]}, comment="c")
    assert stage.cases("removal") == ()


def test_a_batch_is_one_leaf_of_the_log(stage: Stage) -> None:
    campaign = verified(stage, *(app(number) for number in range(8)))
    before = fingerprint(stage.store)
    stage.desk.go(stage.people["sup1"], campaign.id, "notify")
    assert fingerprint(stage.store) != before
    told = stage.store.cases.steps(campaign.id, scope=EVERYTHING)[-1].note
    assert told["notices"] == 8
    numbers = [case.number for case in stage.store.cases.whole(CaseFilter(machine="notice"), scope=EVERYTHING)]
    assert numbers == [f"{told['number']}-{row:03}" for row in range(1, 9)]


# Pure parts ---------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 60), min_size=1), st.integers(1, 300))
def test_shares_add_up_and_leave_no_stratum_out(sizes: dict[str, int], size: int) -> None:
    shares = sampling.allotted(sizes, size)
    assert sum(shares.values()) == min(size, sum(sizes.values()))
    assert all(0 <= shares[name] <= count for name, count in sizes.items())
    if size >= len(sizes):
        assert min(shares.values()) >= 1


@given(st.sets(st.tuples(st.text("xyz", min_size=1), st.sampled_from("ab")), min_size=1), st.integers(1, 40))
def test_a_draw_does_not_depend_on_the_order_of_the_population(units: set[tuple[str, str]], size: int) -> None:
    first = [Unit(app=f"{name}-{stratum}", stratum=stratum) for name, stratum in sorted(units)]
    one, two = (sampling.draw(order, size=size, seed="s") for order in (first, first[::-1]))
    assert one == two
    assert len(one.apps) == len(set(one.apps)) == min(size, len(first))
    assert Counter(app[-1] for app in one.apps) == Counter({row.name: row.drawn for row in one.strata if row.drawn})


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(InputError, match="No published app"):
        sampling.draw([], size=1, seed="s")


def test_progress_has_the_associations_three_words() -> None:
    def told(*seen: str, closed: bool = False) -> str:
        return progress([{"seen": one} for one in seen], closed=closed).zh

    assert told("gone", "gone") == told("open", closed=True) == "已完成整改"
    assert told("gone", "gone", "still") == "基本完成整改"
    assert told("gone", "still") == told("unseen") == "整改中"


def test_a_list_of_removals_has_no_source_and_only_what_stands() -> None:
    form = {**app(1), "problems": [problem("a", decision="confirmed", seen="open"),
                                   problem("b", decision="confirmed", seen="gone"),
                                   problem("c", decision="rejected", seen="open")]}  # fmt: skip
    (row,) = public_rows([form])
    assert row.problems == ("问题 a",)
    assert row.sources == ("greenbird", "bluefish")
    assert public_rows([form], removal=True)[0].sources == ()


def test_a_check_that_was_not_asked_leaves_the_problem_unseen() -> None:
    told = compared([problem("a"), problem("b")], [finding("a")])
    assert [one["outcome"] for one in told] == ["still", "unseen"]


def test_a_problem_names_the_sdk_in_whose_classes_its_evidence_lies() -> None:
    def at(name: str) -> Evidence:
        return Evidence(says=said("a call"), at=CodeAt(dex="classes.dex", method=f"L{name};->b()V", offset=1))

    sdks = [
        SdkUse(id=name, name=said(name), vendor=said(f"{name} Ltd"), purpose=purpose, version="2", prefixes=(prefix,))
        for name, purpose, prefix in (("push", "push", "com/push/"), ("http", "network", "org/http/"))
    ]
    findings = [
        finding("a", evidence=(at("com/push/X"), at("com/push/Y"), at("cn/own/Z"))),
        finding("b", evidence=(at("org/http/X"), at("com/pushy/X"))),
        finding("c", evidence=(at("cn/own/Z"),)),
    ]
    rows = sdk_rows(findings, sdks, package="cn.own")
    assert [(row["check"], row["name"], row["vendor"], row["version"]) for row in rows] == [
        ("a", "（push）", "（push Ltd）", "2")
    ]
    confirmed = {"check": "a", "decision": "confirmed", "seen": "still"}
    assert told({"problems": [confirmed], "sdks": rows}) == rows
    assert told({"problems": [confirmed | {"seen": "gone"}], "sdks": rows}) == []
    assert told({"problems": [confirmed | {"seen": "gone"}], "sdks": rows}, ever=True) == rows
    assert told({"problems": [confirmed | {"decision": "rejected"}], "sdks": rows}, ever=True) == []

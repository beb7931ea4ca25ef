"""Supervision on what was observed: samples, evidence, retests of new versions, and removals proven by visits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from finwatch.engine import LocalEngine
from finwatch.flow.publish import publish
from finwatch.flow.retest import follow_cases
from finwatch.flow.supervision import drawn
from finwatch.lake import Lake, open_lake
from finwatch.model.case import Case
from finwatch.model.examination import Answer, Confidence, Examination, Finding
from finwatch.model.knowledge import Severity
from finwatch.model.listing import Listing
from finwatch.store import Store, open_store
from tests.kit import observed
from tests.kit.store import MARKET, examination, finding, listing, said
from tests.supervise.driving import Play, Stage
from tests.supervise.supervision_cast import SupervisionCast, plan

SECOND = "beta"
CERTAIN = finding("trusts_any_certificate")
PRIVACY = finding("reads_text_messages", severity=Severity.MEDIUM)
BLIND = finding("is_debuggable", Answer.NOT_AVAILABLE, severity=Severity.MEDIUM, summary=said("packed"))


class Field:
    """A lake with two markets, and a desk over what is published of it."""

    def __init__(self, stage: Stage, lake: Lake) -> None:
        self.stage = stage
        self.lake = lake
        self.engine = LocalEngine(processes=1)
        self.offered: dict[str, list[Listing]] = {MARKET: [], SECOND: []}

    @property
    def now(self) -> datetime:
        return self.stage.clock.at

    def examined(self, one: Examination, *markets: str) -> str:
        """Offers a package that was examined; replaces what the markets offered of the app before."""
        observed.examined(self.lake, [one], self.now)
        for market in markets or (MARKET,):
            kept = [old for old in self.offered[market] if old.app != one.package.id]
            developer = one.identity.operator or ""
            self.offered[market] = [*kept, listing(one, self.now, market=market, developer=developer)]
        return one.package.sha256

    def withdraw(self, app: str, market: str = MARKET) -> None:
        """A market offers an app no more."""
        self.offered[market] = [old for old in self.offered[market] if old.app != app]

    def night(self, **span: float) -> Any:
        """Time passes, the markets are visited and published, and cases follow."""
        self.stage.clock.move(**(span or {"hours": 1}))
        for market, listings in self.offered.items():
            observed.visit(self.lake, listings, self.now, market=market)
        publish(self.stage.store, self.lake, engine=self.engine, clock=lambda: self.now)
        return follow_cases(self.stage.desk, self.lake, engine=self.engine, now=self.now)

    def notice(self, number: int | None = None) -> Case:
        """The only notice, or one by number."""
        return self.stage.case(number) if number else self.stage.cases("notice")[0]


def an_app(number: int, version: int = 1, *findings: Finding, operator: str = "晨光银行股份有限公司") -> Examination:
    made = examination(f"cn.example.app{number}", version=version, label=f"示例{number}", findings=findings)
    return made.model_copy(update={"identity": made.identity.model_copy(update={"operator": operator})})


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    with open_store(f"sqlite:///{tmp_path / 'store.sqlite'}") as store:
        cast = SupervisionCast()
        cast.furnish(store)
        _rename_markets(store)
        yield Field(cast.enter(store), open_lake(str(tmp_path / "lake")))


def _rename_markets(store: Store) -> None:
    from finwatch.store import access as people
    from finwatch.supervise.desk import SYSTEM
    from tests.kit.office import START

    with store.deciding(SYSTEM, now=START) as unit:
        for identity, market in (("store-green", str(MARKET)), ("store-blue", SECOND)):
            shop = store.accounts.organisation(identity)
            people.change_organisation(unit, shop.model_copy(update={"market": market}))


def notified(field: Field, *findings: Finding, markets: tuple[str, ...] = (MARKET,)) -> Case:
    """A notice about one app, version 1, with the problems of ``findings``."""
    field.examined(an_app(1, 1, *findings), *markets)
    field.night()
    people = field.stage.people
    campaign = field.stage.open("campaign", "plan", Play(people["sup1"], form=plan()))
    field.stage.desk.go(people["sup1"], campaign.id, "ask_draw")
    field.night()
    (inspection,) = field.stage.cases("inspection")
    checks = [problem["check"] for problem in inspection.form["problems"]]
    field.stage.desk.go(people["sup1"], inspection.id, "verify", note={"confirmed": checks})
    field.stage.desk.go(people["sup1"], campaign.id, "notify")
    return field.notice()


def test_a_sample_is_the_same_whoever_draws_it(field: Field) -> None:
    for number in range(12):
        field.examined(an_app(number, 1, CERTAIN))
    field.night()
    form = {**plan(), "size": 5}
    first, rows = drawn(field.stage.store, form)
    again, _ = drawn(field.stage.store, form)
    other, _ = drawn(field.stage.store, {**form, "seed": "秋分"})
    assert first == again
    assert len(first.apps) == 5
    assert first.apps != other.apps
    assert first.digest == other.digest
    assert len(rows) == 12


def test_evidence_is_attached_and_what_could_not_be_seen_is_no_all_clear(field: Field) -> None:
    field.examined(an_app(1, 1, CERTAIN))
    field.examined(an_app(2, 1, finding("trusts_any_certificate", Answer.NO)))
    field.examined(an_app(3, 1, BLIND))
    field.night()
    campaign = field.stage.open("campaign", "plan", Play(field.stage.people["sup1"], form=plan()))
    field.stage.desk.go(field.stage.people["sup1"], campaign.id, "ask_draw")
    field.night()
    states = {case.form["package"]: case for case in field.stage.cases("inspection")}
    assert {name: case.state for name, case in states.items()} == {
        "cn.example.app1": "suspected",
        "cn.example.app2": "clean",
        "cn.example.app3": "unseen",
    }
    (problem,) = states["cn.example.app1"].form["problems"]
    assert "Lcn/qinghe/A;->b()V" in problem["evidence"][0]
    assert states["cn.example.app1"].form["addressee"] == "bank-a"
    assert "is_debuggable" in states["cn.example.app3"].form["could_not"]


def test_a_new_version_is_retested_problem_by_problem(field: Field) -> None:
    notice = notified(field, CERTAIN, PRIVACY)
    assert notice.state == "sent"
    gone = finding("trusts_any_certificate", Answer.NO)
    field.examined(an_app(1, 2, gone, PRIVACY))
    assert field.night().retests.retested == 1
    seen = {one["check"]: one["seen"] for one in field.notice().form["problems"]}
    assert seen == {"trusts_any_certificate": "gone", "reads_text_messages": "still"}
    assert field.notice().state == "sent"
    assert field.night().retests.retested == 0, "a version is retested once"
    field.examined(an_app(1, 3, gone, finding("reads_text_messages", Answer.NO)))
    field.night()
    assert (field.notice().state, field.notice().form["closed_as"]) == ("closed", "retest")


@pytest.mark.parametrize(
    "blind",
    [
        finding("trusts_any_certificate", Answer.NOT_AVAILABLE),
        finding("trusts_any_certificate", confidence=Confidence.SUSPECTED),
        finding("is_packed"),
    ],
    ids=["not available", "only suspected", "not asked"],
)
def test_what_could_not_be_seen_is_never_closed_as_put_right(field: Field, blind: Finding) -> None:
    notice = notified(field, CERTAIN)
    owner = field.stage.people["owner-a"]
    field.stage.desk.go(owner, notice.id, "reply", note={"text": "已整改", "version_code": 2})
    field.examined(an_app(1, 2, blind))
    field.night()
    assert field.notice().state == "unseen"
    assert field.notice().form["problems"][0]["seen"] == "unseen"


def test_a_false_closure_is_opened_again_and_says_why(field: Field, monkeypatch: pytest.MonkeyPatch) -> None:
    from finwatch.flow import retest

    notice = notified(field, CERTAIN)
    owner, supervisor = field.stage.people["owner-a"], field.stage.people["sup1"]
    field.stage.desk.go(owner, notice.id, "reply", note={"text": "已发布 2.0 版修复", "version_code": 2})
    field.stage.desk.go(supervisor, notice.id, "accept", comment="材料齐全")
    assert field.notice().state == "closed"
    field.examined(an_app(1, 2, CERTAIN))
    monkeypatch.setattr(retest, "code_alike", lambda *_: 1.0)
    assert field.night().retests.reopened == 1
    case = field.notice()
    assert case.state == "reopened"
    step = field.stage.store.cases.steps(case.id, scope=supervisor.scope)[-1]
    assert step.note["false_closure"] is True
    assert "代码未改动" in step.note["says"]["zh"]
    assert "was not changed" in step.note["says"]["en"]


def test_an_older_version_or_another_app_is_no_retest(field: Field) -> None:
    notified(field, CERTAIN)
    field.examined(an_app(2, 9, finding("trusts_any_certificate", Answer.NO)))
    assert field.night().retests.retested == 0


def test_a_package_uploaded_with_the_reply_is_asked_of_the_queue_and_retested(field: Field) -> None:
    notice = notified(field, CERTAIN)
    fixed = an_app(1, 2, finding("trusts_any_certificate", Answer.NO))
    note = {"text": "见附件", "version_code": 2, "sha256": fixed.package.sha256}
    field.stage.desk.go(field.stage.people["owner-a"], notice.id, "reply", note=note)
    assert field.night().retests.asked == 1
    assert field.notice().state == "replied"
    observed.examined(field.lake, [fixed], field.now)
    assert field.night().retests.closed == 1


def test_a_removal_is_proven_by_visits_reminded_and_opened_again(field: Field) -> None:
    notice = notified(field, CERTAIN, markets=(MARKET, SECOND))
    assert notice.due is not None
    field.night(days=30)
    assert field.notice().state == "overdue"
    supervisor = field.stage.people["sup2"]
    note = {"markets": [MARKET, SECOND]}
    field.stage.desk.go(supervisor, notice.id, "order_removal", comment="逾期", note=note)
    green, blue = field.stage.cases("removal")
    field.withdraw("cn.example.app1", SECOND)
    assert field.night(days=1).retests.proven == 1
    assert (field.stage.case(green.id).state, field.stage.case(blue.id).state) == ("ordered", "proven")
    said_done = field.stage.people["green"]
    field.stage.desk.go(said_done, green.id, "carry_out", note={"text": "已下架"})
    field.night(days=7)
    assert field.stage.case(green.id).state == "still_there", "what the market says proves nothing"
    assert field.stage.case(green.id).form["reminders"] == 1
    field.withdraw("cn.example.app1")
    field.night(days=1)
    assert field.stage.case(green.id).state == "proven"
    assert field.notice().state == "removed"
    field.examined(an_app(1, 4, CERTAIN))
    assert field.night(days=20).retests.found_again == 1
    assert (field.stage.case(green.id).state, field.notice().state) == ("back", "removal")
    assert field.stage.clock.at - notice.opened > timedelta(days=50)

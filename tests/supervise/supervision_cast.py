"""Supervision for the driver: fictional offices, a tour through every arc of its six machines, and how each is gone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from finwatch.model.access import Actor, Organisation, OrganisationId, OrganisationKind, Role
from finwatch.model.case import Case
from finwatch.store import Store
from finwatch.store import access as people
from finwatch.supervise.clock import day_in_china
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.door import standing
from finwatch.supervise.look import StoreLook
from finwatch.supervise.machine import Arc
from finwatch.supervise.supervision import MACHINES
from tests.kit.office import START, Clock, furnish, hire
from tests.supervise.driving import Play, Stage

MARKETS = {"greenbird": ("store-green", "绿鸟应用商店"), "bluefish": ("store-blue", "蓝鱼应用商店")}
PEOPLE: dict[str, tuple[str, Role]] = {
    "sup1": ("reg", Role.SUPERVISOR),
    "sup2": ("reg", Role.SUPERVISOR),
    "analyst": ("reg", Role.ANALYST),
    "auditor": ("reg", Role.AUDITOR),
    "tester": ("lab", Role.TESTER),
    "owner-a": ("bank-a", Role.APP_OWNER),
    "owner-b": ("bank-b", Role.APP_OWNER),
    "green": ("store-green", Role.STORE_OPERATOR),
    "blue": ("store-blue", Role.STORE_OPERATOR),
}
CHECKS = ("trusts_any_certificate", "reads_text_messages")


def sha(name: object) -> str:
    """A SHA-256 that belongs to a name."""
    return hashlib.sha256(str(name).encode()).hexdigest()


def furnish_supervision(store: Store) -> None:
    """Fictional regulator, laboratory, institutions and markets with their people; one institution has nobody."""
    furnish(store)
    with store.deciding(SYSTEM, now=START) as unit:
        for market, (identity, name) in MARKETS.items():
            kind = OrganisationKind.STORE
            shop = Organisation(id=OrganisationId(identity), kind=kind, name=name, market=market)
            people.add_organisation(unit, shop)
        quiet = Organisation(id=OrganisationId("quiet"), kind=OrganisationKind.INSTITUTION, name="静水小额贷款有限公司")
        people.add_organisation(unit, quiet)
    for name, (organisation, role) in PEOPLE.items():
        hire(store, organisation, role, name=name)


def actors(store: Store) -> dict[str, Actor]:
    """Everybody, as a session of theirs would be."""
    return {
        person.id: standing(person, store.accounts.below(person.organisation)) for person in store.accounts.people(None)
    }


def problem(check: str, **more: Any) -> dict[str, Any]:
    """A problem as an examination gives it."""
    told = {
        "check": check,
        "check_version": 1,
        "title": f"问题 {check}",
        "severity": "high",
        "confidence": "certain",
        "evidence": [f"调用 · classes.dex Lcn/example/A;->{check}()V 12"],
        "pieces": 1,
    }
    return told | more


def app(number: int, *, operator: str | None = "bank-a", category: str = "bank") -> dict[str, Any]:
    """An app of the sample."""
    package = f"cn.example.app{number}"
    return {
        "app": f"{package}~{sha(package)[:12]}",
        "package": package,
        "name": f"示例应用{number}",
        "developer": "示例开发者",
        "operator": operator,
        "markets": list(MARKETS),
        "category": category,
        "addressee": operator,
    }


class SupervisionCast:
    """The cast of supervision."""

    name = "supervision"
    machines = MACHINES

    def furnish(self, store: Store) -> None:
        """Writes organisations and people into an empty store."""
        furnish_supervision(store)

    def enter(self, store: Store) -> Stage:
        """A stage over a furnished store."""
        clock = Clock()
        desk = Desk(store, {one.id: one for one in MACHINES}, clock=clock, look=StoreLook)
        return Stage(store=store, desk=desk, clock=clock, people=actors(store))

    def beginnings(self, stage: Stage) -> Sequence[tuple[str, str, Play]]:
        """What can be opened now."""
        found = [
            ("campaign", "plan", Play(stage.people["sup1"], form=plan())),
            ("inspection", "take_up", Play(stage.people["sup1"], form=_named(app(90)))),
        ]
        for notice in stage.cases("notice", "sent", "received", "replied", "overdue"):
            if not notice.form.get("appeal"):
                owner = stage.people["owner-a" if notice.owner == "bank-a" else "owner-b"]
                form = {"notice": notice.id, "grounds": "证据所指的类不属于本应用"}
                found.append(("appeal", "file", Play(owner, form=form)))
        return found

    def play(self, stage: Stage, case: Case, arc: Arc) -> Play | None:
        """How ``arc`` is gone from where ``case`` stands."""
        return getattr(self, f"_{case.machine}")(stage, case, arc.id)

    # Campaign and inspection ---------------------------------------------------------------------------------------

    def _campaign(self, stage: Stage, case: Case, arc: str) -> Play | None:
        if arc in ("draw", "give_back"):
            return Play(SYSTEM, note=drawn([app(1), app(2), app(3, operator="bank-b")]) if arc == "draw" else {})
        note = {"leave_out": []} if arc == "notify" else {}
        return Play(stage.people["sup1"], form=plan() if arc == "revise" else {}, note=note)

    def _inspection(self, stage: Stage, case: Case, arc: str) -> Play | None:
        notes: dict[str, dict[str, Any]] = {
            "attach": attached(case, [problem(check) for check in CHECKS]),
            "record": {"report": "T-1", "problems": [problem("shares_data")]},
            "verify": {"confirmed": [one["check"] for one in case.form.get("problems", ())]},
            "notify_alone": {"clock": "notice.cac_short", "demand": "请整改"},
        }
        who = SYSTEM if arc in ("ask", "attach", "notify", "cancel") else stage.people["sup1"]
        if arc == "record":
            who = stage.people["sup2"]
        form = {"addressee": "bank-a"} if arc == "verify" else {}
        return Play(who, form=form, note=notes.get(arc, {}))

    # Notice --------------------------------------------------------------------------------------------------------

    def _notice(self, stage: Stage, case: Case, arc: str) -> Play | None:
        owner = stage.people["owner-a" if case.owner == "bank-a" else "owner-b"]
        notes: dict[str, dict[str, Any]] = {
            "reply": {"text": "已整改", "version_name": "2.0", "version_code": 2},
            "ask_more": {"days": 5, "reason": "外部组件待更新"},
            "extend": {"days": 5},
            "retest": retest(case, dict.fromkeys(CHECKS, "gone")),
            "accept": {"report": "T-9"},
            "order_removal": {"markets": ["greenbird"]},
            "penalise": {"kind": "warning"},
            "contest": {"appeal": 1},
            "hold": {"reason": "异议受理"},
            "release": {"dropped": []},
        }
        mine = {"receive", "reply", "ask_more"}
        alone = {"retest", "expire", "recount", "removed", "relapse", "contest", "hold", "release", "revoke"}
        who = owner if arc in mine else SYSTEM if arc in alone else stage.people["sup2"]
        before = partial(pass_due, stage, case) if arc == "expire" else partial(int)
        return Play(who, note=notes.get(arc, {}), before=before)

    # What follows --------------------------------------------------------------------------------------------------

    def _appeal(self, stage: Stage, case: Case, arc: str) -> Play | None:
        if arc == "withdraw":
            return Play(stage.people["owner-a" if case.owner == "bank-a" else "owner-b"])
        if arc == "recount":
            return Play(SYSTEM)
        note: dict[str, Any] = {}
        if arc == "accept":
            note = {"pause": True}
        if arc == "uphold_in_part":
            note = {"dropped": [CHECKS[0]]}
        return Play(stage.people["sup2"], note=note)

    def _removal(self, stage: Stage, case: Case, arc: str) -> Play | None:
        if arc == "carry_out":
            return Play(
                stage.people["green" if case.form["market"] == "greenbird" else "blue"], note={"text": "已下架"}
            )
        note = visit(stage, listed=False) if arc == "visit" else {}
        return Play(SYSTEM, note=note)

    def _penalty(self, stage: Stage, case: Case, arc: str) -> Play | None:
        if arc == "recount":
            return Play(SYSTEM)
        if arc == "state":
            return Play(stage.people["owner-a" if case.owner == "bank-a" else "owner-b"], note={"text": "已经整改"})
        form = {"facts": "逾期未整改", "basis": "网络安全法第六十四条", "kind": "warning"} if arc == "tell" else {}
        note = {"document": f"罚-{case.id}"} if arc == "decide" else {}
        return Play(stage.people["sup2" if arc == "tell" else "sup1"], form=form, note=note)

    # The tour ------------------------------------------------------------------------------------------------------

    def tour(self, stage: Stage) -> Iterator[Callable[[], object]]:
        """Acts that together go every arc."""
        yield from self._tour_of_a_sample(stage)
        yield from self._tour_of_testing(stage)
        yield from self._tour_of_notices(stage)
        yield from self._tour_of_measures(stage)
        yield from self._tour_of_appeals(stage)
        yield from self._tour_to_the_end(stage)

    def _act(self, stage: Stage, number: int, arc: str, **change: Any) -> Callable[[], object]:
        """An act on a case as it will stand when it is called."""

        def act() -> object:
            case = stage.case(number)
            found = stage.desk.machine(case.machine).arc(arc)
            assert found is not None
            play = self.play(stage, case, found)
            assert play is not None
            told = {name: getattr(play, name) for name in ("actor", "form", "note", "comment", "before")} | change
            return stage.go(number, arc, Play(**told))

        return act

    def _tour_of_a_sample(self, stage: Stage) -> Iterator[Callable[[], object]]:
        people = stage.people
        for _ in range(2):
            yield lambda: stage.open("campaign", "plan", Play(people["sup1"], form=plan()))
        first, second = (case.id for case in stage.cases("campaign"))
        yield self._act(stage, first, "revise")
        yield self._act(stage, first, "ask_draw")
        yield self._act(stage, first, "give_back")
        yield self._act(stage, first, "ask_draw")
        apps = [app(number, operator="bank-b" if number == 3 else "bank-a") for number in range(1, 7)]
        yield self._act(stage, first, "draw", note=drawn(apps))
        yield self._act(stage, second, "ask_draw")
        yield self._act(stage, second, "draw", note=drawn([app(7)]))
        yield self._act(stage, second, "cancel")

    def _tour_of_testing(self, stage: Stage) -> Iterator[Callable[[], object]]:
        sampled = [case.id for case in stage.cases("inspection") if case.state == "sampled"]
        for number in sampled[:4]:
            yield self._act(stage, number, "ask")
            yield self._act(stage, number, "attach")
            yield self._act(stage, number, "verify")
        yield self._act(stage, sampled[0], "take_back")
        yield self._act(stage, sampled[0], "verify")
        yield self._act(stage, sampled[4], "attach", note=attached(stage.case(sampled[4]), []))
        nothing = attached(stage.case(sampled[5]), [], could_not="代码已加固")
        yield self._act(stage, sampled[5], "attach", note=nothing)
        yield self._act(stage, sampled[5], "leave")
        for number in (80, 81, 82):
            form = _named(app(number)) | {"lab": "lab"}
            yield lambda form=form: stage.open("inspection", "take_up", Play(stage.people["sup1"], form=form))
        one, two, three = (case.id for case in stage.cases("inspection", "sampled"))
        yield self._act(stage, one, "record", actor=stage.people["tester"])
        yield self._act(stage, one, "verify", note={"rejected": ["lab:shares_data"]})
        nothing_found = {"report": "T-2", "nothing_found": True}
        yield self._act(stage, two, "record", note=nothing_found)
        yield self._act(stage, three, "attach")
        yield self._act(stage, three, "verify")
        yield self._act(stage, three, "notify_alone")

    def _tour_of_notices(self, stage: Stage) -> Iterator[Callable[[], object]]:
        campaign = stage.cases("campaign", "drawn")[0].id
        yield self._act(stage, campaign, "notify", note={"expected": 4})
        _, first, second, *_ = (case.id for case in stage.cases("notice"))
        for arc in ("receive", "ask_more", "refuse_more", "extend", "pause", "resume", "recount", "reply"):
            yield self._act(stage, first, arc)
        still = retest(stage.case(first), dict(zip(CHECKS, ("gone", "still"), strict=True)), same_code=1.0)
        yield self._act(stage, first, "retest", note=still)
        yield self._act(stage, first, "reply")
        yield self._act(stage, first, "retest")
        yield self._act(stage, first, "retest", note=still)
        yield self._act(stage, first, "expire")
        yield self._act(stage, second, "reply")
        unseen = retest(stage.case(second), dict(zip(CHECKS, ("gone", "unseen"), strict=True)))
        yield self._act(stage, second, "retest", note=unseen)
        yield self._act(stage, second, "accept")

    def _tour_of_measures(self, stage: Stage) -> Iterator[Callable[[], object]]:
        notice = stage.cases("notice", "overdue")[0].id
        yield self._act(stage, notice, "publish")
        yield self._act(stage, notice, "order_removal", note={"markets": list(MARKETS)})
        green, blue = (case.id for case in stage.cases("removal"))
        yield self._act(stage, green, "visit", note=visit(stage, listed=True))
        yield self._act(stage, green, "carry_out")
        yield self._act(stage, green, "recount")
        yield self._act(stage, green, "visit", note=visit(stage, listed=True), before=partial(pass_due, stage, green))
        yield self._act(stage, green, "remind")
        yield self._act(stage, green, "visit")
        yield self._act(stage, blue, "visit")
        yield self._act(stage, green, "visit", note=visit(stage, listed=True))
        yield self._act(stage, green, "visit")
        yield self._act(stage, notice, "penalise")
        yield self._act(stage, notice, "penalise")
        first, second = (case.id for case in stage.cases("penalty"))
        for arc in ("tell", "recount", "state", "decide", "carry_out"):
            yield self._act(stage, first, arc)
        yield self._act(stage, second, "drop")
        yield self._act(stage, notice, "reply")
        yield self._act(stage, notice, "retest")
        yield self._act(stage, notice, "restore")
        yield self._act(stage, notice, "archive")

    def _tour_of_appeals(self, stage: Stage) -> Iterator[Callable[[], object]]:
        third, fourth = (case.id for case in stage.cases("notice", "sent") if case.parent == _batch(stage))
        for arcs in (
            ("recount", "accept", "uphold_in_part"),
            ("refuse",),
            ("accept", "reject"),
            ("accept", "withdraw"),
        ):
            yield self._file(stage, third)
            for arc in arcs:
                yield self._act(stage, stage.cases("appeal")[-1].id, arc)
        yield self._file(stage, fourth)
        yield self._act(stage, stage.cases("appeal")[-1].id, "accept")
        yield self._act(stage, stage.cases("appeal")[-1].id, "uphold")
        yield self._act(stage, third, "withdraw")

    def _tour_to_the_end(self, stage: Stage) -> Iterator[Callable[[], object]]:
        alone = next(case.id for case in stage.cases("notice", "sent"))
        yield self._act(stage, alone, "expire")
        yield self._act(stage, alone, "order_removal")
        yield self._act(stage, alone, "withdraw")
        yield self._act(stage, _batch(stage), "close")

    def _file(self, stage: Stage, notice: int) -> Callable[[], object]:
        owner = stage.people["owner-a" if stage.case(notice).owner == "bank-a" else "owner-b"]
        form = {"notice": notice, "grounds": "证据所指的类不属于本应用"}
        return lambda: stage.open("appeal", "file", Play(owner, form=form))


def plan() -> dict[str, Any]:
    """What a campaign is planned with."""
    return {
        "name": "二〇二六年春季专项",
        "size": 6,
        "seed": "春分",
        "clock": "notice.cac_short",
        "demand": "请在期限内整改并反馈",
    }


def drawn(apps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What a draw gives."""
    strata = [{"name": "bank", "population": 40, "drawn": len(apps)}]
    told = {"generation": 1, "population": 40, "digest": sha("population"), "drawn": strata}
    return told | {"apps": list(apps)}


def attached(case: Case, problems: Sequence[dict[str, Any]], *, could_not: str | None = None) -> dict[str, Any]:
    """What an examination gives."""
    told = {"sha256": sha(case.id), "version_name": "1.0", "version_code": 1, "examined": "2026-03-02 0.1.0"}
    return told | {"problems": list(problems), "could_not": could_not}


def retest(case: Case, results: dict[str, str], *, same_code: float | None = None) -> dict[str, Any]:
    """What the examination of a newer version gives; every problem of the notice has an answer."""
    told = [
        {"check": one["check"], "outcome": results.get(one["check"], "gone"), "says": "依据"}
        for one in case.form["problems"]
    ]
    version = len(case.form.get("retests", ())) + 2
    return {
        "sha256": sha(f"{case.id} {version}"),
        "version_name": f"{version}.0",
        "version_code": version,
        "examined": "2026-03-20 0.1.0",
        "same_code": same_code,
        "results": told,
    }


def visit(stage: Stage, *, listed: bool) -> dict[str, Any]:
    """What a visit to a market gives."""
    return {"listed": listed, "at": stage.clock.at.isoformat(), "capture": "segment.warc.gz#3"}


def pass_due(stage: Stage, case: Case | int) -> None:
    """Moves the clock to the day after a case's due date."""
    found = stage.case(case if isinstance(case, int) else case.id)
    if found.due is not None:
        late = (found.due.day - day_in_china(stage.clock.at)) + timedelta(days=1)
        if late > timedelta(0):
            stage.clock.move(days=late.days)


def _named(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in ("app", "package", "name")}


def _batch(stage: Stage) -> int:
    return stage.cases("campaign")[0].id

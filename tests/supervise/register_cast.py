"""The register for the driver: fictional institutions, a tour through every arc of its six machines, how each goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from finwatch.model.access import Organisation, OrganisationId, Role
from finwatch.model.case import Case
from finwatch.store import Store
from finwatch.store import access as people
from finwatch.supervise.clock import day_in_china
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.look import StoreLook
from finwatch.supervise.machine import Arc
from finwatch.supervise.register import MACHINES
from finwatch.supervise.register.words import MEASURES
from tests.kit import register
from tests.kit.office import START, Clock, furnish, hire
from tests.kit.register import credit_code, sha
from tests.supervise.driving import Play, Stage
from tests.supervise.supervision_cast import actors

EAST_CODE = credit_code(7, region="310100")
CODES = {"bank-a": "91440300MA5FAB1C06", "bank-b": "91310000MA1FL2B343", "bank-a-east": EAST_CODE}
PEOPLE: dict[str, tuple[str, Role]] = {
    "owner-a": ("bank-a", Role.APP_OWNER),
    "owner-b": ("bank-b", Role.APP_OWNER),
    "owner-e": ("bank-a-east", Role.APP_OWNER),
    "certifier": ("cert", Role.CERTIFIER),
    "tester": ("lab", Role.TESTER),
    "first": ("assoc", Role.FIRST_REVIEWER),
    "first2": ("assoc", Role.FIRST_REVIEWER),
    "second": ("assoc", Role.SECOND_REVIEWER),
    "manager": ("assoc", Role.ASSOCIATION_MANAGER),
    "manager2": ("assoc", Role.ASSOCIATION_MANAGER),
    "supervisor": ("reg-44", Role.SUPERVISOR),
    "auditor": ("assoc", Role.AUDITOR),
}
OWNERS = {"bank-a": "owner-a", "bank-b": "owner-b", "bank-a-east": "owner-e"}
NAMES = {"bank-a": "晨光银行股份有限公司", "bank-b": "远山消费金融有限公司", "bank-a-east": "晨光银行东城分行"}
CERTIFYING = ("accept", "return_from_certification", "assign_lab", "certify")
TESTING = ("report_test", "return_from_test_to_certifier", "return_from_test")
FIRST = ("pass_first", "return_first", "reject_first", "return_to_lab_first", "return_to_certifier_first")
SECOND = ("approve", "return_second", "reject_second", "return_to_lab_second", "return_to_certifier_second", "cancel")
MANAGING = ("refuse_cancel", "force_cancel")


def furnish_register(store: Store) -> None:
    """The fictional offices and their people; nothing is filed."""
    furnish(store)
    with store.deciding(SYSTEM, now=START) as unit:
        branch = people.organisation_of(unit.connection, "bank-a-east")
        assert branch is not None
        people.change_organisation(unit, branch.model_copy(update={"credit_code": EAST_CODE}))
    for name, (organisation, role) in PEOPLE.items():
        hire(store, organisation, role, name=name)


class RegisterCast:
    """The cast of the register."""

    name = "register"
    machines = MACHINES

    def furnish(self, store: Store) -> None:
        """Writes organisations and people, and files one institution, so that walks get somewhere."""
        furnish_register(store)
        stage = self.enter(store)
        file_institution(self, stage, "bank-a")

    def enter(self, store: Store) -> Stage:
        """A stage over a furnished store."""
        clock = Clock(START + timedelta(hours=1))
        desk = Desk(store, {one.id: one for one in MACHINES}, clock=clock, look=StoreLook)
        return Stage(store=store, desk=desk, clock=clock, people=actors(store))

    # What can be begun ---------------------------------------------------------------------------------------------

    def beginnings(self, stage: Stage) -> Sequence[tuple[str, str, Play]]:
        """What can be opened now; guards refuse some of it."""
        owner, today = stage.people["owner-a"], _today(stage)
        numbers = [case.form["package"] for case in stage.cases("filing")]
        package = f"example.dawn.app{len(numbers)}"
        found = [
            ("institution", "begin", Play(stage.people["owner-b"], form={"name": NAMES["bank-b"]})),
            ("filing", "begin", Play(owner, form=register.app(package))),
            ("filing", "begin", Play(owner, form=register.assessed(package, on=today.isoformat()))),
            ("sanction", "propose", proposal(stage)),
            ("cohort", "plan", Play(stage.people["manager"], form=cohort(today))),
        ]
        for filing in stage.cases("filing", "filed", "expired"):
            for kind in ("general", "major"):
                form = {"filing": filing.id, "change_kind": kind, "released": None}
                found.append(("change", "begin", Play(owner, form=form)))
            form = {"head_number": filing.number, "reason": "分行使用", "contact": "王经办"}
            found.append(("linked", "apply", Play(stage.people["owner-e"], form=form)))
        return found

    # How each arc is gone ------------------------------------------------------------------------------------------

    def play(self, stage: Stage, case: Case, arc: Arc) -> Play | None:
        """How ``arc`` is gone from where ``case`` stands."""
        if arc.automatic:
            before = partial(pass_due, stage, case.id) if arc.on_overdue else _nothing
            note = {"sanction": 1} if arc.id == "cancel_by_sanction" else {}
            form = {} if arc.id != "take_change" else {"version": "9.9"}
            return Play(SYSTEM, note=note, form=form, before=before)
        return getattr(self, f"_{case.machine}")(stage, case, arc.id)

    def _institution(self, stage: Stage, case: Case, arc: str) -> Play:
        who = {"pass_first": "first", "reject_first": "first", "approve": "second", "reject_second": "second"}
        name = who.get(arc, OWNERS[case.owner])
        form = register.institution(NAMES[case.owner], CODES[case.owner]) if name.startswith("owner") else {}
        return Play(stage.people[name], form=form)

    def _filing(self, stage: Stage, case: Case, arc: str) -> Play:
        return self._filed(stage, case, arc)

    def _change(self, stage: Stage, case: Case, arc: str) -> Play:
        return self._filed(stage, case, arc)

    def _filed(self, stage: Stage, case: Case, arc: str) -> Play:
        today = _today(stage)
        if arc in CERTIFYING:
            form = {"lab": "lab"} if arc == "assign_lab" else {}
            form = register.certified(today.isoformat()) if arc == "certify" else form
            return Play(stage.people["certifier"], form=form)
        if arc in TESTING:
            return Play(
                stage.people["tester"], form=register.lab_report(dict(case.form)) if arc == "report_test" else {}
            )
        if arc in FIRST or arc in SECOND or arc in MANAGING:
            name = "first" if arc in FIRST else "second" if arc in SECOND else "manager"
            note: dict[str, Any] = {"letter": "请补充说明"} if arc.startswith(("return", "reject")) else {}
            if arc == "force_cancel":
                note = {"ground": "dissolved", "evidence": [sha("court order")]}
            return Play(stage.people[name], note=note)
        form = handed(case, today) if arc in ("submit", "resubmit", "save") else {}
        note = {"stops_on": (today + timedelta(days=30)).isoformat()} if arc == "ask_cancel" else {}
        return Play(stage.people[OWNERS[case.owner]], form=form, note=note)

    def _linked(self, stage: Stage, case: Case, arc: str) -> Play:
        name = "first" if arc in FIRST else "second" if arc in SECOND else OWNERS[case.owner]
        return Play(stage.people[name], form={"differences": "仅名称不同"} if arc == "submit" else {})

    def _sanction(self, stage: Stage, case: Case, arc: str) -> Play:
        if arc == "answer":
            return Play(stage.people[OWNERS[case.owner]], form={"answer": "已经整改"})
        note: dict[str, Any] = {}
        if arc.startswith("take_"):
            note = {"letter": "依第十八条作出", "evidence": [sha("evidence")]}
        if arc == "lift":
            in_force = [one["measure"] for one in case.form.get("measures") or () if not one["lifted_on"]]
            note = {"measure": in_force[0] if in_force else "warned"}
        filings = [str(one.id) for one in stage.cases("filing", "filed", "expired", "cancel_asked")]
        return Play(
            stage.people["manager2"],
            note=note,
            form={"filings": filings} if arc == "take_cancelled" else {},
        )

    def _cohort(self, stage: Stage, case: Case, arc: str) -> Play:
        form = {} if arc == "close" else cohort(_today(stage))
        return Play(stage.people["manager"], form=form)

    # The tour ------------------------------------------------------------------------------------------------------

    def tour(self, stage: Stage) -> Iterator[Callable[[], object]]:
        """Acts that together go every arc."""
        yield from self._tour_of_institutions(stage)
        yield from self._tour_of_a_filing(stage)
        yield from self._tour_of_reviews(stage)
        yield from self._tour_of_branches(stage)
        yield from self._tour_of_changes(stage)
        yield from self._tour_of_ends(stage)
        yield from self._tour_of_sanctions(stage)
        yield from self._tour_of_cohorts(stage)

    def act(self, stage: Stage, number: int, arc: str, **change: Any) -> Callable[[], object]:
        """An act on a case as it will stand when it is called."""

        def acted() -> object:
            case = stage.case(number)
            found = stage.desk.machine(case.machine).arc(arc)
            assert found is not None
            play = self.play(stage, case, found)
            assert play is not None
            told = {name: getattr(play, name) for name in ("actor", "form", "note", "comment", "before")}
            return stage.go(number, arc, Play(**(told | change)))

        return acted

    def acts(self, stage: Stage, number: int, arcs: str) -> Iterator[Callable[[], object]]:
        """Acts on one case, one after another."""
        for arc in arcs.split():
            yield self.act(stage, number, arc)

    def _tour_of_institutions(self, stage: Stage) -> Iterator[Callable[[], object]]:
        for name in ("bank-b", "bank-a-east"):
            form = {"name": NAMES[name]}
            yield partial(stage.open, "institution", "begin", Play(stage.people[OWNERS[name]], form=form))
        first, second = (case.id for case in stage.cases("institution", "draft"))
        yield from self.acts(stage, first, "save submit recount reject_first save submit pass_first reject_second")
        yield from self.acts(stage, first, "submit pass_first approve change pass_first approve")
        yield from self.acts(stage, second, "submit pass_first approve")

    def _begin(self, stage: Stage, form: dict[str, Any]) -> Callable[[], object]:
        return partial(stage.open, "filing", "begin", Play(stage.people["owner-a"], form=form))

    def _tour_of_a_filing(self, stage: Stage) -> Iterator[Callable[[], object]]:
        yield self._begin(stage, {"name": "晨光手机银行", "package": "example.dawn.bank", "platform": "android"})
        number = stage.cases("filing")[-1].id
        yield from self.acts(stage, number, "save submit return_from_certification resubmit accept")
        yield from self.acts(stage, number, "assign_lab return_from_test resubmit return_from_test_to_certifier")
        yield from self.acts(stage, number, "assign_lab report_test certify hand_to_association")
        yield from self.acts(stage, number, "return_to_lab_first report_test certify hand_to_association")
        yield from self.acts(stage, number, "return_to_certifier_first certify hand_to_association")
        yield from self.acts(
            stage, number, "return_first recount resubmit pass_first return_to_lab_second report_test certify"
        )
        yield from self.acts(stage, number, "hand_to_association pass_first return_to_certifier_second certify")
        yield from self.acts(stage, number, "hand_to_association pass_first approve")

    def _tour_of_reviews(self, stage: Stage) -> Iterator[Callable[[], object]]:
        today = _today(stage).isoformat()
        yield self._begin(stage, register.assessed(on=today))
        number = stage.cases("filing")[-1].id
        yield from self.acts(stage, number, "submit reject_first resubmit pass_first return_second resubmit pass_first")
        yield from self.acts(stage, number, "reject_second resubmit return_first supplement_overdue resubmit")
        yield from self.acts(stage, number, "pass_first approve")
        yield self._begin(stage, register.assessed("example.dawn.gone", on=today))
        yield from self.acts(stage, stage.cases("filing")[-1].id, "withdraw")

    def _tour_of_branches(self, stage: Stage) -> Iterator[Callable[[], object]]:
        head = stage.cases("filing", "filed")[0]
        form = {"head_number": head.number, "reason": "分行使用", "contact": "王经办"}
        apply = partial(stage.open, "linked", "apply", Play(stage.people["owner-e"], form=form))
        yield self.act(stage, head.id, "share")
        yield apply
        number = stage.cases("linked")[-1].id
        yield from self.acts(
            stage, number, "save submit recount return_first supplement_overdue submit reject_first submit"
        )
        yield from self.acts(stage, number, "pass_first return_second submit pass_first reject_second submit")
        yield from self.acts(stage, number, "pass_first approve give_up")
        yield apply
        yield from self.acts(stage, stage.cases("linked")[-1].id, "withdraw")
        yield apply
        yield from self.acts(stage, stage.cases("linked")[-1].id, "submit pass_first approve")
        yield self.act(stage, head.id, "unshare")

    def _tour_of_changes(self, stage: Stage) -> Iterator[Callable[[], object]]:
        certified, other = (case.id for case in stage.cases("filing", "filed"))
        begin = partial(self._begin_change, stage)
        yield begin(certified, "major")
        number = stage.cases("change")[-1].id
        yield from self.acts(stage, number, "save submit return_from_certification resubmit accept assign_lab")
        yield from self.acts(stage, number, "return_from_test resubmit return_from_test_to_certifier assign_lab")
        yield from self.acts(stage, number, "report_test certify hand_to_association return_to_lab_first report_test")
        yield from self.acts(stage, number, "certify hand_to_association return_to_certifier_first certify")
        yield from self.acts(stage, number, "hand_to_association reject_first resubmit pass_first return_to_lab_second")
        yield from self.acts(stage, number, "report_test certify hand_to_association pass_first")
        yield from self.acts(stage, number, "return_to_certifier_second certify hand_to_association return_first")
        yield from self.acts(stage, number, "recount supplement_overdue resubmit pass_first return_second")
        yield from self.acts(stage, number, "resubmit pass_first")
        yield from self.acts(stage, number, "reject_second resubmit pass_first approve")
        yield begin(other, "general")
        yield from self.acts(stage, stage.cases("change")[-1].id, "submit pass_first approve")
        yield begin(other, "emergency")
        yield from self.acts(stage, stage.cases("change")[-1].id, "withdraw")
        yield begin(other, "emergency")

    def _begin_change(self, stage: Stage, filing: int, kind: str) -> Callable[[], object]:
        form = {"filing": filing, "change_kind": kind}
        return lambda: stage.open("change", "begin", Play(stage.people["owner-a"], form=form))

    def _tour_of_ends(self, stage: Stage) -> Iterator[Callable[[], object]]:
        first, second = (case.id for case in stage.cases("filing", "filed"))
        yield from self.acts(
            stage, first, "ask_cancel withdraw_cancel ask_cancel refuse_cancel expire ask_cancel cancel"
        )
        # the change under way is overtaken
        yield self.act(stage, second, "force_cancel")

    def _tour_of_sanctions(self, stage: Stage) -> Iterator[Callable[[], object]]:
        today = _today(stage).isoformat()
        yield self._begin(stage, register.assessed("example.dawn.late", on=today))
        yield from self.acts(stage, stage.cases("filing")[-1].id, "submit pass_first approve")
        for _ in range(2):
            yield partial(stage.open, "sanction", "propose", proposal(stage))
        first, second = (case.id for case in stage.cases("sanction"))
        yield from self.acts(stage, first, "take_ordered answer recount overdue")
        for measure, _ in MEASURES[1:]:
            yield self.act(stage, first, f"take_{measure}")
        for _ in range(3):
            yield self._lift_grave(stage, first)
        yield self.act(stage, first, "close")
        yield self.act(stage, second, "withdraw")

    def _lift_grave(self, stage: Stage, number: int) -> Callable[[], object]:
        def act() -> object:
            held = [one["measure"] for one in stage.case(number).form["measures"] if not one["lifted_on"]]
            play = Play(stage.people["manager"], note={"measure": held[-1]})
            return stage.go(number, "lift", play)

        return act

    def _tour_of_cohorts(self, stage: Stage) -> Iterator[Callable[[], object]]:
        yield partial(stage.open, "cohort", "plan", Play(stage.people["manager"], form=cohort(_today(stage))))
        yield from self.acts(stage, stage.cases("cohort")[-1].id, "save start amend close")


def file_institution(cast: RegisterCast, stage: Stage, name: str) -> None:
    """An institution from its registration to its number."""
    play = Play(stage.people[OWNERS[name]], form={"name": NAMES[name]})
    number = stage.open("institution", "begin", play).id
    for act in cast.acts(stage, number, "submit pass_first approve"):
        act()


def handed(case: Case, today: date) -> dict[str, Any]:
    """What is handed in, complete for the case's kind."""
    package = case.form["package"]
    kind = case.form.get("change_kind")
    version = f"1.{case.id}" if kind else "1.0"
    if case.form.get("assessment_kind") == "other":
        form = register.assessed(package, version, on=today.isoformat())
    else:
        form = register.app(package, version)
    if kind is None:
        return form
    told: dict[str, Any] = {"reason": "新版本"}
    if kind == "major":
        told |= {"triggers": ["funds"], "planned": (today + timedelta(days=30)).isoformat()}
    if kind in ("general", "emergency"):
        told["released"] = today.isoformat()
    return form | told


def proposal(stage: Stage) -> Play:
    """A sanction case against the first institution."""
    form = {"event": "未按规定办理变更", "event_on": _today(stage).isoformat(), "evidence": [sha("evidence")]}
    owner = Organisation.model_validate(stage.store.accounts.organisation("bank-a"))
    return Play(stage.people["manager"], form=form, owner=owner)


def cohort(today: date) -> dict[str, Any]:
    """A cohort of two institutions in one wave."""
    days = ("starts", "institution_by", "institution_filed_by", "app_by", "app_filed_by")
    wave = {name: (today + timedelta(days=10 * place)).isoformat() for place, name in enumerate(days)}
    members = [{"organisation": OrganisationId(one), "sector": "bank", "wave": 1} for one in ("bank-a", "bank-b")]
    return {"name": "首批试点", "waves": [{"number": 1, **wave}], "members": members}


def pass_due(stage: Stage, number: int) -> None:
    """Moves the clock to the day after the case's due day."""
    due = stage.case(number).due
    if due is not None:
        late = (due.day - day_in_china(stage.clock.at)).days + 1
        if late > 0:
            stage.clock.move(days=late)


def _today(stage: Stage) -> date:
    return day_in_china(stage.clock.at)


def _nothing() -> None:
    return None

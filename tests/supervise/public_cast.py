"""Complaints and shared risks for the driver: fictional reporters and risks, and how each arc is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from finwatch.model.access import Organisation, OrganisationId, OrganisationKind, Role
from finwatch.model.case import Case
from finwatch.model.view import AppRow
from finwatch.store import Store
from finwatch.store import access as people
from finwatch.supervise import complaint, sharing
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.look import StoreLook
from finwatch.supervise.machine import Arc
from finwatch.supervise.supervision import removal
from tests.kit.office import START, Clock, furnish, hire
from tests.supervise.driving import Play, Stage
from tests.supervise.supervision_cast import actors

MACHINES = (*complaint.MACHINES, *sharing.MACHINES)
PEOPLE: dict[str, tuple[str, Role]] = {
    "manager": ("assoc", Role.ASSOCIATION_MANAGER),
    "reviewer": ("assoc", Role.FIRST_REVIEWER),
    "bank": ("bank-a", Role.COMPLIANCE_OFFICER),
    "other": ("bank-b", Role.COMPLIANCE_OFFICER),
    "watcher": ("monitor", Role.MONITOR),
    "sup": ("reg", Role.SUPERVISOR),
    "green": ("store-green", Role.STORE_OPERATOR),
}
BY_BANK = ("accept", "answer", "adopt", "decline", "change")
REPORT = {
    "institution": "晨光银行股份有限公司",
    "category": "charges",
    "title": "多扣手续费",
    "content": "转账时被多扣了五元。",
}
TOLD = {
    "type": "counterfeit_app",
    "level": "high",
    "institution": "晨光银行股份有限公司",
    "title": "发现仿冒晨光钱包",
    "detail": "名称与图标相同，签名不同。",
    "app": "晨光钱包助手",
    "package": "example.fake.dawn",
    "imitates": "晨光钱包",
    "evidence": ["capture:1"],
}
FAKE = f"{TOLD['package']}~0123456789ab"
OWN = f"{TOLD['package']}~bank00000000"
MARKET = "greenbird"
ALL = {"title": "警惕仿冒钱包类应用", "text": "近期出现以“助手”为名的仿冒应用，请提示客户从官方渠道下载。"}


class Looking(StoreLook):
    """A look at a publication that holds the counterfeit, and an app of the bank's own under the same package name."""

    def app(self, app: str) -> AppRow | None:
        """One of the two."""
        if app not in (FAKE, OWN):
            return None
        institution = "bank-a" if app == OWN else None
        return AppRow(
            id=app, app=str(TOLD["package"]), signer=None, name_zh="晨光钱包", name_en="", institution=institution
        )


class PublicCast:
    """The cast of complaints and shared risks."""

    name = "public"
    machines = MACHINES

    def furnish(self, store: Store) -> None:
        """Writes organisations and people."""
        furnish(store)
        with store.deciding(SYSTEM, now=START) as unit:
            shop = Organisation(
                id=OrganisationId("store-green"), kind=OrganisationKind.STORE, name="绿鸟应用商店", market=MARKET
            )
            people.add_organisation(unit, shop)
        for name, (organisation, role) in PEOPLE.items():
            hire(store, organisation, role, name=name)

    def enter(self, store: Store) -> Stage:
        """A stage over a furnished store."""
        clock = Clock(START + timedelta(hours=1))
        machines = {one.id: one for one in (*MACHINES, removal.MACHINE)}
        desk = Desk(store, machines, clock=clock, look=Looking)
        return Stage(store=store, desk=desk, clock=clock, people=actors(store))

    def beginnings(self, stage: Stage) -> Sequence[tuple[str, str, Play]]:
        """What can be opened now."""
        return [
            ("complaint", "submit", _complaint(stage)),
            ("risk", "send", Play(stage.people["watcher"], form=TOLD)),
            ("arrangement", "arrange", Play(stage.people["other"], form={"forwards": True})),
        ]

    def play(self, stage: Stage, case: Case, arc: Arc) -> Play | None:
        """How ``arc`` is gone from where ``case`` stands."""
        if arc.id == "change":
            owner = "bank" if case.owner == "bank-a" else "other"
            return Play(stage.people[owner], form={"forwards": case.version % 2 == 0, "reminds": True})
        if case.machine == "removal":
            return Play(SYSTEM, note=visit(listed=False)) if arc.id == "visit" else None
        if arc.id == "order_removal":
            ordered = {one.form["market"] for one in stage.cases("removal") if one.parent == case.id}
            told = {"app": FAKE, "markets": [MARKET]}
            return None if MARKET in ordered else Play(stage.people["sup"], note=told, comment="机构确认仿冒")
        if arc.id == "lift":
            return Play(stage.people["sup"], comment="误报")
        if arc.automatic:
            return self._by_itself(stage, case, arc.id)
        notes: dict[str, dict[str, Any]] = {
            "forward": {"organisation": "bank-a"},
            "answer": {"result": "handled", "explanation": "已退回。"},
            "share": ALL if case.machine == "risk" else {},
        }
        note = notes.get(arc.id, {})
        if arc.id == "join":
            others = [one.id for one in stage.cases("complaint", "submitted", "forwarded") if one.id != case.id]
            if not others:
                return None
            note = {"main": others[0]}
        addressee = next((one.organisation for one in case.parties if one.part == "addressee"), "bank-a")
        who = ("bank" if addressee == "bank-a" else "other") if arc.id in BY_BANK else "manager"
        return Play(stage.people[who], note=note)

    def _by_itself(self, stage: Stage, case: Case, arc: str) -> Play | None:
        if arc in ("removed", "relapse"):
            return Play(SYSTEM)
        if arc == "take_in":
            return Play(SYSTEM, form={"joined": case.form.get("joined", [])})
        if arc == "move":
            return Play(SYSTEM, note={"main": case.form["main"]})
        return Play(SYSTEM, note={"result": "handled", "explanation": "随主案。"})

    def tour(self, stage: Stage) -> Iterator[Callable[[], object]]:
        """Acts that together go every arc."""
        yield from self._complaints(stage)
        yield from self._risks(stage)

    def _act(self, stage: Stage, number: int, arc: str, **note: Any) -> Callable[[], object]:
        def act() -> object:
            case = stage.case(number)
            found = stage.desk.machine(case.machine).arc(arc)
            assert found is not None
            play = self.play(stage, case, found)
            assert play is not None
            return stage.go(number, arc, Play(play.actor, form=play.form, note=note or play.note))

        return act

    def _complaints(self, stage: Stage) -> Iterator[Callable[[], object]]:
        for _ in range(6):
            yield lambda: stage.open("complaint", "submit", _complaint(stage))
        one, two, three, four, five, six = (case.id for case in stage.cases("complaint"))
        yield self._act(stage, three, "join", main=two)
        yield self._act(stage, two, "join", main=one)
        yield self._act(stage, one, "forward")
        yield self._act(stage, one, "accept")
        yield self._act(stage, one, "answer")
        yield self._act(stage, one, "send_back")
        yield self._act(stage, one, "answer")
        yield self._act(stage, one, "close")
        yield self._act(stage, four, "reject")
        yield self._act(stage, five, "forward")
        yield self._act(stage, six, "join", main=five)
        yield lambda: stage.open("arrangement", "arrange", Play(stage.people["bank"], form={"forwards": True}))
        yield self._act(stage, stage.cases("arrangement")[0].id, "change")

    def _risks(self, stage: Stage) -> Iterator[Callable[[], object]]:
        watcher = stage.people["watcher"]
        for _ in range(3):
            yield lambda: stage.open("risk", "send", Play(watcher, form={**TOLD, "institution": "bank-b"}))
        one, two, three = (case.id for case in stage.cases("risk"))
        yield self._act(stage, one, "ignore")
        yield self._act(stage, one, "restore")
        yield self._act(stage, one, "remind")
        yield self._act(stage, one, "decline")
        yield self._act(stage, one, "send_back")
        yield self._act(stage, one, "adopt")
        yield self._act(stage, one, "share")
        yield self._act(stage, one, "close")
        yield self._act(stage, two, "remind")
        yield self._act(stage, two, "decline")
        yield self._act(stage, stage.cases("common_risk")[0].id, "withdraw")
        yield self._act(stage, three, "remind")
        yield self._act(stage, three, "adopt")
        yield self._act(stage, three, "order_removal")
        (order,) = (case.id for case in stage.cases("removal"))
        for listed in (False, True, False):
            yield partial(stage.go, order, "visit", Play(SYSTEM, note=visit(listed=listed)))
        yield self._act(stage, three, "lift")


def visit(*, listed: bool) -> dict[str, Any]:
    """What a complete visit to the market showed."""
    return {"listed": listed, "at": "2026-03-02T03:00:00+00:00", "version": "另一签名者" if listed else None}


def _complaint(stage: Stage) -> Play:
    return Play(SYSTEM, form=REPORT, owner=stage.store.accounts.organisation("assoc"))

"""The ledger for the driver: a fictional bank's entries, reviews, incidents and imports, and how each arc is gone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from finwatch.model.access import Role
from finwatch.model.case import Case
from finwatch.store import Store
from finwatch.supervise.clock import day_in_china
from finwatch.supervise.desk import SYSTEM as THE_SYSTEM
from finwatch.supervise.desk import Desk
from finwatch.supervise.ledger import MACHINES
from finwatch.supervise.ledger.importing import compare, digest
from finwatch.supervise.look import StoreLook
from finwatch.supervise.machine import Arc
from tests.kit.office import START, Clock, furnish, hire
from tests.supervise.driving import Play, Stage
from tests.supervise.supervision_cast import actors

PEOPLE: dict[str, tuple[str, Role]] = {
    "owner": ("bank-a", Role.APP_OWNER),
    "compliance": ("bank-a", Role.COMPLIANCE_OFFICER),
    "stranger": ("bank-b", Role.APP_OWNER),
    "bank-auditor": ("bank-a", Role.AUDITOR),
    "supervisor": ("reg-44", Role.SUPERVISOR),
}
APPROVING = (
    "admit",
    "send_back",
    "refuse",
    "cancel_exit",
    "delist_again",
    "close",
    "approve",
    "call_off",
    "judge",
    "reopen",
)
PROOF = hashlib.sha256(b"proof").hexdigest()


def entry(number: int, **more: Any) -> dict[str, Any]:
    """The fields of an entry."""
    return {
        "name": f"晨光应用{number}",
        "kind": "app",
        "platforms": ["android"],
        "package_id": f"example.dawn.app{number}",
        "department": "个人金融部",
        "responsible": "赵一鸣",
        "stores": ["青鸟应用商店"],
        **more,
    }


def row(number: int, **more: Any) -> dict[str, Any]:
    """A row that an import read."""
    values = entry(number, **more)
    return {"sheet": "台账", "row": number + 2, "key": f"app:example.dawn.app{number}:android", "values": values}


class LedgerCast:
    """The cast of the ledger."""

    name = "ledger"
    machines = MACHINES

    def furnish(self, store: Store) -> None:
        """Writes organisations and people."""
        furnish(store)
        for name, (organisation, role) in PEOPLE.items():
            hire(store, organisation, role, name=name)

    def enter(self, store: Store) -> Stage:
        """A stage over a furnished store."""
        clock = Clock(START + timedelta(hours=1))
        desk = Desk(store, {one.id: one for one in MACHINES}, clock=clock, look=StoreLook)
        return Stage(store=store, desk=desk, clock=clock, people=actors(store))

    def beginnings(self, stage: Stage) -> Sequence[tuple[str, str, Play]]:
        """What can be opened now."""
        owner = stage.people["owner"]
        entries = stage.cases("ledger_entry")
        found = [
            ("ledger_entry", "propose", Play(owner, form=entry(len(entries) % 4))),
            ("ledger_entry", "take_over", Play(THE_SYSTEM, form=entry(len(entries)))),
            ("ledger_import", "hand_in", Play(owner, form={"file": "台账.xlsx", "sha256": PROOF})),
        ][::2]
        living = [case.id for case in entries if case.owner == "bank-a"][:3]
        if living:
            found += [
                (machine.id, "plan", Play(owner, form=plan(stage, living)))
                for machine in MACHINES
                if machine.form.__name__ == "ReviewForm"
            ]
            found.append(("ledger_incident", "record", Play(owner, form=incident(stage, living))))
        return found

    def play(self, stage: Stage, case: Case, arc: Arc) -> Play | None:
        """How ``arc`` is gone from where ``case`` stands."""
        if arc.automatic:
            return Play(THE_SYSTEM, form=self._by_itself(stage, case, arc.id))
        actor = stage.people["compliance" if arc.id in APPROVING else "owner"]
        form, note = getattr(self, f"_{case.machine.removeprefix('ledger_')}", self._review)(stage, case, arc.id)
        return Play(actor, form=form, note=note)

    def _by_itself(self, stage: Stage, case: Case, arc: str) -> dict[str, Any]:
        if arc == "read":
            errors = 1 if case.version % 2 else 0
            return {"errors": errors, "rows": 2, "taken": [row(case.id + 1), row(case.id + 2)]}
        if arc == "note_duty":
            return {"last_assessment": "2026-01-05"}
        if arc == "watch_markets":
            return {"still_listed": []}
        return {"users": case.version * 10}

    def _entry(self, stage: Stage, case: Case, arc: str) -> tuple[dict[str, Any], dict[str, Any]]:
        today = day_in_china(stage.clock.at).isoformat()
        notes: dict[str, dict[str, Any]] = {
            "self_check": {"version": "2.0", "on": today, "high": 0, "document": PROOF},
            "release": {"version": "2.0", "on": today},
            "plan_exit": {"reason": "活跃度低", "planned": "2026-06-30"},
            "assess_exit": {"on": today, "conclusion": "影响小", "proof": PROOF},
            "settle_data": {"on": today, "moved_to": "手机银行", "personal_information": "删除", "proof": PROOF},
            "tell_users": {"on": today, "channels": ["应用内公告"], "proof": PROOF},
            "delist": {"removals": [{"store": "青鸟应用商店", "on": today, "proof": PROOF}]},
        }
        form = {"remark": f"第{case.version}次修改"} if arc.startswith("edit") else {}
        return form, notes.get(arc, {})

    def _import(self, stage: Stage, case: Case, arc: str) -> tuple[dict[str, Any], dict[str, Any]]:
        if arc == "correct":
            return {"corrections": [{"place": "台账!B3", "value": "晨光"}]}, {}
        return {}, {}

    def _incident(self, stage: Stage, case: Case, arc: str) -> tuple[dict[str, Any], dict[str, Any]]:
        today = day_in_china(stage.clock.at).isoformat()
        notes: dict[str, dict[str, Any]] = {
            "judge": {
                "level": "major" if case.title == "数据泄露" else "ordinary",
                "report_hours": 24,
                "report_rule": "本行规定",
            },
            "report": {"on": today, "to": "岭南金融科技管理处", "proof": PROOF},
            "handle": {"on": today, "cause": "证书过期", "measures": "更换证书"},
        }
        return ({"people": 12} if arc == "edit" else {}), notes.get(arc, {})

    def _review(self, stage: Stage, case: Case, arc: str) -> tuple[dict[str, Any], dict[str, Any]]:
        today = day_in_china(stage.clock.at).isoformat()
        if arc == "report":
            note = {"done_on": today, "done_by": "内审部", "conclusion": "可控", "findings": 2, "report": PROOF}
            return {}, note
        return ({"planned": "2026-09-30"} if arc == "replan" else {}), {}

    # The tour ------------------------------------------------------------------------------------------------------

    def tour(self, stage: Stage) -> Iterator[Callable[[], object]]:
        """Acts that together go every arc."""
        yield from self._tour_of_an_entry(stage)
        yield from self._tour_of_imports(stage)
        yield from self._tour_of_reviews(stage)
        yield from self._tour_of_incidents(stage)

    def act(self, stage: Stage, number: int, arc: str) -> Callable[[], object]:
        """An act on a case as it will stand when it is called."""

        def acted() -> object:
            case = stage.case(number)
            found = stage.desk.machine(case.machine).arc(arc)
            assert found is not None
            play = self.play(stage, case, found)
            assert play is not None
            return stage.go(number, arc, play)

        return acted

    def acts(self, stage: Stage, number: int, arcs: str) -> Iterator[Callable[[], object]]:
        """Acts on one case, one after another."""
        for arc in arcs.split():
            yield self.act(stage, number, arc)

    def _open(self, stage: Stage, machine: str, arc: str, form: dict[str, Any]) -> Callable[[], object]:
        return partial(stage.open, machine, arc, Play(stage.people["owner"], form=form))

    def _tour_of_an_entry(self, stage: Stage) -> Iterator[Callable[[], object]]:
        for number, arcs in (
            (91, "edit_proposal submit send_back submit refuse"),
            (92, "withdraw"),
            (
                93,
                "submit admit edit self_check release note_duty plan_exit cancel_exit plan_exit assess_exit",
            ),
        ):
            yield self._open(stage, "ledger_entry", "propose", entry(number))
            yield from self.acts(stage, stage.cases("ledger_entry")[-1].id, arcs)
        number = stage.cases("ledger_entry")[-1].id
        yield from self.acts(stage, number, "settle_data tell_users delist delist_again delist watch_markets close")

    def _tour_of_imports(self, stage: Stage) -> Iterator[Callable[[], object]]:
        hand_in = self._open(stage, "ledger_import", "hand_in", {"file": "台账.xlsx", "sha256": PROOF})
        yield hand_in
        number = stage.cases("ledger_import")[-1].id
        yield from self.acts(stage, number, "read correct")
        yield partial(
            stage.go, number, "read", Play(THE_SYSTEM, form={"errors": 0, "rows": 2, "taken": [row(1), row(2)]})
        )
        yield from self.acts(stage, number, "confirm")
        yield hand_in
        again = stage.cases("ledger_import")[-1].id
        changed = {"errors": 0, "rows": 2, "taken": [row(1, users=10), row(2)]}
        yield partial(stage.go, again, "read", Play(THE_SYSTEM, form=changed))
        yield self._confirm(stage, again)
        yield hand_in
        yield from self.acts(stage, stage.cases("ledger_import")[-1].id, "discard")

    def _confirm(self, stage: Stage, number: int) -> Callable[[], object]:
        """A confirmation of what was seen."""

        def confirmed() -> object:
            seen = digest(compare(stage.case(number).form["taken"], stage.cases("ledger_entry")))
            return stage.go(number, "confirm", Play(stage.people["owner"], note={"seen": seen}))

        return confirmed

    def _tour_of_reviews(self, stage: Stage) -> Iterator[Callable[[], object]]:
        living = [case.id for case in stage.cases("ledger_entry", "in_use")]
        for machine in MACHINES:
            if machine.form.__name__ != "ReviewForm":
                continue
            for arcs in ("replan start report send_back report approve", "call_off"):
                yield self._open(stage, machine.id, "plan", plan(stage, living))
                yield from self.acts(stage, stage.cases(machine.id)[-1].id, arcs)

    def _tour_of_incidents(self, stage: Stage) -> Iterator[Callable[[], object]]:
        living = [case.id for case in stage.cases("ledger_entry", "in_use")]
        for happened in ("登录中断", "数据泄露"):
            form = {**incident(stage, living), "title": happened}
            yield self._open(stage, "ledger_incident", "record", form)
            number = stage.cases("ledger_incident")[-1].id
            arcs = "report handle" if happened == "数据泄露" else "handle"
            yield from self.acts(stage, number, f"edit judge {arcs} reopen handle close")


def plan(stage: Stage, entries: Sequence[int]) -> dict[str, Any]:
    """A plan of a review."""
    planned = (day_in_china(stage.clock.at) + timedelta(days=40)).isoformat()
    return {"title": "年度评估", "entries": list(entries), "planned": planned}


def incident(stage: Stage, entries: Sequence[int]) -> dict[str, Any]:
    """What happened."""
    today = day_in_china(stage.clock.at).isoformat()
    what = {"title": "登录中断", "kind": "outage", "happened": today, "what": "登录服务中断两小时"}
    return {**what, "entries": list(entries[:1])}

"""A change of a filed app (变更备案): general, major, emergency, or the yearly assessment; a case beside its filing.

The filing stands as it was until the change is approved; then its record is taken over. A general change is filed
within ten working days after its release and goes straight to review (Art. 12); a major one before its release, with
certification and test again (Art. 11); an emergency one within ten working days after, with its reason (Art. 13).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any, Final

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, Due, Part
from finwatch.store.case import CaseFilter
from finwatch.supervise.machine import CHINA, SAME, Arc, Change, FollowUp, Look, Machine, Occasion, State
from finwatch.supervise.register import cancellation, chain, gates, news, record, stages, words
from finwatch.supervise.register.forms import CHANGE_ONLY, CHANGE_OWN, FILING_SET, ChangeForm
from finwatch.supervise.register.gates import Problems
from finwatch.supervise.register.stages import DRAFT, WITH_OWNER
from finwatch.supervise.ticking import recount_arc

CHANGE: Final = "change"
RULES: Final = {"general": "filing.general_change", "emergency": "filing.emergency_change"}
"""Clocks that run from the release."""
EARLIEST: Final = 2000
"""No app was released before this year."""
_OWN: Final = Permission.FILING_WRITE
_OWNER: Final = (Part.OWNER,)


def filing_of(look: Look, form: Mapping[str, Any]) -> Case | None:
    """The filing that a change is about."""
    number = form.get("filing")
    found = look.cases(CaseFilter(machine=record.FILING, id=number)) if number else ()
    return found[0] if found else None


def _may_begin(occasion: Occasion) -> Problems:
    filing = filing_of(occasion.look, occasion.form)
    if filing is None or filing.owner != occasion.case.owner:
        return gates.needed(occasion.form, "filing", "change_kind") or gates.at(
            "filing", "本机构没有该备案事项。", "The institution has no such filing."
        )
    found = gates.needed(occasion.form, "change_kind") + _released(occasion)
    if filing.state not in cancellation.HELD:
        found += gates.at("filing", "该备案不是“已备案”或“已过期”，不能变更。", "It is not filed, so it cannot change.")
    if filing.form.get("shared"):
        found += gates.at(
            "filing", "请先关闭关联备案共享，再办理变更。", "Close the sharing with branches first; then change it."
        )
    others = occasion.look.cases(CaseFilter(machine=CHANGE, subject=f"case:{filing.id}", open=True))
    if others:
        found += gates.at(
            "filing", f"变更事项 {others[0].id} 正在办理。", f"Change {others[0].id} of it is under way already."
        )
    return found


def _begun(occasion: Occasion) -> Change:
    form = occasion.form
    filing = filing_of(occasion.look, form)
    assert filing is not None  # the guard asked
    carried = {name: value for name, value in filing.form.items() if name not in FILING_SET}
    return Change(
        title=f"{record.title({**filing.form, **form})}{_kind(form).zh}",
        subject=f"case:{filing.id}",
        parent=filing.id,
        form=carried,
        add=(
            news.owner(occasion.case),
            *news.association(occasion.look),
            *(party for party in filing.parties if party.part in (Part.CERTIFIER, Part.LAB)),
        ),
        due=_release_clock(occasion),
    )


def _kind(form: Mapping[str, Any]) -> Text:
    return words.word(words.CHANGES, form.get("change_kind"))


def _release_clock(occasion: Occasion) -> Due | None:
    """The clock of a change that was released already."""
    form = occasion.form
    rule = RULES.get(str(form.get("change_kind")))
    if rule is None or not form.get("released"):
        return None
    return occasion.look.due(rule, start=datetime.combine(date.fromisoformat(form["released"]), time(12), CHINA))


def _released(occasion: Occasion) -> Problems:
    """A release is a day that has come, and that a deadline can be counted from."""
    told = occasion.form.get("released")
    if told and date.fromisoformat(told) > occasion.day:
        return gates.at("released", "发布日期在今天之后。", "This day is still to come.")
    if told and date.fromisoformat(told).year < EARLIEST:
        return gates.at("released", f"发布日期早于{EARLIEST}年。", f"This is before {EARLIEST}.")
    return ()


def _saved(occasion: Occasion) -> Change:
    return Change(due=_release_clock(occasion)) if occasion.case.state == DRAFT else Change()


def _may_hand_in(occasion: Occasion) -> Problems:
    filing = filing_of(occasion.look, occasion.form)
    if filing is None or filing.state not in cancellation.HELD:
        return gates.at("", "该备案已不是“已备案”，不能变更。", "The filing does not stand any more.")
    found = gates.not_suspended(occasion) + record.sound(occasion) + record.unclaimed(occasion, but=filing.id)
    if filing.form.get("shared"):
        found += gates.at("", "请先关闭关联备案共享，再办理变更。", "Close the sharing with branches first.")
    if occasion.form.get("package") != filing.form.get("package"):
        found += gates.at("package", "包名变更须新增备案。", "Another package name is another app: file it anew.")
    return found + _fits_kind(occasion, filing)


def _fits_kind(occasion: Occasion, filing: Case) -> Problems:
    """What each kind of change asks: when it was released, and why."""
    form = occasion.form
    kind = form["change_kind"]
    found = _released(occasion)
    if kind in RULES:
        found += gates.needed(form, "released")
    if kind == "general" and form.get("name") != filing.form.get("name"):
        found += gates.at(
            "name",
            "名称变更属于重大变更（第十一条），请选择“重大变更”。",
            "Another name is a major change (Art. 11): choose that kind.",
        )
    if kind == "general" and form.get("triggers"):
        found += gates.at("triggers", "所选情形属于重大变更。", "What is chosen here makes the change a major one.")
    if kind == "major":
        found += gates.needed(form, "triggers", "planned")
        if form.get("released"):
            found += gates.at(
                "released",
                "重大变更须在发布之前办理（第十一条）；已紧急发布的，请选择“紧急变更”。",
                "A major change is filed before its release (Art. 11); what had to go out at once is an emergency.",
            )
        elif form.get("planned") and date.fromisoformat(form["planned"]) <= occasion.day:
            found += gates.at(
                "planned",
                "重大变更须在发布之前办理（第十一条）。",
                "A major change is filed before its release (Art. 11).",
            )
    same_day = form.get("assessed_on") == filing.form.get("assessed_on")
    if kind == "assessment" and form.get("assessment_kind") == "other" and same_day:
        found += gates.at("assessed_on", "评估日期与原备案相同。", "This is the day of the assessment before.")
    return found


def _late(occasion: Occasion) -> dict[str, Any]:
    """How late a change is handed in: kept, and said to the reviewers; it is reviewed all the same."""
    due = _release_clock(occasion)
    if due is None or due.day >= occasion.day:
        return {}
    return {"due": due.day.isoformat(), "late_days": (occasion.day - due.day).days, "rule": due.rule}


def _noted(change: Change, occasion: Occasion) -> Change:
    late = _late(occasion)
    if not late:
        return change
    says = Text(
        zh=f"变更提交逾期{late['late_days']}天（应于{late['due']}前提交）。",
        en=f"The change was handed in {late['late_days']} days late (due on {late['due']}).",
    )
    to = news.taking(occasion.case, Part.ASSOCIATION)
    more = news.told(occasion, to, may=Permission.FILING_REVIEW, says=says, tag="late")
    return replace(change, note={**change.note, **late}, messages=change.messages + more)


def _may_approve(occasion: Occasion) -> Problems:
    return _may_hand_in_again(occasion) + gates.recent(occasion, "assessed_on")


def _may_hand_in_again(occasion: Occasion) -> Problems:
    filing = filing_of(occasion.look, occasion.form)
    if filing is None or filing.state not in cancellation.HELD or filing.form.get("shared"):
        return gates.at(
            "",
            "该备案已注销、申请注销或开放共享，不能变更。",
            "The filing is ended, about to be, or shared: no change.",
        )
    return gates.not_suspended(occasion)


def _approved(occasion: Occasion) -> Change:
    case, form = occasion.case, occasion.form
    filing = filing_of(occasion.look, form)
    assert filing is not None  # the guard asked
    taken = {name: value for name, value in form.items() if name not in (*CHANGE_ONLY, *FILING_SET)}
    says = Text(zh="变更已通过并生效。", en="The change is approved and in force.")
    return Change(
        due=None,
        messages=news.told(occasion, [case.owner], may=_OWN, says=says),
        follow=(
            FollowUp(
                machine=record.FILING, arc="take_change", case=filing.id, form=taken, comment=f"变更事项 {case.id}"
            ),
        ),
        vouch={
            "changed": {
                "case": filing.id,
                "number": filing.number,
                "kind": form["change_kind"],
                "version": form["version"],
                "sha256": form.get("package_sha256"),
            }
        },
    )


def _overtaken(occasion: Occasion) -> Change:
    says = Text(zh="原备案已注销，变更终止。", en="The filing was cancelled: its change is ended.")
    return Change(messages=news.told(occasion, [occasion.case.owner], may=_OWN, says=says))


MACHINE: Final = Machine(
    id=CHANGE,
    name=Text(zh="变更备案", en="Change of a filed app"),
    basis=Text(
        zh="移动金融客户端应用软件备案管理办法（试行）第十一条至第十三条",
        en="The association's rules for filing, Art. 11-13",
    ),
    form=ChangeForm,
    states=(*stages.states(), State(id="applied", name=Text(zh="已变更", en="in force"), final=True)),
    arcs=(
        Arc(
            id="begin",
            name=Text(zh="发起变更", en="Begin a change"),
            sources=(),
            target=DRAFT,
            permission=_OWN,
            comment="none",
            fields=CHANGE_ONLY,
            guard=_may_begin,
            effect=_begun,
        ),
        Arc(
            id="save",
            name=Text(zh="保存", en="Save"),
            sources=WITH_OWNER,
            target=SAME,
            permission=_OWN,
            parts=_OWNER,
            comment="none",
            fields=CHANGE_OWN,
            guard=_released,
            effect=_saved,
        ),
        Arc(
            id="submit",
            name=Text(zh="提交变更", en="Hand in"),
            sources=(DRAFT,),
            target=stages.FIRST,
            also=(stages.CERTIFICATION,),
            permission=_OWN,
            parts=_OWNER,
            fields=CHANGE_OWN,
            complete=True,
            attachments=True,
            guard=_may_hand_in,
            effect=lambda occasion: _noted(chain.handed_in(occasion), occasion),
        ),
        Arc(
            id="resubmit",
            name=Text(zh="补正后提交", en="Hand in again"),
            sources=(stages.CERTIFIER_RETURNED, stages.LAB_RETURNED, stages.REVIEW_RETURNED, stages.REJECTED),
            target=stages.FIRST,
            also=(stages.CERTIFICATION, stages.TESTING),
            permission=_OWN,
            parts=_OWNER,
            fields=CHANGE_OWN,
            complete=True,
            attachments=True,
            guard=_may_hand_in,
            effect=chain.supplied,
        ),
        chain.withdrawal(chain.BEFORE_REVIEW),
        *chain.certification(),
        *chain.reviews(approved="applied", guard=_may_approve, effect=_approved),
        chain.late_supplement(),
        recount_arc((DRAFT, *stages.CLOCKED), Permission.FILING_REVIEW),
        Arc(
            id="overtake",
            name=Text(zh="随备案注销终止", en="Ended with its filing"),
            sources=stages.UNDER_WAY,
            target=stages.WITHDRAWN,
            permission=Permission.FILING_CANCEL,
            automatic=True,
            effect=_overtaken,
        ),
    ),
)

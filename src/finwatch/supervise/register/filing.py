"""The filing of an app (新增备案), one case a platform: handed in, certified and tested, reviewed twice, filed, ended.

States and returns are those of the association's system. What is changed later is a case of its own (``change``), so
that a filing stands while its change is under review; so is what a branch files on its head's (``linked``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from finwatch.model.access import Permission
from finwatch.model.approved import ApprovedState
from finwatch.model.base import Text
from finwatch.model.case import Part
from finwatch.supervise.machine import SAME, Arc, Change, Machine, Occasion, State
from finwatch.supervise.register import (
    cancellation,
    chain,
    gates,
    news,
    numbering,
    record,
    stages,
    validity,
)
from finwatch.supervise.register.forms import APP_OWN, CHANGE_ONLY, FilingForm
from finwatch.supervise.register.gates import Problems
from finwatch.supervise.register.stages import DRAFT, WITH_OWNER
from finwatch.supervise.ticking import recount_arc

FILING: Final = record.FILING
PUBLIC_STATE: Final = {
    "filed": ApprovedState.FILED,
    "cancel_asked": ApprovedState.FILED,
    "expired": ApprovedState.EXPIRED,
    "cancelled": ApprovedState.CANCELLED,
    **{state: ApprovedState.REGISTERED for state in stages.STAGES if state not in (DRAFT, stages.WITHDRAWN)},
}
"""How a filing in each state stands in public; a draft and what was withdrawn do not."""
_OWN: Final = Permission.FILING_WRITE
_OWNER: Final = (Part.OWNER,)


def _begun(occasion: Occasion) -> Change:
    form = occasion.form
    return Change(
        title=record.title(form),
        subject=record.subject(form),
        add=(news.owner(occasion.case), *news.association(occasion.look)),
    )


def _may_begin(occasion: Occasion) -> Problems:
    return gates.needed(occasion.form, "package", "platform", "name") + gates.registered(occasion)


def _saved(occasion: Occasion) -> Change:
    if not occasion.form.get("package"):
        return Change()
    return Change(title=record.title(occasion.form), subject=record.subject(occasion.form))


def _may_hand_in(occasion: Occasion) -> Problems:
    return gates.registered(occasion) + record.sound(occasion) + record.unclaimed(occasion)


def _named(change: Change, occasion: Occasion) -> Change:
    """The change, with the case called as its record is."""
    return replace(change, title=record.title(occasion.form), subject=record.subject(occasion.form))


def _may_approve(occasion: Occasion) -> Problems:
    """Whether what was true at handing in still is."""
    return gates.registered(occasion) + record.unclaimed(occasion) + gates.recent(occasion, "assessed_on")


def _approved(occasion: Occasion) -> Change:
    case, form, day = occasion.case, occasion.form, occasion.day.isoformat()
    number = numbering.app_number(occasion.look, occasion.day, form["platform"])
    mark = numbering.mark(number, form["package"], form.get("signers") or ())
    kept = {**record.kept(form, day), "filed_on": day, "mark": mark, "shared": False}
    says = Text(zh=f"备案已通过，编号 {number}，标识 {mark}。", en=f"Filed under {number}, with the mark {mark}.")
    return Change(
        number=number,
        form=kept,
        due=validity.until(occasion.look, {**form, **kept}),
        messages=news.told(occasion, [case.owner], may=_OWN, says=says),
        vouch={
            "filed": {
                "case": case.id,
                "number": number,
                "package": form["package"],
                "platform": form["platform"],
                "version": form["version"],
                "sha256": form.get("package_sha256"),
                "mark": mark,
            }
        },
    )


def _may_share(occasion: Occasion) -> Problems:
    if occasion.form.get("shared"):
        return gates.at("", "关联备案共享已开放。", "It is shared already.")
    return ()


def _shared(occasion: Occasion) -> Change:
    return Change(form={"shared": True})


def _may_close(occasion: Occasion) -> Problems:
    if not occasion.form.get("shared"):
        return gates.at("", "关联备案共享未开放。", "It is not shared.")
    return ()


def _closed(occasion: Occasion) -> Change:
    return Change(form={"shared": False}, follow=cancellation.ending(occasion, branches_only=True))


def _changed(occasion: Occasion) -> Change:
    """The record of an approved change laid over the filing; its assessment counts anew."""
    form, day = occasion.form, occasion.day.isoformat()
    kept = {**record.kept(form, day), "ended_on": None}
    due = validity.until(occasion.look, {**form, **kept})
    kept["mark"] = numbering.mark(str(occasion.case.number), form["package"], form.get("signers") or ())
    over = due.day < occasion.day
    return Change(
        state="expired" if over else "filed",
        title=record.title(form),
        subject=record.subject(form),
        form=kept if not over else {**kept, "ended_on": form.get("ended_on")},
        due=None if over else due,
    )


MACHINE: Final = Machine(
    id=FILING,
    name=Text(zh="软件备案", en="Filing of an app"),
    basis=Text(
        zh="移动金融客户端应用软件备案管理办法（试行）；银发〔2019〕237号；备案工作操作手册V2.1",
        en="The association's rules for filing; PBOC 237 of 2019; operating manual V2.1",
    ),
    form=FilingForm,
    public=("name", "name_en", "package", "platform", "version", "signers", "versions", "filed_on", "ended_on", "mark"),
    states=(
        *stages.states(),
        State(id="filed", name=Text(zh="已备案", en="filed"), turn=Part.OWNER),
        State(id="expired", name=Text(zh="已过期", en="expired")),
        State(id="cancel_asked", name=Text(zh="申请注销待办理", en="cancellation asked for"), turn=Part.ASSOCIATION),
        State(id="cancelled", name=Text(zh="已注销", en="cancelled"), final=True),
    ),
    arcs=(
        Arc(
            id="begin",
            name=Text(zh="新增备案", en="File an app"),
            sources=(),
            target=DRAFT,
            permission=_OWN,
            comment="none",
            fields=APP_OWN,
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
            fields=APP_OWN,
            effect=_saved,
        ),
        Arc(
            id="submit",
            name=Text(zh="提交", en="Hand in"),
            sources=(DRAFT,),
            target=stages.CERTIFICATION,
            also=(stages.FIRST,),
            permission=_OWN,
            parts=_OWNER,
            fields=APP_OWN,
            complete=True,
            guard=_may_hand_in,
            effect=lambda occasion: _named(chain.handed_in(occasion), occasion),
        ),
        Arc(
            id="resubmit",
            name=Text(zh="补正后提交", en="Hand in again"),
            sources=(
                stages.CERTIFIER_RETURNED,
                stages.LAB_RETURNED,
                stages.REVIEW_RETURNED,
                stages.REJECTED,
            ),
            target=stages.FIRST,
            also=(stages.CERTIFICATION, stages.TESTING),
            permission=_OWN,
            parts=_OWNER,
            fields=APP_OWN,
            complete=True,
            attachments=True,
            guard=_may_hand_in,
            effect=lambda occasion: _named(chain.supplied(occasion), occasion),
        ),
        chain.withdrawal(chain.BEFORE_REVIEW),
        *chain.certification(),
        *chain.reviews(approved="filed", guard=_may_approve, effect=_approved),
        chain.late_supplement(),
        recount_arc((*stages.CLOCKED, "filed", "cancel_asked"), Permission.FILING_REVIEW),
        Arc(
            id="share",
            name=Text(zh="开放关联备案", en="Share with branches"),
            sources=("filed",),
            target=SAME,
            permission=_OWN,
            parts=_OWNER,
            guard=_may_share,
            effect=_shared,
        ),
        Arc(
            id="unshare",
            name=Text(zh="关闭关联备案", en="Close the sharing"),
            sources=("filed", "expired"),
            target=SAME,
            permission=_OWN,
            parts=_OWNER,
            comment="required",
            guard=_may_close,
            effect=_closed,
        ),
        *cancellation.ARCS,
        validity.EXPIRY,
        Arc(
            id="take_change",
            name=Text(zh="变更生效", en="Take the change"),
            sources=("filed", "expired"),
            target="filed",
            also=("expired",),
            permission=Permission.FILING_APPROVE,
            automatic=True,
            fields=tuple(name for name in FilingForm.model_fields if name not in CHANGE_ONLY),
            effect=_changed,
        ),
    ),
)

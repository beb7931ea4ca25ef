"""A branch's filing on its head's (关联备案): the head shares a filed app, the branch applies, the association reviews.

It ends when the head closes the sharing or its filing is cancelled; the branch may end it itself.
"""

from __future__ import annotations

from typing import Final

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import Case, Part
from finwatch.store.case import CaseFilter
from finwatch.supervise.machine import SAME, Arc, Change, Machine, Occasion, State
from finwatch.supervise.register import chain, gates, news, numbering, record, stages
from finwatch.supervise.register.forms import LINKED_OWN, LinkedForm
from finwatch.supervise.register.gates import Problems
from finwatch.supervise.register.stages import DRAFT, FIRST, REJECTED, REVIEW_RETURNED, SECOND, WITHDRAWN
from finwatch.supervise.ticking import recount_arc

LINKED: Final = "linked"
_OWN: Final = Permission.FILING_WRITE
_OWNER: Final = (Part.OWNER,)
_STAGES: Final = (DRAFT, FIRST, SECOND, REVIEW_RETURNED, REJECTED, WITHDRAWN)


def _head(occasion: Occasion) -> Case | None:
    """The head's filing, where it is one that this branch may lean on."""
    number = occasion.form.get("head_number")
    branch = occasion.look.organisation(occasion.case.owner)
    if not number or branch is None or branch.parent is None:
        return None
    own = occasion.look.cases(CaseFilter(machine=record.FILING, owner=branch.parent))
    return next((case for case in own if case.number == number), None)


def _leans(occasion: Occasion) -> Problems:
    """Whether the head's filing stands and is shared."""
    head = _head(occasion)
    if head is None:
        return gates.needed(occasion.form, "head_number") or gates.at(
            "head_number",
            "总部机构没有该编号的备案；关联备案只能关联本机构总部的备案。",
            "The head office has no filing of that number; a branch links to a filing of its own head alone.",
        )
    if head.state != "filed" or not head.form.get("shared"):
        return gates.at(
            "head_number", "总部尚未对该备案开放关联备案共享。", "The head does not share this filing with branches."
        )
    return ()


def _may_begin(occasion: Occasion) -> Problems:
    found = _leans(occasion) + gates.registered(occasion)
    head = _head(occasion)
    if head is not None:
        mine = CaseFilter(machine=LINKED, owner=occasion.case.owner, subject=f"case:{head.id}", open=True)
        if others := [case for case in occasion.look.cases(mine) if case.id != occasion.case.id]:
            found += gates.at(
                "head_number", f"关联备案事项 {others[0].id} 已存在。", f"Case {others[0].id} is about it already."
            )
    return found


def _begun(occasion: Occasion) -> Change:
    head = _head(occasion)
    assert head is not None  # the guard asked
    branch = occasion.look.organisation(occasion.case.owner)
    assert branch is not None  # the desk opened the case for it
    shown = {name: head.form.get(name) for name in ("name", "package", "platform")}
    return Change(
        title=f"{record.title(head.form)}{branch.short_name or branch.name}关联备案",
        subject=f"case:{head.id}",
        parent=head.id,
        form={**shown, "head": head.owner, "head_case": head.id},
        add=(news.owner(occasion.case), *news.association(occasion.look)),
    )


def _approved(occasion: Occasion) -> Change:
    case, form = occasion.case, occasion.form
    number = numbering.linked_number(occasion.look, occasion.day, form["platform"])
    says = Text(zh=f"关联备案已通过，编号 {number}。", en=f"The linked filing is approved under {number}.")
    told = [case.owner, *((form["head"],) if form.get("head") else ())]
    return Change(
        number=number,
        form={"filed_on": occasion.day.isoformat()},
        due=None,
        messages=news.told(occasion, told, may=_OWN, says=says),
        vouch={"linked": {"case": case.id, "number": number, "head": form["head_number"]}},
    )


def _ended(occasion: Occasion) -> Change:
    case = occasion.case
    says = Text(
        zh="总部已关闭共享或注销备案，关联备案终止。",
        en="The head closed the sharing or its filing: this one is ended.",
    )
    filed = case.number is not None
    return Change(
        state="cancelled" if filed else WITHDRAWN,
        form={"ended_on": occasion.day.isoformat()} if filed else {},
        messages=news.told(occasion, [case.owner], may=_OWN, says=says),
        vouch={"cancelled": {"case": case.id, "number": case.number, "ground": "head"}} if filed else {},
    )


def _given_up(occasion: Occasion) -> Change:
    case = occasion.case
    says = Text(zh=f"关联备案 {case.number} 已由分支机构注销。", en=f"The branch ended its filing {case.number}.")
    return Change(
        form={"ended_on": occasion.day.isoformat()},
        messages=news.told(occasion, news.taking(case, Part.ASSOCIATION), may=Permission.FILING_CANCEL, says=says),
        vouch={"cancelled": {"case": case.id, "number": case.number, "ground": "asked"}},
    )


MACHINE: Final = Machine(
    id=LINKED,
    name=Text(zh="关联备案", en="Linked filing of a branch"),
    basis=Text(zh="关联备案说明V1.0", en="The association's notes on linked filing, V1.0"),
    form=LinkedForm,
    public=("head_number", "name", "package", "platform", "filed_on", "ended_on"),
    states=(
        *stages.states(_STAGES),
        State(id="filed", name=Text(zh="已备案", en="filed")),
        State(id="cancelled", name=Text(zh="已注销", en="cancelled"), final=True),
    ),
    arcs=(
        Arc(
            id="apply",
            name=Text(zh="申请关联备案", en="Apply for a linked filing"),
            sources=(),
            target=DRAFT,
            permission=_OWN,
            comment="none",
            fields=LINKED_OWN,
            guard=_may_begin,
            effect=_begun,
        ),
        Arc(
            id="save",
            name=Text(zh="保存", en="Save"),
            sources=(DRAFT, REVIEW_RETURNED, REJECTED),
            target=SAME,
            permission=_OWN,
            parts=_OWNER,
            comment="none",
            fields=tuple(name for name in LINKED_OWN if name != "head_number"),
        ),
        Arc(
            id="submit",
            name=Text(zh="提交", en="Hand in"),
            sources=(DRAFT, REVIEW_RETURNED, REJECTED),
            target=FIRST,
            permission=_OWN,
            parts=_OWNER,
            fields=tuple(name for name in LINKED_OWN if name != "head_number"),
            complete=True,
            attachments=True,
            guard=_may_begin,
            effect=stages.to(FIRST),
        ),
        chain.withdrawal((DRAFT, REVIEW_RETURNED, REJECTED)),
        *chain.reviews(
            approved="filed",
            assessed=False,
            guard=lambda occasion: _leans(occasion) + gates.registered(occasion),
            effect=_approved,
        ),
        chain.late_supplement(),
        recount_arc(stages.CLOCKED, Permission.FILING_REVIEW),
        Arc(
            id="give_up",
            name=Text(zh="注销关联备案", en="End the linked filing"),
            sources=("filed",),
            target="cancelled",
            permission=_OWN,
            parts=_OWNER,
            comment="required",
            effect=_given_up,
        ),
        Arc(
            id="head_gone",
            name=Text(zh="随总部终止", en="Ended with the head's"),
            sources=(DRAFT, FIRST, SECOND, REVIEW_RETURNED, REJECTED, "filed"),
            target="cancelled",
            also=(WITHDRAWN,),
            permission=Permission.FILING_CANCEL,
            automatic=True,
            effect=_ended,
        ),
    ),
)

"""The filing of an institution (机构备案): its record, two reviews, and reviews again whenever the record changes.

Only an institution that stands at ``filed`` may file apps. Its account is its credit code, so that a code that differs
from the account's, or cannot be one, is refused at the field.
"""

from __future__ import annotations

from typing import Final

from finwatch.model.access import Permission
from finwatch.model.base import Text
from finwatch.model.case import Part
from finwatch.store.case import CaseFilter
from finwatch.supervise.machine import SAME, Arc, Change, Machine, Occasion, State
from finwatch.supervise.register import gates, news, numbering
from finwatch.supervise.register.forms import INSTITUTION_OWN, InstitutionForm
from finwatch.supervise.register.gates import Problems
from finwatch.supervise.register.stages import Letter, lettered
from finwatch.supervise.ticking import recount_arc

INSTITUTION: Final = "institution"
_FILE: Final = Permission.INSTITUTION_FILE
_OWNER: Final = (Part.OWNER,)
_ASSOCIATION: Final = (Part.ASSOCIATION,)


def _first_of_its_kind(occasion: Occasion) -> Problems:
    if occasion.look.cases(CaseFilter(machine=INSTITUTION, owner=occasion.case.owner)):
        return gates.at(
            "", "本机构已有机构备案事项，请在原事项上办理。", "The institution has its case: go on with that."
        )
    return ()


def _begun(occasion: Occasion) -> Change:
    owner = occasion.look.organisation(occasion.case.owner)
    assert owner is not None  # the desk opened the case for it
    given = occasion.form
    known = {"name": owner.name, "short_name": owner.short_name or None, "credit_code": owner.credit_code}
    return Change(
        title=given.get("name") or owner.name,
        subject=f"institution:{owner.credit_code or owner.id}",
        form={name: value for name, value in known.items() if not given.get(name) and value},
        add=(news.owner(occasion.case), *news.association(occasion.look)),
    )


def _may_hand_in(occasion: Occasion) -> Problems:
    form = occasion.form
    found = gates.codes(form, "credit_code") + gates.files(occasion, InstitutionForm)
    owner = occasion.look.organisation(occasion.case.owner)
    code = form.get("credit_code")
    if owner is not None and owner.credit_code and code and code != owner.credit_code:
        found += gates.at(
            "credit_code",
            f"与本机构账号的统一社会信用代码（{owner.credit_code}）不一致。",
            f"The account of this institution has the code {owner.credit_code}.",
        )
    others = occasion.look.cases(CaseFilter(machine=INSTITUTION, subject=f"institution:{code}"))
    if any(one.id != occasion.case.id for one in others):
        found += gates.at(
            "credit_code", "该统一社会信用代码已由其他账号登记。", "Another account has registered this code."
        )
    return found


def _handed_in(occasion: Occasion) -> Change:
    form = occasion.form
    says = Text(zh="待初审，请办理。", en="Your turn: first review.")
    to = news.taking(occasion.case, Part.ASSOCIATION)
    return Change(
        title=form["name"],
        subject=f"institution:{form['credit_code']}",
        form={"handed_in": form.get("handed_in") or occasion.day.isoformat()},
        due=occasion.look.due("filing.ask_supplement", start=occasion.now),
        messages=news.told(occasion, to, may=Permission.INSTITUTION_REVIEW, says=says, title=form["name"]),
    )


def _passed(occasion: Occasion) -> Change:
    says = Text(zh="待复审，请办理。", en="Your turn: second review.")
    to = news.taking(occasion.case, Part.ASSOCIATION)
    return Change(
        due=occasion.look.due("filing.decide", start=occasion.now),
        messages=news.told(occasion, to, may=Permission.INSTITUTION_APPROVE, says=says),
    )


def _refused(occasion: Occasion) -> Change:
    letter = lettered(occasion)
    says = Text(zh=f"审核未通过，请补正后重新提交。{letter}", en=f"Not passed: supply what is missing.{letter}")
    return Change(
        due=occasion.look.due("filing.supplement", start=occasion.now),
        messages=news.told(occasion, [occasion.case.owner], may=_FILE, says=says),
    )


def _filed(occasion: Occasion) -> Change:
    case = occasion.case
    number = case.number or numbering.institution_number(occasion.look, occasion.day)
    says = Text(zh=f"机构备案已通过，编号 {number}。", en=f"The institution is filed under {number}.")
    return Change(
        number=number,
        form={"filed_on": occasion.form.get("filed_on") or occasion.day.isoformat()},
        due=None,
        messages=news.told(occasion, [case.owner], may=_FILE, says=says),
        vouch={"institution": {"case": case.id, "number": number, "credit_code": occasion.form["credit_code"]}},
    )


def _review(stage: str, permission: Permission, mark: str) -> Arc:
    return Arc(
        id=f"reject_{mark}",
        name=Text(zh="审核不通过", en="Do not pass"),
        sources=(stage,),
        target="rejected",
        permission=permission,
        parts=_ASSOCIATION,
        comment="required",
        note=Letter,
        attachments=True,
        effect=_refused,
    )


MACHINE: Final = Machine(
    id=INSTITUTION,
    name=Text(zh="机构备案", en="Filing of an institution"),
    basis=Text(
        zh="移动金融客户端应用软件备案管理办法（试行）；备案工作操作手册V2.1",
        en="The association's rules for filing; operating manual V2.1",
    ),
    form=InstitutionForm,
    public=("name", "short_name", "category", "region", "filed_on"),
    states=(
        State(id="draft", name=Text(zh="待提交", en="to be handed in"), turn=Part.OWNER),
        State(id="first_review", name=Text(zh="初审待审核", en="awaiting first review"), turn=Part.ASSOCIATION),
        State(id="second_review", name=Text(zh="复审待审核", en="awaiting second review"), turn=Part.ASSOCIATION),
        State(id="filed", name=Text(zh="已备案", en="filed")),
        State(id="rejected", name=Text(zh="审核未通过", en="not passed"), turn=Part.OWNER),
    ),
    arcs=(
        Arc(
            id="begin",
            name=Text(zh="登记机构", en="Register the institution"),
            sources=(),
            target="draft",
            permission=_FILE,
            comment="none",
            fields=INSTITUTION_OWN,
            guard=_first_of_its_kind,
            effect=_begun,
        ),
        Arc(
            id="save",
            name=Text(zh="保存", en="Save"),
            sources=("draft", "rejected"),
            target=SAME,
            permission=_FILE,
            parts=_OWNER,
            comment="none",
            fields=INSTITUTION_OWN,
        ),
        Arc(
            id="submit",
            name=Text(zh="提交", en="Hand in"),
            sources=("draft", "rejected"),
            target="first_review",
            permission=_FILE,
            parts=_OWNER,
            fields=INSTITUTION_OWN,
            complete=True,
            guard=_may_hand_in,
            effect=_handed_in,
        ),
        Arc(
            id="change",
            name=Text(zh="变更机构信息", en="Change the record"),
            sources=("filed",),
            target="first_review",
            permission=_FILE,
            parts=_OWNER,
            comment="required",
            fields=INSTITUTION_OWN,
            complete=True,
            guard=_may_hand_in,
            effect=_handed_in,
        ),
        Arc(
            id="pass_first",
            name=Text(zh="初审通过", en="Pass the first review"),
            sources=("first_review",),
            target="second_review",
            permission=Permission.INSTITUTION_REVIEW,
            parts=_ASSOCIATION,
            effect=_passed,
        ),
        _review("first_review", Permission.INSTITUTION_REVIEW, "first"),
        Arc(
            id="approve",
            name=Text(zh="复审通过", en="Approve"),
            sources=("second_review",),
            target="filed",
            permission=Permission.INSTITUTION_APPROVE,
            parts=_ASSOCIATION,
            four_eyes=("pass_first",),
            guard=_may_hand_in,
            effect=_filed,
        ),
        _review("second_review", Permission.INSTITUTION_APPROVE, "second"),
        recount_arc(("first_review", "second_review", "rejected"), Permission.INSTITUTION_REVIEW),
    ),
)

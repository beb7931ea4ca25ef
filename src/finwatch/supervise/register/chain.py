"""The arcs between handing in and deciding, the same for a new filing and for a change: certification, test, reviews.

A case whose outside assessment is a certification goes through the certification body and its laboratory; one with
another assessment brings its report and goes to the association at once. Every return needs its comment.
"""

from __future__ import annotations

from typing import Any, Final

from finwatch.model.access import OrganisationKind, Permission
from finwatch.model.base import Text
from finwatch.model.case import Part, Party
from finwatch.supervise.machine import Arc, Change, Effect, Guard, Occasion
from finwatch.supervise.register import gates, news
from finwatch.supervise.register.forms import CERTIFIER_OWN, LAB_OWN
from finwatch.supervise.register.gates import Problems
from finwatch.supervise.register.stages import (
    CERTIFICATION,
    CERTIFIED,
    CERTIFIER_RETURNED,
    DRAFT,
    FIRST,
    LAB_CHOICE,
    LAB_RETURNED,
    LAB_TO_CERTIFIER,
    REJECTED,
    REVIEW_RETURNED,
    SECOND,
    TESTED,
    TESTING,
    TO_CERTIFIER,
    TO_LAB,
    WITHDRAWN,
    Letter,
    arriving,
    to,
)

BODY: Final = (Part.CERTIFIER,)
LAB: Final = (Part.LAB,)
OWNER: Final = (Part.OWNER,)
ASSOCIATION: Final = (Part.ASSOCIATION,)
_CLEARED: Final = ("lab", *LAB_OWN, *CERTIFIER_OWN)
"""What a new package takes away: it was said of another one."""


def assessed_anew(form: Any) -> bool:
    """Whether a certification body has a say: general and emergency changes go straight to review."""
    return form.get("assessment_kind") == "certification" and form.get("change_kind") not in ("general", "emergency")


# Handing in ---------------------------------------------------------------------------------------------------------


def handed_in(occasion: Occasion) -> Change:
    """From the institution to whoever is first: the certification body, or the association."""
    form = occasion.form
    first = {"handed_in": form.get("handed_in") or occasion.day.isoformat()}
    if not assessed_anew(form):
        gone = _assessors(occasion) if form.get("assessment_kind") == "other" else ()
        return arriving(occasion, FIRST, form=first, remove=gone)
    body = gates.named_organisation(occasion.look, OrganisationKind.CERTIFICATION_BODY, form["certifier"])
    assert body is not None  # the guard asked
    party = Party(part=Part.CERTIFIER, organisation=body.id)
    others = tuple(one for one in _assessors(occasion) if one != party)
    cleared = dict.fromkeys(_CLEARED)
    return arriving(
        occasion, CERTIFICATION, form={**cleared, **first, "certifier": body.id}, add=(party,), remove=others
    )


def _assessors(occasion: Occasion) -> tuple[Party, ...]:
    return tuple(one for one in occasion.case.parties if one.part in (Part.CERTIFIER, Part.LAB))


def supplied(occasion: Occasion) -> Change:
    """Back to who returned it; to certification again when the package is not the one that was tested."""
    form, came = occasion.form, occasion.case.state
    if not assessed_anew(form):
        return handed_in(occasion)
    another = form.get("certifier") not in news.taking(occasion.case, Part.CERTIFIER)
    if another or came == CERTIFIER_RETURNED:
        return handed_in(occasion)
    if came == LAB_RETURNED:
        return arriving(occasion, TESTING)
    tested_this = form.get("certificate") and form.get("lab_sha256") == form.get("package_sha256")
    return arriving(occasion, FIRST) if tested_this else handed_in(occasion)


# Certification body and laboratory ----------------------------------------------------------------------------------


def _lab_chosen(occasion: Occasion) -> Change:
    lab = gates.named_organisation(occasion.look, OrganisationKind.TESTING_LAB, occasion.form["lab"])
    assert lab is not None  # the guard asked
    party = Party(part=Part.LAB, organisation=lab.id)
    others = tuple(one for one in occasion.case.parties if one.part is Part.LAB and one != party)
    return arriving(occasion, TESTING, form={"lab": lab.id}, add=(party,), remove=others)


def _may_report(occasion: Occasion) -> Problems:
    form = occasion.form
    found = gates.needed(form, "lab_report", "lab_result", "lab_page", "lab_results")
    if form.get("package_sha256"):
        found += gates.needed(form, "lab_sha256")
    found += gates.differs(form, "lab_sha256", given=form.get("lab_sha256"), filed=form.get("package_sha256"))
    if form.get("lab_page") and not occasion.look.knows_blob(form["lab_page"]):
        found += gates.at("lab_page", "系统中没有该文件，请重新上传。", "No such file is here: upload it again.")
    results = form.get("lab_results") or ()
    failed = any(one.get("result") == "failed" for one in results)
    if failed and form.get("lab_result") == "passed":
        found += gates.at(
            "lab_result", "分组结果中有不合格项，总结果不能为合格。", "A group failed, so the whole cannot have passed."
        )
    return found


def _may_certify(occasion: Occasion) -> Problems:
    form = occasion.form
    found = gates.needed(form, "certificate", "certificate_file") + gates.recent(occasion, "assessed_on")
    if form.get("certificate_file") and not occasion.look.knows_blob(form["certificate_file"]):
        found += gates.at(
            "certificate_file", "系统中没有该文件，请重新上传。", "No such file is here: upload it again."
        )
    if form.get("lab_result") != "passed":
        found += gates.at(
            "certificate", "检测结果不是“合格”，不能发证。", "The test was not passed: there is no certificate for it."
        )
    found += gates.differs(form, "certificate", given=form.get("lab_sha256"), filed=form.get("package_sha256"))
    return found


def certification() -> tuple[Arc, ...]:
    """The arcs of certification body and laboratory, and the institution's word between them and the association."""
    body, lab = Permission.FILING_CERTIFY, Permission.FILING_TEST
    return (
        Arc(
            id="accept",
            name=Text(zh="受理认证", en="Take up the certification"),
            sources=(CERTIFICATION,),
            target=LAB_CHOICE,
            permission=body,
            parts=BODY,
            effect=to(LAB_CHOICE),
        ),
        Arc(
            id="return_from_certification",
            name=Text(zh="认证退至金融机构", en="Return to the institution"),
            sources=(CERTIFICATION, LAB_CHOICE, TESTED, LAB_TO_CERTIFIER, TO_CERTIFIER),
            target=CERTIFIER_RETURNED,
            permission=body,
            parts=BODY,
            comment="required",
            note=Letter,
            attachments=True,
            effect=to(CERTIFIER_RETURNED),
        ),
        Arc(
            id="assign_lab",
            name=Text(zh="提交检测", en="Give to a laboratory"),
            sources=(LAB_CHOICE, LAB_TO_CERTIFIER, TO_CERTIFIER),
            target=TESTING,
            permission=body,
            parts=BODY,
            fields=("lab",),
            guard=lambda occasion: gates.organisation(occasion, "lab", OrganisationKind.TESTING_LAB),
            effect=_lab_chosen,
        ),
        Arc(
            id="report_test",
            name=Text(zh="上传检测结果", en="Report the test"),
            sources=(TESTING, TO_LAB),
            target=TESTED,
            permission=lab,
            parts=LAB,
            fields=LAB_OWN,
            attachments=True,
            guard=_may_report,
            effect=to(TESTED),
        ),
        Arc(
            id="return_from_test_to_certifier",
            name=Text(zh="检测退至认证机构", en="Return to the certification body"),
            sources=(TESTING, TO_LAB),
            target=LAB_TO_CERTIFIER,
            permission=lab,
            parts=LAB,
            comment="required",
            note=Letter,
            attachments=True,
            effect=to(LAB_TO_CERTIFIER),
        ),
        Arc(
            id="return_from_test",
            name=Text(zh="检测退至金融机构", en="Return to the institution"),
            sources=(TESTING, TO_LAB),
            target=LAB_RETURNED,
            permission=lab,
            parts=LAB,
            comment="required",
            note=Letter,
            attachments=True,
            effect=to(LAB_RETURNED),
        ),
        Arc(
            id="certify",
            name=Text(zh="发放证书", en="Issue the certificate"),
            sources=(TESTED, TO_CERTIFIER),
            target=CERTIFIED,
            permission=body,
            parts=BODY,
            fields=CERTIFIER_OWN,
            attachments=True,
            guard=_may_certify,
            effect=to(CERTIFIED),
        ),
        Arc(
            id="hand_to_association",
            name=Text(zh="提交协会初审", en="Hand to the association"),
            sources=(CERTIFIED,),
            target=FIRST,
            permission=Permission.FILING_WRITE,
            parts=OWNER,
            guard=gates.not_suspended,
            effect=to(FIRST),
        ),
    )


# Reviews ------------------------------------------------------------------------------------------------------------


def _has(part: Part, zh: str, en: str) -> Guard:
    def guard(occasion: Occasion) -> Problems:
        return () if news.taking(occasion.case, part) else gates.at("", zh, en)

    return guard


_HAS_LAB: Final = _has(Part.LAB, "该事项没有检测机构，不能退至检测机构。", "No laboratory takes part in this case.")
_HAS_BODY: Final = _has(
    Part.CERTIFIER, "该事项没有认证机构，不能退至认证机构。", "No certification body takes part in this case."
)


def returns(*, assessed: bool = True) -> tuple[Arc, ...]:
    """What either review may send back: to the institution and, where the app is assessed, to its assessors."""
    found = []
    ways: list[tuple[str, str, Text, Guard | None]] = [
        ("return", REVIEW_RETURNED, Text(zh="协会退至金融机构", en="Return to the institution"), None),
        ("reject", REJECTED, Text(zh="审核不通过", en="Do not pass"), None),
    ]
    if assessed:
        ways += [
            ("return_to_lab", TO_LAB, Text(zh="协会退至检测机构", en="Return to the laboratory"), _HAS_LAB),
            (
                "return_to_certifier",
                TO_CERTIFIER,
                Text(zh="协会退至认证机构", en="Return to the certification body"),
                _HAS_BODY,
            ),
        ]
    for stage, permission, mark in (
        (FIRST, Permission.FILING_REVIEW, "first"),
        (SECOND, Permission.FILING_APPROVE, "second"),
    ):
        for way, target, name, guard in ways:
            found.append(
                Arc(
                    id=f"{way}_{mark}",
                    name=name,
                    sources=(stage,),
                    target=target,
                    permission=permission,
                    parts=ASSOCIATION,
                    comment="required",
                    note=Letter,
                    attachments=True,
                    guard=guard or _nothing,
                    effect=to(target),
                )
            )
    return tuple(found)


def _nothing(_: Occasion) -> Problems:
    return ()


def reviews(
    *, approved: str, guard: Guard, effect: Effect, assessed: bool = True, also: tuple[str, ...] = ()
) -> tuple[Arc, ...]:
    """First and second review: never by one person. ``approved`` = the state that the second leads to."""
    return (
        Arc(
            id="pass_first",
            name=Text(zh="初审通过", en="Pass the first review"),
            sources=(FIRST,),
            target=SECOND,
            permission=Permission.FILING_REVIEW,
            parts=ASSOCIATION,
            effect=to(SECOND),
        ),
        Arc(
            id="approve",
            name=Text(zh="复审通过", en="Approve"),
            sources=(SECOND,),
            target=approved,
            also=also,
            permission=Permission.FILING_APPROVE,
            parts=ASSOCIATION,
            four_eyes=("pass_first",),
            guard=guard,
            effect=effect,
        ),
        *returns(assessed=assessed),
    )


def late_supplement() -> Arc:
    """Five working days to supply what was missing (Art. 7); then it has not passed."""
    return Arc(
        id="supplement_overdue",
        name=Text(zh="逾期未补正", en="Not supplied in time"),
        sources=(REVIEW_RETURNED,),
        target=REJECTED,
        permission=Permission.FILING_REVIEW,
        automatic=True,
        on_overdue=True,
        guard=overdue,
        effect=to(REJECTED),
    )


def overdue(occasion: Occasion) -> Problems:
    """Whether the clock of the case has run out."""
    due = occasion.case.due
    if due is not None and due.paused is None and due.day < occasion.day:
        return ()
    return gates.at("", "期限尚未届满。", "The clock has not run out.")


def withdrawal(sources: tuple[str, ...]) -> Arc:
    """The institution takes back what is not decided."""
    return Arc(
        id="withdraw",
        name=Text(zh="撤回", en="Withdraw"),
        sources=sources,
        target=WITHDRAWN,
        permission=Permission.FILING_WRITE,
        parts=OWNER,
        comment="required",
        effect=_withdrawn,
    )


def _withdrawn(occasion: Occasion) -> Change:
    says = Text(zh="已由机构撤回。", en="The institution has withdrawn it.")
    body = news.told(occasion, news.taking(occasion.case, Part.CERTIFIER), may=Permission.FILING_CERTIFY, says=says)
    lab = news.told(occasion, news.taking(occasion.case, Part.LAB), may=Permission.FILING_TEST, says=says)
    return Change(messages=body + lab)


BEFORE_REVIEW: Final = (DRAFT, CERTIFICATION, LAB_CHOICE, CERTIFIER_RETURNED, LAB_RETURNED, REVIEW_RETURNED, REJECTED)
"""Where an institution may withdraw: not while others work on it."""

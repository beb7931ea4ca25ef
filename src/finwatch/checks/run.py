"""Runs the checks on one subject: the step between ``identify`` and ``risk``.

In: a ``Subject``, the checks, the catalogue and the day. Out: one ``Finding`` per check, in the order of the checks.
A *yes* seen in the readable part stays a *yes*; a *no* needs every part that the check needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from finwatch.checks.decision import Decision, Unseen
from finwatch.checks.policy.compare import disclosure
from finwatch.checks.registry import Check
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.disclosure import Disclosure
from finwatch.model.examination import Answer, Evidence, Finding, Subject
from finwatch.model.knowledge import Knowledge

_PART_NAMES = {
    "manifest": Text(zh="清单", en="the manifest"),
    "code": Text(zh="代码", en="the code"),
    "signing": Text(zh="签名", en="the signatures"),
    "resources": Text(zh="资源", en="the resources"),
    "native": Text(zh="本地库", en="the native libraries"),
    "listing": Text(zh="商店页面", en="the market listing"),
    "policy": Text(zh="隐私政策", en="the privacy policy"),
    "official": Text(zh="官方应用", en="the official app"),
    "identity": Text(zh="业务类型", en="the kind of business"),
}


def run_checks(subject: Subject, checks: Sequence[Check], *, knowledge: Knowledge, on: date) -> tuple[Finding, ...]:
    """The findings of every check, in the order of ``checks``.

    ``on`` is the day of the judgement, for checks that ask how old something is. Nothing is raised for what a
    package holds: what a check cannot see makes its outcome ``not_available`` with the reason.
    """
    view = View(subject, knowledge=knowledge, on=on)
    return tuple(_finding(check, view) for check in checks)


def judge(
    subject: Subject, checks: Sequence[Check], *, knowledge: Knowledge, on: date
) -> tuple[tuple[Finding, ...], Disclosure | None]:
    """The findings, and the comparison of the package with its policy that some of them rest on.

    Where no policy was looked at there is no comparison, and checks that can say nothing without one are left out but
    for ``EXISTENCE``, which says so: thirty answers of *not available* would hide the rest.
    """
    view = View(subject, knowledge=knowledge, on=on)
    asked = checks if subject.policy is not None else [check for check in checks if _asked_without_policy(check)]
    return tuple(_finding(check, view) for check in asked), disclosure(view)


EXISTENCE = "offers_no_privacy_policy"
"""The one check of policies that is asked of every package."""


def _asked_without_policy(check: Check) -> bool:
    return "policy" not in check.definition.needs or check.definition.id == EXISTENCE


def _finding(check: Check, view: View) -> Finding:
    definition = check.definition
    gaps = [(part, view.gaps(part)) for part in definition.needs if view.gaps(part)]
    try:
        decision = check.decide(view)
    except Unseen as missing:
        gaps = gaps or [(missing.part, view.gaps(missing.part))]
        decision = Decision(Answer.NO)
    outcome, summary, pieces = decision.answer, decision.summary, decision.evidence
    if gaps and (outcome is Answer.NO or (outcome is Answer.YES and decision.from_absence)):
        outcome, summary, pieces = Answer.NOT_AVAILABLE, _unseen(gaps), ()
    if outcome is Answer.NO and not pieces:
        pieces = tuple(_searched(view, part) for part in definition.needs)
    return Finding(
        check=definition.id,
        version=definition.version,
        outcome=outcome,
        severity=decision.severity or definition.severity,
        confidence=decision.confidence,
        clauses=definition.clauses,
        title=definition.title,
        summary=summary,
        remedy=definition.remedy if outcome is Answer.YES else None,
        evidence=pieces,
    )


def _unseen(gaps: Sequence[tuple[str, tuple[Text, ...]]]) -> Text:
    zh = "；".join(
        f"{_PART_NAMES[part].zh}未能完整读取（{_joined('、', [r.zh for r in reasons])}）" for part, reasons in gaps
    )
    en = "; ".join(
        f"{_PART_NAMES[part].en} could not be seen in full ({_joined(', ', [r.en for r in reasons])})"
        for part, reasons in gaps
    )
    return Text(zh=f"无法判断：{zh}。", en=f"Cannot be said: {en}.")


def _joined(separator: str, reasons: Sequence[str]) -> str:
    shown = list(dict.fromkeys(reasons))[:3]
    return separator.join(shown) if shown else "-"


def _searched(view: View, part: str) -> Evidence:
    name = _PART_NAMES[part]
    return Evidence(
        says=Text(zh=f"已查看{name.zh}，未发现", en=f"looked through {name.en} and found nothing"),
        at=view.searched(part),
    )

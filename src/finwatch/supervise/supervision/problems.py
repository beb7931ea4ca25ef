"""A problem of an app: what a check found, what a person decided about it, and what a later version showed of it.

Pure. A problem always cites its finding: the check and its version, the package's digest (of the case that holds it),
and pieces of evidence with their locators. ``compared`` answers, problem by problem, what the examination of a newer
version shows: *gone*, *still* there, or *unseen*. What could not be seen is never taken for gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from finwatch.model.base import Text
from finwatch.model.examination import Answer, Confidence, Finding
from finwatch.model.locator import Locator
from finwatch.supervise.form import Form, field

PIECES: Final = 5
"""Pieces of evidence copied into a case; the finding in the examination has all of them."""
GONE, STILL, UNSEEN = "gone", "still", "unseen"
SEEN: Final = {
    "open": Text(zh="待整改", en="to be put right"),
    GONE: Text(zh="已消除", en="gone"),
    STILL: Text(zh="仍存在", en="still there"),
    UNSEEN: Text(zh="未能看到", en="could not be seen"),
}
SEVERITIES: Final = (
    ("high", Text(zh="高", en="high")),
    ("medium", Text(zh="中", en="medium")),
    ("low", Text(zh="低", en="low")),
    ("info", Text(zh="提示", en="information")),
)
CONFIDENCES: Final = (
    (Confidence.CERTAIN.value, Text(zh="确定", en="certain")),
    (Confidence.LIKELY.value, Text(zh="很可能", en="likely")),
    (Confidence.SUSPECTED.value, Text(zh="仅为疑似", en="only suspected")),
)
DECIDED: Final = {
    "pending": Text(zh="待核实", en="to be verified"),
    "confirmed": Text(zh="核实成立", en="confirmed"),
    "rejected": Text(zh="核实不成立", en="not confirmed"),
}


class Problem(Form):
    """One problem of an inspection or a notice."""

    check: str = field("检查项", "Check", required=True, default="", max_length=80)
    check_version: int = field("检查项版本", "Version of the check", default=1, ge=1)
    title: str = field("问题", "Problem", required=True, default="", max_length=300)
    title_en: str | None = field("问题（英文）", "Problem (English)", max_length=300)
    severity: str = field("严重程度", "Severity", default="medium", max_length=20, options=SEVERITIES)
    confidence: str = field("把握", "Confidence", default="certain", max_length=20, options=CONFIDENCES)
    clauses: tuple[str, ...] = field("条款", "Clauses", default=())
    evidence: tuple[str, ...] = field("证据", "Evidence", required=True, default=())
    pieces: int = field("证据数", "Pieces of evidence", default=0, ge=0)
    decision: Literal["pending", "confirmed", "rejected"] = field(
        "核实结论", "Verified as", default="pending", options=tuple(DECIDED.items())
    )
    why: str | None = field("核实说明", "Why", max_length=500)
    seen: Literal["open", "gone", "still", "unseen"] = field(
        "复测结果", "Retest", default="open", options=tuple(SEEN.items())
    )
    seen_says: str | None = field("复测依据", "What the retest rests on", max_length=600)


class Result(Form):
    """What a newer version shows of one problem."""

    check: str = field("检查项", "Check", required=True, default="")
    outcome: Literal["gone", "still", "unseen"] = field(
        "结果", "Outcome", required=True, default="unseen", options=tuple(SEEN.items())
    )
    says: str | None = field("依据", "What it rests on", max_length=600)


def problem_of(finding: Finding) -> dict[str, Any]:
    """A finding as a problem to be verified. Its evidence is told with place and quote."""
    told = tuple(told_at(one.says.zh, one.at, one.quote) for one in finding.evidence[:PIECES])
    return {
        "check": finding.check,
        "check_version": finding.version,
        "title": finding.title.zh,
        "title_en": finding.title.en,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "clauses": list(finding.clauses),
        "evidence": list(told),
        "pieces": len(finding.evidence),
        "decision": "pending",
        "why": None,
        "seen": "open",
        "seen_says": None,
    }


def told_at(says: str, at: Locator, quote: str | None) -> str:
    """A piece of evidence in one line: what, where, and the words or code there."""
    place = " ".join(str(value) for name, value in at.model_dump().items() if name != "kind" and value is not None)
    return " · ".join(part for part in (says, place, quote or "") if part)[:600]


def confirmed(problems: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The problems that a person verified."""
    return [dict(problem) for problem in problems if problem["decision"] == "confirmed"]


def compared(problems: Sequence[Mapping[str, Any]], findings: Iterable[Finding]) -> list[dict[str, str]]:
    """What the examination of a newer version shows of each problem.

    *Gone* needs the check's own *no*. A check that could not answer, that was not asked, or that only suspects leaves
    the problem *unseen*: somebody has to look.
    """
    answers = {finding.check: finding for finding in findings}
    return [_shown(str(problem["check"]), answers.get(str(problem["check"]))) for problem in problems]


def _shown(check: str, finding: Finding | None) -> dict[str, str]:
    if finding is None:
        return {"check": check, "outcome": UNSEEN, "says": "新版本的检测结果中没有该检查项"}
    first = finding.evidence[0] if finding.evidence else None
    if finding.outcome is Answer.NO:
        return {"check": check, "outcome": GONE, "says": f"检查项第{finding.version}版回答“否”"}
    if finding.outcome is Answer.NOT_AVAILABLE:
        why = finding.summary.zh if finding.summary else "所需部分未能看到"
        return {"check": check, "outcome": UNSEEN, "says": why}
    told = told_at(first.says.zh, first.at, first.quote) if first else ""
    if finding.confidence is Confidence.SUSPECTED:
        return {"check": check, "outcome": UNSEEN, "says": f"仅为疑似，须人工核实：{told}"}
    return {"check": check, "outcome": STILL, "says": told}


def progress(problems: Sequence[Mapping[str, Any]], *, closed: bool) -> Text:
    """How far the putting right is, in the three words of the association's public table of 2025."""
    gone = sum(problem["seen"] == GONE for problem in problems)
    if closed or (problems and gone == len(problems)):
        return Text(zh="已完成整改", en="put right")
    if gone * 2 > len(problems):
        return Text(zh="基本完成整改", en="mostly put right")
    return Text(zh="整改中", en="being put right")

"""Adds findings and matches up to a rating; the last stage of an examination.

In: findings, matches, whether the code was hidden, what could not be read, earlier ratings. Out: a ``Rating`` whose
reasons carry every point, each with its check and its evidence: the points of the reasons add up to the score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from finwatch.model.base import Text
from finwatch.model.examination import (
    Answer,
    Band,
    Confidence,
    Evidence,
    Finding,
    Match,
    Protection,
    Rating,
    Reason,
    Verdict,
)
from finwatch.model.package import Unreadable
from finwatch.risk.weights import Topic, Weights, published

EVIDENCE_CITED = 3
"""Evidence repeated in a reason; the finding holds all of it."""


@dataclass(frozen=True, slots=True)
class _Charge:
    """Something that adds points, before caps."""

    topic: Topic
    says: Text
    points: float
    firm: bool
    order: str
    check: str | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Counted:
    charge: _Charge
    points: float


def rate(
    findings: Sequence[Finding],
    matches: Sequence[Match],
    *,
    protection: Protection,
    unreadable: Sequence[Unreadable],
    history: Sequence[Rating] = (),
    weights: Weights | None = None,
) -> Rating:
    """The rating with its reasons. ``history`` holds earlier ratings of the app, oldest first.

    The score never falls when a finding is added. Suspected evidence alone stays below red. When the code was hidden
    or a part that matters could not be read, what would be green or yellow is ``limited``; red and orange stay.
    """
    table = weights or published()
    charges = [*_from_findings(findings, table), *_from_matches(matches, table)]
    firm = _count([charge for charge in charges if charge.firm], table)
    everything = _count(charges, table)
    held = _hold(_total(firm), _total(everything), table)
    score = round(held, 1)
    reasons = [*_explained(everything, score, table), *_coverage(protection, unreadable, table)]
    reasons.extend(_trend(score, history, table))
    return Rating(
        band=_band(score, bool(_gaps(protection, unreadable, table)), table), score=score, reasons=tuple(reasons)
    )


def _from_findings(findings: Iterable[Finding], table: Weights) -> Iterable[_Charge]:
    for finding in findings:
        if finding.outcome is not Answer.YES:
            continue
        yield _Charge(
            topic=table.topic_of(finding.check),
            says=finding.summary or finding.title,
            points=table.severity[finding.severity] * table.confidence[finding.confidence],
            firm=finding.confidence is not Confidence.SUSPECTED,
            order=finding.check,
            check=finding.check,
            evidence=finding.evidence[:EVIDENCE_CITED],
        )


def _from_matches(matches: Iterable[Match], table: Weights) -> Iterable[_Charge]:
    for match in matches:
        if match.verdict not in _VERDICTS:
            continue
        zh, en = _VERDICTS[match.verdict]
        yield _Charge(
            topic=table.named("likeness"),
            says=Text(zh=zh.format(match.app), en=en.format(match.app)),
            points=table.verdict[match.verdict],
            firm=False,
            order=f"{match.app} {match.sha256}",
            check=None,
            evidence=tuple(piece for reason in match.reasons for piece in reason.evidence)[:EVIDENCE_CITED],
        )


def _count(charges: Iterable[_Charge], table: Weights) -> list[_Counted]:
    """The points that each charge adds after diminishing returns and caps, heaviest first within its topic."""
    by_topic: defaultdict[str, list[_Charge]] = defaultdict(list)
    for charge in charges:
        by_topic[charge.topic.id].append(charge)
    counted = []
    for topic in table.topic:
        left, weight = topic.cap, 1.0
        for charge in sorted(by_topic[topic.id], key=lambda charge: (-charge.points, charge.order)):
            points = min(left, charge.points * weight)
            counted.append(_Counted(charge, points))
            left -= points
            weight *= table.diminishing.share
    return counted


def _total(counted: Iterable[_Counted]) -> float:
    return min(100.0, sum(entry.points for entry in counted))


def _hold(firm: float, everything: float, table: Weights) -> float:
    """The score: suspicion adds no more than its cap, and reaches red only on top of enough firm evidence."""
    score = min(everything, firm + table.suspicion.suspected_cap)
    if firm < table.suspicion.red_needs_firm:
        score = min(score, table.bands.red - 1)
    return score


def _explained(counted: Sequence[_Counted], score: float, table: Weights) -> list[Reason]:
    """A reason per charge, rounded so that the points add up to the score; what was held back is a reason too."""
    reasons, running, told = [], 0.0, 0.0
    for entry in counted:
        running += entry.points
        points = round(round(running, 1) - told, 1)
        told = round(told + points, 1)
        charge = entry.charge
        reasons.append(Reason(says=_said(charge), points=points, evidence=charge.evidence, check=charge.check))
    if told > score:
        reasons.append(Reason(says=_FULL if score >= 100 else _HELD, points=round(score - told, 1)))
    return reasons


def _said(charge: _Charge) -> Text:
    return Text(zh=f"{charge.topic.zh}：{charge.says.zh}", en=f"{charge.topic.en}: {charge.says.en}")


def _gaps(protection: Protection, unreadable: Sequence[Unreadable], table: Weights) -> list[Unreadable]:
    matters = [entry for entry in unreadable if entry.part.endswith(table.limits.parts)]
    if protection.extent == "limited":
        why = Text(zh=f"被隐藏（{protection.packer}）", en=f"hidden ({protection.packer})")
        if protection.packer is None:
            why = protection.evidence[0].says if protection.evidence else Text(zh="被隐藏", en="hidden")
        matters.insert(0, Unreadable(part="code", reason=why.en, reason_zh=why.zh))
    return matters


def _coverage(protection: Protection, unreadable: Sequence[Unreadable], table: Weights) -> list[Reason]:
    gaps = _gaps(protection, unreadable, table)
    if not gaps:
        return []
    parts = {
        language: "; ".join(dict.fromkeys(f"{entry.part} ({entry.why(language)})" for entry in gaps[:5]))
        for language in ("zh", "en")
    }
    return [
        Reason(
            says=Text(
                zh=f"未能看到全部内容，不能评为良好：{parts['zh']}",
                en=f"not everything could be seen, so no good rating: {parts['en']}",
            ),
            points=0.0,
            evidence=protection.evidence[:EVIDENCE_CITED],
        )
    ]


def _trend(score: float, history: Sequence[Rating], table: Weights) -> list[Reason]:
    if not history or score - history[-1].score < table.trend.rise:
        return []
    before = history[-1].score
    return [
        Reason(
            says=Text(
                zh=f"评分较上次由 {before:g} 升至 {score:g}",
                en=f"the score rose from {before:g} to {score:g} since last time",
            ),
            points=0.0,
        )
    ]


def _band(score: float, limited: bool, table: Weights) -> Band:
    if score >= table.bands.red:
        return Band.RED
    if score >= table.bands.orange:
        return Band.ORANGE
    if limited:
        return Band.LIMITED
    return Band.YELLOW if score >= table.bands.yellow else Band.GREEN


_VERDICTS = {
    Verdict.SUSPECTED_COUNTERFEIT: ("疑似仿冒 {}，待人工核实", "suspected counterfeit of {}, for a person to confirm"),
    Verdict.SUSPECTED_REPACKAGED: ("疑似重打包 {}，待人工核实", "suspected repackaging of {}, for a person to confirm"),
}
_HELD = Text(
    zh="疑似证据的加分有上限，未经核实不评为红色",
    en="suspected evidence is capped and makes nothing red before it is confirmed",
)
_FULL = Text(zh="总分不超过 100", en="the score ends at 100")

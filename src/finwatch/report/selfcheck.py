"""A self-check for a terminal: what blocks first, other findings, the comparison, waivers, what was not seen."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text as Line

from finwatch.model.base import Text
from finwatch.model.disclosure import Disclosed, Disclosure
from finwatch.model.examination import Answer, Confidence
from finwatch.model.knowledge import Knowledge
from finwatch.model.selfcheck import Judged, SelfCheck
from finwatch.report import disclosure_words, words
from finwatch.report.place import place

PIECES = 4


def lines(result: SelfCheck, knowledge: Knowledge, *, language: str) -> Iterator[Line]:
    """The whole report, line by line."""
    zh = language == "zh"
    package = result.examination.package
    yield Line(f"{package.label or result.app}  {package.id}  {package.version_name or ''}".rstrip(), style="bold")
    count = len(result.blocking)
    if count:
        yield Line(f"有 {count} 项阻断发布的发现。" if zh else f"Release is blocked by {count} finding(s).", "bold red")
    else:
        yield Line("没有阻断发布的发现。" if zh else "Nothing blocks release.", style="bold green")
    yield Line(counted(result).in_language(language))
    for one in sorted(result.judged, key=lambda judged: not judged.blocking):
        yield from _finding(one, knowledge, language)
    if result.examination.disclosure is not None:
        yield from comparison(result.examination.disclosure, language=language)
    for change in result.changes:
        said = disclosure_words.CHANGES[change.kind].in_language(language)
        yield Line(f"Δ {said}: {change.row.name.in_language(language)} {change.row.owner or ''}".rstrip())
    for waiver in result.unused:
        said = "没有可豁免的发现" if zh else "nothing to waive"
        yield Line(f"? {waiver.check}: {said} ({waiver.approver}, {waiver.until})")
    unseen = [one for one in result.examination.findings if one.outcome is Answer.NOT_AVAILABLE]
    if unseen:
        yield Line()
        yield Line("未能判断" if zh else "What could not be said", style="bold")
    for finding in unseen:
        summary = f" — {finding.summary.in_language(language)}" if finding.summary else ""
        yield Line(f"  {finding.title.in_language(language)} ({finding.check}){summary}", style="dim")


def counted(result: SelfCheck) -> Text:
    """How many findings there are, and why those that do not block do not."""
    waived = sum(one.waiver is not None for one in result.judged)
    suspected = sum(one.finding.confidence is Confidence.SUSPECTED and one.waiver is None for one in result.judged)
    blocking, total = len(result.blocking), len(result.judged)
    rest = total - blocking - waived - suspected
    return Text(
        zh=f"共 {total} 项发现：阻断 {blocking}，已豁免 {waived}，疑似 {suspected}，其余 {rest}（程度低于阻断线）。",
        en=f"{total} findings: {blocking} block, {waived} waived, {suspected} suspected, "
        f"{rest} others below the gravity that blocks.",
    )


def _finding(one: Judged, knowledge: Knowledge, language: str) -> Iterator[Line]:
    finding, zh = one.finding, language == "zh"
    severity = words.SEVERITIES[finding.severity].in_language(language)
    sure = words.CONFIDENCES[finding.confidence].in_language(language)
    mark = ("[阻断] " if zh else "[blocks] ") if one.blocking else ""
    yield Line()
    yield Line(f"{mark}[{severity}] {finding.title.in_language(language)}  ({finding.check}, {sure})", style="bold")
    if finding.summary:
        yield Line(f"  {finding.summary.in_language(language)}")
    if one.waiver:
        said = "已豁免" if zh else "waived"
        yield Line(f"  {said}: {one.waiver.reason} ({one.waiver.approver}, {one.waiver.until})")
    for waiver in one.expired:
        said = "豁免已过期，不计" if zh else "waiver expired, counts as none"
        yield Line(f"  {said}: {waiver.reason} ({waiver.approver}, {waiver.until})")
    for piece in finding.evidence[:PIECES]:
        quote = f" 「{piece.quote}」" if piece.quote else ""
        where = place(piece.at).in_language(language)
        yield Line(f"  • {piece.says.in_language(language)} · {where}{quote}", style="dim")
    known = [knowledge.clauses[clause] for clause in finding.clauses if clause in knowledge.clauses]
    for clause in known:
        yield Line(f"  § {words.clause(clause).in_language(language)}", style="dim")
    if finding.remedy:
        yield Line(f"  → {finding.remedy.in_language(language)}")


def comparison(compared: Disclosure, *, language: str) -> Iterator[Line]:
    """The rows of a comparison, each with its outcome, and both sides where they do not agree."""
    zh = language == "zh"
    yield Line()
    yield Line(
        f"安装包 × 政策 × 法规（{compared.origin}）" if zh else f"Package × policy × law ({compared.origin})", "bold"
    )
    for note in compared.unread:
        yield Line(f"  ! {note.in_language(language)}")
    for row in compared.rows:
        need = f" · {disclosure_words.NEEDS[row.need].in_language(language)}" if row.need else ""
        outcome = disclosure_words.OUTCOMES[row.outcome].in_language(language)
        kind = disclosure_words.SUBJECTS[row.subject].in_language(language)
        who = f" · {row.owner}" if row.owner and row.subject == "item" else ""
        yield Line(f"  {kind} {row.name.in_language(language)}{who} · {outcome}{need}")
        if row.outcome is Disclosed.DISCLOSED:
            continue
        for piece in (*row.package[:1], *row.policy[:1]):
            quote = f" 「{piece.quote}」" if piece.quote else ""
            where = place(piece.at).in_language(language)
            yield Line(f"      {piece.says.in_language(language)} · {where}{quote}", style="dim")

"""The examination document as a report for a terminal, in Chinese or English.

Order: what it is, the rating and every point of it, what could not be seen, findings from high to info each with its
evidence, clauses and remedy, then collection, SDKs, matches, signers. Plain lines; colour is added where there is a
terminal and never carries meaning alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text as Line

from finwatch.model.base import Text
from finwatch.model.examination import Answer, Band, Confidence, Evidence, Examination, Finding
from finwatch.model.knowledge import Knowledge, Severity
from finwatch.report import words
from finwatch.report.place import place
from finwatch.report.selfcheck import comparison

COLOURS = {
    Band.RED: "bold red",
    Band.ORANGE: "dark_orange",
    Band.YELLOW: "yellow",
    Band.GREEN: "green",
    Band.LIMITED: "cyan",
}
ORDER = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2, Severity.INFO: 3}
EVIDENCE_SHOWN = 5


class Report:
    """Renders one document; ``lines()`` gives it line by line."""

    def __init__(
        self, document: Examination, knowledge: Knowledge, *, language: str, evidence: int = EVIDENCE_SHOWN
    ) -> None:
        self.document = document
        self.knowledge = knowledge
        self.language = language
        self.evidence = evidence
        self.sdk_names = {sdk.id: sdk.name for sdk in document.sdks}

    def say(self, zh: str, en: str) -> str:
        """One of two wordings."""
        return zh if self.language == "zh" else en

    def lines(self) -> Iterator[Line]:
        """The whole report."""
        yield from self.head()
        yield from self.rating()
        yield from self.unseen()
        yield from self.findings()
        yield from self.collection()
        yield from self.components()
        if self.document.disclosure is not None:
            yield from comparison(self.document.disclosure, language=self.language)
        yield from self.matches()

    def title(self, zh: str, en: str) -> Iterator[Line]:
        """A section's heading, with a blank line before it."""
        yield Line()
        yield Line(self.say(zh, en), style="bold")

    def head(self) -> Iterator[Line]:
        """What the package is and who claims it."""
        package, identity = self.document.package, self.document.identity
        name = package.label or package.id or self.say("无法识别的文件", "unrecognised file")
        yield Line(f"{name}  {package.id or ''}  {package.version_name or ''}".rstrip(), style="bold")
        yield Line(
            f"{package.format} · {package.bytes:,} {self.say('字节', 'bytes')} · SHA-256 {package.sha256}", style="dim"
        )
        if package.id:
            code = "?" if package.version_code is None else package.version_code
            yield Line(f"versionCode {code} · minSdk {package.min_sdk} · targetSdk {package.target_sdk}", style="dim")
        for signer in package.signers:
            state = self.say("验证通过", "verified") if signer.verified else self.say("验证失败", "NOT verified")
            yield Line(f"{signer.scheme} {state} · {signer.subject} · {signer.sha256}", style="dim")
        verdict = {
            True: self.say("金融类应用", "a finance app"),
            False: self.say("非金融类应用", "not a finance app"),
            None: self.say("无法判断是否金融类", "finance or not: cannot be said"),
        }[identity.finance]
        kind = self.knowledge.kinds.get(identity.kind or "")
        parts = [verdict, kind.name.in_language(self.language) if kind else identity.kind, identity.operator]
        yield Line(" · ".join(part for part in parts if part))
        for reason in identity.reasons:
            yield Line(f"  – {reason.says.in_language(self.language)}", style="dim")

    def rating(self) -> Iterator[Line]:
        """The band, the score, and what each point is for."""
        rating = self.document.rating
        yield from self.title("评级", "Rating")
        band = words.BANDS[rating.band].in_language(self.language)
        yield Line(f"{band} · {rating.score:g}/100", style=COLOURS[rating.band])
        for reason in rating.reasons:
            points = "      " if reason.points is None else f"{reason.points:+6.1f}"
            yield Line(f"  {points}  {reason.says.in_language(self.language)}")

    def unseen(self) -> Iterator[Line]:
        """What could not be read, which is not the same as clean."""
        entries = self.document.unreadable
        if not entries:
            return
        yield from self.title("未能看到的部分（不等于没有问题）", "Not seen (which is not the same as clean)")
        for entry in entries:
            where = "" if entry.at is None else f" · {place(entry.at).in_language(self.language)}"
            yield Line(f"  {words.part(entry.part).in_language(self.language)}: {entry.why(self.language)}{where}")

    def findings(self) -> Iterator[Line]:
        """Findings that say yes, most severe first; then what could not be judged; then how many said no."""
        found = [f for f in self.document.findings if f.outcome is Answer.YES]
        found.sort(key=lambda f: (f.confidence is Confidence.SUSPECTED, ORDER[f.severity], f.check))
        yield from self.title(f"发现（{len(found)}）", f"Findings ({len(found)})")
        for finding in found:
            yield from self.finding(finding)
        answered_no = [f for f in self.document.findings if f.outcome is Answer.NO]
        traces = [f for f in answered_no if f.confidence is Confidence.SUSPECTED]
        if traces:
            yield from self.title(f"有迹象但不认定（{len(traces)}）", f"Traces that are no accusation ({len(traces)})")
            for finding in traces:
                why = "" if finding.summary is None else f": {finding.summary.in_language(self.language)}"
                yield Line(f"  {finding.title.in_language(self.language)} ({finding.check}){why}")
                yield from self.evidence_lines(finding.evidence)
        blind = [f for f in self.document.findings if f.outcome is Answer.NOT_AVAILABLE]
        if blind:
            yield from self.title(
                f"无法判断的检查（{len(blind)}）", f"Checks that could not be answered ({len(blind)})"
            )
            for finding in blind:
                why = "" if finding.summary is None else f": {finding.summary.in_language(self.language)}"
                yield Line(f"  {finding.check}{why}")
        clear = len(answered_no) - len(traces)
        yield Line(self.say(f"另有 {clear} 项检查未发现问题。", f"{clear} further checks found nothing."), style="dim")

    def finding(self, finding: Finding) -> Iterator[Line]:
        """One finding with its evidence, clauses and remedy."""
        severity = words.SEVERITIES[finding.severity].in_language(self.language)
        confidence = words.CONFIDENCES[finding.confidence].in_language(self.language)
        style = {Severity.HIGH: "red", Severity.MEDIUM: "dark_orange"}.get(finding.severity, "")
        if finding.confidence is Confidence.SUSPECTED:
            style = "dim"
        yield Line(
            f"  [{severity}] {finding.title.in_language(self.language)}  ({finding.check}, {confidence})", style=style
        )
        if finding.summary:
            yield Line(f"      {finding.summary.in_language(self.language)}")
        yield from self.evidence_lines(finding.evidence)
        for clause_id in finding.clauses:
            clause = self.knowledge.clauses.get(clause_id)
            if clause:
                yield Line(f"      § {words.clause(clause).in_language(self.language)}", style="dim")
        if finding.remedy:
            yield Line(f"      → {finding.remedy.in_language(self.language)}")

    def evidence_lines(self, evidence: tuple[Evidence, ...]) -> Iterator[Line]:
        """Evidence, the first few in full and the rest counted."""
        for item in evidence[: self.evidence]:
            yield Line(f"      • {item.says.in_language(self.language)}")
            quote = f" 「{item.quote}」" if item.quote else ""
            yield Line(f"        {place(item.at).in_language(self.language)}{quote}", style="dim")
        more = len(evidence) - self.evidence
        if more > 0:
            yield Line(self.say(f"      … 另有 {more} 处", f"      … and {more} more places"), style="dim")

    def collection(self) -> Iterator[Line]:
        """Personal information by item and owner, with the first place of each."""
        grouped: dict[tuple[str, str, bool | None], list[str]] = {}
        for entry in self.document.collection:
            where = place(entry.at).in_language(self.language)
            grouped.setdefault((entry.item, entry.owner, entry.before_consent), []).append(f"{entry.api} · {where}")
        if not grouped:
            return
        yield from self.title("个人信息采集点", "Where personal information is taken")
        for (item, owner, before), places in grouped.items():
            known = self.knowledge.items.get(item)
            name = (known.name if known else Text(zh=item, en=item)).in_language(self.language)
            who = words.owner(owner, self.sdk_names).in_language(self.language)
            when = words.before_consent(before).in_language(self.language)
            yield Line(f"  {name} · {who} · {when} · {len(places)} {self.say('处', 'place(s)')}")
            yield Line(f"      {places[0]}", style="dim")

    def components(self) -> Iterator[Line]:
        """Third-party components."""
        if not self.document.sdks:
            return
        yield from self.title(
            f"第三方组件（{len(self.document.sdks)}）", f"Third-party components ({len(self.document.sdks)})"
        )
        for sdk in self.document.sdks:
            vendor = sdk.vendor.in_language(self.language)
            yield Line(f"  {sdk.name.in_language(self.language)} · {vendor} · {sdk.purpose}")

    def matches(self) -> Iterator[Line]:
        """Other apps that this one is like."""
        if not self.document.matches:
            return
        yield from self.title("相似应用", "Apps it is like")
        for match in self.document.matches:
            yield Line(f"  {words.VERDICTS[match.verdict].in_language(self.language)}: {match.app}")
            for reason in match.reasons:
                yield Line(f"      – {reason.says.in_language(self.language)}", style="dim")

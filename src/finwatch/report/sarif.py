"""A self-check as SARIF 2.1.0 (OASIS), for the tools that builders of apps already look at.

In: ``SelfCheck``. Out: the log as plain data. A certain or likely *yes* is a failure with the level of its severity; a
suspicion is for review, what could not be seen is open (§3.27.9); a waiver is an accepted suppression with its reason.
Places in the policy carry a region only where the stored original has characters to count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from finwatch import __version__
from finwatch.model.disclosure import PolicySeen
from finwatch.model.evidence import Evidence
from finwatch.model.examination import Answer, Confidence, Finding
from finwatch.model.knowledge import Knowledge, Severity
from finwatch.model.locator import CodeAt, PolicyAt
from finwatch.model.selfcheck import Judged, SelfCheck
from finwatch.report import words
from finwatch.report.place import place

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Final = {
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
LOCATIONS: Final = 10
"""Places of one result; the finding holds all of them."""


def sarif(result: SelfCheck, knowledge: Knowledge, *, policy: PolicySeen | None, language: str) -> dict[str, Any]:
    """The log of one run. The same result gives the same log."""
    unseen = [one for one in result.examination.findings if one.outcome is Answer.NOT_AVAILABLE]
    findings = [*(one.finding for one in result.judged), *unseen]
    order = {check: index for index, check in enumerate(sorted({finding.check for finding in findings}))}
    writer = _Writer(result, knowledge, policy=policy, language=language, order=order)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Finwatch",
                        "version": __version__,
                        "semanticVersion": __version__,
                        "language": "zh-CN" if language == "zh" else "en",
                        "rules": [writer.rule(check, findings) for check in order],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": True}],
                "artifacts": writer.artifacts(),
                "results": [*map(writer.judged, result.judged), *map(writer.unseen, unseen)],
                "properties": {
                    "profile": result.profile,
                    "on": result.on.isoformat(),
                    "catalogVersion": result.examination.engine.catalog_version,
                    "blocking": len(result.blocking),
                },
            }
        ],
    }


class _Writer:
    def __init__(
        self,
        result: SelfCheck,
        knowledge: Knowledge,
        *,
        policy: PolicySeen | None,
        language: str,
        order: dict[str, int],
    ) -> None:
        self.app = quote(result.app)
        self.policy_uri = quote(result.policy) if result.policy else None
        self.result = result
        self.knowledge = knowledge
        self.policy = policy
        self.language = language
        self.order = order

    def artifacts(self) -> list[dict[str, Any]]:
        package = self.result.examination.package
        found: list[dict[str, Any]] = [
            {
                "location": {"uri": self.app},
                "length": package.bytes,
                "hashes": {"sha-256": package.sha256},
                "roles": ["analysisTarget"],
            }
        ]
        if self.policy_uri:
            entry: dict[str, Any] = {"location": {"uri": self.policy_uri}, "roles": ["analysisTarget"]}
            if self.policy is not None and self.policy.text is not None:
                entry["hashes"] = {"sha-256": self.policy.text.document}
            found.append(entry)
        return found

    def rule(self, check: str, findings: Iterable[Finding]) -> dict[str, Any]:
        finding = next(one for one in findings if one.check == check)
        clauses = [
            words.clause(self.knowledge.clauses[clause]).in_language(self.language)
            for clause in finding.clauses
            if clause in self.knowledge.clauses
        ]
        written: dict[str, Any] = {
            "id": check,
            "name": "".join(part.capitalize() for part in check.split("_")),
            "shortDescription": {"text": finding.title.in_language(self.language)},
            "defaultConfiguration": {"level": LEVELS[finding.severity]},
            "properties": {"clauses": clauses, "severity": finding.severity.value, "version": finding.version},
        }
        if finding.remedy:
            written["help"] = {"text": finding.remedy.in_language(self.language)}
        return written

    def judged(self, one: Judged) -> dict[str, Any]:
        finding = one.finding
        suspected = finding.confidence is Confidence.SUSPECTED
        written = self._result(finding, "review" if suspected else "fail")
        written["level"] = "none" if suspected else LEVELS[finding.severity]
        written["properties"] = {"confidence": finding.confidence.value, "blocking": one.blocking}
        if one.waiver:
            why = f"{one.waiver.reason} ({one.waiver.approver}, {one.waiver.until.isoformat()})"
            written["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
        if one.expired:
            written["properties"]["expiredWaivers"] = [
                f"{waiver.approver}, {waiver.until.isoformat()}" for waiver in one.expired
            ]
        return written

    def unseen(self, finding: Finding) -> dict[str, Any]:
        return {**self._result(finding, "open"), "level": "none"}

    def _result(self, finding: Finding, kind: str) -> dict[str, Any]:
        said = finding.summary or finding.title
        where = [self._location(piece) for piece in finding.evidence[:LOCATIONS]]
        print_of = hashlib.sha256(f"{self.result.examination.package.id} {finding.check}".encode()).hexdigest()
        return {
            "ruleId": finding.check,
            "ruleIndex": self.order[finding.check],
            "kind": kind,
            "message": {"text": said.in_language(self.language)},
            "locations": where or [{"physicalLocation": {"artifactLocation": {"uri": self.app}}}],
            "partialFingerprints": {"finwatchCheck/v1": print_of},
        }

    def _location(self, piece: Evidence) -> dict[str, Any]:
        says = piece.says.in_language(self.language)
        where = place(piece.at).in_language(self.language)
        if isinstance(piece.at, PolicyAt) and self.policy_uri:
            physical: dict[str, Any] = {"artifactLocation": {"uri": self.policy_uri}}
            region = self._region(piece)
            if region:
                physical["region"] = region
            return {"physicalLocation": physical, "message": {"text": says}}
        kind = "function" if isinstance(piece.at, CodeAt) else "element"
        name = piece.at.method if isinstance(piece.at, CodeAt) else where
        return {
            "physicalLocation": {"artifactLocation": {"uri": self.app}},
            "logicalLocations": [{"fullyQualifiedName": name, "kind": kind}],
            "message": {"text": f"{says} · {where}" + (f" · {piece.quote}" if piece.quote else "")},
        }

    def _region(self, piece: Evidence) -> dict[str, Any] | None:
        text = self.policy.text if self.policy else None
        if text is None or not text.origin or not isinstance(piece.at, PolicyAt):
            return None
        start, end = text.source_span(piece.at.start, piece.at.end)
        region: dict[str, Any] = {"charOffset": start, "charLength": max(0, end - start)}
        if piece.quote:
            region["snippet"] = {"text": piece.quote}
        return region

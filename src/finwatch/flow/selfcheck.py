"""The check of an app owner before release: one package, its policy, the kind of business that the owner states.

Nothing is fetched and nothing is kept: files in, a ``SelfCheck`` out. The owner says what the app is, so the law's list
for that kind applies even where name and texts would not tell it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from finwatch.checks import Check
from finwatch.flow.disclosure_changes import changes
from finwatch.flow.examine import PackageReader, examine
from finwatch.model.disclosure import PolicySeen
from finwatch.model.examination import Answer, Confidence, Examination, Finding
from finwatch.model.knowledge import Knowledge, Severity
from finwatch.model.selfcheck import Judged, SelfCheck, Waiver

PROFILES = {
    "bank": "bank",
    "payment": "payment",
    "lending": "loan",
    "consumer-finance": "consumer_finance",
    "investment": "wealth",
    "securities": "securities",
    "fund": "fund",
    "futures": "futures",
    "insurance": "insurance",
    "credit-reporting": "credit_reporting",
    "crypto": "crypto",
    "other": "other_finance",
}
"""What an owner may state, and the catalogue's kind of finance that it means."""
GRAVITY = (Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO)


def selfcheck(
    app: Path,
    *,
    policy: PolicySeen | None,
    profile: str,
    reader: PackageReader,
    knowledge: Knowledge,
    checks: Sequence[Check],
    on: date,
    waivers: Sequence[Waiver] = (),
    blocks_from: Severity = Severity.HIGH,
    before: tuple[Path, PolicySeen | None] | None = None,
) -> SelfCheck:
    """The result for the package at ``app``; ``profile`` is a key of ``PROFILES``.

    A finding blocks when it is a *yes*, more than suspected, at least as grave as ``blocks_from``, and not waived on
    the day ``on``. ``before`` is the release before, with its policy. ``OSError`` where a package cannot be opened.
    """
    kind = PROFILES[profile]

    def examined(path: Path, seen: PolicySeen | None) -> Examination:
        return examine(path, reader=reader, knowledge=knowledge, checks=checks, on=on, policy=seen, kind=kind)

    examination = examined(app, policy)
    earlier = examined(*before) if before else None
    judged = tuple(judge(finding, waivers, on=on, blocks_from=blocks_from) for finding in _gravest(examination))
    used = {one.finding.check for one in judged}
    return SelfCheck(
        app=app.name,
        policy=policy.origin if policy else None,
        profile=profile,
        on=on,
        examination=examination,
        judged=judged,
        unused=tuple(waiver for waiver in waivers if waiver.check not in used),
        changes=changes(earlier.disclosure, examination.disclosure) if earlier else (),
    )


def judge(finding: Finding, waivers: Sequence[Waiver], *, on: date, blocks_from: Severity) -> Judged:
    """Whether a finding blocks: an expired waiver counts as none, and is named."""
    about = [waiver for waiver in waivers if waiver.check == finding.check]
    holding = next((waiver for waiver in about if waiver.until >= on), None)
    grave = GRAVITY.index(finding.severity) <= GRAVITY.index(blocks_from)
    return Judged(
        finding=finding,
        blocking=grave and finding.confidence is not Confidence.SUSPECTED and holding is None,
        waiver=holding,
        expired=tuple(waiver for waiver in about if waiver.until < on),
    )


def _gravest(examination: Examination) -> list[Finding]:
    found = [finding for finding in examination.findings if finding.outcome is Answer.YES]
    return sorted(found, key=lambda finding: (GRAVITY.index(finding.severity), finding.check))

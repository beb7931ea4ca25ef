"""Every case of every check comes out as its ``cases.toml`` says."""

from __future__ import annotations

from datetime import date

import pytest

from finwatch import catalog
from finwatch.checks import cases, registry
from finwatch.checks.registry import Check
from finwatch.checks.run import run_checks
from finwatch.model.examination import Answer
from finwatch.model.locator import ManifestAt, SearchedAt

KNOWLEDGE = catalog.load()
DAY = date(2026, 11, 22)
CASES = [
    pytest.param(check, case, id=f"{check.definition.id}: {case.name}")
    for check in registry.read()
    for case in cases.read(check.folder / "cases.toml", knowledge=KNOWLEDGE)
]


@pytest.mark.parametrize(("check", "case"), CASES)
def test_case(check: Check, case: cases.Case) -> None:
    (finding,) = run_checks(case.subject, (check,), knowledge=KNOWLEDGE, on=DAY)

    assert finding.outcome is case.outcome, finding.summary
    if case.confidence is not None:
        assert finding.confidence is case.confidence
    if case.severity is not None:
        assert finding.severity is case.severity
    if finding.outcome is Answer.YES:
        assert finding.evidence, "a yes needs evidence"
        assert finding.summary is not None
        assert finding.remedy is not None
    if finding.outcome is Answer.NO:
        assert all(isinstance(piece.at, SearchedAt | ManifestAt) or piece.quote for piece in finding.evidence)
    if finding.outcome is Answer.NOT_AVAILABLE:
        assert finding.summary is not None, "what could not be seen is said"
        assert not finding.evidence

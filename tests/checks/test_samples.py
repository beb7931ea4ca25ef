"""The checks on sample packages where more than the outcome matters; ``tests/samples`` holds every outcome."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from finwatch import catalog, checks
from finwatch.identify import describe
from finwatch.model.examination import Answer, Confidence, Finding
from finwatch.package import Reader

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
KNOWLEDGE = catalog.load(SAMPLES / "catalog")
CHECKS = checks.load()


@pytest.fixture(scope="module")
def findings() -> dict[str, dict[str, Finding]]:
    """Sample to check to finding."""
    manifest = tomllib.loads((SAMPLES / "packages/MANIFEST.toml").read_text("utf-8"))
    found = {}
    with Reader() as reader:
        for sample, entry in manifest.items():
            facts = reader.read(SAMPLES / "packages" / entry["file"], watch=KNOWLEDGE.watch)
            subject = describe(facts, listing=None, knowledge=KNOWLEDGE)
            run = checks.run_checks(subject, CHECKS, knowledge=KNOWLEDGE, on=date(2026, 11, 22))
            found[sample] = {finding.check: finding for finding in run}
    return found


def test_an_sdk_that_takes_data_early_is_named(findings: dict[str, dict[str, Finding]]) -> None:
    finding = findings["starpomelo-wallet"]["takes_device_ids_before_consent"]
    assert finding.summary is not None
    assert "Lantern Push" in finding.summary.en


def test_start_up_code_that_must_read_identifiers_is_certain(findings: dict[str, dict[str, Finding]]) -> None:
    finding = findings["foglamp-instalments"]["takes_device_ids_before_consent"]
    assert (finding.outcome, finding.confidence) == (Answer.YES, Confidence.CERTAIN)
    assert all("→" in (piece.quote or "") for piece in finding.evidence), "the way from the entry is shown"


def test_a_condition_before_the_read_accuses_nobody_and_is_shown(findings: dict[str, dict[str, Finding]]) -> None:
    finding = findings["guyu-instalments"]["takes_device_ids_before_consent"]
    assert (finding.outcome, finding.confidence) == (Answer.NO, Confidence.SUSPECTED)
    assert finding.evidence


def test_both_halves_of_a_broken_tls_are_certain(findings: dict[str, dict[str, Finding]]) -> None:
    for check in ("trusts_any_certificate", "accepts_any_host_name"):
        finding = findings["yingzhou-pay"][check]
        assert (finding.outcome, finding.confidence) == (Answer.YES, Confidence.CERTAIN)


def test_hidden_code_is_never_called_clean(findings: dict[str, dict[str, Finding]]) -> None:
    packed = findings["copperbell-loan"]
    need_code = [check.definition.id for check in CHECKS if "code" in check.definition.needs]
    assert all(packed[check].outcome is not Answer.NO for check in need_code)

"""The checks on the sample packages: what each was built to show comes out, and nothing heavier beside it."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from finwatch import catalog, checks
from finwatch.identify import describe
from finwatch.model.examination import Answer, Confidence, Finding
from finwatch.model.knowledge import Severity
from finwatch.package import Reader

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
KNOWLEDGE = catalog.load()
CHECKS = checks.load()

SHOWS: dict[str, frozenset[str]] = {
    "bambooraft-fund": frozenset({"webview_ignores_certificate_errors"}),
    "claypot-wealth-1": frozenset(),
    "claypot-wealth-2": frozenset({"takes_data_its_business_does_not_need"}),
    "coin-tycoon": frozenset(),
    "copperbell-loan": frozenset({"is_packed", "lending_app_asks_closed_permission"}),
    "ferry-transfer": frozenset({"exposes_component", "exposes_data_provider"}),
    "foglamp-instalments": frozenset({"takes_device_ids_before_consent", "reads_permanent_device_ids"}),
    "guyu-instalments": frozenset(),
    "haystack-credit": frozenset({"relies_on_v1_signature"}),
    "hazelnut-credit": frozenset(),
    "kelp-insurance": frozenset(),
    "paperkite-loan": frozenset(
        {"lending_app_reads_private_records", "lending_app_asks_closed_permission", "allows_cleartext_traffic"}
    ),
    "pineneedle-savings": frozenset({"is_debuggable", "allows_backup"}),
    "qinghe-bank": frozenset(),
    "qinghe-counterfeit": frozenset({"takes_data_its_business_does_not_need", "reads_text_messages"}),
    "qinghe-repackaged": frozenset({"takes_device_ids_before_consent"}),
    "reedpipe-wealth": frozenset({"hard_codes_encryption_key", "uses_ecb_mode"}),
    "slip-notes": frozenset(),
    "square-calculator": frozenset(),
    "starpomelo-wallet": frozenset({"takes_device_ids_before_consent"}),
    "tundra-securities": frozenset(),
    "yingzhou-pay": frozenset({"trusts_any_certificate", "accepts_any_host_name"}),
}
"""What each sample was built to show, in the names of the checks."""

BACKGROUND = frozenset(
    {"targets_old_android", "reads_permanent_device_ids", "allows_cleartext_traffic", "allows_backup"}
)
"""Medium findings that follow from how old a sample pretends to be, beside what it was built to show."""


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


def test_every_sample_is_described_here(findings: dict[str, dict[str, Finding]]) -> None:
    assert sorted(findings) == sorted(SHOWS)


@pytest.mark.parametrize("sample", sorted(SHOWS))
def test_a_sample_shows_what_it_was_built_for(findings: dict[str, dict[str, Finding]], sample: str) -> None:
    firm = {
        check
        for check, finding in findings[sample].items()
        if finding.outcome is Answer.YES and finding.confidence is not Confidence.SUSPECTED
    }
    assert firm >= SHOWS[sample]


@pytest.mark.parametrize("sample", sorted(SHOWS))
def test_a_sample_shows_nothing_heavier_than_that(findings: dict[str, dict[str, Finding]], sample: str) -> None:
    heavy = {
        check
        for check, finding in findings[sample].items()
        if finding.outcome is Answer.YES
        and finding.confidence is not Confidence.SUSPECTED
        and finding.severity in {Severity.HIGH, Severity.MEDIUM}
    }
    assert heavy <= SHOWS[sample] | BACKGROUND | _beside(sample)


def test_an_sdk_that_takes_data_early_is_named(findings: dict[str, dict[str, Finding]]) -> None:
    finding = findings["starpomelo-wallet"]["takes_device_ids_before_consent"]
    assert finding.summary is not None
    assert "JPush" in finding.summary.en


def test_a_condition_before_the_read_is_a_suspicion_at_most(findings: dict[str, dict[str, Finding]]) -> None:
    finding = findings["guyu-instalments"]["takes_device_ids_before_consent"]
    assert finding.outcome is Answer.NO or finding.confidence is Confidence.SUSPECTED


def test_hidden_code_is_never_called_clean(findings: dict[str, dict[str, Finding]]) -> None:
    packed = findings["copperbell-loan"]
    need_code = [check.definition.id for check in CHECKS if "code" in check.definition.needs]
    assert all(packed[check].outcome is not Answer.NO for check in need_code)


def _beside(sample: str) -> frozenset[str]:
    return frozenset({"reads_text_messages"}) if sample == "paperkite-loan" else frozenset()

"""The checks on real packages: the flaws that their makers or analysts wrote down, and silence on the others."""

from __future__ import annotations

from datetime import date

import pytest

from finwatch import catalog, checks
from finwatch.identify import describe
from finwatch.model.examination import Answer, Confidence, Finding
from finwatch.model.knowledge import Severity
from finwatch.package import Reader
from tests.kit.corpora import ABSENT, PACKAGES

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not PACKAGES.is_dir(), reason=ABSENT)]
KNOWLEDGE = catalog.load()
CHECKS = checks.load()

KNOWN: dict[str, frozenset[str]] = {
    "insecurebankv2_v1.apk": frozenset(
        {"is_debuggable", "allows_backup", "exposes_component", "exposes_data_provider", "allows_cleartext_traffic"}
        | {"logs_personal_data", "writes_to_shared_storage", "makes_files_world_accessible", "relies_on_v1_signature"}
    ),
    "pivaa.apk": frozenset(
        {"is_debuggable", "allows_backup", "exposes_component", "exposes_data_provider", "uses_ecb_mode"}
        | {"trusts_any_certificate", "accepts_any_host_name", "loads_code_at_run_time", "makes_files_world_accessible"}
        | {"lets_pages_read_local_files", "names_unencrypted_addresses"}
    ),
    "diva-beta.apk": frozenset(
        {"is_debuggable", "exposes_component", "exposes_data_provider", "writes_to_shared_storage"}
        | {"signature_does_not_hold"}
    ),
    "sieve.apk": frozenset({"is_debuggable", "allows_backup", "exposes_component", "exposes_data_provider"}),
    "herdfinancial_goatdroid.apk": frozenset(
        {"trusts_any_certificate", "accepts_any_host_name", "writes_to_shared_storage", "exposes_data_provider"}
    ),
    "uncrackable-level1.apk": frozenset({"uses_ecb_mode", "allows_backup"}),
    "fake_com.tencent.mobileqq.apk": frozenset({"is_signed_with_test_key"}),
    "urzip-badsig.apk": frozenset({"signature_does_not_hold"}),
    "urzip-badcert.apk": frozenset({"signature_does_not_hold"}),
    "hello_world_repackaged.apk": frozenset({"signature_does_not_hold"}),
    "obfuscapk_demo_rebuild.apk": frozenset({"signature_does_not_hold"}),
    "droidbench_EmulatorDetection_IMEI1.apk": frozenset({"reads_permanent_device_ids", "sends_text_messages"}),
    "droidbench_Callbacks_Button1.apk": frozenset({"sends_text_messages"}),
}
"""From the ground-truth column of the corpus: flaws that one method or the manifest shows."""

QUIET = ("investindia.apk", "obfuscapk_demo_original.apk", "uncrackable-level2.apk", "core_splits.apks")
"""Packages that nobody accuses: no high finding may appear."""

HONEST_BUT_OLD = ("jizhang_account.apk", "politedroid_6.apk", "urzip-release.apk")
"""Harmless programs signed the old way: that, and nothing else that is high."""

SIGNED = ("investindia.apk", "yosemite_netease.apk", "unionpay_uppay_3.1.0.apk", "instapaper_lean.apk", "urzip.apk")


@pytest.fixture(scope="module")
def findings() -> dict[str, dict[str, Finding]]:
    """Package to check to finding."""
    found = {}
    with Reader() as reader:
        for name in sorted({*KNOWN, *QUIET, *HONEST_BUT_OLD, *SIGNED}):
            facts = reader.read(PACKAGES / name, watch=KNOWLEDGE.watch)
            subject = describe(facts, listing=None, knowledge=KNOWLEDGE)
            run = checks.run_checks(subject, CHECKS, knowledge=KNOWLEDGE, on=date(2026, 11, 22))
            found[name] = {finding.check: finding for finding in run}
    return found


def high(findings: dict[str, Finding]) -> set[str]:
    return {
        check
        for check, finding in findings.items()
        if finding.outcome is Answer.YES
        and finding.severity is Severity.HIGH
        and finding.confidence is not Confidence.SUSPECTED
    }


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_known_flaws_are_found(findings: dict[str, dict[str, Finding]], name: str) -> None:
    found = {check for check, finding in findings[name].items() if finding.outcome is Answer.YES}
    assert found >= KNOWN[name]


@pytest.mark.parametrize("name", QUIET)
def test_nobody_is_accused_without_need(findings: dict[str, dict[str, Finding]], name: str) -> None:
    assert high(findings[name]) == set()


@pytest.mark.parametrize("name", HONEST_BUT_OLD)
def test_an_old_signature_is_all_that_is_high(findings: dict[str, dict[str, Finding]], name: str) -> None:
    assert high(findings[name]) == {"relies_on_v1_signature"}


@pytest.mark.parametrize("name", SIGNED)
def test_genuine_signatures_hold(findings: dict[str, dict[str, Finding]], name: str) -> None:
    assert findings[name]["signature_does_not_hold"].outcome is Answer.NO


def test_every_yes_leads_somewhere(findings: dict[str, dict[str, Finding]]) -> None:
    for package in findings.values():
        for finding in package.values():
            if finding.outcome is Answer.YES:
                assert finding.evidence
                assert finding.summary

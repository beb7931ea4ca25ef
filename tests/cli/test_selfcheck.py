"""``finwatch selfcheck`` from the outside: exit codes, waivers, a log that the official SARIF schema takes, a page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from finwatch.cli.main import app
from finwatch.errors import FinwatchError

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
SCHEMA = json.loads((ROOT / "tests/kit/sarif/sarif-2.1.0-rtm.5.json").read_text("utf-8"))
LOAN = (SAMPLES / "packages/example.paperkite.loan_314.apk", SAMPLES / "policies/paperkite-loan.zh.html", "lending")
BANK = (SAMPLES / "packages/example.qinghe.bank_50200.apk", SAMPLES / "policies/qinghe-bank.zh.html", "bank")
WALLET = (
    SAMPLES / "packages/example.starpomelo.wallet_2001.apk",
    SAMPLES / "policies/starpomelo-wallet.en.html",
    "payment",
)
BLOCKS_LOAN = ("lending_app_reads_private_records", "takes_what_its_policy_omits")


@pytest.fixture(autouse=True)
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINWATCH_CATALOG", str(SAMPLES / "catalog"))
    monkeypatch.setenv("FINWATCH_LANGUAGE", "en")


def checked(pair: tuple[Path, Path, str], *more: str) -> Result:
    package, policy, profile = pair
    arguments = [str(package), "--policy", str(policy), "--profile", profile, "--on", "2026-11-22", *more]
    return CliRunner().invoke(app, ["selfcheck", *arguments])


def document(result: Result) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(result.stdout)
    return read


def waivers(tmp_path: Path, until: str, *checks: str) -> str:
    path = tmp_path / "waivers.toml"
    entries = (
        f'[[waiver]]\ncheck = "{check}"\nreason = "Filed as 1188."\napprover = "Head of security"\nuntil = {until}\n'
        for check in checks
    )
    path.write_text("\n".join(entries), "utf-8")
    return str(path)


def test_a_lender_that_takes_contacts_in_secret_is_blocked() -> None:
    result = checked(LOAN)
    assert result.exit_code == 1
    assert "Release is blocked by 2 finding(s)." in result.stdout
    counts = re.search(r"(\d+) findings: 2 block, 0 waived, (\d+) suspected, (\d+) others", result.stdout)
    assert counts is not None
    assert int(counts[1]) == 2 + int(counts[2]) + int(counts[3])
    for check in BLOCKS_LOAN:
        assert check in result.stdout


def test_a_bank_that_does_it_right_is_not_blocked_even_by_low_findings() -> None:
    result = checked(BANK, "--fail-on", "low")
    assert result.exit_code == 0, result.stdout
    assert "Nothing blocks release." in result.stdout


def test_the_policy_decides_with_the_package() -> None:
    package, _, profile = BANK
    result = checked((package, LOAN[1], profile), "--json")
    found = {one["finding"]["check"] for one in document(result)["judged"]}
    assert "takes_what_its_policy_omits" in found, "the loan's policy does not tell of the bank's component"


def test_waivers_that_count_open_the_way_and_are_shown(tmp_path: Path) -> None:
    result = checked(LOAN, "--waivers", waivers(tmp_path, "2026-12-31", *BLOCKS_LOAN))
    assert result.exit_code == 0
    assert result.stdout.count("waived: Filed as 1188. (Head of security, 2026-12-31)") == 2


def test_a_waiver_counts_on_its_last_day_and_not_on_the_next(tmp_path: Path) -> None:
    assert checked(LOAN, "--waivers", waivers(tmp_path, "2026-11-22", *BLOCKS_LOAN)).exit_code == 0
    late = checked(LOAN, "--waivers", waivers(tmp_path, "2026-11-21", *BLOCKS_LOAN))
    assert late.exit_code == 1
    assert "waiver expired, counts as none: Filed as 1188. (Head of security, 2026-11-21)" in late.stdout


def test_a_waiver_with_nothing_to_waive_is_said(tmp_path: Path) -> None:
    result = checked(BANK, "--waivers", waivers(tmp_path, "2026-12-31", "is_debuggable"))
    assert result.exit_code == 0
    assert "is_debuggable: nothing to waive" in result.stdout


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ('[[waiver]]\ncheck = "is_debuggable"\nreason = "x"\nuntil = 2026-12-31', "waiver 1: approver"),
        (
            '[[waiver]]\ncheck = "is_debuggable"\nreason = " "\napprover = "a"\nuntil = 2026-12-31',
            "waiver 1: reason is empty",
        ),
        ('[[waiver]]\ncheck = "no_such"\nreason = "x"\napprover = "a"\nuntil = 2026-12-31', "no check 'no_such'"),
        ('[[waivers]]\ncheck = "is_debuggable"', "waivers is not [[waiver]]"),
        ("[[waiver", "not TOML"),
    ],
)
def test_a_waiver_that_lacks_something_is_refused(tmp_path: Path, written: str, named: str) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(written, "utf-8")
    result = checked(LOAN, "--waivers", str(path))
    assert isinstance(result.exception, FinwatchError)
    assert named in str(result.exception)
    assert result.exception.exit_code == 2


@pytest.mark.parametrize("pair", [LOAN, BANK, WALLET], ids=["loan", "bank", "wallet"])
def test_the_official_schema_accepts_the_log(tmp_path: Path, pair: tuple[Path, Path, str]) -> None:
    path = tmp_path / "log.sarif"
    result = checked(pair, "--sarif", str(path), "--waivers", waivers(tmp_path, "2026-12-31", BLOCKS_LOAN[0]))
    log = json.loads(path.read_text("utf-8"))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    failing = [one for one in run["results"] if one["kind"] == "fail"]
    assert all(one["level"] != "none" for one in failing)
    assert all(one["level"] == "none" for one in run["results"] if one["kind"] != "fail"), "SARIF 3.27.10"
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in run["results"])
    assert (run["properties"]["blocking"] > 0) == (result.exit_code == 1)


def test_a_place_in_the_policy_is_a_region_of_the_file_itself(tmp_path: Path) -> None:
    path = tmp_path / "log.sarif"
    checked(LOAN, "--sarif", str(path))
    results = json.loads(path.read_text("utf-8"))["runs"][0]["results"]
    claim = next(one for one in results if one["ruleId"] == "policy_takes_use_for_consent")
    region = claim["locations"][0]["physicalLocation"]["region"]
    page = LOAN[1].read_text("utf-8")
    assert page[region["charOffset"] :][: region["charLength"]] == "您使用本应用即视为同意本政策的全部内容。"


def test_a_suppressed_result_names_reason_and_approver(tmp_path: Path) -> None:
    path = tmp_path / "log.sarif"
    checked(LOAN, "--sarif", str(path), "--waivers", waivers(tmp_path, "2026-12-31", BLOCKS_LOAN[0]))
    results = json.loads(path.read_text("utf-8"))["runs"][0]["results"]
    waived = next(one for one in results if one["ruleId"] == BLOCKS_LOAN[0])
    (suppression,) = waived["suppressions"]
    assert suppression["justification"] == "Filed as 1188. (Head of security, 2026-12-31)"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_needs_nothing_from_elsewhere(tmp_path: Path, language: str) -> None:
    path = tmp_path / "page.html"
    checked(WALLET, "--html", str(path), "--lang", language)
    page = path.read_text("utf-8")
    assert "<script" not in page
    assert "src=" not in page
    assert "href=" not in page
    assert ("未告知" if language == "zh" else "not told") in page
    assert "Landroid/location" in page or "PlaceClient" in page, "the call site is quoted"


def test_what_a_package_says_is_escaped_in_the_page(tmp_path: Path) -> None:
    policy = tmp_path / "policy.txt"
    policy.write_text(
        "隐私政策\n您使用本应用即视为同意<script>alert(1)</script>的全部内容。我们收集您的姓名。\n", "utf-8"
    )
    path = tmp_path / "page.html"
    checked((LOAN[0], policy, "lending"), "--html", str(path))
    page = path.read_text("utf-8")
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_a_policy_that_cannot_be_read_accuses_nobody(tmp_path: Path) -> None:
    policy = tmp_path / "policy.txt"
    policy.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    result = checked((LOAN[0], policy, "lending"), "--json")
    found = {one["finding"]["check"] for one in document(result)["judged"]}
    assert not {check for check in found if check.startswith("policy_") or "policy" in check}
    assert result.exit_code == 1, "what the package alone shows still blocks"


def test_the_release_before_shows_what_moved() -> None:
    older = SAMPLES / "packages/example.claypot.wealth_10.apk"
    newer = SAMPLES / "packages/example.claypot.wealth_11.apk"
    pair = (newer, SAMPLES / "policies/claypot-wealth.zh.html", "investment")
    result = checked(pair, "--previous", str(older), "--json")
    moved = {(one["kind"], one["row"]["subject"], one["row"]["id"]) for one in document(result)["changes"]}
    assert moved == {
        ("taken_without_word", "item", "contacts"),
        ("taken_without_word", "permission", "android.permission.READ_CONTACTS"),
    }


def test_the_profile_is_the_owners_word() -> None:
    bank = document(checked(BANK, "--json"))
    lender = document(checked((BANK[0], BANK[1], "lending"), "--json"))
    assert bank["examination"]["identity"]["kind"] == "bank"
    assert lender["examination"]["identity"]["kind"] == "loan"


def test_a_package_that_does_not_exist_is_named(tmp_path: Path) -> None:
    result = checked((tmp_path / "no.apk", BANK[1], "bank"))
    assert isinstance(result.exception, FinwatchError)
    assert "no.apk: no such file" in str(result.exception)


def test_the_page_begins_with_what_blocks_and_is_chinese_throughout(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    waived = waivers(tmp_path, "2026-12-31", BLOCKS_LOAN[0])
    result = checked(LOAN, "--html", str(page), "--waivers", waived, "--lang", "zh")
    assert result.exit_code == 1
    text = page.read_text("utf-8")
    articles = re.findall(r'<article id="(\w+)"', text)
    assert articles[0] == BLOCKS_LOAN[1], "the waived one, as grave, comes after it"
    assert "阻断 1，已豁免 1" in text
    assert "全文 208 字、9 段" in text
    assert "the whole text" not in text + result.stdout

"""What the engine promises: a yes from the readable part stays, the rest is never called clean, bytes repeat."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finwatch import catalog, checks
from finwatch.checks import registry
from finwatch.checks.cases import Case, read
from finwatch.checks.view import View, parts_of
from finwatch.errors import CatalogError
from finwatch.model.base import Text
from finwatch.model.examination import Answer, Confidence, Evidence, Finding, Protection
from finwatch.model.locator import SearchedAt
from finwatch.model.package import Unreadable

KNOWLEDGE = catalog.load()
DAY = date(2026, 11, 22)


def case(tmp_path: Path, written: str) -> Case:
    path = tmp_path / "a_check" / "cases.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'[[case]]\nname = "case"\noutcome = "yes"\n{written}\n', "utf-8")
    (found,) = read(path, knowledge=KNOWLEDGE)
    return found


def findings(tmp_path: Path, written: str) -> dict[str, Finding]:
    subject = case(tmp_path, written).subject
    return {f.check: f for f in checks.run_checks(subject, checks.load(), knowledge=KNOWLEDGE, on=DAY)}


def test_one_finding_per_check_in_the_order_of_the_checks(tmp_path: Path) -> None:
    assert list(findings(tmp_path, "")) == [check.definition.id for check in checks.load()]


def test_there_are_at_least_24_checks_and_each_has_clauses(tmp_path: Path) -> None:
    assert len(checks.load()) >= 24
    assert all(finding.clauses for finding in findings(tmp_path, "").values())


def test_the_ordinary_package_of_the_cases_is_clean(tmp_path: Path) -> None:
    found = findings(tmp_path, "")
    assert [finding.check for finding in found.values() if finding.outcome is not Answer.NO] == []


def test_a_yes_seen_in_the_readable_part_stays_a_yes(tmp_path: Path) -> None:
    found = findings(tmp_path, 'unreadable = ["classes2.dex"]\ncalls = [{ watch = "crypto.cipher", args = ["AES"] }]')
    assert found["uses_ecb_mode"].outcome is Answer.YES
    broken = found["uses_broken_cipher"]
    assert broken.outcome is Answer.NOT_AVAILABLE
    assert broken.summary is not None
    assert "classes2.dex" in broken.summary.en
    assert found["is_debuggable"].outcome is Answer.NO


def test_a_packer_is_named_where_nothing_can_be_said(tmp_path: Path) -> None:
    finding = findings(tmp_path, 'packer = "example shell"')["trusts_any_certificate"]
    assert finding.outcome is Answer.NOT_AVAILABLE
    assert finding.summary is not None
    assert "example shell" in finding.summary.zh
    assert "example shell" in finding.summary.en


def test_of_a_set_the_unread_packages_are_named_and_no_packer(tmp_path: Path) -> None:
    given = case(tmp_path, "").subject
    part = Unreadable(part="archive", reason="2 other packages were not examined")
    says = Text(zh="这是一组安装包", en=f"a set of packages: {part.reason}")
    facts = given.facts.model_copy(update={"format": "apks", "unreadable": (part,)})
    evidence = (Evidence(says=says, at=SearchedAt(extent="apks")),)
    subject = given.model_copy(update={"facts": facts, "protection": Protection(extent="limited", evidence=evidence)})
    found = {f.check: f for f in checks.run_checks(subject, checks.load(), knowledge=KNOWLEDGE, on=DAY)}
    packed, trusts = found["is_packed"], found["trusts_any_certificate"]
    assert (packed.outcome, trusts.outcome) == (Answer.NOT_AVAILABLE, Answer.NOT_AVAILABLE)
    assert trusts.summary is not None
    assert "2 other packages" in trusts.summary.en
    assert "packer" not in trusts.summary.en


def test_an_absence_holds_only_where_everything_was_read(tmp_path: Path) -> None:
    bank = 'identity = { finance = true, kind = "bank" }\n'
    assert findings(tmp_path, bank)["lets_screens_be_captured"].outcome is Answer.YES
    cut = findings(tmp_path, bank + 'unreadable = ["classes3.dex"]')["lets_screens_be_captured"]
    assert cut.outcome is Answer.NOT_AVAILABLE


def test_a_no_says_what_was_searched(tmp_path: Path) -> None:
    finding = findings(tmp_path, "")["uses_ecb_mode"]
    places = [piece.at for piece in finding.evidence]
    assert places == [SearchedAt(extent="classes.dex, 250 methods")]


def test_library_code_accuses_nobody_and_sdks_are_named(tmp_path: Path) -> None:
    call = 'calls = [{{ watch = "crypto.cipher", args = ["DES"], in = "{}" }}]'
    library = findings(tmp_path, call.format("Lorg/bouncycastle/X;->a()V"))["uses_broken_cipher"]
    assert library.outcome is Answer.NO
    sdk = 'sdks = [{ id = "examplepush", name = "Example Push", prefixes = ["com/examplepush/"] }]\n'
    theirs = findings(tmp_path, sdk + call.format("Lcom/examplepush/X;->a()V"))["uses_broken_cipher"]
    assert (theirs.outcome, theirs.confidence) == (Answer.YES, Confidence.LIKELY)
    assert theirs.summary is not None
    assert "Example Push" in theirs.summary.en
    near = findings(tmp_path, sdk + call.format("Lcom/examplepushers/X;->a()V"))["uses_broken_cipher"]
    assert near.confidence is Confidence.CERTAIN
    assert near.summary is not None
    assert "code of no known owner" in near.summary.en
    own = findings(tmp_path, call.format("Lcn/example/app/X;->a()V"))["uses_broken_cipher"]
    assert own.summary is not None
    assert "the app's own code" in own.summary.en


def test_the_same_subject_gives_the_same_bytes(tmp_path: Path) -> None:
    written = 'permissions = ["READ_SMS", "CAMERA"]\ncalls = [{ watch = "crypto.cipher", args = ["DES"] }]'
    first = [finding.model_dump_json() for finding in findings(tmp_path, written).values()]
    assert first == [finding.model_dump_json() for finding in findings(tmp_path, written).values()]


def test_evidence_is_bounded_and_the_summary_keeps_the_count(tmp_path: Path) -> None:
    one = '{{ watch = "crypto.cipher", args = ["DES"], in = "Lcn/example/app/C{0};->a()V" }}'
    calls = ", ".join(one.format(number) for number in range(40))
    finding = findings(tmp_path, f"calls = [{calls}]")["uses_broken_cipher"]
    assert len(finding.evidence) == 25
    assert finding.summary is not None
    assert "40" in finding.summary.en


def test_a_secret_is_shown_only_in_part(tmp_path: Path) -> None:
    secret = "LTAI4Gabcdefghijklmnop12"
    finding = findings(tmp_path, f'strings = [{{ watch = "secret.aliyun_access_key", value = "{secret}" }}]')
    shown = finding["holds_private_key"].model_dump_json()
    assert secret not in shown
    assert secret[:8] in shown


@pytest.mark.parametrize(
    ("part", "touched"),
    [
        ("archive", "manifest"),
        ("classes7.dex", "code"),
        ("payload", "code"),
        ("AndroidManifest.xml", "manifest"),
        ("META-INF/CERT.RSA", "signing"),
        ("lib/x86/liba.so", "native"),
        ("res/xml/network.xml", "resources"),
    ],
)
def test_an_unreadable_file_touches_the_part_it_belongs_to(part: str, touched: str) -> None:
    assert touched in parts_of(part)


def test_a_part_that_no_check_needs_touches_nothing() -> None:
    assert parts_of("assets/movie.bin") == ()


def test_a_limit_that_cut_the_calls_is_a_gap(tmp_path: Path) -> None:
    subject = case(tmp_path, "").subject
    code = subject.facts.code.model_copy(update={"truncated": ("calls",)})
    cut = subject.model_copy(update={"facts": subject.facts.model_copy(update={"code": code})})
    (gap,) = View(cut, knowledge=KNOWLEDGE, on=DAY).gaps("code")
    assert "calls" in gap.en
    entry = Unreadable(part="assets/a", reason="x")
    other = subject.model_copy(update={"facts": subject.facts.model_copy(update={"unreadable": (entry,)})})
    assert View(other, knowledge=KNOWLEDGE, on=DAY).gaps("code") == ()


def folder(tmp_path: Path, toml: str) -> Path:
    path = tmp_path / "says_something"
    path.mkdir()
    (path / "check.toml").write_text(toml, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("id = ", "check.toml"),
        ('id = "says_something"', "Field required"),
    ],
)
def test_a_folder_that_is_wrong_is_named(tmp_path: Path, toml: str, message: str) -> None:
    with pytest.raises(CatalogError, match=message) as raised:
        registry.read(folder(tmp_path, toml))
    assert "checks/rules/says_something" in raised.value.en


def test_a_check_is_named_as_its_folder_and_decides_in_one_way(tmp_path: Path) -> None:
    toml = (registry.FOLDER / "is_debuggable" / "check.toml").read_text("utf-8")
    with pytest.raises(CatalogError, match="named as its folder"):
        registry.read(folder(tmp_path, toml))
    renamed = toml.replace("is_debuggable", "says_something")
    (tmp_path / "says_something" / "check.toml").write_text(renamed, "utf-8")
    assert [check.definition.id for check in registry.read(tmp_path)] == ["says_something"]
    (tmp_path / "says_something" / "check.py").write_text("", "utf-8")
    with pytest.raises(CatalogError, match="either"):
        registry.read(tmp_path)

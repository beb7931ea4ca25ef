"""The declarative conditions: what they mean, what evidence they bring, and what they refuse."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finwatch import catalog
from finwatch.checks import cases, when
from finwatch.checks.decision import Unseen
from finwatch.checks.view import View
from finwatch.errors import CatalogError

KNOWLEDGE = catalog.load()


def view(tmp_path: Path, written: str) -> View:
    path = tmp_path / "a_check" / "cases.toml"
    path.parent.mkdir()
    path.write_text(f'[[case]]\nname = "case"\noutcome = "yes"\n{written}\n', "utf-8")
    (case,) = cases.read(path, knowledge=KNOWLEDGE)
    return View(case.subject, knowledge=KNOWLEDGE, on=date(2026, 11, 22))


@pytest.mark.parametrize(
    ("condition", "written", "held"),
    [
        ("manifest.debuggable == true", "manifest = { debuggable = true }", True),
        ("manifest.debuggable", "manifest = { debuggable = true }", True),
        ("manifest.debuggable == true", "", False),
        ("manifest.target_sdk < 30", "manifest = { target_sdk = 29 }", True),
        ("manifest.target_sdk < 30", "manifest = { target_sdk = 30 }", False),
        ("manifest.target_sdk <= 30 and manifest.target_sdk >= 30", "manifest = { target_sdk = 30 }", True),
        ("manifest.target_sdk < 30", 'manifest = { target_sdk = "none" }', False),
        ("manifest.target_sdk == none", 'manifest = { target_sdk = "none" }', True),
        ("manifest.target_sdk != none", "", True),
        ("not manifest.debuggable", "", True),
        ("manifest.package == 'cn.example.app'", "", True),
        ("permission('CAMERA')", 'permissions = ["CAMERA"]', True),
        ("permission('CAMERA')", "", False),
        ("permission('cn.example.app.OWN')", 'permissions = ["cn.example.app.OWN"]', True),
        ("permission('CAMERA') or permission('READ_SMS')", 'permissions = ["READ_SMS"]', True),
        ("permission('CAMERA') and permission('READ_SMS')", 'permissions = ["READ_SMS"]', False),
        ("permission('CAMERA') and (manifest.debuggable or permission('READ_SMS'))", 'permissions = ["CAMERA"]', False),
        ("call('webview.debugging', 0, true)", 'calls = [{ watch = "webview.debugging", args = [true] }]', True),
        ("call('webview.debugging', 0, true)", 'calls = [{ watch = "webview.debugging", args = [false] }]', False),
        ("call('webview.debugging', 3, true)", 'calls = [{ watch = "webview.debugging", args = [true] }]', False),
        ("call('crypto.cipher', 0, 'AES')", 'calls = [{ watch = "crypto.cipher", args = ["AES"] }]', True),
        ("call('storage.open_file', 2, 1)", 'calls = [{ watch = "storage.open_file", args = ["x", "y", 1] }]', True),
        ("protection.extent == 'limited'", 'packer = "shell"', True),
        ("identity.kind == 'bank'", 'identity = { finance = true, kind = "bank" }', True),
    ],
)
def test_meaning(tmp_path: Path, condition: str, written: str, held: bool) -> None:
    assert bool(when.parse(condition, "here")(view(tmp_path, written)).value) is held


def test_a_true_leaf_brings_its_evidence_and_a_false_one_none(tmp_path: Path) -> None:
    subject = view(tmp_path, 'permissions = ["CAMERA"]')
    held = when.parse("permission('CAMERA') or permission('READ_SMS')", "here")(subject)
    assert [piece.quote for piece in held.evidence] == ["android.permission.CAMERA"]
    assert when.parse("permission('READ_SMS')", "here")(subject).evidence == ()


def test_a_manifest_that_is_not_there_is_unseen_not_false(tmp_path: Path) -> None:
    subject = view(tmp_path, 'unreadable = ["manifest"]')
    with pytest.raises(Unseen):
        when.parse("manifest.debuggable", "here")(subject)


@pytest.mark.parametrize(
    "condition",
    [
        "manifest.no_such_field",
        "facts.sha256 == 'x'",
        "__import__('os')",
        "manifest.debuggable ==",
        "manifest.debuggable manifest.test_only",
        "(manifest.debuggable",
        "permission(manifest)",
        "permission('A' 'B')",
        "unknown('A')",
        "call()",
        "manifest.debuggable; true",
        "",
    ],
)
def test_what_is_no_condition_is_refused_by_name(condition: str) -> None:
    with pytest.raises(CatalogError, match=r"checks/x/check\.toml"):
        when.parse(condition, "checks/x/check.toml")

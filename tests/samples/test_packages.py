"""The committed packages are what the sources say, and the recipe makes them again."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from finwatch import catalog
from finwatch.errors import InputError
from samples import build
from samples.market.offer import fingerprint
from samples.recipe import elf, seal, source, tools

CATALOG = build.PACKAGES.parent / "catalog"
APPS = source.names()
SLOW_ENOUGH = ("claypot-wealth-2", "copperbell-loan", "starpomelo-wallet")
"""Built again in the tests: one that rests on another, one packed, one with libraries and stand-ins."""


def test_every_app_has_its_package_and_every_package_its_app() -> None:
    assert sorted(build.manifest()) == APPS
    assert len(APPS) >= 20
    assert {path.name for path in build.PACKAGES.glob("*.apk")} == {
        entry["file"] for entry in build.manifest().values()
    }


@pytest.mark.parametrize("name", APPS)
def test_a_package_is_what_the_manifest_says(name: str) -> None:
    entry = build.manifest()[name]
    body = build.package(name).read_bytes()
    assert (len(body), hashlib.sha256(body).hexdigest()) == (entry["bytes"], entry["sha256"])
    assert len(body) < 100_000


@pytest.mark.parametrize("name", SLOW_ENOUGH)
def test_the_recipe_makes_the_same_files_again(name: str, tmp_path: Path) -> None:
    if lacking := tools.missing():
        pytest.skip(f"the recipe needs Debian's {', '.join(lacking)}")
    (tmp_path / "dex").mkdir()
    (tmp_path / "sealed").mkdir()
    made = build.contents(source.load(name), tmp_path)
    with zipfile.ZipFile(build.package(name)) as package:
        kept = {entry: package.read(entry) for entry in package.namelist() if not entry.startswith("META-INF/")}
    assert {entry: hashlib.sha256(body).hexdigest() for entry, body in made.items()} == {
        entry: hashlib.sha256(body).hexdigest() for entry, body in kept.items()
    }


@pytest.mark.parametrize("name", APPS)
def test_the_truth_of_an_app_is_well_formed(name: str) -> None:
    app = source.load(name)
    knowledge = catalog.load(CATALOG)
    assert not set(app.expect.findings_yes) & set(app.expect.findings_no)
    assert list(app.expect.findings_yes) == sorted(set(app.expect.findings_yes))
    assert {item.item for item in app.expect.collection} <= set(knowledge.items)
    assert set(app.expect.sdks) <= {sdk.id for sdk in knowledge.sdks}
    assert app.expect.packer in {None, *(packer.id for packer in knowledge.packers)}
    assert (app.expect.kind is None) or app.expect.kind in knowledge.kinds
    assert app.expect.finance is (app.expect.kind is not None)
    assert "虚构" in app.developer.zh or app.developer.zh == "未署名"
    assert app.package.startswith("example.")


def test_the_catalogue_knows_every_institution_by_its_own_signer_and_calls_it_fictional() -> None:
    institutions = {found.id: found for found in catalog.load(CATALOG).institutions if found.fictional}
    claimed = {app.expect.institution: app for app in map(source.load, APPS) if app.expect.institution}
    assert sorted(institutions) == sorted(claimed)
    for name, app in claimed.items():
        official = institutions[name].apps[0]
        assert official.package == app.package
        assert fingerprint(app.signer) in official.signers
    honest = {signer for found in institutions.values() for own in found.apps for signer in own.signers}
    assert fingerprint("kuaiyin") not in honest
    assert fingerprint("strangers") not in honest


def test_a_wrong_app_is_refused_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "APPS", tmp_path)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "app.toml").write_text('id = "broken"\nsurprise = 1\n', "utf-8")
    with pytest.raises(InputError, match=r"broken/app\.toml"):
        source.load("broken")


def test_the_seal_opens_with_the_call_that_closed_it() -> None:
    """The vector is the first of RFC 6229's forerunner, the classic one of RC4: key "Key", text "Plaintext"."""
    assert seal.rc4(b"Key", b"Plaintext").hex() == "bbf316e8d940af0ad3"
    assert seal.rc4(b"Key", bytes.fromhex("bbf316e8d940af0ad3")) == b"Plaintext"


def test_the_packed_app_hides_code_that_a_look_at_the_package_does_not_show() -> None:
    app = source.load("copperbell-loan")
    assert app.seal is not None
    with zipfile.ZipFile(build.package(app.id)) as package:
        shell, sealed = package.read("classes.dex"), package.read(f"assets/{app.seal.asset}")
    assert b"LoanActivity" not in shell
    assert not sealed.startswith(b"dex\n")
    payload = seal.rc4(app.seal.key.encode(), sealed)
    assert payload.startswith(b"dex\n")
    assert b"Lexample/copperbell/loan/LoanActivity;" in payload


@pytest.mark.parametrize(("abi", "machine"), [("arm64-v8a", 183), ("armeabi-v7a", 40)])
def test_a_library_is_an_elf_file_of_its_machine(abi: str, machine: int) -> None:
    body = elf.shared_library("libx.so", abi)
    assert body[:4] == b"\x7fELF"
    assert int.from_bytes(body[16:18], "little") == 3
    assert int.from_bytes(body[18:20], "little") == machine
    assert b"JNI_OnLoad\0" in body

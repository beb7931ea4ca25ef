"""Signatures: what is verified, who signed, and that each kind of tampering is named."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from finwatch import _native
from finwatch.limits import PACKAGE
from finwatch.model.knowledge import WatchList
from finwatch.model.package import PackageFacts, Signing
from tests.kit import signing as kit

DATA = Path(__file__).parent / "data" / "signing"
WATCH = _native.Watch(WatchList().model_dump_json().encode())


def read(package: Path | bytes, tmp_path: Path | None = None) -> Signing:
    if isinstance(package, bytes):
        assert tmp_path is not None
        path = tmp_path / "package.apk"
        path.write_bytes(package)
    else:
        path = package
    facts = _native.read_package(str(path), WATCH, PACKAGE.model_dump_json().encode())
    return PackageFacts.model_validate_json(facts).signing


def verified(signing: Signing) -> list[tuple[str, str]]:
    return [(signer.scheme, signer.subject) for signer in signing.signers if signer.verified]


def errors(signing: Signing, scheme: str) -> str:
    found = [signer for signer in signing.signers if signer.scheme == scheme]
    assert found, f"{scheme} is not listed: {signing}"
    assert not any(signer.verified for signer in found), f"{scheme} is called verified"
    return "; ".join(error for signer in found for error in signer.errors)


ONE = 'CN=Sample One, OU="Cards, Wallets", O=Sample Bank, C=CN'


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("v1-sha1", [("v1", ONE)]),
        ("v1-sha256", [("v1", ONE)]),
        ("v1-dsa", [("v1", "CN=Sample DSA, O=示例银行")]),
        ("v1-p256", [("v1", "CN=Sample P-256")]),
        ("v1-v2", [("v1", ONE), ("v2", ONE)]),
        ("all-rsa", [("v1", ONE), ("v2", ONE), ("v3", ONE)]),
        ("v2-two-signers", [("v2", ONE), ("v2", "CN=Sample Two, O=Sample Bank, C=CN")]),
        ("later-dsa", [("v2", "CN=Sample DSA, O=示例银行"), ("v3", "CN=Sample DSA, O=示例银行")]),
        ("later-p256", [("v2", "CN=Sample P-256"), ("v3", "CN=Sample P-256")]),
        ("later-p384", [("v2", "CN=Sample P-384"), ("v3", "CN=Sample P-384")]),
        ("later-p521", [("v2", "CN=Sample P-521"), ("v3", "CN=Sample P-521")]),
        ("rotated", [("v1", ONE), ("v2", ONE), ("v3", "CN=Sample Two, O=Sample Bank, C=CN")]),
    ],
)
def test_what_apksigner_signs_is_verified(name: str, expected: list[tuple[str, str]]) -> None:
    signing = read(DATA / f"{name}.apk")
    assert verified(signing) == expected
    assert len(signing.signers) == len(expected)
    assert signing.schemes == tuple(sorted({scheme for scheme, _ in expected}))


def test_a_certificate_is_described_in_full() -> None:
    signer = read(DATA / "later-p384.apk").signers[0]
    assert (signer.key_algorithm, signer.key_bits, signer.signature_algorithm) == ("EC", 384, "SHA384withECDSA")
    assert signer.issuer == signer.subject
    assert signer.certificate_self_signed is True
    assert signer.not_before is not None
    assert signer.not_after is not None
    assert (signer.not_after - signer.not_before).days == 20000
    assert len(signer.sha256) == 64
    assert int(signer.serial, 16) > 0


def test_a_rotation_names_the_earlier_signer() -> None:
    signing = read(DATA / "rotated.apk")
    old, _, new = signing.signers
    assert new.lineage == (old.sha256,)
    assert not any("no proof of rotation" in note for note in signing.notes)


def test_spared_digests_are_said_to_be_spared() -> None:
    assert any("not computed again" in note for note in read(DATA / "all-rsa.apk").notes)
    assert read(DATA / "v1-sha256.apk").notes == ()


def changed(path: Path, *, at: bytes, shift: int = 0) -> bytes:
    data = bytearray(path.read_bytes())
    place = data.index(at) + shift
    data[place] ^= 0x01
    return bytes(data)


def repacked(path: Path, changes: dict[str, bytes | None]) -> bytes:
    """The zip written again with some files changed, added (new name) or left out (``None``): the block is gone."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        contents = {info.filename: old.read(info) for info in old.infolist()} | changes
        for name, content in contents.items():
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def test_a_changed_entry_is_named(tmp_path: Path) -> None:
    changes: dict[str, bytes | None] = {"classes.dex": b"other code"}
    assert "classes.dex was changed after signing" in errors(
        read(repacked(DATA / "v1-sha256.apk", changes), tmp_path), "v1"
    )


def test_an_added_and_a_removed_entry_are_named(tmp_path: Path) -> None:
    added = errors(read(repacked(DATA / "v1-sha1.apk", {"lib/x.so": b"more"}), tmp_path), "v1")
    assert "lib/x.so is not covered" in added
    removed = errors(read(repacked(DATA / "v1-sha1.apk", {"classes.dex": None}), tmp_path), "v1")
    assert "removed from the package: classes.dex" in removed


def test_a_file_in_meta_inf_may_be_added_but_is_listed(tmp_path: Path) -> None:
    signing = read(repacked(DATA / "v1-sha1.apk", {"META-INF/channel_x": b""}), tmp_path)
    assert verified(signing) == [("v1", ONE)]
    assert signing.unsigned_entries == ("META-INF/channel_x",)


def test_a_changed_manifest_and_signature_file_are_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(DATA / "v1-sha1.apk") as package:
        manifest = package.read("META-INF/MANIFEST.MF")
        file_name = next(name for name in package.namelist() if name.endswith(".SF"))
        file = package.read(file_name)
    section = manifest.replace(b"SHA1-Digest: ", b"SHA1-Digest: A", 1)
    assert "MANIFEST.MF was changed" in errors(
        read(repacked(DATA / "v1-sha1.apk", {"META-INF/MANIFEST.MF": section}), tmp_path), "v1"
    )
    other = file.replace(b"Created-By", b"Created-bY")
    assert "the signature does not hold" in errors(
        read(repacked(DATA / "v1-sha1.apk", {file_name: other}), tmp_path), "v1"
    )
    gone = errors(read(repacked(DATA / "v1-sha1.apk", {"META-INF/MANIFEST.MF": None}), tmp_path), "v1")
    assert "META-INF/MANIFEST.MF is missing" in gone


def test_a_removed_later_scheme_is_named(tmp_path: Path) -> None:
    stripped = read(repacked(DATA / "all-rsa.apk", {}), tmp_path)
    assert stripped.schemes == ("v1",)
    assert "signed with scheme v2 too, and that signature was removed" in errors(stripped, "v1")
    assert "signed with scheme v3 too" in errors(stripped, "v1")
    package, old = kit.archive(), kit.key("old")
    lost_v3 = kit.signed(package, kit.Signs(old, attributes={kit.STRIPPING: struct.pack("<I", 3)}))
    assert "scheme v3 too" in errors(read(lost_v3, tmp_path), "v2")
    lost_v31 = kit.signed(
        package, kit.Signs(old, kit.V3, attributes={kit.ROTATION_MIN_SDK: struct.pack("<I", 33)}, sdk=(24, 32))
    )
    assert "scheme v3.1 from API level 33 on was removed" in errors(read(lost_v31, tmp_path), "v3")


@pytest.mark.parametrize("name", ["all-rsa", "later-p256"])
@pytest.mark.parametrize("place", ["entry", "directory", "end"])
def test_one_changed_byte_outside_the_block_breaks_every_later_scheme(tmp_path: Path, name: str, place: str) -> None:
    path = DATA / f"{name}.apk"
    at = {"entry": (b"classes.dex", 20), "directory": (b"PK\x01\x02", 12), "end": (b"PK\x05\x06", 8)}[place]
    signing = read(changed(path, at=at[0], shift=at[1]), tmp_path)
    for scheme in ("v2", "v3"):
        assert "changed after signing: their SHA-256 digest" in errors(signing, scheme)


def test_a_changed_byte_in_the_signed_data_is_named(tmp_path: Path) -> None:
    package = kit.archive()

    def spoil(signed: bytes) -> bytes:
        # The last byte of the digest: both the signature and the digest are then wrong.
        return signed[:47] + bytes([signed[47] ^ 1]) + signed[48:]

    said = errors(read(kit.signed(package, kit.Signs(kit.key("a"), spoil=spoil)), tmp_path), "v2")
    assert "signature over the signed data (algorithm 0x0103): the signature does not hold" in said
    assert "digest is not the one signed" in said


def test_another_key_beside_the_certificate_is_named(tmp_path: Path) -> None:
    package = kit.signed(kit.archive(), kit.Signs(kit.key("a"), spki=kit.key("b").spki))
    assert "not the certificate's" in errors(read(package, tmp_path), "v2")


@pytest.mark.parametrize("algorithm", [kit.PKCS1_SHA256, kit.PSS_SHA256, kit.PSS_SHA512, kit.VERITY_SHA256])
def test_each_algorithm_holds_and_fails(tmp_path: Path, algorithm: int) -> None:
    large = kit.archive({"assets/large": bytes(range(256)) * 9000})
    package = kit.signed(large, kit.Signs(kit.key("a"), algorithm=algorithm))
    assert verified(read(package, tmp_path)) == [("v2", "CN=a, O=Sample")]
    broken = bytearray(package)
    broken[2_000_000] ^= 0x80
    assert "changed after signing" in errors(read(bytes(broken), tmp_path), "v2")


def test_v31_stands_beside_v3_with_its_levels_and_lineage(tmp_path: Path) -> None:
    old, new = kit.key("old"), kit.key("new")
    announced = {kit.ROTATION_MIN_SDK: struct.pack("<I", 33)}
    rotated = {kit.LINEAGE: kit.lineage(old, new)}
    package = kit.signed(
        kit.archive(),
        kit.Signs(old, kit.V3, sdk=(24, 32), attributes=announced),
        kit.Signs(new, kit.V31, sdk=(33, 0x7FFFFFFF), attributes=rotated),
    )
    signing = read(package, tmp_path)
    assert signing.schemes == ("v3", "v3.1")
    assert verified(signing) == [("v3", "CN=old, O=Sample"), ("v3.1", "CN=new, O=Sample")]
    later = signing.signers[1]
    assert (later.min_sdk, later.max_sdk, later.lineage) == (33, 0x7FFFFFFF, (old.sha256,))


def test_a_forged_lineage_proves_nothing(tmp_path: Path) -> None:
    old, new = kit.key("old"), kit.key("new")
    forged = {kit.LINEAGE: kit.lineage(old, new, forged=True)}
    signing = read(kit.signed(kit.archive(), kit.Signs(new, kit.V3, attributes=forged)), tmp_path)
    assert "proof of rotation: link 1: the signature does not hold" in errors(signing, "v3")
    assert signing.signers[0].lineage == ()
    foreign = {kit.LINEAGE: kit.lineage(old, kit.key("third"))}
    signing = read(kit.signed(kit.archive(), kit.Signs(new, kit.V3, attributes=foreign)), tmp_path)
    assert "does not end with this signer's certificate" in errors(signing, "v3")


def test_api_levels_that_contradict_are_named(tmp_path: Path) -> None:
    one, two = kit.key("old"), kit.key("new")
    twice = kit.signed(kit.archive(), kit.Signs(one, kit.V3), kit.Signs(two, kit.V3))
    assert "another signer of v3 is for the same API levels" in errors(read(twice, tmp_path), "v3")
    beside = kit.signed(kit.archive(), kit.Signs(one, kit.V3, sdk=(28, 40), sdk_beside=(24, 40)))
    assert "not those that were signed" in errors(read(beside, tmp_path), "v3")


def test_v1_by_another_signer_than_the_later_schemes_is_digested_and_said(tmp_path: Path) -> None:
    old = (DATA / "v1-sha256.apk").read_bytes()
    signing = read(kit.signed(old, kit.Signs(kit.key("other"))), tmp_path)
    assert [scheme for scheme, _ in verified(signing)] == ["v1", "v2"]
    assert any("another certificate than the later schemes" in note for note in signing.notes)
    assert not any("not computed again" in note for note in signing.notes)
    tampered = repacked(DATA / "v1-sha256.apk", {"classes.dex": b"other code"})
    signing = read(kit.signed(tampered, kit.Signs(kit.key("other"))), tmp_path)
    assert "classes.dex was changed" in errors(signing, "v1")
    assert [scheme for scheme, _ in verified(signing)] == ["v2"]


@pytest.mark.parametrize("value", [b"", b"\1\0\0\0", kit.prefixed(b""), kit.prefixed(kit.prefixed(b"\xff" * 40))])
def test_a_value_that_is_no_list_of_signers_is_listed_as_broken(tmp_path: Path, value: bytes) -> None:
    signing = read(kit.with_block(kit.archive(), {kit.V2: value}), tmp_path)
    assert signing.schemes == ("v2",)
    assert errors(signing, "v2")


def test_other_pairs_of_the_block_are_told(tmp_path: Path) -> None:
    package = kit.signed(kit.archive(), kit.Signs(kit.key("a")), extra={0x71777777: b'{"channel":"demo"}'})
    signing = read(package, tmp_path)
    assert 'signing block 0x71777777 (channel mark (Walle)): {"channel":"demo"}' in signing.notes


def test_bytes_after_the_end_hide_the_block_as_on_android(tmp_path: Path) -> None:
    signing = read(kit.signed(kit.archive(), kit.Signs(kit.key("a"))) + b"tail", tmp_path)
    assert signing.schemes == ()
    assert any("no signing block that Android would find" in note for note in signing.notes)


def test_an_unsigned_package_is_said_to_be_unsigned(tmp_path: Path) -> None:
    signing = read(kit.archive(), tmp_path)
    assert signing.signers == ()
    assert signing.notes == ("no signature of any scheme: Android does not install such a package",)

"""Signed JARs: what holds, and everything that must not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finwatch.crawl.sources.cms import BadSignature
from finwatch.crawl.sources.jar import NotAJar, signed_file
from tests.kit.signed import Repository, fingerprint, jar_parts, pack, signed_jar, signer

DATA = b'{"timestamp": 1}'
SHARED = Path(__file__).parents[3] / "shared" / "facts" / "markets" / "fdroid"


def verify(jar: bytes, **how: Any) -> tuple[bytes, str]:
    found = signed_file(jar, "entry.json", max_bytes=1 << 20, **how)
    return found.data, found.fingerprint


@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize("attributes", [False, True])
def test_a_signed_file_names_its_signer(kind: str, attributes: bool) -> None:
    who = signer(kind=kind)
    assert verify(signed_jar("entry.json", DATA, who=who, attributes=attributes)) == (DATA, fingerprint(who[1]))


def test_another_certificate_gives_another_fingerprint() -> None:
    one, other = (verify(signed_jar("entry.json", DATA, who=signer(name)))[1] for name in ("shop", "thief"))
    assert one != other


def test_sha1_is_refused_unless_it_is_allowed() -> None:
    jar = signed_jar("entry.json", DATA, digest="SHA1")
    with pytest.raises(BadSignature, match="SHA-1 only"):
        verify(jar)
    assert verify(jar, accept_sha1=True)[0] == DATA


def test_sha1_digests_under_a_strong_signature_are_refused() -> None:
    parts = jar_parts("entry.json", DATA, digest="SHA1")
    strong = jar_parts("entry.json", DATA)
    key, certificate = signer()
    from tests.kit.signed import block

    parts["META-INF/SHOP.RSA"] = block(parts["META-INF/SHOP.SF"], key, certificate)
    assert parts["META-INF/SHOP.RSA"] != strong["META-INF/SHOP.RSA"]
    with pytest.raises(BadSignature, match="SHA-1 only"):
        verify(pack(parts))


def change(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def spoil(parts: dict[str, bytes]) -> None:
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new)

    return spoil


def remove(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.pop(name) and None


def other_file(parts: dict[str, bytes]) -> None:
    """The manifest and its digest are made to fit changed content; only the signature cannot follow."""
    forged = jar_parts("entry.json", b'{"timestamp": 2}', who=signer("thief"))
    for name in ("META-INF/MANIFEST.MF", "META-INF/SHOP.SF", "entry.json"):
        parts[name] = forged[name]


def stranger(parts: dict[str, bytes]) -> None:
    """A second signer's certificate is named, the first one's signature kept."""
    key, _ = signer()
    _, certificate = signer("thief")
    from tests.kit.signed import block

    parts["META-INF/SHOP.RSA"] = block(parts["META-INF/SHOP.SF"], key, certificate)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (change("entry.json", b"1", b"2"), "changed after it was signed"),
        (change("META-INF/MANIFEST.MF", b"1.0", b"1.1"), "manifest was changed"),
        (change("META-INF/SHOP.SF", b"1.0", b"1.1"), "does not verify"),
        (change("META-INF/MANIFEST.MF", b"Name: entry.json", b"Name: other.json"), "manifest was changed"),
        (remove("META-INF/MANIFEST.MF"), "no manifest"),
        (remove("META-INF/SHOP.SF"), "SHOP.SF is missing"),
        (remove("META-INF/SHOP.RSA"), "not signed"),
        (other_file, "does not verify"),
        (stranger, "does not verify"),
        (lambda parts: parts.update({"META-INF/B.RSA": parts["META-INF/SHOP.RSA"]}), "2 signers"),
        (lambda parts: parts.update({"META-INF/SHOP.RSA": b"0\x82"}), "cannot be read"),
        (lambda parts: parts.update({"META-INF/SHOP.RSA": b""}), "cannot be read"),
    ],
)
@pytest.mark.parametrize("attributes", [False, True])
def test_what_was_spoilt_is_refused(spoil: Callable[[dict[str, bytes]], None], says: str, attributes: bool) -> None:
    parts = jar_parts("entry.json", DATA, attributes=attributes)
    spoil(parts)
    with pytest.raises(BadSignature) as caught:
        verify(pack(parts))
    if not (attributes and "SHOP.SF" in str(spoil)):
        assert says in str(caught.value) or "another file" in str(caught.value)


def test_two_signers_in_one_block_are_refused() -> None:
    with pytest.raises(BadSignature, match="2 signers"):
        verify(signed_jar("entry.json", DATA, signers=2))


def test_a_file_the_manifest_does_not_cover_is_refused() -> None:
    parts = jar_parts("other.json", DATA)
    parts["entry.json"] = DATA
    with pytest.raises(BadSignature, match="does not cover"):
        verify(pack(parts))


@pytest.mark.parametrize("jar", [b"", b"<html>", b"PK\x03\x04", signed_jar("other.json", DATA)])
def test_no_jar_is_said(jar: bytes) -> None:
    with pytest.raises(NotAJar):
        verify(jar)


def test_a_file_beyond_its_bound_is_said() -> None:
    with pytest.raises(NotAJar, match="bound"):
        verify(signed_jar("entry.json", b"0" * (2 << 20)))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_jar_with_any_byte_changed_never_gives_other_content(data: st.DataObject) -> None:
    jar = bytearray(signed_jar("entry.json", DATA, attributes=True))
    for _ in range(data.draw(st.integers(1, 3))):
        jar[data.draw(st.integers(0, len(jar) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        assert verify(bytes(jar))[0] == DATA
    except (NotAJar, BadSignature):
        return


def test_the_repository_of_the_kit_is_signed() -> None:
    repository = Repository()
    repository.publish(1)
    assert verify(repository.files["/entry.jar"])[1] == fingerprint(signer()[1])


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/facts is not there")
def test_what_fdroidserver_signed_holds() -> None:
    data, who = verify((SHARED / "entry.jar").read_bytes())
    assert b"index-v2.json" in data
    old = signed_file((SHARED / "index-v1.jar").read_bytes(), "index-v1.json", max_bytes=1 << 20, accept_sha1=True)
    assert old.fingerprint == who
    with pytest.raises(BadSignature, match="SHA-1"):
        signed_file((SHARED / "index-v1.jar").read_bytes(), "index-v1.json", max_bytes=1 << 20)

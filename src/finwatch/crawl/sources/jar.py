"""One file out of a signed JAR, and who signed it (JAR File Specification, "Signed JAR File").

What comes in: the bytes of ``entry.jar`` or ``index-v1.jar``. What goes out: the file inside and the fingerprint of the
one certificate that signed it. The chain is followed from the end: the block signs the ``.SF``, the ``.SF`` holds the
digest of the manifest (or of the file's section of it), the manifest holds the digest of the file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from finwatch.crawl.sources.cms import BadSignature, signer

_MANIFEST: Final = "META-INF/MANIFEST.MF"
_BLOCK: Final = re.compile(r"META-INF/([^/]+)\.(RSA|DSA|EC)\Z", re.IGNORECASE)
_META_BYTES: Final = 4 << 20
_STRONG: Final = (("SHA-512", "sha512"), ("SHA-384", "sha384"), ("SHA-256", "sha256"))
_WEAK: Final = (("SHA1", "sha1"), ("SHA-1", "sha1"))


class NotAJar(Exception):
    """The bytes are no JAR that holds the file. The message says what is wrong."""


_ZIP_FAULTS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    LookupError,
)
"""What ``zipfile`` is known to raise on bytes that are no sound zip."""


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file whose signature holds, and SHA-256 (hex) of the certificate that signed it."""

    data: bytes
    fingerprint: str


def signed_file(jar: bytes, name: str, *, max_bytes: int, accept_sha1: bool = False) -> SignedFile:
    """The file ``name`` of the JAR, verified.

    Raises ``NotAJar`` when there is nothing to verify, ``BadSignature`` when it does not hold: unsigned, changed after
    signing, several signers, or digests of SHA-1 alone without ``accept_sha1``.
    """
    try:
        with zipfile.ZipFile(BytesIO(jar)) as archive:
            names = archive.namelist()
            if len(names) != len(set(names)):
                raise NotAJar("it has two files of one name")
            if name not in names:
                raise NotAJar(f"it holds no {name}")
            data = _read(archive, name, max_bytes)
            if _MANIFEST not in names:
                raise BadSignature("it is not signed: it has no manifest")
            manifest = _read(archive, _MANIFEST, _META_BYTES)
            stem, block = _only_block(archive, names)
            listed = next((found for found in names if found.upper() == f"META-INF/{stem}.SF".upper()), None)
            if listed is None:
                raise BadSignature(f"it is not signed: META-INF/{stem}.SF is missing")
            signature_file = _read(archive, listed, _META_BYTES)
    except _ZIP_FAULTS as error:
        raise NotAJar(f"it is no readable zip ({error})") from error
    fingerprint = signer(block, signature_file, accept_sha1=accept_sha1)
    _check_manifest(signature_file, manifest, name, accept_sha1=accept_sha1)
    section = _sections(manifest)[1].get(name)
    if section is None:
        raise BadSignature(f"the manifest does not cover {name}")
    _check(section.fields, "", data, f"{name} was changed after it was signed", accept_sha1=accept_sha1)
    return SignedFile(data, fingerprint)


def _read(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    if archive.getinfo(name).file_size > limit:
        raise NotAJar(f"{name} declares {archive.getinfo(name).file_size:,} bytes; the bound is {limit:,}")
    with archive.open(name) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise NotAJar(f"{name} has more than {limit:,} bytes")
    return data


def _only_block(archive: zipfile.ZipFile, names: list[str]) -> tuple[str, bytes]:
    blocks = [(match[1], name) for name in names if (match := _BLOCK.match(name))]
    if len(blocks) != 1:
        raise BadSignature("it is not signed" if not blocks else f"it has {len(blocks)} signers where one belongs")
    return blocks[0][0], _read(archive, blocks[0][1], _META_BYTES)


@dataclass(frozen=True, slots=True)
class _Section:
    raw: bytes
    fields: dict[str, str]


def _sections(text: bytes) -> tuple[_Section, dict[str, _Section]]:
    """The main section and those with a ``Name``; a section's bytes include the empty line that ends it."""
    main: _Section | None = None
    named: dict[str, _Section] = {}
    for match in re.finditer(rb"(?:[^\r\n]+(?:\r\n|\n|\r|\Z))+(?:\r\n|\n|\r|\Z)?", text):
        raw = match.group()
        lines = re.sub(rb"(\r\n|\n|\r) ", b"", raw).decode("utf-8", "replace").splitlines()
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        section = _Section(raw, fields)
        if main is None:
            main = section
        elif fields.get("Name") in named:
            raise BadSignature(f"the manifest covers {fields['Name']} twice")
        elif "Name" in fields:
            named[fields["Name"]] = section
    return main or _Section(b"", {}), named


def _check_manifest(signature_file: bytes, manifest: bytes, name: str, *, accept_sha1: bool) -> None:
    """The ``.SF`` vouches for the manifest as a whole, or at least for the section of ``name``."""
    main, named = _sections(signature_file)
    changed = "the manifest was changed after it was signed"
    try:
        _check(main.fields, "-Manifest", manifest, changed, accept_sha1=accept_sha1)
    except BadSignature:
        section = _sections(manifest)[1].get(name)
        if name not in named or section is None:
            raise
        _check(named[name].fields, "", section.raw, changed, accept_sha1=accept_sha1)


def _check(fields: dict[str, str], suffix: str, data: bytes, changed: str, *, accept_sha1: bool) -> None:
    """Compares the strongest digest that ``fields`` hold for ``data``. Raises ``BadSignature``."""
    for label, algorithm in (*_STRONG, *(_WEAK if accept_sha1 else ())):
        value = fields.get(f"{label}-Digest{suffix}")
        if value is None:
            continue
        try:
            expected = base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise BadSignature(f"the digest {value!r} is not base64") from error
        if hashlib.new(algorithm, data, usedforsecurity=False).digest() != expected:
            raise BadSignature(changed)
        return
    weak = any(f"{label}-Digest{suffix}" in fields for label, _ in _WEAK)
    raise BadSignature("its digests are SHA-1 only" if weak else "it has no digest of a kind that is accepted")

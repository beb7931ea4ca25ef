"""Packages signed by the letter of the schemes, for the tests of ``native/core/src/signing``.

An independent second implementation (with ``cryptography``) of what Android's tools write, so that also what Debian's
``apksigner`` cannot make is tested: v3.1 blocks, RSA-PSS, verity digests, and signatures that lie in one place.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

V2, V3, V31 = 0x7109871A, 0xF05368C0, 0x1B93AD61
STRIPPING, LINEAGE, ROTATION_MIN_SDK = 0xBEEFF00D, 0x3BA06F8C, 0x559F8B02
PKCS1_SHA256, PSS_SHA256, PSS_SHA512, VERITY_SHA256 = 0x0103, 0x0101, 0x0102, 0x0421
ANY_SDK = (24, 0x7FFFFFFF)
CHUNK, PAGE = 1 << 20, 4096


@dataclass(frozen=True)
class Key:
    """A private key and its self-signed certificate."""

    private: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The certificate's bytes."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def sha256(self) -> str:
        """The certificate's SHA-256."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def spki(self) -> bytes:
        """The public key's bytes."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, algorithm: int, message: bytes) -> bytes:
        """The signature over ``message`` by one of the schemes' algorithms."""
        if algorithm == PSS_SHA256:
            return self.private.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        if algorithm == PSS_SHA512:
            return self.private.sign(message, padding.PSS(padding.MGF1(hashes.SHA512()), 64), hashes.SHA512())
        return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())


@cache
def key(name: str) -> Key:
    """A key of 2048 bits, made once in a run for each ``name``."""
    private = rsa.generate_private_key(65537, 2048)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sample"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    builder = x509.CertificateBuilder(subject, subject, private.public_key(), 7)
    dated = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2050, 1, 1, tzinfo=UTC))
    return Key(private, dated.sign(private, hashes.SHA256()))


def archive(more: dict[str, bytes] | None = None) -> bytes:
    """An unsigned package, with ``more`` files, whose contents end on a page, as verity digests want it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        files = {"AndroidManifest.xml": b"manifest", "classes.dex": b"code " * 300} | (more or {})
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
        filler = zipfile.ZipInfo("assets/filler", (2020, 1, 1, 0, 0, 0))
        package.writestr(filler, b"\0" * (-(out.tell() + 30 + len(filler.filename)) % PAGE))
    return out.getvalue()


def prefixed(*parts: bytes) -> bytes:
    """Each part with its length before it."""
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def sections(package: bytes) -> tuple[bytes, bytes, bytes]:
    """Contents, central directory and end record of an unsigned zip."""
    end = package.rindex(b"PK\5\6")
    start = struct.unpack_from("<I", package, end + 16)[0]
    return package[:start], package[start:end], package[end:]


def digest(algorithm: int, parts: Sequence[bytes]) -> bytes:
    """The digest over the sections that goes with a signature algorithm."""
    if algorithm == VERITY_SHA256:
        level = b"".join(parts)
        total = len(level)
        while True:
            pages = [level[at : at + PAGE].ljust(PAGE, b"\0") for at in range(0, len(level), PAGE)]
            level = b"".join(hashlib.sha256(bytes(8) + page).digest() for page in pages)
            if len(level) <= PAGE:
                return hashlib.sha256(bytes(8) + level.ljust(PAGE, b"\0")).digest() + struct.pack("<Q", total)
    make = hashlib.sha512 if algorithm == PSS_SHA512 else hashlib.sha256
    chunks = [part[at : at + CHUNK] for part in parts for at in range(0, len(part), CHUNK)]
    each = [make(b"\xa5" + struct.pack("<I", len(chunk)) + chunk).digest() for chunk in chunks]
    return make(b"\x5a" + struct.pack("<I", len(each)) + b"".join(each)).digest()


@dataclass(frozen=True)
class Signs:
    """One signer of one scheme, and the places in which it may lie."""

    key: Key
    scheme: int = V2
    algorithm: int = PKCS1_SHA256
    sdk: tuple[int, int] = ANY_SDK
    sdk_beside: tuple[int, int] | None = None
    attributes: dict[int, bytes] = field(default_factory=dict)
    spki: bytes | None = None
    spoil: Callable[[bytes], bytes] = lambda signed: signed
    """Changes the signed data after it was signed."""

    def encoded(self, parts: Sequence[bytes]) -> bytes:
        """The signer as it stands in its scheme's value."""
        entry = struct.pack("<I", self.algorithm) + prefixed(digest(self.algorithm, parts))
        signed = prefixed(prefixed(entry), prefixed(self.key.der))
        if self.scheme != V2:
            signed += struct.pack("<II", *self.sdk)
        signed += prefixed(b"".join(prefixed(struct.pack("<I", id_) + value) for id_, value in self.attributes.items()))
        signature = struct.pack("<I", self.algorithm) + prefixed(self.key.sign(self.algorithm, signed))
        out = prefixed(self.spoil(signed))
        if self.scheme != V2:
            out += struct.pack("<II", *(self.sdk_beside or self.sdk))
        return out + prefixed(prefixed(signature), self.spki or self.key.spki)


def lineage(*keys: Key, forged: bool = False) -> bytes:
    """A proof of rotation from the first key to the last; ``forged``: the last link is signed by itself."""
    nodes = []
    for place, one in enumerate(keys):
        signed = prefixed(one.der) + struct.pack("<I", PKCS1_SHA256 if place else 0)
        signer = one if forged and place == len(keys) - 1 else keys[place - 1]
        signature = signer.sign(PKCS1_SHA256, signed) if place else b""
        nodes.append(prefixed(signed) + struct.pack("<II", 0, PKCS1_SHA256) + prefixed(signature))
    return struct.pack("<I", 1) + prefixed(*nodes)


def signed(package: bytes, *signers: Signs, extra: dict[int, bytes] | None = None) -> bytes:
    """``package`` with a signing block that holds ``signers`` (and pairs of ``extra``)."""
    contents, directory, end = sections(package)
    parts = (contents, directory, end)
    values: dict[int, bytes] = {}
    for scheme in (V2, V3, V31):
        encoded = [signer.encoded(parts) for signer in signers if signer.scheme == scheme]
        if encoded:
            values[scheme] = prefixed(prefixed(*encoded))
    return with_block(package, values | (extra or {}))


def with_block(package: bytes, values: dict[int, bytes]) -> bytes:
    """``package`` with a signing block of these pairs, whatever they are; none: without a block."""
    contents, directory, end = sections(package)
    block = b""
    if values:
        pairs = b"".join(struct.pack("<QI", len(value) + 4, id_) + value for id_, value in values.items())
        size = struct.pack("<Q", len(pairs) + 24)
        block = size + pairs + size + b"APK Sig Block 42"
    return contents + block + directory + end[:16] + struct.pack("<I", len(contents) + len(block)) + end[20:]

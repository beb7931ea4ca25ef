"""Signed JARs, right and wrong in every way, and an F-Droid-type repository made of them."""

from __future__ import annotations

import base64
import copy
import functools
import hashlib
import json
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_DIGEST = {"SHA1": ("1.3.14.3.2.26", hashes.SHA1()), "SHA-256": ("2.16.840.1.101.3.4.2.1", hashes.SHA256())}


@functools.cache
def signer(name: str = "shop", kind: str = "rsa") -> tuple[Key, x509.Certificate]:
    """A key and its self-signed certificate; the same for the same name."""
    key: Key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2050, 1, 1, tzinfo=UTC)
    )
    return key, builder.sign(key, hashes.SHA256())


def fingerprint(certificate: x509.Certificate) -> str:
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def tlv(tag: int, *parts: bytes) -> bytes:
    """A DER element."""
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + content


def oid(dotted: str) -> bytes:
    arcs = [int(arc) for arc in dotted.split(".")]
    content = b""
    for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.insert(0, arc & 0x7F | 0x80)
        content += bytes(groups)
    return tlv(0x06, content)


def block(
    signed: bytes,
    key: Key,
    certificate: x509.Certificate,
    *,
    digest: str = "SHA-256",
    attributes: bool = False,
    signers: int = 1,
) -> bytes:
    """A PKCS#7 SignedData over ``signed``, detached."""
    digest_id, algorithm = _DIGEST[digest]
    digest_algorithm = tlv(0x30, oid(digest_id), b"\x05\x00")
    covered, held = signed, b""
    if attributes:
        hasher = hashes.Hash(algorithm)
        hasher.update(signed)
        row = tlv(0x30, oid("1.2.840.113549.1.9.3"), tlv(0x31, oid("1.2.840.113549.1.7.1")))
        row += tlv(0x30, oid("1.2.840.113549.1.9.4"), tlv(0x31, tlv(0x04, hasher.finalize())))
        covered, held = tlv(0x31, row), tlv(0xA0, row)
    if isinstance(key, rsa.RSAPrivateKey):
        signature, signature_id = key.sign(covered, padding.PKCS1v15(), algorithm), "1.2.840.113549.1.1.1"
        parameters = b"\x05\x00"
    else:
        signature, signature_id = key.sign(covered, ec.ECDSA(algorithm)), "1.2.840.10045.4.3.2"
        parameters = b""
    serial = certificate.serial_number
    name = tlv(0x30, certificate.issuer.public_bytes(), tlv(0x02, serial.to_bytes(serial.bit_length() // 8 + 1)))
    info = tlv(
        0x30,
        b"\x02\x01\x01",
        name,
        digest_algorithm,
        held,
        tlv(0x30, oid(signature_id), parameters),
        tlv(0x04, signature),
    )
    body = tlv(
        0x30,
        b"\x02\x01\x01",
        tlv(0x31, digest_algorithm),
        tlv(0x30, oid("1.2.840.113549.1.7.1")),
        tlv(0xA0, certificate.public_bytes(Encoding.DER)),
        tlv(0x31, *[info] * signers),
    )
    return tlv(0x30, oid("1.2.840.113549.1.7.2"), tlv(0xA0, body))


def digest_of(data: bytes, digest: str) -> str:
    return base64.b64encode(hashlib.new(digest.replace("-", ""), data).digest()).decode()


def jar_parts(
    name: str, data: bytes, *, digest: str = "SHA-256", who: tuple[Key, x509.Certificate] | None = None, **how: Any
) -> dict[str, bytes]:
    """The files of a signed JAR, to be spoilt before they are packed."""
    manifest = (
        f"Manifest-Version: 1.0\r\n\r\nName: {name}\r\n{digest}-Digest: {digest_of(data, digest)}\r\n\r\n".encode()
    )
    listed = f"Signature-Version: 1.0\r\n{digest}-Digest-Manifest: {digest_of(manifest, digest)}\r\n\r\n".encode()
    key, certificate = who or signer()
    return {
        "META-INF/MANIFEST.MF": manifest,
        "META-INF/SHOP.SF": listed,
        "META-INF/SHOP.RSA": block(listed, key, certificate, **{"digest": digest} | how),
        name: data,
    }


def pack(parts: dict[str, bytes]) -> bytes:
    """A zip of ``parts``."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def signed_jar(name: str, data: bytes, **how: Any) -> bytes:
    """A JAR with one file, signed."""
    return pack(jar_parts(name, data, **how))


def difference(old: Any, new: Any) -> Any:
    """The JSON merge patch that leads from ``old`` to ``new``."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return copy.deepcopy(new)
    patch = {name: None for name in old if name not in new}
    for name, value in new.items():
        if name not in old or old[name] != value:
            patch[name] = difference(old[name], value) if name in old else copy.deepcopy(value)
    return patch


class Repository:
    """An F-Droid-type repository as a set of files, published again whenever it has changed."""

    def __init__(self, **how: Any) -> None:
        self.how = how
        self.files: dict[str, bytes] = {}
        self.index: dict[str, Any] = {"repo": {"timestamp": 0}, "packages": {}}
        self.history: dict[int, dict[str, Any]] = {}

    def add(self, app: str, code: int, package: bytes, **metadata: Any) -> str:
        """Adds a version of an app; gives the SHA-256 of its package."""
        sha256 = hashlib.sha256(package).hexdigest()
        name = f"/{app}_{code}.apk"
        self.files[name] = package
        entry = self.index["packages"].setdefault(app, {"metadata": {"name": {"en-US": app}}, "versions": {}})
        entry["metadata"] |= metadata
        entry["versions"][sha256] = {
            "added": 1_700_000_000_000 + code,
            "file": {"name": name, "sha256": sha256, "size": len(package)},
            "manifest": {
                "versionName": f"{code}.0",
                "versionCode": code,
                "signer": {"sha256": ["ab" * 32]},
                "usesPermission": [{"name": "android.permission.READ_SMS"}],
            },
        }
        return sha256

    def publish(self, timestamp: int) -> None:
        """Writes the index, the differences from every earlier one, and the signed entry."""
        self.index["repo"]["timestamp"] = timestamp
        whole = json.dumps(self.index).encode()
        self.files["/index-v2.json"] = whole
        diffs = {}
        for earlier, index in self.history.items():
            patch = json.dumps(difference(index, self.index)).encode()
            self.files[f"/diff/{earlier}.json"] = patch
            diffs[str(earlier)] = self._file(f"/diff/{earlier}.json", patch)
        self.history[timestamp] = copy.deepcopy(self.index)
        entry = {"timestamp": timestamp, "version": 20002, "index": self._file("/index-v2.json", whole), "diffs": diffs}
        entry["index"]["numPackages"] = len(self.index["packages"])
        self.sign(entry)

    def sign(self, entry: dict[str, Any]) -> None:
        self.files["/entry.jar"] = signed_jar("entry.json", json.dumps(entry).encode(), **self.how)

    def _file(self, name: str, data: bytes) -> dict[str, Any]:
        return {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "numPackages": 1}

"""Whose signature stands on a file: a PKCS#7 block (RFC 5652 SignedData, detached) against the bytes it signs.

What comes in: the block ``META-INF/*.RSA`` and the bytes of the ``.SF`` beside it. What goes out: the certificate of
the one signer, verified. Trust is not decided here: the caller compares the certificate's fingerprint.
"""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from finwatch.crawl.sources import der

_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_DIGESTS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "1.3.14.3.2.26": hashes.SHA1,
    "2.16.840.1.101.3.4.2.1": hashes.SHA256,
    "2.16.840.1.101.3.4.2.2": hashes.SHA384,
    "2.16.840.1.101.3.4.2.3": hashes.SHA512,
}
_SIGNATURES: Final[dict[str, type[hashes.HashAlgorithm] | None]] = {
    "1.2.840.113549.1.1.1": None,  # rsaEncryption: the digest is the one named beside it
    "1.2.840.113549.1.1.5": hashes.SHA1,
    "1.2.840.113549.1.1.11": hashes.SHA256,
    "1.2.840.113549.1.1.12": hashes.SHA384,
    "1.2.840.113549.1.1.13": hashes.SHA512,
    "1.2.840.10045.2.1": None,  # ecPublicKey, as some tools write it
    "1.2.840.10045.4.1": hashes.SHA1,
    "1.2.840.10045.4.3.2": hashes.SHA256,
    "1.2.840.10045.4.3.3": hashes.SHA384,
    "1.2.840.10045.4.3.4": hashes.SHA512,
    "1.2.840.10040.4.1": None,  # dsa
    "1.2.840.10040.4.3": hashes.SHA1,
    "2.16.840.1.101.3.4.3.2": hashes.SHA256,
}


class BadSignature(Exception):
    """A signature that does not hold, is of an unfit kind, or covers something else. The message says which."""


def signer(block: bytes, signed: bytes, *, accept_sha1: bool = False) -> str:
    """SHA-256 (hex) of the certificate whose key signed ``signed``.

    Raises ``BadSignature`` when the block cannot be read, has no or several signers, uses SHA-1 without
    ``accept_sha1``, uses MD5 or anything unknown, or does not verify.
    """
    try:
        certificates, info = _signed_data(block)
    except (ValueError, IndexError, UnsupportedAlgorithm) as error:
        raise BadSignature(f"the signature block cannot be read ({error})") from error
    try:
        issuer, serial, digest_id, attributes, signature_id, signature = _fields(info)
    except (ValueError, IndexError) as error:
        raise BadSignature(f"the signer's entry cannot be read ({error})") from error
    digest = _algorithm(_DIGESTS.get(digest_id), digest_id, accept_sha1=accept_sha1)
    if signature_id not in _SIGNATURES:
        raise BadSignature(f"the signature algorithm {signature_id} is not accepted")
    named = _SIGNATURES[signature_id]
    algorithm = digest if named is None else _algorithm(named, signature_id, accept_sha1=accept_sha1)
    certificate = _certificate(certificates, issuer, serial)
    _verify(certificate, signature, _covered(attributes, signed, digest), algorithm)
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _signed_data(block: bytes) -> tuple[list[x509.Certificate], der.Element]:
    """The certificates and the one SignerInfo of a SignedData (RFC 5652 §5.1)."""
    content_type, content = der.read(block).expect(der.SEQUENCE).children()[:2]
    if content_type.object_id != _SIGNED_DATA:
        raise ValueError("no SignedData")
    parts = content.expect(0xA0).children()[0].expect(der.SEQUENCE).children()
    held = [certificate for part in parts if part.tag == 0xA0 for certificate in part.children()]
    signers = parts[-1].expect(der.SET).children()
    if len(signers) != 1:
        raise ValueError(f"{len(signers)} signers where one belongs")
    return [x509.load_der_x509_certificate(one.whole) for one in held], signers[0].expect(der.SEQUENCE)


def _fields(info: der.Element) -> tuple[bytes, int, str, der.Element | None, str, bytes]:
    """Issuer (DER), serial, digest algorithm, signed attributes, signature algorithm, signature (RFC 5652 §5.3)."""
    parts = info.children()[1:]  # the first is the version
    issuer, serial = parts.pop(0).expect(der.SEQUENCE).children()
    digest_id = parts.pop(0).expect(der.SEQUENCE).children()[0].object_id
    attributes = parts.pop(0) if parts[0].tag == 0xA0 else None
    signature_id = parts.pop(0).expect(der.SEQUENCE).children()[0].object_id
    return issuer.whole, serial.integer, digest_id, attributes, signature_id, parts.pop(0).expect(der.OCTETS).content


def _algorithm(
    found: type[hashes.HashAlgorithm] | None, object_id: str, *, accept_sha1: bool
) -> type[hashes.HashAlgorithm]:
    if found is None:
        raise BadSignature(f"the digest algorithm {object_id} is not accepted")
    if found is hashes.SHA1 and not accept_sha1:
        raise BadSignature("it is signed with SHA-1 only")
    return found


def _certificate(certificates: list[x509.Certificate], issuer: bytes, serial: int) -> x509.Certificate:
    for certificate in certificates:
        if certificate.serial_number == serial and certificate.issuer.public_bytes() == issuer:
            return certificate
    raise BadSignature("the signer's certificate is not in the signature block")


def _covered(attributes: der.Element | None, signed: bytes, digest: type[hashes.HashAlgorithm]) -> bytes:
    """The bytes that the signature is over: the file, or the attributes that hold its digest (RFC 5652 §5.4)."""
    if attributes is None:
        return signed
    try:
        values = {}
        for attribute in attributes.children():
            name, value = attribute.expect(der.SEQUENCE).children()
            values[name.object_id] = value.expect(der.SET).children()
        (held,) = values[_MESSAGE_DIGEST]
        expected = held.expect(der.OCTETS).content
    except (ValueError, KeyError) as error:
        raise BadSignature("the signed attributes cannot be read") from error
    hasher = hashes.Hash(digest())
    hasher.update(signed)
    if hasher.finalize() != expected:
        raise BadSignature("the signature is over another file")
    return bytes([der.SET]) + attributes.whole[1:]


def _verify(
    certificate: x509.Certificate, signature: bytes, covered: bytes, algorithm: type[hashes.HashAlgorithm]
) -> None:
    try:
        match certificate.public_key():
            case rsa.RSAPublicKey() as key:
                if key.key_size < 1024:
                    raise BadSignature(f"the signer's key has only {key.key_size} bits")
                key.verify(signature, covered, padding.PKCS1v15(), algorithm())
            case ec.EllipticCurvePublicKey() as key:
                key.verify(signature, covered, ec.ECDSA(algorithm()))
            case dsa.DSAPublicKey() as key:
                key.verify(signature, covered, algorithm())
            case _:
                raise BadSignature("the signer's key is of a kind that is not accepted")
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise BadSignature("the signature does not verify with the signer's key") from error

"""The detached signature of a file: Ed25519 over its exact bytes, beside the file as ``NAME.sig``.

The bytes themselves are signed, not a digest of ours, so that any tool can check it, ``openssl`` for one. The file may
be large: pass a ``mmap``. The signature brings the endorsements of its key along, so that a reader with an old key
follows (see ``keys``).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field, ValidationError

from finwatch.errors import InputError
from finwatch.model.base import Model, Text, UtcTime
from finwatch.transparency.keys import Trusted, followed
from finwatch.transparency.note import PublicKey, decoded, parse_key

Bytes = bytes | bytearray | memoryview
"""Anything with a buffer; a ``mmap`` as ``memoryview``."""


class Signature(Model):
    """``NAME.sig``."""

    schema_id: Literal["finwatch.signature/1"] = Field(default="finwatch.signature/1", alias="schema")
    origin: str
    at: UtcTime
    """When it was signed. Not covered by the signature: the list itself says of when it is."""
    bytes: int
    sha256: str
    key: str
    """Key text."""
    endorsements: tuple[str, ...] = ()
    """From the first key to this one, oldest first."""
    signature: str
    """Base64 of 64 bytes."""


def sign(
    data: Bytes, key: Ed25519PrivateKey, *, name: str, origin: str, at: datetime, endorsements: Sequence[str] = ()
) -> Signature:
    """The signature of ``data`` by ``key``, whose name is ``name``."""
    public = PublicKey(name=name, raw=key.public_key().public_bytes_raw())
    return Signature(
        origin=origin,
        at=at,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        key=str(public),
        endorsements=tuple(endorsements),
        signature=base64.b64encode(key.sign(data)).decode(),
    )


def parse(text: str) -> Signature:
    """The signature of a ``.sig`` file. Raises ``InputError``."""
    try:
        return Signature.model_validate_json(text)
    except ValidationError as error:
        raise InputError("This is no signature file.", zh="这不是签名文件。", todo="Fetch it again.") from error


def refusal(data: Bytes, signature: Signature, pinned: Sequence[Trusted], *, at: datetime) -> Text | None:
    """Why ``signature`` does not make ``data``, which says it is of ``at``, believable; ``None`` = it does."""
    trusted = followed(pinned, signature.endorsements, origin=signature.origin)
    key = parse_key(signature.key)
    known = next((one for one in trusted if one.key == key), None)
    if known is None:
        return Text(
            zh=f"签名密钥 {key.name}+{key.id.hex()} 不在您信任的密钥之列，也没有可信密钥为其背书",
            en=f"the key {key.name}+{key.id.hex()} is none that you trust, and no key that you trust endorses it",
        )
    if not known.covers(at):
        return Text(
            zh=f"密钥 {key.name}+{key.id.hex()} 在 {at:%Y-%m-%d} 不在有效期内",
            en=f"the key {key.name}+{key.id.hex()} does not count for {at:%Y-%m-%d}",
        )
    if len(data) != signature.bytes or hashlib.sha256(data).hexdigest() != signature.sha256:
        return Text(
            zh="文件与签名时的内容不同（SHA-256 不一致）", en="the file is not the one that was signed (other SHA-256)"
        )
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(decoded(signature.signature), data)
    except InvalidSignature:
        return Text(zh="签名无效", en="the signature does not hold")
    return None

"""Signed notes: a text that people can read, and under it the lines of those who signed (C2SP signed-note).

::

    text, any number of lines
                                                    (an empty line)
    — finwatch.example/log yWfUmX8b…                 (a name; base64 of 4 bytes of key id and the signature)

The formats are those of Go's checksum database and of the witnesses of Certificate Transparency's successors, so that
their tools read our heads: https://c2sp.org/signed-note, https://c2sp.org/tlog-cosignature. Signatures are Ed25519
(RFC 8032). A *key text* is ``name+id+base64(type || key)``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finwatch.errors import InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519: Final = 1
"""A signature over the text."""
COSIGNATURE: Final = 4
"""A witness's signature over the text and the time at which it was seen (tlog-cosignature, v1)."""
_DASH: Final = "— "
_KEY_BYTES, _SIGNATURE_BYTES, _TIME_BYTES, _ID_BYTES = 32, 64, 8, 4
_MAX_CHARACTERS: Final = 1_000_000


@dataclass(frozen=True)
class PublicKey:
    """Who may sign: a name, what kind of signature, 32 bytes of key."""

    name: str
    raw: bytes
    kind: int = ED25519

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature line names the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.raw).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        """The key text."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.raw).decode()}"

    def holds(self, signature: bytes, message: bytes) -> bool:
        """Whether ``signature`` over ``message`` was made with this key."""
        # Imported where signatures are: every process opens the store, and few of them ever see a key.
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def parse_key(text: str) -> PublicKey:
    """The key of a key text. Raises ``InputError`` when it is none, or when its id does not belong to it."""
    name, _, rest = text.strip().partition("+")
    given, _, encoded = rest.partition("+")
    data = decoded(encoded)
    if not _name_holds(name) or len(data) != 1 + _KEY_BYTES or data[0] not in {ED25519, COSIGNATURE}:
        raise InputError(
            f"{text.strip()[:80]!r} is no key.",
            zh=f"{text.strip()[:80]!r} 不是公钥。",
            todo="Write it as it was published: NAME+ID+BASE64.",
        )
    key = PublicKey(name=name, raw=data[1:], kind=data[0])
    if key.id.hex() != given:
        raise InputError(
            f"The key {name} has the id {key.id.hex()}, not {given}.",
            zh=f"公钥 {name} 的编号应为 {key.id.hex()}，而不是 {given}。",
            todo="Copy it again from where it was published.",
        )
    return key


@dataclass(frozen=True)
class Line:
    """A signature line as it stands: nothing has been verified yet."""

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True)
class Note:
    """A text and its signature lines."""

    text: str
    """Ends with a line feed."""
    lines: tuple[Line, ...]

    def signed_by(self, key: PublicKey) -> bool:
        """Whether a line of this note is a valid signature of ``key``."""
        return self.signed_at(key) is not None

    def signed_at(self, key: PublicKey) -> int | None:
        """When ``key`` signed, in seconds since 1970 (0 for a key that does not say); ``None`` = it did not."""
        for line in self.lines:
            if line.name != key.name or line.key_id != key.id:
                continue
            if key.kind == COSIGNATURE and len(line.blob) == _TIME_BYTES + _SIGNATURE_BYTES:
                time = int.from_bytes(line.blob[:_TIME_BYTES], "big")
                if key.holds(line.blob[_TIME_BYTES:], _cosigned(self.text, time)):
                    return time
            elif key.kind == ED25519 and key.holds(line.blob, self.text.encode()):
                return 0
        return None

    def __str__(self) -> str:
        """The note as it is published."""
        told = "".join(
            f"{_DASH}{line.name} {base64.b64encode(line.key_id + line.blob).decode()}\n" for line in self.lines
        )
        return f"{self.text}\n{told}"


def parse(text: str) -> Note:
    """The note of a text. Raises ``InputError`` saying what is missing."""
    body, separator, signatures = text.rpartition("\n\n")
    if len(text) > _MAX_CHARACTERS or not separator or not body or not signatures.endswith("\n"):
        raise _malformed("there is no empty line between a text and its signatures")
    return Note(text=body + "\n", lines=tuple(map(_line, signatures[:-1].split("\n"))))


def _line(text: str) -> Line:
    name, _, encoded = text.removeprefix(_DASH).partition(" ")
    data = decoded(encoded)
    if not text.startswith(_DASH) or not _name_holds(name) or len(data) <= _ID_BYTES:
        raise _malformed(f"{text[:80]!r} is no signature line")
    return Line(name=name, key_id=data[:_ID_BYTES], blob=data[_ID_BYTES:])


def decoded(text: str) -> bytes:
    """The bytes of standard base64 as an encoder writes it; nothing where ``text`` is anything else."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.b64encode(data).decode() == text else b""


def sign(text: str, key: Ed25519PrivateKey, *, name: str) -> Note:
    """``text`` signed by ``key`` under ``name``."""
    public = PublicKey(name=name, raw=key.public_key().public_bytes_raw())
    _check(text)
    return Note(text=text, lines=(Line(name=name, key_id=public.id, blob=key.sign(text.encode())),))


def cosign(note: Note, key: Ed25519PrivateKey, *, name: str, time: int) -> Note:
    """``note`` with the line of a witness who saw it at ``time`` (seconds since 1970)."""
    public = PublicKey(name=name, raw=key.public_key().public_bytes_raw(), kind=COSIGNATURE)
    blob = time.to_bytes(_TIME_BYTES, "big") + key.sign(_cosigned(note.text, time))
    kept = tuple(line for line in note.lines if (line.name, line.key_id) != (name, public.id))
    return Note(text=note.text, lines=(*kept, Line(name=name, key_id=public.id, blob=blob)))


def check_name(name: str) -> str:
    """``name`` where it can be a key's. Raises ``InputError``."""
    if not _name_holds(name):
        raise InputError(
            f"{name!r} cannot be the name of a key.",
            zh=f"{name!r} 不能作为密钥名称。",
            todo="Write a name without spaces and plus signs, such as register.example/log.",
        )
    return name


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _check(text: str) -> None:
    if not text.endswith("\n") or any(not line for line in text[:-1].split("\n")):
        raise ValueError("a note's text is a number of lines, none of them empty")


def _name_holds(name: str) -> bool:
    return bool(name) and "+" not in name and name.isprintable() and not any(map(str.isspace, name))


def _malformed(why: str) -> InputError:
    return InputError(f"This is no signed note: {why}.", zh=f"这不是签名文本：{why}。", todo="Fetch it again.")

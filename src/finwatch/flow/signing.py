"""Who signs: the private key of this installation, the keys before it, and the heads of the log.

The private key is a file of its own (PKCS 8 in PEM, readable by its owner alone); the public keys with their
endorsements stand in the store, and everybody may read them.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from finwatch.errors import InputError, SettingError
from finwatch.model.access import Actor
from finwatch.store import Store
from finwatch.store.heads import StoredHead
from finwatch.transparency import keys, note
from finwatch.transparency.head import Head
from finwatch.transparency.keys import KeyEntry, KeyFile, Trusted
from finwatch.transparency.note import PublicKey, check_name


@dataclass(frozen=True)
class Signer:
    """A private key that signs for the log now."""

    origin: str
    private: Ed25519PrivateKey
    file: KeyFile

    @property
    def public(self) -> PublicKey:
        """Its public key."""
        return public_of(self.private, self.origin)

    @property
    def endorsements(self) -> tuple[str, ...]:
        """From the first key to this one."""
        return endorsements_of(self.file)


def public_of(private: Ed25519PrivateKey, name: str) -> PublicKey:
    """The public key of a private one, under a name."""
    return PublicKey(name=name, raw=private.public_key().public_bytes_raw())


def endorsements_of(file: KeyFile | None) -> tuple[str, ...]:
    """How each key of a key file hands over to the next, oldest first."""
    return tuple(entry.endorsement for entry in file.keys if entry.endorsement) if file else ()


def trusted_of(file: KeyFile | None) -> tuple[Trusted, ...]:
    """The keys that the store itself names: what it says of itself, no more."""
    return keys.pinned(file.model_dump_json()) if file else ()


def make_key(path: Path) -> Ed25519PrivateKey:
    """A new private key in a new file that its owner alone may read. Raises ``InputError`` when there is a file."""
    private = Ed25519PrivateKey.generate()
    data = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except FileExistsError as error:
        raise InputError(f"{path} is there already.", todo="A key is never overwritten: name a new file.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}).", todo="Name another file.") from error
    return private


def read_key(path: Path) -> Ed25519PrivateKey:
    """The private key of a file. Raises ``SettingError`` when it is none, or when others may read it."""
    try:
        mode, data = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise SettingError(f"The key {path} cannot be read ({error.strerror}).", todo="Name the key file.") from error
    if stat.S_IMODE(mode) & 0o077:
        raise SettingError(f"Others may read the key {path}.", todo=f"Run: chmod 600 {path}")
    try:
        private = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingError(f"{path} is no private key.", todo="Make one with: finwatch log key new.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise SettingError(f"{path} is no Ed25519 key.", todo="Make one with: finwatch log key new.")
    return private


def begin(store: Store, path: Path, *, origin: str, actor: Actor, now: datetime) -> PublicKey:
    """The first key of the log, in a new file. Raises ``InputError`` when the log has one."""
    now = now.replace(microsecond=0)
    if store.heads.keys() is not None:
        raise InputError("The log has a key already.", todo="Replace it with: finwatch log key rotate.")
    public = public_of(make_key(path), check_name(origin))
    store.heads.add_key(actor, KeyEntry(key=str(public), since=now), origin=origin, now=now)
    return public


def rotate(store: Store, signer: Signer, path: Path, *, actor: Actor, now: datetime) -> PublicKey:
    """A new key in a new file, endorsed by the one that signs now, which ends with it."""
    now = now.replace(microsecond=0)
    public = public_of(make_key(path), signer.origin)
    told = keys.endorse(public, origin=signer.origin, since=now, by=signer.private, name=signer.origin)
    entry = KeyEntry(key=str(public), since=now, endorsement=str(told))
    store.heads.add_key(actor, entry, origin=signer.origin, now=now)
    return public


def signer_of(store: Store, path: Path | None) -> Signer:
    """Who signs now. Raises ``SettingError`` when no key is set or it is not the one that the log names."""
    file = store.heads.keys()
    if file is None or path is None:
        missing = "The log has no key." if file is None else "FINWATCH_SIGNING_KEY is not set."
        raise SettingError(
            missing, zh="尚未设置签名密钥。", todo="Make a key with finwatch log key new, and name its file there."
        )
    private = read_key(path)
    text = str(public_of(private, file.origin))
    if not any(entry.key == text and entry.until is None for entry in file.keys):
        raise SettingError(
            f"The key {path} is not the one that signs for {file.origin} now.",
            zh=f"密钥 {path} 不是 {file.origin} 当前的签名密钥。",
            todo="Set FINWATCH_SIGNING_KEY to the newest key; finwatch log key show lists them.",
        )
    return Signer(origin=file.origin, private=private, file=file)


def sign_head(store: Store, signer: Signer, *, now: datetime) -> StoredHead:
    """The head of the log as it stands, signed and kept."""
    size, root = store.log.root()
    text = Head(signer.origin, size, root, now).text()
    return store.heads.add(note.sign(text, signer.private, name=signer.origin))

"""Whose signatures are believed, and when: the keys a reader starts from, and how one key hands over to the next.

A reader starts from keys that came to them by a way they trust (*pinned*). When a key is replaced, the old one signs an
*endorsement*, a note of these lines::

    key-endorsement/v1
    finwatch.example/log                              origin
    finwatch.example/log+1f0c2a3b+AW3…                the new key
    from 2027-01-01T00:00:00Z                         when the old key ends and the new one begins

So whoever pinned the first key follows the chain without asking anybody. A key that nobody endorsed (the old one was
lost) must be compared by hand. The key file ``finwatch.keys/1`` holds the keys of one origin with their endorsements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field, ValidationError

from finwatch.errors import InputError
from finwatch.model.base import Model, UtcTime
from finwatch.transparency import note
from finwatch.transparency.note import Note, PublicKey, parse_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ENDORSEMENT: Final = "key-endorsement/v1"
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


class KeyEntry(Model):
    """One key of the key file."""

    key: str
    """Key text."""
    since: UtcTime
    until: UtcTime | None = None
    """Heads and lists of later times are not signed with it."""
    endorsement: str | None = None
    """The note by which an earlier key hands over to this one; ``None`` for the first."""


class KeyFile(Model):
    """Every key that ever signed for one origin, oldest first."""

    schema_id: Literal["finwatch.keys/1"] = Field(default="finwatch.keys/1", alias="schema")
    origin: str
    keys: tuple[KeyEntry, ...]


@dataclass(frozen=True)
class Trusted:
    """A key and the time in which its signatures count."""

    key: PublicKey
    since: datetime | None = None
    until: datetime | None = None

    def covers(self, at: datetime | None) -> bool:
        """Whether something said to be of ``at`` may be signed with it; ``None`` = it does not say when."""
        if at is None:
            return self.until is None
        return (self.since is None or at >= self.since) and (self.until is None or at <= self.until)


def endorse(key: PublicKey, *, origin: str, since: datetime, by: Ed25519PrivateKey, name: str) -> Note:
    """The note by which the holder of ``by`` hands over to ``key`` at ``since``."""
    lines = (_ENDORSEMENT, origin, str(key), f"from {since.astimezone(UTC).strftime(_TIME)}")
    return note.sign("".join(f"{line}\n" for line in lines), by, name=name)


def pinned(text: str) -> tuple[Trusted, ...]:
    """The keys of a file that a reader trusts: a key file, or key texts, one a line (``#`` begins a comment).

    Raises ``InputError`` when there is none in it.
    """
    if text.lstrip().startswith("{"):
        try:
            entries = KeyFile.model_validate_json(text).keys
        except ValidationError as error:
            where = ".".join(map(str, error.errors()[0]["loc"]))
            raise InputError(f"The key file is wrong at {where or 'its beginning'}.", todo="Fetch it again.") from error
        found = tuple(Trusted(parse_key(entry.key), entry.since, entry.until) for entry in entries)
    else:
        lines = (line.strip() for line in text.splitlines())
        found = tuple(Trusted(parse_key(line)) for line in lines if line and not line.startswith("#"))
    if not found:
        raise InputError("There is no key in the key file.", zh="密钥文件中没有公钥。", todo="Name another file.")
    return found


def followed(start: Sequence[Trusted], endorsements: Iterable[str], *, origin: str) -> tuple[Trusted, ...]:
    """``start`` and every key that the chain of ``endorsements`` leads to from it.

    A key that hands over ends when the next begins, for any reader that sees the endorsement. Endorsements that no
    trusted key signed, that are of another origin or that cannot be read lead nowhere: they are passed over.
    """
    known = list(start)
    for text in endorsements:
        read = _endorsement(text)
        if read is None or read[1] != origin:
            continue
        told, _, key, since = read
        for place, trusted in enumerate(known):
            if trusted.covers(since) and told.signed_by(trusted.key):
                known[place] = replace(trusted, until=min(since, trusted.until or since))
                if all(other.key != key for other in known):
                    known.append(Trusted(key, since))
                break
    return tuple(known)


def _endorsement(text: str) -> tuple[Note, str, PublicKey, datetime] | None:
    try:
        told = note.parse(text)
        kind, origin, key, since = told.text[:-1].split("\n")
        if kind != _ENDORSEMENT:
            return None
        return told, origin, parse_key(key), datetime.strptime(since, f"from {_TIME}").replace(tzinfo=UTC)
    except (InputError, ValueError):
        return None


def signer_of(told: Note, trusted: Sequence[Trusted], at: datetime | None) -> Trusted | None:
    """The trusted key that signed ``told``, which says it is of ``at``; ``None`` = none that counts then."""
    return next((one for one in trusted if one.covers(at) and told.signed_by(one.key)), None)

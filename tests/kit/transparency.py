"""Builders for the transparency log and the approved list: keys, rows of every decided table, fictional apps."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, Table

from finwatch.model.access import EVERYTHING, Actor, Organisation, OrganisationId, OrganisationKind, PersonId
from finwatch.model.approved import ApprovedApp, ApprovedState, ApprovedVersion
from finwatch.store import Store
from finwatch.store.columns import Instant, Json, Whole
from finwatch.store.heads import StoredHead
from finwatch.transparency import keys, note
from finwatch.transparency.head import Head
from finwatch.transparency.note import PublicKey

DAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
ORIGIN = "register.example/log"
ACTOR = Actor(
    person=PersonId("p-1"),
    name="Sample",
    organisation=Organisation(id=OrganisationId("o-1"), kind=OrganisationKind.ASSOCIATION, name="Sample"),
    scope=EVERYTHING,
    means="system",
)


def later(days: float) -> datetime:
    """A time after ``DAY``."""
    return DAY + timedelta(days=days)


def sha(name: str) -> str:
    """A SHA-256 that belongs to a name."""
    return hashlib.sha256(name.encode()).hexdigest()


def secret(number: int = 1) -> Ed25519PrivateKey:
    """A private key that belongs to a number."""
    return Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def public(number: int = 1, name: str = ORIGIN, kind: int = note.ED25519) -> PublicKey:
    """Its public key."""
    return PublicKey(name=name, raw=secret(number).public_key().public_bytes_raw(), kind=kind)


def trusted(number: int = 1) -> tuple[keys.Trusted, ...]:
    """A reader who pinned that key."""
    return keys.pinned(str(public(number)))


def first_key(store: Store) -> None:
    """Makes key 1 the key of the log."""
    entry = keys.KeyEntry(key=str(public()), since=DAY)
    store.heads.add_key(ACTOR, entry, origin=ORIGIN, now=DAY)


def signed(store: Store, *, at: datetime = DAY, number: int = 1) -> StoredHead:
    """A head of the log as it is, signed and kept."""
    size, root = store.log.root()
    return store.heads.add(note.sign(Head(ORIGIN, size, root, at).text(), secret(number), name=ORIGIN))


def value(column: Column[Any], number: int) -> Any:
    """Something to put into a column."""
    kind = column.type
    if isinstance(kind, Json):
        return {"a": [number, "值"], "b": None}
    if isinstance(kind, Instant):
        return later(number)
    if isinstance(kind, Boolean):
        return bool(number % 2)
    if isinstance(kind, BigInteger | Integer | Whole):
        return number
    if isinstance(kind, Float):
        return number / 2
    return f"{column.name} {number} 值"


def row(table: Table, number: int) -> dict[str, Any]:
    """A row of a table with something in every column."""
    return {column.name: value(column, number) for column in table.columns}


def app(number: int = 1, /, **fields: Any) -> ApprovedApp:
    """A filed app of a fictional institution."""
    given: dict[str, Any] = {
        "id": number,
        "number": f"示备{number:08d}",
        "names": (f"青禾银行{number}", f"Qinghe Bank {number}"),
        "institution": "青禾示例银行",
        "credit_code": "91110000MA0000000X",
        "platform": "android",
        "package": f"example.qinghe.bank{number}",
        "signers": (sha(f"signer {number}"),),
        "versions": (ApprovedVersion(version="1.0", sha256=sha(f"package {number}"), day=date(2026, 3, 1)),),
        "region": "110000",
        "filed": date(2026, 3, 1),
        "state": ApprovedState.FILED,
    }
    return ApprovedApp.model_validate({**given, **fields})

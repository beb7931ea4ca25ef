"""A proof to hand out: that a leaf stands in the log, and that a row stands in the list the leaf vouches for.

``finwatch.proof/1`` needs nothing but itself and a key one trusts: the signed head, the endorsements that lead to its
key, the leaf's exact bytes with its audit path, and for a row of the approved list its exact bytes with its path in
the list's tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from finwatch.errors import InputError
from finwatch.model.base import Model, Text
from finwatch.transparency import head as heads
from finwatch.transparency import leaf as leaves
from finwatch.transparency import note
from finwatch.transparency.keys import Trusted, followed, signer_of
from finwatch.transparency.merkle import climb, leaf_hash

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class LeafProof(Model):
    """A leaf and its audit path."""

    index: Annotated[int, Field(ge=0)]
    data: str
    path: tuple[Hash, ...]


class EntryProof(Model):
    """A row of a published list and its audit path in the list's tree."""

    list_number: int
    index: Annotated[int, Field(ge=0)]
    row: str
    path: tuple[Hash, ...]


class Proof(Model):
    """``finwatch.proof/1``."""

    schema_id: Literal["finwatch.proof/1"] = Field(default="finwatch.proof/1", alias="schema")
    head: str
    """The signed head (a note)."""
    endorsements: tuple[str, ...] = ()
    leaf: LeafProof
    entry: EntryProof | None = None


class Consistency(Model):
    """``finwatch.consistency/1``: that the log at one size is the beginning of the log at another."""

    schema_id: Literal["finwatch.consistency/1"] = Field(default="finwatch.consistency/1", alias="schema")
    first: int
    second: int
    path: tuple[Hash, ...]


def parse(text: str) -> Proof:
    """The proof of a file. Raises ``InputError``."""
    try:
        return Proof.model_validate_json(text)
    except ValidationError as error:
        raise InputError("This is no proof.", zh="这不是证明文件。", todo="Ask for it again.") from error


def refusal(proof: Proof, pinned: Sequence[Trusted]) -> Text | None:
    """Why the proof proves nothing; ``None`` = it holds. Raises ``InputError`` when a part cannot be read."""
    told = note.parse(proof.head)
    head = heads.parse(told.text)
    trusted = followed(pinned, proof.endorsements, origin=head.origin)
    if signer_of(told, trusted, head.at) is None:
        return Text(zh="日志头没有可信密钥的有效签名", en="no key that you trust signed the head")
    leaf, path = proof.leaf, _hashes(proof.leaf.path)
    if climb(leaf_hash(leaf.data.encode()), index=leaf.index, size=head.size, path=path) != head.root:
        return Text(
            zh=f"叶子 {leaf.index} 不在该日志中：路径不通向日志头的根",
            en=f"leaf {leaf.index} is not in this log: its path does not lead to the head's root",
        )
    return None if proof.entry is None else _entry_refusal(proof.entry, leaves.parse(leaf.data))


def _entry_refusal(entry: EntryProof, leaf: leaves.Leaf) -> Text | None:
    listed = next((one for one in leaf.lists if one.number == entry.list_number), None)
    if listed is None:
        return Text(
            zh=f"该叶子没有为第 {entry.list_number} 期名单作证",
            en=f"the leaf does not vouch for list {entry.list_number}",
        )
    root = climb(leaf_hash(entry.row.encode()), index=entry.index, size=listed.apps, path=_hashes(entry.path))
    if root is None or root.hex() != listed.root:
        return Text(
            zh=f"该行不在第 {entry.list_number} 期名单中：路径不通向名单的根",
            en=f"the row is not in list {entry.list_number}: its path does not lead to the list's root",
        )
    return None


def _hashes(path: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(map(bytes.fromhex, path))

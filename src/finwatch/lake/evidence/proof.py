"""The proof that one capture stands in a sealed batch: its record, the path to the root, the stamp over the root.

What comes in: the id of a capture. What goes out: ``Proof``, computed from the record's bytes as they are now, so that
a proof of an altered record says so.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from finwatch.errors import LakeError, NotFound
from finwatch.lake.evidence.authority import BadStamp, Stamp, Trust, decoded, stamp_of, trust_of
from finwatch.lake.evidence.batch import Batch, Leaf
from finwatch.lake.evidence.chain import Chain, name_of, parse
from finwatch.lake.evidence.records import leaf_of
from finwatch.lake.ports import Lake
from finwatch.model.base import Model
from finwatch.model.fetch import Capture
from finwatch.settings import Settings
from finwatch.transparency import merkle


class Step(Model):
    """One step from the leaf to the root."""

    side: Literal["left", "right"]
    """Where the sibling stands."""
    hash: str


class Inclusion(Model):
    """A record and its way to the root (RFC 9162 §2.1.3)."""

    record: Leaf
    index: int
    """Of the leaf, from 0."""
    path: tuple[Step, ...]
    whole: bool
    """Whether the record's bytes, as they are now, lead to the root."""


class Proof(Model):
    """Everything that a capture's evidence rests on."""

    schema_id: Literal["finwatch.proof/1"] = Field(default="finwatch.proof/1", alias="schema")
    capture: Capture | None
    """``None`` = the record cannot be read any more."""
    response: Inclusion
    request: Inclusion | None
    batch: Batch
    stamp: Stamp | None
    """``None`` = pending, or not readable."""
    stamp_said: str
    """How sure the stamp is, in a sentence."""

    @property
    def whole(self) -> bool:
        """Whether every record shown leads to the root."""
        return self.response.whole and (self.request is None or self.request.whole)


def prove(lake: Lake, settings: Settings, capture_id: str) -> Proof:
    """The proof of a capture. Raises ``NotFound`` for a capture that is unknown or not sealed yet, ``LakeError``."""
    chain = Chain(lake.shelf)
    name, _, offset = capture_id.partition("#")
    segment = next((path for path in chain.shelf.segments() if name_of(path) == name), None)
    if segment is None or not offset.isdigit():
        raise NotFound(
            f"No complete segment holds the capture {capture_id!r}.",
            todo="Look up the id in the table captures; a segment that is being written is sealed when it is complete.",
        )
    number = chain.number_of(segment)
    if number is None:
        raise NotFound(f"{name} is not sealed yet.", todo="Run finwatch evidence seal.")
    batch = parse(chain.read(chain.statement(number)) or b"")
    if batch is None or batch.number != number or batch.segment != segment:
        raise LakeError(
            f"The statement of batch {number} is not the one of {name}.", todo="Run finwatch evidence verify."
        )
    answered, asked, hashes = _leaves(chain, number, int(offset))
    if answered is None:
        raise NotFound(f"Batch {number} has no record at byte {offset} of {name}.", todo="Check the id of the capture.")
    stamp, said = _stamp(chain, batch, trust_of(settings))
    try:
        capture: Capture | None = lake.captures.read(capture_id)[0]
    except (LakeError, NotFound):
        capture = None
    return Proof(
        capture=capture,
        response=_inclusion(chain, batch, hashes, *answered),
        request=None if asked is None else _inclusion(chain, batch, hashes, *asked),
        batch=batch,
        stamp=stamp,
        stamp_said=said,
    )


def record_bytes(lake: Lake, batch: Batch, leaf: Leaf) -> bytes:
    """The record's bytes as they stand in the segment. Raises ``LakeError`` when the segment ends before."""
    with lake.shelf.segment(batch.segment) as opened:
        if opened is None:
            raise LakeError(f"The segment {batch.segment} is missing.", todo="Restore it from a backup.")
        stream, _ = opened
        stream.seek(leaf.offset)
        data = stream.read(leaf.length)
    if len(data) != leaf.length:
        where = lake.shelf.where(batch.segment)
        raise LakeError(f"{where} ends before byte {leaf.offset + leaf.length}.", todo="Restore it from a backup.")
    return data


def _leaves(
    chain: Chain, number: int, offset: int
) -> tuple[tuple[Leaf, int] | None, tuple[Leaf, int] | None, list[bytes]]:
    """The leaf at ``offset`` with its index, the request that follows it, and the hashes of all leaves."""
    answered: tuple[Leaf, int] | None = None
    asked: tuple[Leaf, int] | None = None
    hashes: list[bytes] = []
    for index, leaf in enumerate(chain.read_leaves(number)):
        if leaf.offset == offset:
            answered = leaf, index
        elif answered is not None and index == answered[1] + 1 and leaf.type == "request":
            asked = leaf, index
        hashes.append(bytes.fromhex(leaf.leaf))
    return answered, asked, hashes


def _inclusion(chain: Chain, batch: Batch, hashes: list[bytes], leaf: Leaf, index: int) -> Inclusion:
    path = merkle.audit_path(hashes, index)
    with chain.shelf.segment(batch.segment) as opened:
        actual = None if opened is None else leaf_of(opened[0], leaf)
    root = None if actual is None else merkle.climb(actual, index=index, size=batch.records, path=path)
    sides = merkle.sides(index, len(hashes))
    steps = tuple(Step.model_validate({"side": side, "hash": one.hex()}) for side, one in zip(sides, path, strict=True))
    return Inclusion(record=leaf, index=index, path=steps, whole=root is not None and root.hex() == batch.root)


def _stamp(chain: Chain, batch: Batch, trust: Trust | None) -> tuple[Stamp | None, str]:
    reply = chain.read(chain.stamp(batch.number))
    if reply is None:
        return None, "The time stamp is pending: run finwatch evidence seal when the authority can be reached."
    try:
        stamp = stamp_of(decoded(reply)) if trust is None else trust.judge(reply)
    except BadStamp as error:
        return None, f"The time stamp is not valid under the certificates of the settings: {error}."
    if stamp.imprint != chain.shelf.sha256(chain.statement(batch.number)):
        return None, "The time stamp is over something else: run finwatch evidence verify."
    if trust is None:
        return stamp, "The time stamp was not verified: FINWATCH_TSA_CERTIFICATE is not set."
    return stamp, f"The time stamp is verified by the certificates in {trust.path.name}."

"""The chain of batches, judged link by link: which statements and stamps are as they were made. Reads small files only.

Who vouches for a statement: the statement after it, which names its SHA-256 (for the last one, ``head.json``), and the
time stamp over it. A statement is altered when somebody vouches for another one and nobody for it. Who vouches for a
stamp: its authority's signature, and the later batch (or ``head.json``) that names the SHA-256 of the reply; the second
also covers the bytes of a reply that are not signed, and shows when a stamp is taken away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from pydantic import ValidationError

from finwatch.lake.evidence.authority import BadStamp, Trust
from finwatch.lake.evidence.batch import Batch, Head
from finwatch.lake.evidence.chain import Chain, name_of, parse
from finwatch.lake.evidence.verification import Altered, Found


class Seen(StrEnum):
    """What a stamp's own signature says."""

    NONE = auto()
    """There is no stamp."""
    GOOD = auto()
    """Valid, and over this statement."""
    OTHER = auto()
    """Valid, and over something else."""
    BAD = auto()
    """Not valid under the certificates of the settings."""
    UNCHECKED = auto()
    """No certificate is set."""


class State(StrEnum):
    """What the statement of a batch is."""

    WHOLE = auto()
    ALTERED = auto()
    MISSING = auto()
    MOVED = auto()
    """The whole statement of another batch."""


@dataclass(frozen=True, slots=True)
class Link:
    """The files of one batch as they are found."""

    number: int
    sha256: str | None
    """Of the statement; ``None`` = there is none."""
    batch: Batch | None
    stamp_sha256: str | None
    seen: Seen
    why: str = ""
    """Why a stamp is bad."""


class Links:
    """The chain of a lake, judged."""

    def __init__(self, chain: Chain, trust: Trust | None, found: Found) -> None:
        self._chain = chain
        self._found = found
        self.marked: Mapping[int, str] = chain.marked()
        self.head = self._head()
        numbers = chain.numbers()
        last = max([*numbers, 0])
        links = {number: _link(chain, number, trust) for number in range(1, last + 1)}
        last = self._extended(last, links)
        self.links = links
        self.last = last
        self.states: dict[int, State] = {}
        for number in range(last, 0, -1):
            self.states[number] = self._state(number)
        self._held = self._stamps_held()
        self._tell()

    @property
    def end(self) -> str | None:
        """SHA-256 of the last statement."""
        return self.links[self.last].sha256 if self.last else None

    def segment(self, number: int) -> str | None:
        """The segment of a batch, from its statement or, where that is not whole, from the note beside the segment."""
        batch = self.links[number].batch
        if batch is not None and self.states[number] is State.WHOLE:
            return batch.segment
        return self.marked.get(number) or (batch.segment if batch is not None and batch.number == number else None)

    def pending(self) -> tuple[int, ...]:
        """Batches that have no stamp, and are not known to have had one."""
        return tuple(n for n, link in self.links.items() if link.seen is Seen.NONE and not self._expected(n))

    def unproven(self) -> list[str]:
        """What the certificates of the settings do not settle."""
        told = []
        if unchecked := [n for n, link in self.links.items() if link.seen is Seen.UNCHECKED]:
            told.append(
                f"{len(unchecked)} time stamps were not verified: set FINWATCH_TSA_CERTIFICATE to a PEM file with the "
                "certificates of their authority."
            )
        for number, link in self.links.items():
            if link.seen is Seen.BAD and self._claimed(number) == link.stamp_sha256:
                told.append(
                    f"The time stamp of batch {number} is as it was received, but FINWATCH_TSA_CERTIFICATE does not "
                    f"verify it: {link.why}. Add the certificates of the authority that gave it; if they are there, "
                    "the stamp is not genuine."
                )
        return told

    def _head(self) -> Head | None:
        data = self._chain.read(self._chain.head_file)
        if data is None:
            if self._chain.numbers():
                self._found.add(Altered.HEAD, "head.json, which says where the chain ends, is missing.")
            return None
        try:
            return Head.model_validate_json(data)
        except ValidationError as error:
            self._found.add(Altered.HEAD, f"head.json does not say where the chain ends: {error.errors()[0]['msg']}.")
            return None

    def _extended(self, last: int, links: dict[int, Link]) -> int:
        """The last batch that there should be, after the head was held against those that are there."""
        head = self.head
        if head is None:
            return last
        if head.number > last:
            if last and head.sha256 == links[last].sha256:
                self._found.add(Altered.HEAD, f"head.json names batch {head.number} where batch {last} is the last.")
                self.head = None
                return last
            for number in range(last + 1, head.number + 1):
                links[number] = Link(number, None, None, None, Seen.NONE)
            return head.number
        follower = links[head.number + 1].batch if head.number < last else None
        interrupted = follower is not None and head.number + 1 == last and follower.previous == head.sha256
        if head.number < last and not interrupted:
            self._found.add(Altered.HEAD, f"head.json ends the chain at batch {head.number}, but there are {last}.")
            self.head = None
        return last

    def _claim(self, number: int, *, whole: bool) -> str | None:
        """What the statement after ``number`` says that its SHA-256 is; ``whole`` = heed whole statements only."""
        if self.head is not None and self.head.number == number:
            return self.head.sha256
        for place, link in self.links.items():
            if link.batch is None or link.batch.number != number + 1:
                continue
            if not whole or self.states.get(place) in {State.WHOLE, State.MOVED}:
                return link.batch.previous
        return None

    def _state(self, number: int) -> State:
        link = self.links[number]
        if link.sha256 is None:
            return State.MISSING
        if link.batch is None:
            return State.ALTERED
        if link.batch.number != number:
            moved = self._claim(link.batch.number, whole=False) == link.sha256
            return State.MOVED if moved else State.ALTERED
        vouchers = []
        claim = self._claim_after(number)
        if claim is not None:
            vouchers.append(claim == link.sha256)
        if link.seen in {Seen.GOOD, Seen.OTHER}:
            vouchers.append(link.seen is Seen.GOOD)
        return State.ALTERED if vouchers and not any(vouchers) else State.WHOLE

    def _claim_after(self, number: int) -> str | None:
        after = self.links.get(number + 1)
        if after is not None and after.batch is not None and self.states[number + 1] is State.WHOLE:
            return after.batch.previous
        return self._claim(number, whole=True)

    def _claimed(self, number: int) -> str | None:
        """The SHA-256 of the stamp of a batch, by whoever noted it."""
        return self._held.get(number)

    def _stamps_held(self) -> dict[int, str]:
        whole = (link.batch for n, link in self.links.items() if self.states[n] in {State.WHOLE, State.MOVED})
        noted = [held for batch in whole if batch is not None for held in batch.stamps]
        if self.head is not None:
            noted += self.head.stamps
        return {held.number: held.sha256 for held in noted}

    def _expected(self, number: int) -> bool:
        """Whether the stamp of a batch is known to have been received."""
        if self._claimed(number) is not None:
            return True
        return self.head is not None and number <= self.head.number and number not in self.head.pending

    def _tell(self) -> None:
        held = {link.batch.segment for link in self.links.values() if link.batch is not None}
        for number, sealed in self.marked.items():
            if number > self.last and sealed not in held:
                said = f"Batch {number} is missing: its segment was sealed, and the chain ends at {self.last}."
                self._found.add(Altered.BATCH, said, batch=number, segment=sealed)
        for number, link in self.links.items():
            state, segment = self.states[number], self.segment(number)
            path = name_of(self._chain.statement(number))
            if state is State.MISSING:
                said = f"Batch {number} is missing: there is no {path}."
                self._found.add(Altered.BATCH, said, batch=number, segment=segment)
            elif state is State.MOVED and link.batch is not None:
                said = f"{path} holds batch {link.batch.number}: batches were swapped."
                self._found.add(Altered.BATCH, said, batch=number, segment=segment)
            elif state is State.ALTERED:
                said = f"The statement of batch {number} with its root ({path}) is not what was sealed."
                self._found.add(Altered.ROOT, said, batch=number, segment=segment)
            elif self.head is not None and self.head.number == number and self.head.sha256 != link.sha256:
                self._found.add(Altered.HEAD, f"head.json names another statement as batch {number}.", batch=number)
            self._tell_stamp(number, link, state)

    def _tell_stamp(self, number: int, link: Link, state: State) -> None:
        claimed, name = self._claimed(number), name_of(self._chain.stamp(number))
        said = ""
        if link.stamp_sha256 is None:
            if state is not State.MISSING and self._expected(number):
                said = f"The time stamp of batch {number} ({name}) was taken away."
        elif claimed is not None and claimed != link.stamp_sha256:
            said = f"The time stamp of batch {number} ({name}) is not the one that was received."
        elif link.seen is Seen.OTHER and state is State.WHOLE:
            said = f"The time stamp of batch {number} ({name}) is over something else."
        elif link.seen is Seen.BAD and claimed is None:
            said = f"The time stamp of batch {number} ({name}) is not valid: {link.why}."
        if said:
            self._found.add(Altered.STAMP, said, batch=number, segment=self.segment(number))


def _link(chain: Chain, number: int, trust: Trust | None) -> Link:
    data = chain.read(chain.statement(number))
    sha256 = None if data is None else hashlib.sha256(data).hexdigest()
    reply = chain.read(chain.stamp(number))
    seen, why = _seen(reply, sha256, trust)
    stamp = None if reply is None else hashlib.sha256(reply).hexdigest()
    return Link(number, sha256, None if data is None else parse(data), stamp, seen, why)


def _seen(reply: bytes | None, statement: str | None, trust: Trust | None) -> tuple[Seen, str]:
    if reply is None:
        return Seen.NONE, ""
    if trust is None:
        return Seen.UNCHECKED, ""
    try:
        stamp = trust.judge(reply)
    except BadStamp as error:
        return Seen.BAD, str(error)
    return (Seen.GOOD if stamp.imprint == statement else Seen.OTHER), ""


def noted(text: str) -> tuple[int, str]:
    """The end of a chain as it was noted: ``NUMBER:SHA256``. Raises ``ValueError``."""
    number, _, sha256 = text.strip().partition(":")
    if not number.isdigit() or len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ValueError(f"{text!r} is not NUMBER:SHA256")
    return int(number), sha256


def held_against(links: Links, note: tuple[int, str], found: Found) -> None:
    """Adds an alteration when batch ``note[0]`` is not the one that was noted elsewhere."""
    number, sha256 = note
    link = links.links.get(number)
    if link is None:
        found.add(
            Altered.HEAD, f"Batch {number} was noted elsewhere, but the chain ends at {links.last}.", batch=number
        )
    elif link.sha256 != sha256:
        found.add(Altered.HEAD, f"Batch {number} is not the one that was noted elsewhere.", batch=number)

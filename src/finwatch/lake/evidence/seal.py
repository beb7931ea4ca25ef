"""Seals what was captured: every complete segment that has no batch yet gets a root, a place in the chain, a stamp.

What comes in: a lake. What goes out: new batches in it, and what could not be stamped. It may be killed at any point
and run again; two at once wait for one another; a segment is sealed once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeAlias

from finwatch.errors import LakeError
from finwatch.lake.evidence.authority import Authority, BadStamp, NoStamp, authority_of
from finwatch.lake.evidence.batch import Batch, Head, Leaf, StampHeld
from finwatch.lake.evidence.chain import Chain, name_of, parse
from finwatch.lake.evidence.records import scan
from finwatch.lake.ports import Lake
from finwatch.model.base import Model
from finwatch.settings import Settings
from finwatch.transparency.merkle import Tree

Told: TypeAlias = Callable[[str, int, int | None, str], None]
"""Told how far a long run is: stage, done, total, what is being worked on."""


class Sealed(Model):
    """What a run of sealing did."""

    batches: tuple[int, ...]
    """New batches."""
    records: int
    """Records in them."""
    stamped: tuple[int, ...]
    """Batches that got their time stamp now, also earlier ones."""
    pending: tuple[int, ...]
    """Batches without a time stamp."""
    why: str = ""
    """Why stamps are pending."""
    number: int
    """The last batch of the chain; 0 when nothing was ever sealed."""
    head: str | None
    """SHA-256 of its statement. Kept elsewhere, it shows later that nothing was cut off the end."""


def seal(
    lake: Lake,
    settings: Settings,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Told = lambda *_: None,
) -> Sealed:
    """Seals every segment that nobody writes to any more, and asks again for the stamps that are pending.

    An authority that is unreachable leaves its batches pending and is no error. Raises ``LakeError`` when the disk
    refuses or the chain is damaged, ``SettingError`` when a setting of the authority cannot be used.
    """
    authority = authority_of(settings)
    lake.close()
    lake.captures.index()
    chain = Chain(lake.shelf)
    with chain.changing():
        head = _completed(chain)
        stamps = _Stamps(chain, authority)
        head = stamps.fetch(head)
        made: list[Batch] = []
        waiting = [path for path in chain.shelf.segments() if chain.number_of(path) is None]
        for done, segment in enumerate(waiting):
            progress("seal", done, len(waiting), name_of(segment))
            batch = _batch(chain, head, segment, sealed=clock())
            head = _appended(chain, head, batch)
            head = stamps.fetch(head)
            made.append(batch)
        progress("seal", len(waiting), len(waiting), "")
    return Sealed(
        batches=tuple(batch.number for batch in made),
        records=sum(batch.records for batch in made),
        stamped=tuple(stamps.received),
        pending=head.pending,
        why=stamps.why if head.pending else "",
        number=head.number,
        head=head.sha256,
    )


def _batch(chain: Chain, head: Head, segment: str, *, sealed: datetime) -> Batch:
    """The statement of the next batch, over ``segment``; its list of leaves is in the lake already."""
    number = head.number + 1
    tree, end, dates = Tree(), 0, [""]

    def listed(leaves: Iterator[Leaf]) -> Iterator[Leaf]:
        nonlocal end
        for leaf in leaves:
            tree.add(bytes.fromhex(leaf.leaf))
            end = leaf.offset + leaf.length
            if leaf.at is not None:
                dates[:] = [min(dates[0] or leaf.at, leaf.at), max(dates[-1], leaf.at)]
            yield leaf

    with chain.shelf.segment(segment) as opened:
        if opened is None:
            raise LakeError(f"The segment {chain.shelf.where(segment)} was taken away.", todo="Restore it.")
        chain.write_leaves(number, listed(scan(opened[0])))
    return Batch(
        number=number,
        previous=head.sha256,
        segment=segment,
        segment_bytes=end,
        records=tree.size,
        root=tree.root().hex(),
        leaves_sha256=chain.shelf.sha256(chain.leaves(number)) or "",
        first=dates[0] or None,
        last=dates[-1] or None,
        sealed=sealed,
        stamps=head.stamps,
    )


def _appended(chain: Chain, head: Head, batch: Batch) -> Head:
    """The head after ``batch`` has been put on the disk. Order: statement, note beside the segment, head."""
    sha256 = chain.write(batch)
    return _linked(chain, head, batch, sha256)


def _linked(chain: Chain, head: Head, batch: Batch, sha256: str) -> Head:
    chain.mark(batch.segment, batch.number)
    after = Head(number=batch.number, sha256=sha256, pending=(*head.pending, batch.number))
    chain.write_head(after)
    return after


def _completed(chain: Chain) -> Head:
    """The head, after a batch that a killed process had written but not linked was linked."""
    head = chain.head()
    data = chain.read(chain.statement(head.number + 1))
    if data is None:
        return head
    batch = parse(data)
    if batch is None or batch.number != head.number + 1 or batch.previous != head.sha256:
        raise LakeError(
            f"{chain.shelf.where(chain.statement(head.number + 1))} does not follow on batch {head.number}.",
            todo="Run finwatch evidence verify; nothing is sealed until the chain is whole.",
        )
    return _linked(chain, head, batch, hashlib.sha256(data).hexdigest())


class _Stamps:
    """Asks for the stamps that are pending, until the authority fails once."""

    def __init__(self, chain: Chain, authority: Authority | None) -> None:
        self._chain = chain
        self._authority = authority
        self.received: list[int] = []
        self.why = "" if authority else "No time-stamp authority is set (FINWATCH_TSA_URL)."

    def fetch(self, head: Head) -> Head:
        """The head with every stamp that could be had; each is on the disk before the head says so."""
        for number in head.pending:
            reply = self._held(number) or self._asked(number)
            if reply is None:
                continue
            held = StampHeld(number=number, sha256=hashlib.sha256(reply).hexdigest())
            pending = tuple(other for other in head.pending if other != number)
            head = head.model_copy(update={"pending": pending, "stamps": (*head.stamps, held)})
            self._chain.write_head(head)
            self.received.append(number)
        return head

    def _held(self, number: int) -> bytes | None:
        """A valid stamp that a killed process had received but not noted."""
        reply = self._chain.read(self._chain.stamp(number))
        statement = self._chain.read(self._chain.statement(number))
        if reply is None or statement is None or self._authority is None:
            return None
        try:
            stamp = self._authority.trust.judge(reply)
        except BadStamp:
            return None
        return reply if stamp.imprint == hashlib.sha256(statement).hexdigest() else None

    def _asked(self, number: int) -> bytes | None:
        if self._authority is None or self.why:
            return None
        statement = self._chain.read(self._chain.statement(number))
        if statement is None:
            self.why = f"The statement of batch {number} is missing; run finwatch evidence verify."
            return None
        try:
            reply = self._authority.ask(statement)
        except NoStamp as error:
            self.why = str(error)
            return None
        self._chain.shelf.replace(self._chain.stamp(number), reply)
        return reply

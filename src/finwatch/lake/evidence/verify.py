"""Verifies everything that was sealed, offline: the chain, the stamps, and every record hashed again.

What comes in: a lake and the certificates of the time-stamp authority. What goes out: a ``Verification`` that names
each altered record, root, stamp or missing batch. Records are read as a stream: memory does not grow with the lake.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import BinaryIO, Final, TypeAlias

from finwatch.errors import InputError, LakeError
from finwatch.lake.blobs import place
from finwatch.lake.evidence.authority import trust_of
from finwatch.lake.evidence.batch import Batch, Leaf
from finwatch.lake.evidence.chain import Chain, name_of
from finwatch.lake.evidence.links import Links, Seen, State, held_against, noted
from finwatch.lake.evidence.records import leaf_of, scan
from finwatch.lake.evidence.verification import Altered, Found, Outcome, Verification
from finwatch.lake.ports import Lake
from finwatch.settings import Settings
from finwatch.transparency.merkle import Tree

_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")
Told: TypeAlias = Callable[[str, int, int | None, str], None]


def verify(
    lake: Lake,
    settings: Settings,
    *,
    since: date | None = None,
    note: str | None = None,
    payloads: bool = True,
    progress: Told = lambda *_: None,
) -> Verification:
    """What of the sealed captures is still as it was.

    ``since``: hash again only batches with records of that day or later; the chain is followed whole in any case.
    ``note``: ``NUMBER:SHA256`` of a batch as it was noted elsewhere. ``payloads=False`` leaves large payloads, which
    are blobs, unread. Raises ``InputError`` for a note that is none, ``SettingError``, ``LakeError``.
    """
    try:
        end = None if note is None else noted(note)
    except ValueError as error:
        raise InputError(f"{error}.", todo="Give it as finwatch evidence seal printed it.") from error
    chain, found = Chain(lake.shelf), Found()
    links = Links(chain, trust_of(settings), found)
    if end is not None:
        held_against(links, end, found)
    reading = _Reading(chain, links, found, payloads=payloads, progress=progress)
    reading.batches(since)
    unproven = links.unproven()
    if not links.last:
        unproven.append("Nothing was sealed yet: run finwatch evidence seal.")
    outcome = Outcome.ALTERED if found.named else Outcome.UNUSABLE if unproven else Outcome.WHOLE
    return Verification(
        outcome=outcome,
        since=since,
        batches=links.last,
        checked=reading.checked,
        records=reading.records,
        payloads=reading.payloads,
        bytes=reading.bytes,
        stamps=sum(link.seen is Seen.GOOD for link in links.links.values()),
        pending=links.pending(),
        unsealed=sum(chain.number_of(path) is None for path in lake.shelf.segments()),
        unproven=tuple(unproven),
        alterations=tuple(found.named),
        more=found.more,
        number=links.last,
        head=links.end,
    )


class _Reading:
    """Hashes records and payloads again, batch by batch."""

    def __init__(self, chain: Chain, links: Links, found: Found, *, payloads: bool, progress: Told) -> None:
        self._chain, self._links, self._found = chain, links, found
        self._with_payloads, self._progress = payloads, progress
        self.checked = self.records = self.payloads = self.bytes = 0
        self._total = 0

    def batches(self, since: date | None) -> None:
        """Reads the batches whose records reach to ``since``."""
        chosen = [number for number in self._links.links if self._reaches(number, since)]
        sizes = (self._links.links[number].batch for number in chosen)
        self._total = sum(batch.segment_bytes for batch in sizes if batch is not None)
        for number in chosen:
            self._batch(number)
            self.checked += 1
        self._progress("verify", self._total, self._total, "")

    def _reaches(self, number: int, since: date | None) -> bool:
        state, batch = self._links.states[number], self._links.links[number].batch
        if state in {State.MISSING, State.MOVED}:
            return False
        return since is None or batch is None or state is State.ALTERED or (batch.last or "") >= since.isoformat()

    def _batch(self, number: int) -> None:
        segment = self._links.segment(number)
        statement = self._links.links[number].batch if self._links.states[number] is State.WHOLE else None
        if segment is None:
            return  # said already: the statement is altered, and no segment says that it belongs to it
        with self._chain.shelf.segment(segment) as opened:
            if opened is None:
                self._found.add(Altered.SEGMENT, "The segment is missing.", batch=number, segment=segment)
            else:
                self._segment(number, segment, statement, *opened)

    def _segment(self, number: int, segment: str, statement: Batch | None, stream: BinaryIO, size: int) -> None:
        name = name_of(self._chain.leaves(number))
        listed = self._chain.shelf.sha256(self._chain.leaves(number))
        if listed is None:
            self._found.add(Altered.LEAVES, f"The list of records {name} is missing.", batch=number, segment=segment)
        elif statement is not None and listed != statement.leaves_sha256:
            said = f"The list of records {name} is not what was sealed."
            self._found.add(Altered.LEAVES, said, batch=number, segment=segment)
        else:
            self._by_list(number, segment, statement, stream, size)
            return
        if statement is not None:
            self._by_root(number, segment, statement, stream)

    def _by_list(self, number: int, segment: str, statement: Batch | None, stream: BinaryIO, size: int) -> None:
        """Holds each record against the list of records."""
        before, tree, blobs, lost = len(self._found.named) + self._found.more, Tree(), set[str](), 0
        end, leaves = 0, self._chain.read_leaves(number)
        while True:
            try:
                leaf = next(leaves, None)
            except LakeError as error:
                self._found.add(Altered.LEAVES, str(error), batch=number, segment=segment)
                return
            if leaf is None:
                break
            end = leaf.offset + leaf.length
            if end > size:
                lost += 1
                if lost == 1:
                    self._truncated(number, segment, leaf, size)
                continue
            actual = leaf_of(stream, leaf)
            if actual is None or actual.hex() != leaf.leaf:
                self._add(Altered.RECORD, f"The {leaf.type} record has other bytes.", number, segment, leaf)
            tree.add(actual or b"")
            self._blobs(number, segment, leaf, blobs)
            self._read(leaf, segment)
        if size > end and statement is not None:
            said = f"{size - end:,} bytes were added after the last sealed record."
            self._found.add(Altered.SEGMENT, said, batch=number, segment=segment, offset=end)
        whole = len(self._found.named) + self._found.more == before
        if whole and statement is not None and tree.root().hex() != statement.root:
            said = f"The records give the root {tree.root().hex()}, not the one in the statement."
            self._found.add(Altered.ROOT, said, batch=number, segment=segment)

    def _by_root(self, number: int, segment: str, statement: Batch, stream: BinaryIO) -> None:
        """Without a list that can be trusted: all records against the root."""
        tree = Tree()
        for leaf in scan(stream):
            tree.add(bytes.fromhex(leaf.leaf))
            self._read(leaf, segment)
        if tree.root().hex() != statement.root:
            said = "Its records do not give the root; without the list it cannot be said which one was altered."
            self._found.add(Altered.SEGMENT, said, batch=number, segment=segment)

    def _truncated(self, number: int, segment: str, leaf: Leaf, size: int) -> None:
        said = f"The segment ends at byte {size:,}, inside or before this {leaf.type} record; what followed is lost."
        self._add(Altered.SEGMENT, said, number, segment, leaf)

    def _blobs(self, number: int, segment: str, leaf: Leaf, seen: set[str]) -> None:
        if not self._with_payloads:
            return
        for sha256 in leaf.blobs:
            if sha256 in seen:
                continue
            seen.add(sha256)
            self.payloads += 1
            # Where it lies, not by the lake's own blobs: those may have a copy here from before it was altered.
            actual = self._chain.shelf.sha256(place(sha256)) if _SHA256.match(sha256) else None
            if actual is None:
                said = f"The record refers to the blob {sha256}, which is missing."
                self._add(Altered.PAYLOAD, said, number, segment, leaf)
                continue
            if actual != sha256:
                said = f"The record refers to the blob {sha256}, whose bytes have the SHA-256 {actual}."
                self._add(Altered.PAYLOAD, said, number, segment, leaf)

    def _read(self, leaf: Leaf, segment: str) -> None:
        self.records += 1
        self.bytes += leaf.length
        if self.records % 256 == 0:
            self._progress("verify", self.bytes, self._total, name_of(segment))

    def _add(self, kind: Altered, said: str, number: int, segment: str, leaf: Leaf) -> None:
        self._found.add(kind, said, batch=number, segment=segment, offset=leaf.offset, url=leaf.url, at=leaf.at)

"""Proofs to hand out: of a leaf, of a published list, of one app's row in it; and what a witness takes along."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from finwatch.errors import InputError, NotFound
from finwatch.flow.signing import endorsements_of
from finwatch.lake import Lake
from finwatch.model.approved import PublishedList
from finwatch.model.base import Model
from finwatch.store import Store
from finwatch.store.heads import StoredHead
from finwatch.transparency.approved_list import app_of, canonical, read
from finwatch.transparency.bundle import Consistency, EntryProof, LeafProof, Proof
from finwatch.transparency.keys import KeyFile
from finwatch.transparency.merkle import leaf_hash, node_hash
from finwatch.transparency.proofs import added, folded, inclusion, needed

HASH: Final = 32


class Export(Model):
    """What a witness takes along (``finwatch.witness/1``): heads in the order of their sizes, each tied to the next."""

    keys: KeyFile | None
    heads: tuple[str, ...]
    """Signed texts."""
    consistency: tuple[Consistency, ...]
    """Between each head and the next."""


def signed_head(store: Store, *, above: int = 0) -> StoredHead:
    """The newest signed head over more than ``above`` leaves. Raises ``NotFound``."""
    head = store.heads.newest()
    if head is None or head.size <= above:
        raise NotFound(
            f"No head over more than {above} leaves was signed yet.",
            zh=f"尚无签署了 {above} 条以上日志的日志头。",
            todo="Sign one with: finwatch log sign.",
        )
    return head


def leaf_proof(store: Store, index: int, *, entry: EntryProof | None = None) -> Proof:
    """That leaf ``index`` stands in the log, under the newest signed head. Raises ``InputError``, ``NotFound``."""
    found = store.log.leaves(index, 1)
    if not found or found[0].index != index:
        raise InputError(f"There is no leaf {index}.", zh=f"没有第 {index} 条日志。", todo="Leaves are counted from 0.")
    head = signed_head(store, above=index)
    _, path = store.log.inclusion(index, of=head.size)
    return Proof(
        head=head.note,
        endorsements=endorsements_of(store.heads.keys()),
        leaf=LeafProof(index=index, data=found[0].data, path=tuple(one.hex() for one in path)),
        entry=entry,
    )


@dataclass(frozen=True)
class _Rows:
    """The tree of one published list: 90 bytes an app."""

    sha256: str
    ids: array[int]
    """Of the apps, in their order."""
    offsets: array[int]
    """Where each row begins in the file, in bytes."""
    levels: list[bytearray]
    """Hashes of the complete subtrees, one after another, level by level."""

    def place(self, app: int) -> int | None:
        """Where a row stands."""
        at = bisect_left(self.ids, app)
        return at if at < len(self.ids) and self.ids[at] == app else None

    def path(self, place: int) -> tuple[str, ...]:
        """The audit path of a row."""
        spans = inclusion(place, len(self.ids))
        nodes = {(level, index): self._hash(level, index) for level, index in needed(spans)}
        return tuple(folded(span, nodes).hex() for span in spans)

    def _hash(self, level: int, index: int) -> bytes:
        return bytes(self.levels[level][HASH * index : HASH * (index + 1)])

    def add(self, app: int, offset: int, row: bytes) -> None:
        """Appends a row."""
        place = len(self.ids)
        self.ids.append(app)
        self.offsets.append(offset)
        self._put(0, leaf_hash(row))
        for level, index in added(place):
            self._put(level, node_hash(self._hash(level - 1, 2 * index), self._hash(level - 1, 2 * index + 1)))

    def _put(self, level: int, digest: bytes) -> None:
        if level == len(self.levels):
            self.levels.append(bytearray())
        self.levels[level] += digest


class Prover:
    """Proofs of rows of published lists. Keeps the tree of the list that was asked for last: 12 MB at 133,000 apps."""

    def __init__(self, store: Store, lake: Lake) -> None:
        self._store = store
        self._lake = lake
        self._lock = threading.Lock()
        self._rows: _Rows | None = None

    def entry(self, app: int, *, number: int | None = None) -> Proof:
        """That the row of ``app`` stands in list ``number`` (default: the newest), and the list in the log.

        Raises ``NotFound`` when there is no such list or the app is not in it.
        """
        published = self._store.approved.list(number)
        rows = self._tree(published)
        place = rows.place(app)
        if place is None or published.leaf is None:
            raise NotFound(
                f"App {app} is not in list {published.number}.",
                zh=f"第 {published.number} 期名单中没有记录号 {app}。",
                todo="See /approved for record numbers.",
            )
        with self._lake.blobs.open(published.sha256) as file:
            file.seek(rows.offsets[place])
            row = file.readline().decode().removesuffix("\n").removesuffix(",")
        entry = EntryProof(list_number=published.number, index=place, row=row, path=rows.path(place))
        return leaf_proof(self._store, published.leaf, entry=entry)

    def _tree(self, published: PublishedList) -> _Rows:
        with self._lock:
            if self._rows is None or self._rows.sha256 != published.sha256:
                self._rows = _tree(self._lake.blobs.path(published.sha256), published.sha256)
            return self._rows


def _tree(path: Path, sha256: str) -> _Rows:
    found = _Rows(sha256=sha256, ids=array("q"), offsets=array("q"), levels=[])
    with path.open(encoding="utf-8", newline="\n") as file:
        at = len(file.readline().encode())
        file.seek(0)
        _, rows = read(file)
        for row in rows:
            data = row.encode()
            found.add(app_of(row).id, at, data)
            at += len(data) + 2  # the comma and the line feed
    return found


def consistency(store: Store, first: int, second: int | None = None) -> Consistency:
    """That the log of ``first`` leaves is the beginning of that of ``second`` (default: as it is)."""
    size, path = store.log.consistency(first, of=second)
    return Consistency(first=first, second=size, path=tuple(one.hex() for one in path))


def export(store: Store, *, since: int = 0) -> Export:
    """Every signed head over ``since`` leaves or more, one a size, with what ties each to the next."""
    heads: dict[int, StoredHead] = {}
    before = None
    while page := store.heads.page(before=before, limit=500):
        for head in page:
            if head.size >= since:
                heads.setdefault(head.size, head)
        before = page[-1].id
    ordered = [heads[size] for size in sorted(heads)]
    ties = tuple(consistency(store, one.size, other.size) for one, other in pairwise(ordered))
    return Export(keys=store.heads.keys(), heads=tuple(head.note for head in ordered), consistency=ties)


def find_rows(store: Store, table: str, key: str) -> Sequence[int]:
    """The leaves that vouch for a row, newest last: goes through the whole log."""
    wanted = canonical([table, key])[:-1] + ","
    found: list[int] = []
    start = 0
    while leaves := store.log.leaves(start, 500):
        found.extend(leaf.index for leaf in leaves if wanted in leaf.data)
        start = leaves[-1].index + 1
    return found

"""The Merkle tree of RFC 9162 §2.1 over the records of a batch: root, audit path, and the test of a path. Pure.

A leaf is hashed as ``SHA-256(0x00 || record)`` and an inner node as ``SHA-256(0x01 || left || right)``, so that no
record can be passed off as a node. Hashes are 32 bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

EMPTY: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves (§2.1.1)."""
LEAF: Final = b"\x00"
NODE: Final = b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """The hash of the leaf ``data``."""
    return hashlib.sha256(LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node above ``left`` and ``right``."""
    return hashlib.sha256(NODE + left + right).digest()


class Tree:
    """A tree that grows by one leaf at a time and keeps no more than one hash for each of its levels."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []
        """Roots of the perfect subtrees that the leaves so far make, the largest first."""

    def add(self, leaf: bytes) -> None:
        """Appends a leaf, given by its hash."""
        self._peaks.append(leaf)
        merged = self.size
        while merged & 1:
            right = self._peaks.pop()
            self._peaks.append(node_hash(self._peaks.pop(), right))
            merged >>= 1
        self.size += 1

    def root(self) -> bytes:
        """The root over the leaves so far."""
        if not self._peaks:
            return EMPTY
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


def audit_path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The siblings on the way from leaf ``index`` to the root, lowest first (§2.1.3.1). Raises ``IndexError``."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} of {len(leaves)}")
    path: list[bytes] = []
    level = list(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        # A node without a right neighbour stands for itself one level up: §2.1.1 splits at a power of two.
        level = [node_hash(*level[n : n + 2]) if n + 1 < len(level) else level[n] for n in range(0, len(level), 2)]
        index >>= 1
    return tuple(path)


def sides(index: int, size: int) -> tuple[str, ...]:
    """On which side (``left``, ``right``) each sibling of ``audit_path`` stands, lowest first."""
    found: list[str] = []
    last = size - 1
    while last > 0:
        if index & 1:
            found.append("left")
        elif index < last:
            found.append("right")
        index, last = index >> 1, last >> 1
    return tuple(found)


def climb(leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which ``path`` leads from ``leaf`` (§2.1.3.2); ``None`` when the path does not fit the tree."""
    if not 0 <= index < size:
        return None
    way = sides(index, size)
    if len(way) != len(path):
        return None
    root = leaf
    for side, sibling in zip(way, path, strict=True):
        root = node_hash(sibling, root) if side == "left" else node_hash(root, sibling)
    return root

"""Inclusion and consistency proofs from stored nodes, and the test of a consistency proof (RFC 9162 §2.1.3, §2.1.4).

A *node* is the root of a complete subtree: ``(level, index)`` stands over the leaves ``index << level`` up to
``(index + 1) << level``; level 0 is the leaves' hashes. Complete subtrees never change while the log grows, so a log
that keeps them answers every root and every proof with at most ``2 log2 n`` reads. What comes in: which proof. What
goes out: the nodes to read; then, from the nodes, the proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from finwatch.transparency.merkle import EMPTY, node_hash

Node = tuple[int, int]
"""Level and index of a complete subtree."""
Span = tuple[int, int]
"""Leaves from the first up to but not including the second; it begins where a subtree of its size may begin."""


def added(index: int) -> tuple[Node, ...]:
    """The nodes above level 0 that leaf ``index`` completes, lowest first: as many as ``index`` has trailing ones."""
    found: list[Node] = []
    level = 1
    while index & 1:
        index >>= 1
        found.append((level, index))
        level += 1
    return tuple(found)


def nodes_of(span: Span) -> tuple[Node, ...]:
    """The complete subtrees that ``span`` is made of, from the left, the largest first."""
    start, end = span
    found: list[Node] = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return tuple(found)


def needed(spans: Iterable[Span]) -> tuple[Node, ...]:
    """Every node that these spans are folded from, sorted."""
    return tuple(sorted({node for span in spans for node in nodes_of(span)}))


def folded(span: Span, nodes: Mapping[Node, bytes]) -> bytes:
    """The hash over ``span`` (``MTH`` of §2.1.1). Raises ``KeyError`` naming a node that is not in ``nodes``."""
    hashes = [nodes[node] for node in nodes_of(span)]
    if not hashes:
        return EMPTY
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def inclusion(index: int, size: int) -> tuple[Span, ...]:
    """The spans of the audit path of leaf ``index`` in the tree of ``size`` leaves, lowest first (§2.1.3.1).

    Raises ``IndexError`` when there is no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(f"leaf {index} of {size}")
    found: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return tuple(reversed(found))


def consistency(first: int, second: int) -> tuple[Span, ...]:
    """The spans that prove the tree of ``first`` leaves to be the beginning of that of ``second`` (§2.1.4.1).

    Empty when the sizes are equal, and when ``first`` is 0: the empty tree begins every tree. Raises ``IndexError``
    when ``first`` is larger or negative.
    """
    if not 0 <= first <= second:
        raise IndexError(f"the tree of {first} leaves in that of {second}")
    found: list[Span] = []
    start, end, left, whole = 0, second, first, True
    while first and left != end - start:
        middle = _split(end - start)
        if left <= middle:
            found.append((start + middle, end))
            end = start + middle
        else:
            found.append((start, start + middle))
            start, left, whole = start + middle, left - middle, False
    if not whole:
        found.append((start, end))
    return tuple(reversed(found))


def consistent(first: int, second: int, *, roots: tuple[bytes, bytes], path: Sequence[bytes]) -> bool:
    """Whether ``path`` proves that the tree of ``first`` leaves begins that of ``second`` (§2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first == second:
        return not path and roots[0] == roots[1]
    if first == 0:
        return not path and roots[0] == EMPTY
    way = list(path)
    if first & (first - 1) == 0:
        way.insert(0, roots[0])
    if not way:
        return False
    left, last = first - 1, second - 1
    while left & 1:
        left, last = left >> 1, last >> 1
    old = new = way[0]
    for sibling in way[1:]:
        if last == 0:
            return False
        if left & 1 or left == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not left & 1 and left:
                left, last = left >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        left, last = left >> 1, last >> 1
    return last == 0 and (old, new) == roots


def _split(size: int) -> int:
    """The largest power of two below ``size`` (2 or more): where §2.1.1 divides a tree."""
    return 1 << ((size - 1).bit_length() - 1)

"""A witness: keeps the heads it saw, cosigns what is consistent, and shows two histories when there are two.

What comes in: signed heads, each with its proof of consistency to the one before. What goes out: a verdict, and where
two heads cannot both be true, the two signed texts: whoever reads them and knows the key needs no other proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from finwatch.transparency import head as heads
from finwatch.transparency.head import Head
from finwatch.transparency.keys import Trusted, signer_of
from finwatch.transparency.note import Note
from finwatch.transparency.proofs import consistent

Relation = Literal["same", "extends", "two_histories", "inconsistent", "unproven", "other_log", "unsigned"]


@dataclass(frozen=True)
class Compared:
    """Two heads of one log, the smaller first, and how they stand to each other."""

    relation: Relation
    first: Note
    second: Note
    sizes: tuple[int, int]


def compare(one: Note, other: Note, *, trusted: Sequence[Trusted], path: Sequence[bytes] | None) -> Compared:
    """How two signed heads stand to each other; ``path`` proves the larger consistent with the smaller.

    ``two_histories``: both are signed by a trusted key and have one size and two roots: they cannot both be true, and
    nobody but the key's holder can have made them. ``inconsistent``: two sizes, and the path does not lead from the one
    root to the other: the log must give one that does, and where it cannot there are two histories. ``unproven``: two
    sizes and no path was given. ``unsigned``: at least one is signed by no trusted key, so nothing follows.
    """
    pair = sorted(((heads.parse(told.text), told) for told in (one, other)), key=lambda found: found[0].size)
    (first, first_note), (second, second_note) = pair
    return Compared(
        relation=_relation(pair, trusted, path),
        first=first_note,
        second=second_note,
        sizes=(first.size, second.size),
    )


def _relation(pair: Sequence[tuple[Head, Note]], trusted: Sequence[Trusted], path: Sequence[bytes] | None) -> Relation:
    (first, _), (second, _) = pair
    if any(signer_of(told, trusted, head.at) is None for head, told in pair):
        return "unsigned"
    if first.origin != second.origin:
        return "other_log"
    if first.size == second.size:
        return "same" if first.root == second.root else "two_histories"
    if path is None:
        return "unproven"
    holds = consistent(first.size, second.size, roots=(first.root, second.root), path=path)
    return "extends" if holds else "inconsistent"

"""Where a sentence stands in its document: headings above it, the list it belongs to, its place.

In: the sentences of one document, in order. Out: a ``Place`` for each. Policies as they are collected are lines of
plain text, so headings and lists are told from numbering, length and closing punctuation alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBER = "一二三四五六七八九十百"
_NUMBERINGS = (
    ("chapter", re.compile(rf"第[{_NUMBER}\d]+[章节条部]")),
    ("cjk", re.compile(rf"[{_NUMBER}]+[、.．\s]")),
    ("cjk bracket", re.compile(rf"[（(][{_NUMBER}]+[）)]")),
    ("triple", re.compile(r"\d+\.\d+\.\d+")),
    ("double", re.compile(r"\d+\.\d+")),
    ("digit", re.compile(r"\d+\s*[、.．]")),
    ("digit bracket", re.compile(r"[（(]\d+[）)]")),
    ("digit closed", re.compile(r"\d+[）)]")),
    ("letter", re.compile(r"[（(]?[a-zA-Z]{1,3}[）).、．]")),
    ("circled", re.compile(r"[①-⑳⑴-⒇❶-❿]")),
    ("bullet", re.compile(r"[•●·◆■▪➢※○*\-—]+")),
    ("quoted", re.compile(r"[【\[]")),
)
NUMBERINGS = ("", *(name for name, _ in _NUMBERINGS))
"""How a sentence may be numbered; the index is a feature."""
_RESETS = frozenset({"chapter", "cjk"})
_PLAIN = "plain"
_HEADING_CHARACTERS = 40
_FULL_STOP = re.compile(r"[。；;！!？?]$")
_LEAD = re.compile(r"[：:]$")


@dataclass(frozen=True, slots=True)
class Place:
    """One sentence's place; ``parent``, ``top`` and ``lead`` are indexes of earlier sentences, or -1."""

    numbering: int
    heading: bool
    leads: bool
    depth: int
    parent: int
    top: int
    lead: int


def places(sentences: Sequence[str]) -> list[Place]:
    """The place of each sentence: its innermost and outermost heading, and the sentence that leads its list."""
    stack: list[tuple[str, int]] = []
    found = []
    lead = -1
    for index, sentence in enumerate(sentences):
        text = sentence.strip()
        numbering = _numbering(text)
        leads = _LEAD.search(text) is not None
        heading = not leads and len(text) <= _HEADING_CHARACTERS and _FULL_STOP.search(text) is None
        if numbering:
            _close(stack, NUMBERINGS[numbering])
        found.append(
            Place(
                numbering=numbering,
                heading=heading,
                leads=leads,
                depth=len(stack),
                parent=stack[-1][1] if stack else -1,
                top=stack[0][1] if stack else -1,
                lead=lead,
            )
        )
        if numbering:
            stack.append((NUMBERINGS[numbering], index))
        elif heading:
            _close(stack, _PLAIN)
            stack.append((_PLAIN, index))
        if leads:
            lead = index
        elif heading:
            lead = -1
    return found


def _numbering(text: str) -> int:
    """The index in ``NUMBERINGS`` of how a sentence starts, 0 for none."""
    for index, (_, pattern) in enumerate(_NUMBERINGS, start=1):
        if pattern.match(text):
            return index
    return 0


def _close(stack: list[tuple[str, int]], kind: str) -> None:
    """Ends what a new item of this kind ends: its siblings and what stands below them; a chapter ends everything."""
    kinds = [open_kind for open_kind, _ in stack]
    if kind in kinds:
        del stack[kinds.index(kind) :]
    elif kind in _RESETS:
        stack.clear()

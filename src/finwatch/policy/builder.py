"""Puts blocks of text together as ``PolicyText``: normalised, numbered, with offsets that hold.

Every reader (page, PDF, plain text, …) gives ``Block`` values in reading order; this is the one place that puts them
together and counts. How characters are normalised stands in ``normal``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple

from finwatch import _native
from finwatch.errors import UnreadablePolicy
from finwatch.limits import PolicyLimits
from finwatch.model.policy import Paragraph, ParagraphKind, PolicyFormat, PolicyText
from finwatch.policy.normal import Origin, normalise
from finwatch.policy.normal import traced as traced_words

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
HAN_SHARE = 0.2
ENGLISH = re.compile(r"\b(?:the|and|of|to|in|for|you|your|we|our|is|are|not|or)\b", re.IGNORECASE)
ENGLISH_SHARE = 0.15
"""English prose has about a third of such words, other languages in Latin letters hardly any."""
TOO_LITTLE = 20
NUMBERED = re.compile(
    r"^(?:第[一二三四五六七八九十百]+[章节条部分]|[一二三四五六七八九十]+\s*[、.]|\([一二三四五六七八九十]+\)|\d+(?:\.\d+)*\s*[、.)]?\s+|\d+(?:\.\d+)+|\d+[、.])\s*\S"
)
HEADING_LENGTH = 40
SENTENCE_END = ("。", ".", ";", "；", "!", "?", "！", "？", ",", "，", ":", "：")


class Cell(NamedTuple):
    """Place of a table's cell: the table in the document, row and column in the table, all from 0."""

    table: int
    row: int
    column: int


class Block(NamedTuple):
    """A stretch of text as a reader found it."""

    kind: ParagraphKind
    text: str
    level: int | None = None
    page: int | None = None
    origin: Origin = ()
    """Where ``text`` stands in the original, as ``PolicyText.origin``; empty = not from characters."""
    cell: Cell | None = None
    depth: int = 0
    confidence: float | None = None
    """How sure OCR was of the least sure line; ``None`` = it was not read from a picture."""


def looks_like_heading(text: str) -> bool:
    """Whether a line of plain text reads as a numbered heading: short, numbered, and no sentence."""
    return len(text) <= HEADING_LENGTH and NUMBERED.match(text) is not None and not text.endswith(SENTENCE_END)


def build(
    data: bytes,
    blocks: Iterable[Block],
    *,
    format_: PolicyFormat,
    name: str,
    limits: PolicyLimits,
    encoding: str | None = None,
    damaged: int = 0,
    title: str | None = None,
    traced: bool = False,
    unreadable: Iterable[str] = (),
) -> PolicyText:
    """The policy's text. Raises ``UnreadablePolicy`` when no words are left.

    ``traced``: the blocks carry offsets of the original, and so does the text.
    """
    origin: list[tuple[int, int, int]] = []
    parts: list[str] = []
    paragraphs: list[Paragraph] = []
    recognised: list[tuple[int, int, float]] = []
    notes = list(unreadable)
    at = 0
    for block in blocks:
        words, places = traced_words(block.text, block.origin, at) if traced else (normalise(block.text), [])
        if not words:
            continue
        if len(paragraphs) >= limits.paragraphs or at + len(words) > limits.characters:
            met = "paragraphs" if len(paragraphs) >= limits.paragraphs else "characters"
            notes.append(f"the rest was left out: limit {met} = {getattr(limits, met)}")
            break
        paragraphs.append(
            Paragraph(
                number=len(paragraphs),
                kind=block.kind,
                start=at,
                end=at + len(words),
                level=block.level if block.kind is ParagraphKind.HEADING else None,
                page=block.page,
                table=block.cell.table if block.cell is not None else None,
                row=block.cell.row if block.cell is not None else None,
                column=block.cell.column if block.cell is not None else None,
                depth=block.depth,
            )
        )
        origin += places
        if block.confidence is not None:
            recognised.append((at, at + len(words), round(block.confidence, 3)))
        parts.append(words)
        at += len(words) + 1
    text = "\n".join(parts)
    if not any(character.isalnum() for character in text):
        raise UnreadablePolicy(
            f"{name} holds no words{''.join(f'; {note}' for note in notes)}.",
            zh=f"{name} 中没有文字。",
            todo="If a viewer shows text, it is a picture or made by script: save it as text and read that.",
        )
    return PolicyText(
        document=hashlib.sha256(data).hexdigest(),
        format=format_,
        encoding=encoding,
        damaged=damaged,
        title=normalise(title or "") or _first_heading(text, paragraphs),
        language=_language(text),
        text=text,
        paragraphs=tuple(paragraphs),
        unreadable=tuple(notes),
        origin=tuple(origin),
        recognised=tuple(recognised),
    )


def _first_heading(text: str, paragraphs: list[Paragraph]) -> str | None:
    return next((text[p.start : p.end] for p in paragraphs if p.kind is ParagraphKind.HEADING), None)


def _language(text: str) -> str | None:
    han, latin = _native.scripts(text)
    if han + latin < TOO_LITTLE:
        return None
    if han > (han + latin) * HAN_SHARE:
        return "zh"
    return "en" if len(ENGLISH.findall(text)) > latin * ENGLISH_SHARE else None

"""A privacy policy as text with places: what ``policy`` extracts and what every statement about it points into."""

from __future__ import annotations

from bisect import bisect_right
from enum import StrEnum

from finwatch.model.base import Model
from finwatch.model.locator import PolicyAt

_FAR = 1 << 62


class PolicyFormat(StrEnum):
    """What a policy was written in, told from its bytes."""

    HTML = "html"
    PDF = "pdf"
    TEXT = "text"
    DOCX = "docx"
    IMAGE = "image"


class ParagraphKind(StrEnum):
    """What a paragraph is in the document."""

    HEADING = "heading"
    BODY = "body"
    ITEM = "item"
    """An entry of a list."""
    CELL = "cell"
    """A cell of a table."""
    NAVIGATION = "navigation"
    """Menus, page headers and page footers: kept, and told apart."""


class Paragraph(Model):
    """A paragraph: ``text[start:end]`` of the policy's text (characters, not bytes)."""

    number: int
    kind: ParagraphKind
    start: int
    end: int
    level: int | None = None
    """Depth of a heading, 1 to 6."""
    page: int | None = None
    """Page of a PDF, from 1."""
    table: int | None = None
    """Which table of the document a cell stands in, from 0."""
    row: int | None = None
    column: int | None = None
    """Place of a cell in its table, from 0."""
    depth: int = 0
    """Lists that an item stands in, beyond the first."""


class PolicyText(Model):
    """The text of a policy. Paragraphs are in reading order and separated by one line break each."""

    document: str
    """SHA-256 of the original bytes."""
    format: PolicyFormat
    encoding: str | None = None
    """How text was encoded; ``None`` for PDF."""
    damaged: int = 0
    """Characters that could not be decoded and stand as U+FFFD."""
    title: str | None = None
    language: str | None = None
    """``zh`` by the share of Han characters, ``en`` by its small words; ``None`` = another, or too little to say."""
    text: str
    paragraphs: tuple[Paragraph, ...]
    unreadable: tuple[str, ...] = ()
    """What was left out and why: pages without text, a limit that was met."""
    origin: tuple[tuple[int, int, int], ...] = ()
    """Where ``text`` comes from: (offset in ``text``, offset in the original, width), both offsets rising. From one
    entry to the next, characters run one to one; the character at ``offset`` itself takes ``width`` characters of the
    original (an entity, a run of white space). Offsets in the original count characters (code points) of the decoded
    file without its byte order mark, markup included, for pages and plain text. Empty for PDF, DOCX and images, which
    hold no characters to count: there the original's offsets are those of ``text``, and a paragraph names its page."""

    recognised: tuple[tuple[int, int, float], ...] = ()
    """What OCR read from pictures: (start, end, confidence of its least sure line) of each paragraph, in order."""

    def confidence(self, start: int, end: int) -> float | None:
        """How sure OCR was of ``text[start:end]``, at least; ``None`` = it was not read from a picture."""
        touched = [sure for first, last, sure in self.recognised if first < end and start < last]
        return min(touched, default=None)

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """``text[start:end]`` as characters of the original (see ``origin``), first and one past the last."""
        if not self.origin or end <= start:
            return start, end
        first, _ = self._source(start)
        last, width = self._source(end - 1)
        return first, last + width

    def _source(self, at: int) -> tuple[int, int]:
        """Where the character at ``at`` begins in the original, and how many characters it takes there."""
        place = bisect_right(self.origin, (at, _FAR, _FAR)) - 1
        text_at, source_at, width = self.origin[max(place, 0)]
        return (source_at, width) if at <= text_at else (source_at + width + at - text_at - 1, 1)

    def words(self, paragraph: Paragraph) -> str:
        """The text of one paragraph."""
        return self.text[paragraph.start : paragraph.end]


class Mention(Model):
    """A data item's name in a policy. It says that the words stand there, not that anything is collected."""

    item: str
    words: str
    at: PolicyAt

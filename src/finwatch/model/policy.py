"""A privacy policy as text with places: what ``policy`` extracts and what every statement about it points into."""

from __future__ import annotations

from enum import StrEnum

from finwatch.model.base import Model
from finwatch.model.locator import PolicyAt


class PolicyFormat(StrEnum):
    """What a policy was written in, told from its bytes."""

    HTML = "html"
    PDF = "pdf"
    TEXT = "text"


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

    def words(self, paragraph: Paragraph) -> str:
        """The text of one paragraph."""
        return self.text[paragraph.start : paragraph.end]


class Mention(Model):
    """A data item's name in a policy. It says that the words stand there, not that anything is collected."""

    item: str
    words: str
    at: PolicyAt

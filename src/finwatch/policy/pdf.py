"""A PDF as blocks of text: PDFium gives lines, this joins the lines of a paragraph (ISO 32000-2 knows no paragraphs).

A line that ends well short of the page's usual line, or that is followed by a numbered heading, ends a paragraph.
"""

from __future__ import annotations

import io
import re

import pypdfium2

from finwatch.errors import UnreadablePolicy
from finwatch.limits import PolicyLimits
from finwatch.model.policy import ParagraphKind
from finwatch.policy import ocr
from finwatch.policy.builder import Block, looks_like_heading
from finwatch.policy.normal import normalise

SCALE = 2.0
"""144 dots an inch, enough for OCR of printed text."""
FULL_LINE = 0.85
"""A line shorter than this share of the page's longest lines is the last of its paragraph."""
WORD_END = re.compile(r"[A-Za-z0-9,;:)]$")
BULLET = re.compile(r"^[•●○■·▪◦*-]\s*")


def read_blocks(data: bytes, *, name: str, limits: PolicyLimits) -> tuple[list[Block], str | None, list[str]]:
    """The blocks of the PDF, its title, and a note for each page without text.

    Raises ``UnreadablePolicy`` when PDFium cannot open it or when it asks for a password.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise UnreadablePolicy(
            f"{name} is a PDF that cannot be opened: {error}.",
            zh=f"{name} 是无法打开的 PDF。",
            todo="If it asks for a password, remove it; if it is cut short, fetch it again.",
        ) from error
    try:
        return _pages(document, limits)
    finally:
        document.close()


def _pages(document: pypdfium2.PdfDocument, limits: PolicyLimits) -> tuple[list[Block], str | None, list[str]]:
    blocks: list[Block] = []
    notes: list[str] = []
    pictures = 0
    for number in range(1, min(len(document), limits.pages) + 1):
        try:
            text = document[number - 1].get_textpage().get_text_range()
        except pypdfium2.PdfiumError as error:
            notes.append(f"page {number} could not be read: {error}")
            continue
        lines = [normalise(line) for line in text.splitlines()]
        if any(lines):
            blocks += [_block(paragraph, number) for paragraph in _paragraphs(lines)]
            continue
        seen, note = _seen(document[number - 1], number, left=limits.pictures - pictures)
        pictures += 1
        notes.append(note)
        blocks += recognised_blocks(seen, page=number)
    if len(document) > limits.pages:
        notes.append(f"pages after {limits.pages} were left out: limit pages = {limits.pages}")
    title = document.get_metadata_value("Title") or None
    if title and blocks and normalise(blocks[0].text) == normalise(title):
        blocks[0] = blocks[0]._replace(kind=ParagraphKind.HEADING, level=1)
    return blocks, title, notes


def recognised_blocks(lines: list[ocr.Line], *, page: int | None = None) -> list[Block]:
    """The paragraphs of a picture's lines, each with the confidence of its least sure line."""
    texts = [normalise(line.text) for line in lines]
    return [
        _block(paragraph, page)._replace(confidence=min(lines[at].confidence for at in members))
        for paragraph, members in _joined(texts)
    ]


def _seen(page: pypdfium2.PdfPage, number: int, *, left: int) -> tuple[list[ocr.Line], str]:
    """The lines of a page that is a picture, by OCR where it is installed, and what to say about it."""
    recognise = ocr.recogniser()
    if recognise is None:
        return [], f"page {number} has no text; it may be a picture, and {ocr.MISSING}: not read"
    if left <= 0:
        return [], f"page {number} is a picture beyond the limit pictures: not read"
    picture = io.BytesIO()
    page.render(scale=SCALE).to_pil().save(picture, format="PNG")
    lines, unsure = recognise(picture.getvalue())
    if not lines:
        return [], f"page {number} has no text; OCR found none in its picture"
    return lines, f"page {number} was read by OCR, {unsure} unsure lines left out"


def _paragraphs(lines: list[str]) -> list[str]:
    return [paragraph for paragraph, _ in _joined(lines)]


def _joined(lines: list[str]) -> list[tuple[str, list[int]]]:
    """Paragraphs, each with the numbers of its lines."""
    lengths = sorted(_width(line) for line in lines if line)
    usual = lengths[int(len(lengths) * 0.9)] if lengths else 0
    found: list[tuple[str, list[int]]] = []
    open_, members = "", list[int]()
    for at, line in enumerate(lines):
        if open_ and (not line or looks_like_heading(line) or BULLET.match(line)):
            found.append((open_, members))
            open_, members = "", []
        if not line:
            continue
        joint = " " if WORD_END.search(open_) and line[:1].isascii() else ""
        open_ = f"{open_}{joint}{line}" if open_ else line
        members.append(at)
        if looks_like_heading(open_) or _width(line) < usual * FULL_LINE:
            found.append((open_, members))
            open_, members = "", []
    return [*found, (open_, members)] if open_ else found


def _width(line: str) -> int:
    """The width of a line in half characters: Han and full-width forms take two."""
    return sum(1 if character.isascii() else 2 for character in line)


def _block(paragraph: str, page: int | None) -> Block:
    if looks_like_heading(paragraph):
        return Block(ParagraphKind.HEADING, paragraph, 2, page)
    if BULLET.match(paragraph):
        return Block(ParagraphKind.ITEM, BULLET.sub("", paragraph), None, page)
    return Block(ParagraphKind.BODY, paragraph, None, page)

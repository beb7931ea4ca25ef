"""A DOCX document as blocks of text: headings, paragraphs, list items and table cells of its main part.

Office Open XML (ECMA-376-1 §17, ISO/IEC 29500): ``word/document.xml`` inside a ZIP archive. Deleted text (``w:del``) is
not text; pictures, text boxes, foot- and endnotes are said to be there and not read.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from finwatch.errors import UnreadablePolicy
from finwatch.limits import PolicyLimits
from finwatch.model.policy import ParagraphKind
from finwatch.policy.builder import Block, Cell

MAIN = "word/document.xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HEADING = re.compile(r"(?:heading|标题|title)\s*([1-6])?", re.IGNORECASE)
PICTURE = re.compile(r"word/media/[^/]+\.(?:png|jpe?g|gif|bmp|emf|wmf|tiff?)$", re.IGNORECASE)
DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
NOTES = {"word/footnotes.xml": "footnotes", "word/endnotes.xml": "endnotes", "word/comments.xml": "comments"}


def is_docx(data: bytes) -> bool:
    """Whether the ZIP archive ``data`` holds a word-processing document."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return MAIN in archive.namelist()
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError):
        return False


def read_blocks(data: bytes, *, name: str, limits: PolicyLimits) -> tuple[list[Block], str | None, list[str]]:
    """The blocks of the document, no title, and notes on what was not read.

    Raises ``UnreadablePolicy`` for a damaged archive, and for one that unpacks to more than ``limits.unpacked_bytes``.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            body = _unpacked(archive, name=name, limits=limits)
            names = archive.namelist()
        root = ElementTree.fromstring(body)  # noqa: S314 - bounded in size, and entities were refused
    except (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, EOFError, OSError) as error:
        raise _damaged(name, str(error)) from error
    except ElementTree.ParseError as error:
        raise _damaged(name, f"{MAIN}: {error}") from error
    pictures = sum(1 for one in names if PICTURE.search(one))
    notes = [f"{pictures} pictures were not read"] if pictures else []
    notes += [f"{what} were not read" for part, what in NOTES.items() if part in names]
    return list(_Document().blocks(root)), None, notes


def _unpacked(archive: zipfile.ZipFile, *, name: str, limits: PolicyLimits) -> bytes:
    with archive.open(MAIN) as part:
        body = part.read(limits.unpacked_bytes + 1)
    if len(body) > limits.unpacked_bytes:
        raise UnreadablePolicy(
            f"{name} unpacks to more than the limit unpacked_bytes = {limits.unpacked_bytes}; nothing of it was read.",
            zh=f"{name} 解压后超过大小限制，未读取。",
            todo="Give the policy alone, as text or PDF.",
        )
    if DECLARED.search(body):
        raise _damaged(name, "it declares entities, which no word processor writes")
    return body


def _damaged(name: str, what: str) -> UnreadablePolicy:
    return UnreadablePolicy(
        f"{name} is a DOCX document that cannot be opened: {what}.",
        zh=f"{name} 是无法打开的 DOCX 文档。",
        todo="Open it in a word processor and save it again, or as PDF.",
    )


class _Document:
    def __init__(self) -> None:
        self._tables = 0

    def blocks(self, root: ElementTree.Element) -> Iterator[Block]:
        """The blocks of the body in order, without recursion beyond nested tables."""
        body = root.find(f"{W}body")
        if body is not None:
            yield from self._inside(body, None)

    def _inside(self, parent: ElementTree.Element, cell: Cell | None) -> Iterator[Block]:
        for child in parent:
            if child.tag == f"{W}p":
                yield _paragraph(child, cell)
            elif child.tag == f"{W}tbl":
                yield from self._table(child)
            elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}smartTag"):
                yield from self._inside(child, cell)

    def _table(self, table: ElementTree.Element) -> Iterator[Block]:
        number = self._tables
        self._tables += 1
        for row, line in enumerate(table.iter(f"{W}tr")):
            column = 0
            for box in line.findall(f"{W}tc"):
                yield from self._inside(box, Cell(number, row, column))
                span = box.find(f"{W}tcPr/{W}gridSpan")
                wide = (span.get(f"{W}val") or "1") if span is not None else "1"
                column += int(wide) if wide.isdigit() and len(wide) < 4 else 1


def _paragraph(paragraph: ElementTree.Element, cell: Cell | None) -> Block:
    words = "".join(_words(paragraph))
    if cell is not None:
        return Block(ParagraphKind.CELL, words, cell=cell)
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    match = HEADING.match(style.get(f"{W}val") or "") if style is not None else None
    outline = paragraph.find(f"{W}pPr/{W}outlineLvl")
    if match is not None or outline is not None:
        level = int(match.group(1) or 1) if match else min(int(_digits(outline)) + 1, 6)
        return Block(ParagraphKind.HEADING, words, level)
    if paragraph.find(f"{W}pPr/{W}numPr") is not None:
        depth = paragraph.find(f"{W}pPr/{W}numPr/{W}ilvl")
        return Block(ParagraphKind.ITEM, words, depth=int(_digits(depth)))
    return Block(ParagraphKind.BODY, words)


def _digits(element: ElementTree.Element | None) -> str:
    value = (element.get(f"{W}val") or "0") if element is not None else "0"
    return value if value.isdigit() and len(value) < 3 else "0"


def _words(element: ElementTree.Element) -> Iterator[str]:
    for part in element.iter():
        if part.tag == f"{W}t":
            yield part.text or ""
        elif part.tag in (f"{W}tab", f"{W}br", f"{W}cr"):
            yield " "

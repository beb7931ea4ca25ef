"""A page as blocks of text in reading order: headings, paragraphs, list items, table cells, navigation.

Everything that a reader of the page may see is kept, menus and footers too, told apart as navigation; what a browser
never shows as text (scripts, styles, templates) is not. Block elements: WHATWG HTML, Rendering §15.3; cells take their
columns by the table model of §4.9.12.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from finwatch.limits import PolicyLimits
from finwatch.model.policy import ParagraphKind
from finwatch.policy.builder import Block, Cell
from finwatch.policy.trace import Trace

HIDDEN = {"script", "style", "noscript", "template", "head", "iframe", "object", "svg", "canvas", "select", "-comment"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
NAVIGATION = {"nav", "header", "footer", "menu"}
ITEMS = {"li", "dt", "dd"}
LISTS = {"ul", "ol", "dl"}
CELLS = {"td", "th"}
BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "details", "dialog", "div", "dl",
    "fieldset", "figcaption", "figure", "form", "hr", "html", "legend", "main", "ol", "p", "pre", "search", "section",
    "summary", "table", "tbody", "tfoot", "thead", "tr", "ul", "br", "option", "textarea",
    *HEADINGS, *NAVIGATION, *ITEMS, *CELLS,
}  # fmt: skip
SPAN = 1_000
"""A cell spans no more rows or columns (WHATWG HTML §4.9.11)."""


DEEPEST = 10_000
"""Elements open at once, counted without the rules of implied ends, that are given to the parser: its time grows with
the square of the depth, and nothing below ``html_depth`` is read anyway."""
NESTING = re.compile(
    r"<(/?)(?:div|span|section|article|main|aside|ul|ol|dl|table|blockquote|center|font|form|b|i|u|a|em|strong|small|big)"
    r"(?=[\s/>])",
    re.IGNORECASE,
)
"""Elements that stay open until they are closed (WHATWG HTML, Parsing §13.2.6)."""


class _Context(NamedTuple):
    kind: ParagraphKind
    level: int | None
    navigation: bool
    depth: int = 0
    """Lists around."""
    table: int | None = None
    cell: Cell | None = None


def read_blocks(page: str, limits: PolicyLimits) -> tuple[list[Block], str | None, list[str]]:
    """The blocks of ``page``, its ``title``, and notes on what lay deeper than ``limits.html_depth``."""
    tree = LexborHTMLParser(_up_to_depth(page))
    title = tree.css_first("title")
    said = title.text() if title else None
    walk = _Walk(limits, Trace(page))
    if said and tree.head is not None:
        walk.trace.origin(said)
    root = tree.body or tree.root
    if root is not None:
        walk.element(root)
    return walk.blocks, said, walk.notes


def _up_to_depth(page: str) -> str:
    """``page`` up to where more than ``DEEPEST`` elements stand open; nearly always the whole."""
    if page.count("<") <= DEEPEST:
        return page
    depth = 0
    for tag in NESTING.finditer(page):
        depth = max(depth - 1, 0) if tag.group(1) else depth + 1
        if depth > DEEPEST:
            return page[: tag.start()]
    return page


class _Tables:
    """Counts tables, rows and columns; a cell that spans rows keeps its column from those below."""

    def __init__(self) -> None:
        self._rows: list[int] = []
        self._columns: list[int] = []
        self._taken: list[dict[int, int]] = []

    def open(self) -> int:
        """Another table."""
        self._rows.append(-1)
        self._columns.append(0)
        self._taken.append({})
        return len(self._rows) - 1

    def row(self, table: int) -> None:
        """Another row of ``table``."""
        self._rows[table] += 1
        self._columns[table] = 0
        self._taken[table] = {column: left - 1 for column, left in self._taken[table].items() if left > 1}

    def cell(self, table: int, node: LexborNode) -> Cell:
        """Another cell of the row."""
        taken = self._taken[table]
        column = self._columns[table]
        while column in taken:
            column += 1
        width, height = _span(node, "colspan"), _span(node, "rowspan")
        if height > 1:
            taken |= dict.fromkeys(range(column, column + width), height)
        self._columns[table] = column + width
        return Cell(table, max(self._rows[table], 0), column)


def _span(node: LexborNode, name: str) -> int:
    value = node.attributes.get(name) or ""
    return min(max(int(value), 1), SPAN) if value.isascii() and value.isdigit() and len(value) < 6 else 1


class _Walk:
    def __init__(self, limits: PolicyLimits, trace: Trace) -> None:
        self.blocks: list[Block] = []
        self.notes: list[str] = []
        self.trace = trace
        self._words: list[str] = []
        self._origin: list[tuple[int, int, int]] = []
        self._size = 0
        self._tables = _Tables()
        self._limits = limits

    def element(self, root: LexborNode) -> None:
        """Visits ``root`` and all below it in document order, without recursion: pages may be deep on purpose."""
        top = _Context(ParagraphKind.BODY, None, navigation=False)
        stack: list[tuple[LexborNode | None, _Context, _Context | None]] = [(root, top, None)]
        while stack:
            node, context, closing = stack.pop()
            if node is None:
                self._flush(closing or context)
                continue
            if node.next is not None and node is not root:
                stack.append((node.next, context, None))
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "")
                continue
            if tag in HIDDEN:
                continue
            if tag in BLOCKS:
                self._flush(context)
            inner = self._inside(tag, node, context)
            if tag in BLOCKS:
                stack.append((None, context, inner))
            if node.child is not None and self._shallow(stack):
                stack.append((node.child, inner, None))

    def _text(self, words: str) -> None:
        for offset, source, width in self.trace.origin(words):
            self._origin.append((self._size + offset, source, width))
        self._words.append(words)
        self._size += len(words)

    def _shallow(self, stack: list[tuple[LexborNode | None, _Context, _Context | None]]) -> bool:
        if len(stack) < self._limits.html_depth * 2:
            return True
        note = f"elements deeper than limit html_depth = {self._limits.html_depth} were left out"
        if note not in self.notes:
            self.notes.append(note)
        return False

    def _flush(self, context: _Context) -> None:
        words = "".join(self._words)
        origin = tuple(self._origin)
        self._words.clear()
        self._origin.clear()
        self._size = 0
        if words.strip():
            kind = ParagraphKind.NAVIGATION if context.navigation else context.kind
            depth = max(context.depth - 1, 0)
            self.blocks.append(Block(kind, words, context.level, origin=origin, cell=context.cell, depth=depth))

    def _inside(self, tag: str, node: LexborNode, context: _Context) -> _Context:  # noqa: PLR0911 - one a role
        if tag in HEADINGS:
            return context._replace(kind=ParagraphKind.HEADING, level=HEADINGS[tag])
        if tag in NAVIGATION:
            return context._replace(navigation=True)
        if tag in ITEMS:
            return context._replace(kind=ParagraphKind.ITEM, level=None)
        if tag in LISTS:
            return context._replace(depth=context.depth + 1)
        if tag == "table":
            return context._replace(table=self._tables.open())
        if context.table is not None and tag == "tr":
            self._tables.row(context.table)
        if tag in CELLS:
            cell = self._tables.cell(context.table, node) if context.table is not None else None
            return context._replace(kind=ParagraphKind.CELL, level=None, cell=cell)
        return context

"""A page as blocks of text in reading order: headings, paragraphs, list items, table cells, navigation.

Everything that a reader of the page may see is kept, menus and footers too, told apart as navigation; what a browser
never shows as text (scripts, styles, templates) is not. Block elements: WHATWG HTML, Rendering §15.3.
"""

from __future__ import annotations

from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from finwatch.limits import PolicyLimits
from finwatch.model.policy import ParagraphKind
from finwatch.policy.builder import Block

HIDDEN = {"script", "style", "noscript", "template", "head", "iframe", "object", "svg", "canvas", "select", "-comment"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
NAVIGATION = {"nav", "header", "footer", "menu"}
ITEMS = {"li", "dt", "dd"}
CELLS = {"td", "th"}
BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "center", "details", "dialog", "div", "dl",
    "fieldset", "figcaption", "figure", "form", "hr", "html", "legend", "main", "ol", "p", "pre", "search", "section",
    "summary", "table", "tbody", "tfoot", "thead", "tr", "ul", "br", "option", "textarea",
    *HEADINGS, *NAVIGATION, *ITEMS, *CELLS,
}  # fmt: skip


class _Context(NamedTuple):
    kind: ParagraphKind
    level: int | None
    navigation: bool


def read_blocks(page: str, limits: PolicyLimits) -> tuple[list[Block], str | None, list[str]]:
    """The blocks of ``page``, its ``title``, and notes on what lay deeper than ``limits.html_depth``."""
    tree = LexborHTMLParser(page)
    title = tree.css_first("title")
    walk = _Walk(limits)
    root = tree.body or tree.root
    if root is not None:
        walk.element(root)
    return walk.blocks, title.text() if title else None, walk.notes


class _Walk:
    def __init__(self, limits: PolicyLimits) -> None:
        self.blocks: list[Block] = []
        self.notes: list[str] = []
        self._words: list[str] = []
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
                self._words.append(node.text_content or "")
                continue
            if tag in HIDDEN:
                continue
            inner = _inside(tag, context)
            if tag in BLOCKS:
                self._flush(context)
                stack.append((None, context, inner))
            if node.child is not None and self._shallow(stack):
                stack.append((node.child, inner, None))

    def _shallow(self, stack: list[tuple[LexborNode | None, _Context, _Context | None]]) -> bool:
        if len(stack) < self._limits.html_depth * 2:
            return True
        note = f"elements deeper than limit html_depth = {self._limits.html_depth} were left out"
        if note not in self.notes:
            self.notes.append(note)
        return False

    def _flush(self, context: _Context) -> None:
        words = "".join(self._words)
        self._words.clear()
        if words.strip():
            kind = ParagraphKind.NAVIGATION if context.navigation else context.kind
            self.blocks.append(Block(kind, words, context.level))


def _inside(tag: str, context: _Context) -> _Context:
    if tag in HEADINGS:
        return context._replace(kind=ParagraphKind.HEADING, level=HEADINGS[tag])
    if tag in NAVIGATION:
        return context._replace(navigation=True)
    if tag in ITEMS:
        return context._replace(kind=ParagraphKind.ITEM, level=None)
    if tag in CELLS:
        return context._replace(kind=ParagraphKind.CELL, level=None)
    return context

"""Bytes of a policy → ``PolicyText``: the type is told from the bytes, the text normalised, places counted.

First room of ``policy``: bytes from a capture or a file come in, text with paragraph numbers and character offsets
goes out, which every later statement points into. The same bytes give the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from finwatch.errors import UnreadablePolicy
from finwatch.limits import POLICY, PolicyLimits
from finwatch.model.policy import ParagraphKind, PolicyFormat, PolicyText
from finwatch.policy import html, ocr
from finwatch.policy.builder import Block, build, looks_like_heading
from finwatch.policy.lines import goes_on, is_open
from finwatch.policy.normal import normalise
from finwatch.policy.sniff import decode, is_html, picture_of, sniff

HEADING_LINE = 200
"""Characters of a line, white space included, that may be a heading."""


LONG_LINE = 1_000
"""Characters of a line that holds more than a paragraph."""
PART = re.compile(
    r"\t+|[ \u3000]{2,}"
    r"|(?<=[。；;])\s*(?=[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|[（(]?\d{1,2}[)）.、．](?!\d))"
)
"""Where a part of such a line begins."""
MOST_JOINED = 20_000
"""Characters after which a paragraph takes no more lines: lines that never end a sentence are no policy."""
LAST_CHARACTERS = 200
"""What is looked at of a paragraph to see whether the next line goes on with it."""
WRAPPED_LINES = 30
WRAPPED_WIDTH = (36, 130)
"""Half characters of the lines of a wrapped text, at least and at most."""
FULL = 0.85
"""A line of a wrapped paragraph, but for its last, is at least this share of the width."""
LIST_MARK = re.compile(r"\s*(?:[•●○■·▪◦*-]|[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3}|[a-zA-Z])[)）.、．])")

WORDY = re.compile(r"\s*(?:[a-zA-Z]|(?![第一二三四五六七八九十百])[\u4e00-\u9fff])")
"""A line that begins with a word: no numbered heading, and no need to normalise it to see that."""
INSIDE = re.compile(r"[,，:：。]|[【(（][^】)）]*$")
"""What a heading has not, where a line of it is as wide as the text: it is a sentence that goes on."""


def read_policy_text(
    data: bytes, *, name: str = "the policy", content_type: str | None = None, limits: PolicyLimits = POLICY
) -> PolicyText:
    """The text of a policy given as a page, a PDF, DOCX, plain text or a picture of text.

    ``name`` (a path or URL) is for messages; ``content_type`` is the header it came with, used for its charset alone.
    Raises ``UnreadablePolicy`` naming the document, what is wrong and what to do; parts that could not be read (a
    page that is a picture) are in ``PolicyText.unreadable``.
    """
    if len(data) > limits.file_bytes:
        raise UnreadablePolicy(
            f"{name} is larger than the limit file_bytes = {limits.file_bytes}; nothing of it was read.",
            zh=f"{name} 超过大小限制，未读取。",
            todo="Give the policy alone.",
        )
    format_ = sniff(data, name=name)
    if format_ is PolicyFormat.PDF:
        from finwatch.policy import pdf  # noqa: PLC0415 - its library takes a while to load, and most policies are pages

        blocks, title, notes = pdf.read_blocks(data, name=name, limits=limits)
        return build(data, blocks, format_=format_, name=name, limits=limits, title=title, unreadable=notes)
    if format_ is PolicyFormat.DOCX:
        from finwatch.policy import docx  # noqa: PLC0415

        blocks, title, notes = docx.read_blocks(data, name=name, limits=limits)
        return build(data, blocks, format_=format_, name=name, limits=limits, title=title, unreadable=notes)
    if format_ is PolicyFormat.IMAGE:
        blocks, notes = _picture(data, name=name)
        return build(data, blocks, format_=format_, name=name, limits=limits, unreadable=notes)
    text, encoding, damaged = decode(data, name=name, content_type=content_type, limits=limits)
    if is_html(text):
        blocks, title, notes = html.read_blocks(text, limits)
        format_ = PolicyFormat.HTML
    else:
        blocks, title, notes = _plain_blocks(text), None, []
        format_ = PolicyFormat.TEXT
    if "," in encoding:
        notes.append(f"the file mixes encodings ({encoding}); each line was read in the one that fits it")
    if damaged:
        notes.append(f"{damaged} characters could not be decoded and stand as U+FFFD")
    return build(
        data,
        blocks,
        format_=format_,
        name=name,
        limits=limits,
        encoding=encoding,
        damaged=damaged,
        title=title,
        traced=True,
        unreadable=notes,
    )


def _picture(data: bytes, *, name: str) -> tuple[list[Block], list[str]]:
    """The lines of a picture of text, and a note on lines too unsure to give."""
    what = picture_of(data) or "a picture"
    recognise = ocr.recogniser()
    if recognise is None:
        raise UnreadablePolicy(
            f"{name} is {what}; {ocr.MISSING}, so nothing of it was read.",
            zh=f"{name} 是图片；未安装文字识别组件，未读取。",
            todo="Install finwatch[ocr] (pip install 'finwatch[ocr]'), or give the policy as text or PDF.",
        )
    from finwatch.policy import pdf  # noqa: PLC0415

    lines, unsure = recognise(data)
    notes = [f"{name} is {what}, read by OCR: words may be wrong"]
    if unsure:
        notes.append(f"{unsure} lines were too unsure to read")
    return pdf.recognised_blocks(lines), notes


def _plain_blocks(text: str) -> list[Block]:
    """A line is a paragraph: policies saved as text keep one paragraph a line, unless they were wrapped at a width."""
    lines: list[tuple[int, str]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        if len(line) > LONG_LINE:
            lines += [(at + start, line[start:end]) for start, end in _pieces(line) if not line[start:end].isspace()]
        elif not line.isspace():
            lines.append((at, line))
        at += len(line)
    width = _wrapped_at([line for _, line in lines])
    blocks: list[Block] = []
    full = False
    for at, line in lines:
        heading = len(line) <= HEADING_LINE and not WORDY.match(line) and looks_like_heading(normalise(line))
        if heading and is_open(line):
            heading = False
        if heading and width and _width(line) >= width * FULL and INSIDE.search(line):
            heading = False
        joins = bool(blocks) and len(blocks[-1].text) < MOST_JOINED and not heading and not LIST_MARK.match(line)
        if joins and (full or _goes_on(blocks[-1], line)):
            blocks[-1] = _joined(blocks[-1], line, at)
        else:
            kind = ParagraphKind.HEADING if heading else ParagraphKind.BODY
            blocks.append(Block(kind, line, 2 if heading else None, origin=((0, at, 1),)))
        full = width > 0 and not heading and _width(line) >= width * FULL and line.rstrip()[-1:] not in "。;；:：!?！？"
    return blocks


def _goes_on(block: Block, line: str) -> bool:
    return block.kind is ParagraphKind.BODY and goes_on(block.text[-LAST_CHARACTERS:], line)


def _pieces(line: str) -> Iterator[tuple[int, int]]:
    """The parts of a long line; a whole policy in one line is parted where headings and list items begin."""
    start = 0
    for match in PART.finditer(line):
        if match.end() > start:
            yield start, match.end()
            start = match.end()
    if start < len(line):
        yield start, len(line)


def _wrapped_at(lines: list[str]) -> int:
    """The width at which a text was wrapped, in half characters; 0 = it was not.

    A wrapped text has many lines, most of the longer ones as wide as the widest, and most of those end inside a
    sentence.
    """
    if len(lines) < WRAPPED_LINES:
        return 0
    widths = sorted(_width(line) for line in lines)
    usual = widths[int(len(widths) * 0.9)]
    if not WRAPPED_WIDTH[0] <= usual <= WRAPPED_WIDTH[1] or widths[int(len(widths) * 0.96)] > usual * 1.6:
        return 0
    full = [line for line in lines if _width(line) >= usual * FULL]
    inside = sum(1 for line in full if line.rstrip()[-1:] not in "。;；:：!?！？.")
    return usual if len(full) >= len(lines) * 0.4 and inside >= len(full) * 0.7 else 0


def _width(line: str) -> int:
    """The width of a line in half characters: Han and full-width forms, of three bytes in UTF-8, take two."""
    line = line.strip()
    return (len(line.encode("utf-8", "replace")) + len(line)) // 2


def _joined(block: Block, line: str, at: int) -> Block:
    """``block`` with the next line of its paragraph; words of Latin letters keep a space between them."""
    before = block.text.rstrip("\r\n")
    blank = len(line) - len(line.lstrip())
    space = " " if before[-1:].isascii() and before[-1:].isalnum() and line[blank : blank + 1].isascii() else ""
    before = before if space else before.rstrip()
    text = before + space + line[blank:]
    added = ((len(before), at, 1),) if space else ()
    return block._replace(text=text, origin=(*block.origin, *added, (len(before) + len(space), at + blank, 1)))

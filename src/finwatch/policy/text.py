"""Bytes of a policy → ``PolicyText``: the type is told from the bytes, the text normalised, places counted.

First room of ``policy``: bytes from a capture or a file come in, text with paragraph numbers and character offsets
goes out, which every later statement points into. The same bytes give the same text.
"""

from __future__ import annotations

from finwatch.errors import UnreadablePolicy
from finwatch.limits import POLICY, PolicyLimits
from finwatch.model.policy import ParagraphKind, PolicyFormat, PolicyText
from finwatch.policy import html, pdf
from finwatch.policy.builder import Block, build, looks_like_heading, normalise
from finwatch.policy.sniff import decode, is_html, sniff


def read_policy_text(
    data: bytes, *, name: str = "the policy", content_type: str | None = None, limits: PolicyLimits = POLICY
) -> PolicyText:
    """The text of a policy given as a page, a PDF or plain text.

    ``name`` (a path or URL) is for messages; ``content_type`` is the header it came with, used for its charset alone.
    Raises ``UnreadablePolicy`` naming the document, what is wrong and what to do; parts that could not be read (a
    page that is a picture) are in ``PolicyText.unreadable``.
    """
    if len(data) > limits.file_bytes:
        raise UnreadablePolicy(
            f"{name} has {len(data)} bytes, more than the limit file_bytes = {limits.file_bytes}.",
            zh=f"{name} 超过大小限制。",
            todo="Give the policy alone.",
        )
    if sniff(data, name=name) is PolicyFormat.PDF:
        blocks, title, notes = pdf.read_blocks(data, name=name, limits=limits)
        return build(data, blocks, format_=PolicyFormat.PDF, name=name, limits=limits, title=title, unreadable=notes)
    text, encoding, damaged = decode(data, name=name, content_type=content_type, limits=limits)
    if is_html(text):
        blocks, title, notes = html.read_blocks(text, limits)
        format_ = PolicyFormat.HTML
    else:
        blocks, title, notes = _plain_blocks(text), None, []
        format_ = PolicyFormat.TEXT
    return build(
        data,
        blocks,
        format_=format_,
        name=name,
        limits=limits,
        encoding=encoding,
        damaged=damaged,
        title=title,
        unreadable=notes,
    )


def _plain_blocks(text: str) -> list[Block]:
    """A line is a paragraph: policies saved as text keep one paragraph a line."""
    lines = [normalise(line) for line in text.splitlines()]
    return [
        Block(ParagraphKind.HEADING, line, 2) if looks_like_heading(line) else Block(ParagraphKind.BODY, line)
        for line in lines
    ]

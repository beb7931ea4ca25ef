"""Tables of components whose cells run together in one paragraph, as copying a page without its lines leaves them.

In: the tokens of a sentence; out: each component with the items between its name and the next one's. A header of at
least three labels without marks between them (第三方名称使用目的涉及个人信息) opens such a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from finwatch.model.statement import Party, PartyKind
from finwatch.policy.statements.lexicon import Kind, Token, word_list
from finwatch.policy.statements.parties import sdk_name

LEAST = 3
"""Components that a table has at least, and labels of its header."""
FIELDS = ("name", "supplier", "purpose", "data", "permission", "link", "other", "mute")
BEFORE_NAME = re.compile(r"(?:\s|信息|权限|状态|数据|等|[)）、,，;；.])+")
JOINED = 12
"""Characters between two names of one row (穿山甲SDK/广点通SDK)."""


class Row(NamedTuple):
    """A component of the table and the items of its row."""

    party: Party
    start: int
    end: int
    objects: list[Token]


class Glued(NamedTuple):
    """A table in a sentence: its tokens are ``tokens[first:last]``."""

    rows: list[Row]
    first: int
    last: int


@lru_cache(maxsize=1)
def _header() -> re.Pattern[str]:
    words = sorted({word for name in FIELDS for word in word_list("zh", "component", name)}, key=len, reverse=True)
    return re.compile(rf"(?:(?:{'|'.join(map(re.escape, words))})\s?){{{LEAST},}}(?!\s*[:：])")


def glued_table(text: str, tokens: Sequence[Token]) -> Glued | None:
    """The table that stands in the sentence of ``tokens``; ``None`` where there is none."""
    named = [at for at, token in enumerate(tokens) if token.value is PartyKind.SDK]
    if len(named) < LEAST:
        return None
    header = _header().search(text, tokens[0].start, tokens[-1].end)
    if header is None:
        return None
    named = [at for at in named if tokens[at].start >= header.end()]
    if len(named) < LEAST:
        return None
    last = _end(tokens, named[-1])
    rows: list[Row] = []
    begun: int | None = None
    for number, at in enumerate(named):
        begun = _name_start(text, tokens, at, header.end()) if begun is None else begun
        following = named[number + 1] if number + 1 < len(named) else last
        joined = following < last and tokens[following].start - tokens[at].end <= JOINED
        if joined and text.startswith("/", tokens[at].end):
            continue
        objects = [one for one in tokens[at + 1 : following] if one.kind is Kind.ITEM and one.value]
        name = text[begun : tokens[at].end].strip() or sdk_name(text, tokens[at].start)
        stop = objects[-1].end if objects else tokens[at].end
        rows.append(Row(Party(PartyKind.SDK, name), begun, stop, objects))
        begun = None
    first = next(at for at, token in enumerate(tokens) if token.start >= header.start())
    return Glued(rows, first, last)


def _name_start(text: str, tokens: Sequence[Token], at: int, least: int) -> int:
    """Where the name before the word SDK begins: behind the last item of the row before, or where names are cut."""
    before = next((one.end for one in reversed(tokens[:at]) if one.kind in (Kind.ITEM, Kind.CLOSE)), least)
    start = max(before, least)
    passed = BEFORE_NAME.match(text, start)
    start = passed.end() if passed else start
    name = sdk_name(text, tokens[at].start)
    if name is not None:
        start = max(start, text.rfind(name[: -len("SDK")].strip(), 0, tokens[at].start))
    return min(start, tokens[at].start)


def _end(tokens: Sequence[Token], last: int) -> int:
    """Where the last row ends: at the operator, who begins a sentence about something else."""
    for at in range(last + 1, len(tokens)):
        if tokens[at].kind is Kind.DEEMED or tokens[at].value is PartyKind.FIRST:
            return at
    return len(tokens)

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

SDK = PartyKind.SDK
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


ASKED = re.compile(r"是否(?:去标识化|匿名化|脱敏|加密)(?:传输|处理|后传输)?")
"""The last label of a header whose rows each end in an answer."""
ANSWERED = re.compile(r"\d{0,2}(?P<row>[^。是否]{4,400})[是否](?![则认定有])")
COMPANY = re.compile(
    r"(?:北京|上海|天津|重庆|深圳|广州|杭州|南京|珠海|厦门|成都|武汉|浙江|广东|江苏|福建|山东|中国)[^,、;:。]{2,20}?(?:公司|集团(?!控股|股份|有限))"
    r"|(?<=[A-Za-z])(?!推送|互联|埋点)[\u4e00-\u9fff()]{2,20}?(?:有限公司|集团(?!控股|股份|有限))"
)
REPEATED = re.compile(r"([\u4e00-\u9fff]{2}).{0,16}?(\1[\u4e00-\u9fff()]{2,24}?公司)")
"""A name, and a company whose name begins as it does: 某某推送某某科技有限公司."""
FIRST_DATA = re.compile(
    r"获取|读取|收集|需要|姓名|证件|身份证|手机|设备|客户|用户|网络(?!公司|科技|股份|信息)|位置|存储|IMEI|IP|MAC"
)


class Answered(NamedTuple):
    """A row of a table whose header asks a yes-or-no question: ``text[data:end]`` lists what the component takes."""

    name: str
    supplier: str | None
    start: int
    data: int
    end: int


def asks(text: str, start: int, end: int) -> int | None:
    """Where a header of glued labels that ends in a question stops; ``None`` where there is none."""
    for found in ASKED.finditer(text, start, end):
        if header := _header().search(text, max(start, found.start() - 120), found.start()):
            return found.end() if header.end() == found.start() else None
    return None


def answered_rows(text: str, start: int, end: int) -> list[Answered]:
    """The rows of such a table between ``start`` and ``end``, as far as each has a name and data."""
    rows = []
    for found in ANSWERED.finditer(text, start, end):
        low, high = found.span("row")
        company = COMPANY.search(text, low + 2, high)
        repeated = None if company else REPEATED.match(text, low, high)
        first, after = repeated.span(2) if repeated else company.span() if company else (-1, low + 2)
        data = FIRST_DATA.search(text, after, high)
        name = text[low : first if first > 0 else data.start() if data else low].strip()
        if data and 1 < len(name) <= 40:
            supplier = text[first:after] if first > 0 else None
            rows.append(Answered(name, supplier, found.start(), data.start(), high))
    return rows


def glued_table(text: str, tokens: Sequence[Token]) -> Glued | None:
    """The table that stands in the sentence of ``tokens``; ``None`` where there is none."""
    named = [at for at, token in enumerate(tokens) if token.value is SDK]
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

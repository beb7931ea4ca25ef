"""The operator called by its name: 某某理财可能会收集…, where the policy says that 某某理财 is who speaks.

Before the sentences are read. In: a policy's text and its tokens; out: the tokens with the operator's names as the
first party, where such a name acts or receives. A name counts only where the policy's title or a definition
(以下简称“我们”) gives it, and where it is seen to act.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from finwatch.model.statement import PartyKind
from finwatch.policy.statements.lexicon import Kind, Token
from finwatch.policy.statements.segments import has

BEGINNING = 3_000
"""Characters in which the operator is introduced."""
CALLED = re.compile(
    r"([\u4e00-\u9fffA-Za-z0-9()]{2,30}?)\s*\((?:以下|下称|下文|在本政策中)[^()]{0,12}?称(?:为|作)?[:：]?\s*([^()]{2,60})\)"
)
BRACKET = re.compile(r"\((?:以下|下称|下文|在本政策中)")
"""What ``CALLED`` needs; looked for first, because it is cheap."""
LONGEST = 30
"""Characters of the name before it."""
EXPLAINED = 100
"""Characters of the bracket, at most."""
QUOTED = re.compile(r"[“\"‘'「『《]([^”\"’'」』》]{2,16})[”\"’'」』》]")
OWN = re.compile(r"我们|我司|我行|本公司|本行|本平台|本软件|本应用")
TITLE = re.compile(
    r"(?:^|[\s《“\"])([\u4e00-\u9fffA-Za-z0-9]{2,12}?)(?:APP|App|app|软件|平台|用户|客户端|应用|手机银行|理财)*"
    r"(?:个人信息|用户)?(?:隐私权?|个人信息)(?:保护)?(?:政策|协议|声明|条款|指引)"
)
NOT_A_NAME = re.compile(
    r"(?:手机银行|本|该|此|用户|客户|个人|我们|我司|我行|法律|隐私|信息|平台|软件|应用|服务|第三方|关于|查看|儿童|同意|更新"
    r"|政策|阅读|根据|协议|产品|银行|公司|APP|App|app|SDK|上述|最新|一般|互联网|基本)+"
    r"|.*(?:SDK|第三方|我们|您|隐私|政策|协议|同意|阅读|本).*"
)
ACTS = (
    "会|将|可能|不会|需|有权|承诺|仅|必须|只会|只|收集|采集|获取|对|也|均|不得|向|与|从|尊重|重视"
    "|非常|可以|无法|不|运营方"
)
OTHERS = re.compile(r"SDK|第三方|合作|由")
START = attrgetter("start")
LEAST = 2
"""Times that a name has to be seen to act."""


def operator_names(text: str) -> list[str]:
    """The names under which the operator speaks in ``text``, longest first."""
    beginning = text[:BEGINNING]
    found: set[str] = set()
    for match in _called(beginning):
        if OTHERS.search(beginning, max(0, match.start() - 20), match.end(1)):
            continue
        quoted = QUOTED.findall(match.group(2))
        if OWN.search(match.group(2)) or match.group(1).endswith(("公司", "银行", "平台")):
            found.update(quoted)
    found.update(match.group(1) for match in TITLE.finditer(beginning[:400]))
    names = {name for name in found if not NOT_A_NAME.fullmatch(name)}
    return sorted(
        (name for name in names if len(re.findall(f"{re.escape(name)}(?:平台)?(?:{ACTS})", text)) >= LEAST),
        key=lambda name: (-len(name), name),
    )


def _called(text: str) -> Iterator[re.Match[str]]:
    """The matches of ``CALLED``, looked for only before the brackets that it needs."""
    done = 0
    for bracket in BRACKET.finditer(text):
        if bracket.start() < done:
            continue
        name_ends = len(text[: bracket.start()].rstrip())
        match = CALLED.search(text, max(done, name_ends - LONGEST), bracket.end() + EXPLAINED)
        if match is not None:
            yield match
            done = match.end()


def with_operator(text: str, tokens: list[Token]) -> list[Token]:
    """``tokens`` and the operator's names among them, where a name acts (某某理财会…) or receives (向某某理财提供)."""
    names = operator_names(text)
    if not names:
        return tokens
    either = "|".join(map(re.escape, names))
    place = re.compile(f"(?:{either})(?:平台)?(?:运营方)?(?={ACTS})|(?<=[向给])(?:{either})(?:平台)?")
    new = [
        Token(Kind.PARTY, PartyKind.FIRST, match.start(), match.end())
        for match in place.finditer(text)
        if not has(tokens[slice(*(bisect_left(tokens, at, key=START) for at in match.span()))], Kind.ITEM)
    ]
    if not new:
        return tokens
    merged: list[Token] = []
    at = 0
    for one in new:
        first = bisect_left(tokens, one.start, key=START)
        while first > at and tokens[first - 1].end > one.start:
            first -= 1
        merged += tokens[at:first]
        merged.append(one)
        at = bisect_left(tokens, one.end, first, key=START)
    return [*merged, *tokens[at:]]

"""Who is meant: names of recipients and of components as the policy writes them."""

from __future__ import annotations

import re

from finwatch.model.statement import FIRST, Party, PartyKind
from finwatch.policy.statements.lexicon import USER

AUTHORITY = re.compile(r"(?:局|部|委员会|公安|法院|检察院|委|人民政府)$")
GENERIC_NAME = re.compile(
    r"^(?:我行的?|我们的?|本行的?|我司的?|任何|其他|相关的?|有关的?|上述|该|此类|前述|各类|您的|对应的?|相应的?)+"
)
NAME_LENGTH = 40
SDK_NAME = re.compile(r"[A-Za-z0-9+\-·.&/ \u4e00-\u9fff]{0,30}$")
SDK_CUT = re.compile(
    r".*(?:使用了|使用|集成了|集成|接入了|接入|嵌入了|嵌入|调用了|调用|引入了|引入|内置了|内置|通过|采用了|采用|包括|以及|的|由|为|是|和|及|与|将|会|在|或|供)"
)
NO_NAME = (
    "该",
    "此类",
    "此",
    "第三方",
    "以下",
    "等",
    "上述",
    "前述",
    "其他",
    "这些",
    "某些",
    "部分",
    "相关",
    "各类",
    "这类",
    "下列",
    "The",
    "the",
    "This",
    "this",
    "",
)
NO_NAME_WITH = re.compile(r"您|我们|这些|同意|^(?:工具|部署|功能|推广|类|多个|若干|如下|服务|产品|等)$")


def clean_name(name: str) -> str | None:
    name = GENERIC_NAME.sub("", name.strip(' ,、的"“”')).strip()
    return name if 1 < len(name) <= NAME_LENGTH else None


def party_of(words: str) -> Party | str | None:
    """The party that stands between a preposition and its verb, where no word of the lists names it."""
    name = words.strip(' ,、“”"')
    if not name or len(name) > NAME_LENGTH:
        return None
    if any(word in name for word in ("您", "用户", "客户", "你")):
        return USER
    cleaned = clean_name(name)
    if cleaned is None:
        return FIRST if name.startswith(("我", "本")) else Party(PartyKind.THIRD, name)
    return Party(PartyKind.AUTHORITY if AUTHORITY.search(cleaned) else PartyKind.THIRD, cleaned)


def sdk_name(text: str, at: int) -> str | None:
    """The name right before the word SDK at ``at``; ``None`` for 该SDK, 第三方SDK and the like."""
    found = SDK_NAME.search(text, max(0, at - 30), at)
    name = SDK_CUT.sub("", found.group()).strip(" ,.、0123456789()") if found else ""
    if name in NO_NAME or NO_NAME_WITH.search(name) or name.endswith(("第三方", "此类", "该")):
        return None
    return f"{name}{' ' if name[-1].isascii() else ''}SDK"

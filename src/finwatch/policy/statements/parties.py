"""Who is meant: names of recipients and of components as the policy writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from finwatch.model.statement import FIRST, Party, PartyKind
from finwatch.policy.statements.lexicon import USER

AUTHORITY = re.compile(r"(?:局|部|委员会|公安|法院|检察院|委|人民政府)$")
GENERIC_NAME = re.compile(
    r"^(?:我行的?|我们的?|本行的?|我司的?|任何|其他|相关的?|有关的?|上述|该|此类|前述|各类|您的|对应的?|相应的?)+"
)
NAME_LENGTH = 40
SDK_NAME = re.compile(r"[A-Za-z0-9+\-·.&/ \u4e00-\u9fff]{0,30}$")
SDK_CUT = re.compile(
    r".*(?:使用了|使用|集成了|集成|接入了|接入|嵌入了|嵌入|调用了|调用|引入了|引入|内置了|内置|通过|采用了|采用|包括|以及|的|由|(?<!华)为|是|和|及|与|将|会|在|或|供)"
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


JOINED = re.compile(r"(?<=sdk)等?\s*[、,，/和及与]\s*", re.IGNORECASE)
"""Between two names that both end in SDK."""
LISTED = re.compile(
    r"(?:使用|集成|接入|嵌入|引入|采用)了?(?:的)?(?:第三方)?((?:[A-Za-z0-9+·.\u4e00-\u9fff ]{2,16}?[、和及与])+)$"
)
"""Names before the last one of a list: 使用了某某推送、某某分享和….."""
SERVED = re.compile(
    r"使用([A-Za-z][A-Za-z0-9+· ]{1,28}?)\s?所?提供的[^,。]{0,12}服务时?,[该其]?(?:服务)?(?:提供商|提供方|提供者|商)"
)
"""A supplier known by the component whose service is used: 使用 Some Share 提供的分享服务时,提供商会收集…."""
COMPONENTS = re.compile(
    r"(?:集成|接入|嵌入|使用)了?的?(?:第三方)?\s?SDK(?:主要|目前)?(?:包括|包含|有|为):?((?:[^,、;:。]{2,20}[、,])+[^,、;:。]{2,20})",
    re.IGNORECASE,
)
"""A list of names without fields: 集成的SDK包括某某地图,某某统计,用于…."""
NEEDING = re.compile(
    r"^[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）.、]\s*"
    r"([A-Za-z0-9+\u4e00-\u9fff ]{2,28}?)\s?:[^\n]{2,160}?所需权限\s?:",
    re.MULTILINE,
)
"""An entry of a list of components without the word SDK: (三)某某库: 用于加密。所需权限: 无."""
CHAINED = re.compile(r"(?:\s?[/、]\s?[A-Za-z0-9+·.\u4e00-\u9fff ]{2,16}?SDK)+", re.IGNORECASE)
"""Names behind the first one: /乙SDK/丙SDK."""
SDK = re.compile("sdk", re.IGNORECASE)
MARKED = re.compile(r"^[a-zA-Z][.]\s?(?=\S)")
"""The mark of an item of a list before a name: k.某某SDK."""
NO_LISTED = re.compile(r"信息|数据|权限|我们|您|功能|服务|第三方|技术|平台")


def names_of(name: str) -> list[str]:
    """The components that one name names: 甲SDK/乙SDK are two."""
    parts = [part.strip().removesuffix("等") for part in JOINED.split(name)]
    return parts if len(parts) > 1 and all("sdk" in part.lower() for part in parts) else [name]


def names_beside(text: str, start: int, at: int) -> list[str]:
    """The names listed right beside the one at ``at``, in the sentence from ``start``; -1 = it is not there."""
    if at < 0:
        return []
    found = LISTED.search(text, start, at)
    names = re.split(r"[、和及与]", found.group(1)) if found else []
    word = SDK.search(text, at)
    chained = CHAINED.match(text, word.end()) if word else None
    names += re.split(r"[/、]", chained.group()) if chained else []
    return [name.strip() for name in names if len(name.strip()) > 1 and not NO_LISTED.search(name)]


def served_by(text: str, start: int, end: int) -> str | None:
    """The component behind a supplier without a name, in the sentence ``text[start:end]``."""
    found = SERVED.search(text, start, end)
    return found.group(1).strip() if found else None


def components_named(text: str) -> Iterator[tuple[str, int]]:
    """Components that a sentence lists by name alone, each with its place."""
    if "SDK" not in text:
        return
    for found in NEEDING.finditer(text):
        if not NO_LISTED.search(found.group(1)):
            yield found.group(1), found.start(1)
    for found in COMPONENTS.finditer(text):
        at = found.start(1)
        for name in re.split(r"[、,]", found.group(1)):
            if NO_LISTED.search(name) or name.startswith(("用", "以", "等", "为")):
                break
            if len(name.strip()) > 1:
                yield re.sub(r"等$", "", name.strip()), at
            at += len(name) + 1


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
    name = MARKED.sub("", name if name == "第三方" else name.removeprefix("第三方"))
    if name in NO_NAME or NO_NAME_WITH.search(name) or name.endswith(("第三方", "此类", "该")):
        return None
    return f"{name}{' ' if name[-1].isascii() else ''}SDK"

"""Components of the package beside those that the policy lists: both, found and not listed, listed and not found.

A name counts as the same when one holds the other after what every name shares (SDK, brackets, spaces) is taken away.
A component whose vendor the text names anywhere is *told in general*: that accuses nobody of hiding it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from finwatch.checks.ownership import FRAMEWORK, SDK
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.disclosure import Compared, Disclosed, Told
from finwatch.model.evidence import Evidence
from finwatch.model.examination import SdkUse
from finwatch.model.knowledge import Sdk
from finwatch.model.locator import SearchedAt
from finwatch.model.statement import SdkRow

_SHARED = re.compile(r"(?i)sdk|kit\b|[\s()（）\[\]【】·._/-]+|服务|组件|插件|平台|安卓|android版?|版")
_COMPANY = re.compile(
    r"^(?:北京|上海|深圳市?|广州|杭州|成都|武汉|南京|天津|重庆|厦门|浙江|江苏|广东|每日互动)?(.{2,8}?)"
    r"(?:计算机|网络|信息|科技|技术|数据|软件|通信|智能|互动|云计算|金融|支付|终端|\(|（|股份|有限|集团|公司|控股)"
)
_BRAND = re.compile(r"[\u4e00-\u9fff]{2,6}(?=[A-Za-z])")
"""微信 of 微信OpenSDK."""
_LEGAL = re.compile(r"(?i)\b(?:inc|ltd|limited|llc|corp|corporation|co|company|gmbh|technolog\w*|fictional|the)\b\.?")
SHORTEST = {True: 2, False: 4}
"""Letters that a name must have before it may be found inside another: Han, and Latin."""


def compare_components(view: View, *, whole: bool) -> Iterator[Compared]:
    """A row for each component found (building blocks apart), then for each that is listed and known and not found."""
    found = [sdk for sdk in view.subject.sdks if not view.is_building_block(sdk)]
    for sdk in sorted(found, key=lambda one: one.id):
        yield _found(view, sdk, whole=whole)
    yield from _listed_only(view)


def rows_of_owner(view: View, sdk: str) -> tuple[SdkRow, ...]:
    """The policy's rows about a component of the catalogue."""
    names = _names_of_id(view, sdk)
    return tuple(row for row in view.policy.reading.sdks if _is_about(row, names))


def _found(view: View, sdk: SdkUse, *, whole: bool) -> Compared:
    rows = rows_of_owner(view, sdk.id)
    mention = None if rows else _mention(view, sdk.id)
    told = Told.ABSENT
    sentences: tuple[Evidence, ...] = ()
    if rows:
        quote = ("政策列出该组件", "the policy lists the component")
        told, sentences = Told.SPECIFIC, tuple(view.policy.quote((row.start, row.end), *quote) for row in rows[:3])
    elif mention:
        told, sentences = Told.GENERIC, (mention,)
    elif not whole:
        told = Told.UNREAD
    else:
        sentences = (view.policy.absent(f"组件“{sdk.name.zh}”", f"the component “{sdk.name.en}”"),)
    outcome = {
        Told.ABSENT: Disclosed.UNDISCLOSED, Told.UNREAD: Disclosed.UNREAD, Told.GENERIC: Disclosed.GENERIC,
    }.get(told, Disclosed.DISCLOSED)  # fmt: skip
    return Compared(
        subject="sdk",
        id=sdk.id,
        name=sdk.name,
        owner=f"{SDK}{sdk.id}",
        told=told,
        outcome=outcome,
        weighty=_collects(view, sdk),
        package=sdk.evidence[:3],
        policy=sentences,
    )


def _collects(view: View, sdk: SdkUse) -> bool:
    """Whether it takes personal information: by its code here, or by its vendor's own word."""
    owners = {f"{SDK}{sdk.id}", f"{FRAMEWORK}{sdk.id}"}
    if any(taken.owner in owners and taken.permitted is not False for taken in view.subject.collection):
        return True
    return any(known.id == sdk.id and known.collects for known in view.knowledge.sdks)


def _listed_only(view: View) -> Iterator[Compared]:
    """Rows that name a component of the catalogue by its whole name, none of whose classes is in the package."""
    found = {sdk.id for sdk in view.subject.sdks}
    gaps = view.gaps("code")
    told: set[str] = set()
    for row in view.policy.reading.sdks:
        name = _bare(row.name)
        known = [
            sdk for sdk in view.knowledge.sdks if sdk.prefixes and name in {_bare(sdk.name.zh), _bare(sdk.name.en)}
        ]
        if not known or any(sdk.id in found or sdk.id in told for sdk in known):
            continue
        told.add(known[0].id)
        at = view.searched("code")
        extent = at.extent if isinstance(at, SearchedAt) else "code"
        searched = Evidence(
            says=Text(zh=f"代码中未见“{row.name}”的类", en=f"no class of “{row.name}” in the code"),
            at=SearchedAt(extent=extent),
        )
        yield Compared(
            subject="sdk",
            id=known[0].id,
            name=Text(zh=row.name, en=row.name),
            told=Told.SPECIFIC,
            outcome=Disclosed.UNREAD if gaps else Disclosed.NOT_FOUND,
            suspected=True,
            package=() if gaps else (searched,),
            policy=(view.policy.quote((row.start, row.end), "政策列出该组件", "the policy lists the component"),),
        )


def _mention(view: View, sdk: str) -> Evidence | None:
    """The first sentence that names the component or its vendor, in whatever words."""
    policy = view.policy
    lowered = policy.text.lower()
    for name in sorted(_names_of_id(view, sdk), key=lambda one: (-len(one), one)):
        at = lowered.find(name)
        while at >= 0 and not _stands_alone(lowered, at, at + len(name)):
            at = lowered.find(name, at + 1)
        if at >= 0:
            zh, en = "政策提到该组件或其提供方", "the policy mentions the component or its vendor"
            return policy.quote(policy.sentence(at, at + len(name)), zh, en)
    return None


def _stands_alone(text: str, start: int, end: int) -> bool:
    if not text[start].isascii():
        return True
    around = (text[start - 1 : start], text[end : end + 1])
    return not any(mark.isascii() and mark.isalnum() for mark in around)


def is_called(sdk: Sdk, name: str) -> bool:
    """Whether a list of components may mean ``sdk`` by ``name``: its own name, its vendor's, or its vendor's brand."""
    return _same(name, _names(sdk))


def _is_about(row: SdkRow, names: Iterable[str]) -> bool:
    return _same(row.name, names)


def _same(listed: str, names: Iterable[str]) -> bool:
    own = _bare(listed)
    if not own:
        return False
    for name in names:
        bare = _bare(name)
        if not bare:
            continue
        if (
            own == bare
            or (len(bare) >= _shortest(bare) and bare in own)
            or (len(own) >= _shortest(own) and own in bare)
        ):
            return True
    return False


def _inside(name: str, other: str) -> bool:
    return len(name) >= _shortest(name) and name in other


def _shortest(name: str) -> int:
    return SHORTEST[not name.isascii()]


def _names_of_id(view: View, sdk: str) -> frozenset[str]:
    """Names, vendors and vendors' brands under which a policy may list a component, in lower case."""
    for known in view.knowledge.sdks:
        if known.id == sdk:
            return frozenset(_names(known))
    used = next((one for one in view.subject.sdks if one.id == sdk), None)
    return frozenset({used.name.zh.lower(), used.name.en.lower()} if used else {sdk.lower()})


def _names(sdk: Sdk) -> Iterator[str]:
    brand_of_name = _BRAND.match(sdk.name.zh)
    if brand_of_name:
        yield brand_of_name[0].lower()
    for name in (sdk.name.zh, sdk.name.en, sdk.id.replace("_", " ")):
        yield from (part for part in _parts(name) if len(part) >= _shortest(part))
    for vendor in (sdk.vendor.zh, sdk.vendor.en):
        yield from (part for part in _parts(_LEGAL.sub(" ", vendor)) if len(part) >= _shortest(part) and part.isascii())
        brand = _COMPANY.match(vendor)
        if brand and not vendor.isascii():
            yield brand[1].lower()
        elif not vendor.isascii():
            yield from (part for part in _parts(vendor) if len(part) >= _shortest(part))


def _parts(name: str) -> Iterator[str]:
    whole = name.strip().lower()
    yield whole
    yield re.sub(r"(?i)\s*sdk\s*$", "", whole)
    yield from (part.strip() for part in re.split(r"[()（）/、,]", whole))


def _bare(name: str) -> str:
    return _SHARED.sub("", name.lower())

"""Two examinations of an app: what is newly taken, asked for or built in, what is gone, what now comes before consent.

In: the examinations of two packages. Out: ``PackageChange``, items first, then permissions, then components. Where a
package's code was not seen whole, what the other one has is no news: ``together`` says so beside the list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from finwatch.checks.evidence import clip, readable, short_permission
from finwatch.checks.view import parts_of
from finwatch.model.base import Text
from finwatch.model.evidence import Evidence
from finwatch.model.examination import Collection, Examination
from finwatch.model.knowledge import Knowledge
from finwatch.model.locator import ManifestAt
from finwatch.model.release import Aspect, Moved, PackageChange

SHOWN = 3
"""Places shown on each side."""


def package_changes(before: Examination, after: Examination, knowledge: Knowledge) -> tuple[PackageChange, ...]:
    """What the package of ``after`` does, asks for and holds that the one of ``before`` did not, and the other way."""
    return (
        *_items(before, after, knowledge),
        *_permissions(before, after, knowledge),
        *_components(before, after),
    )


def code_seen(examination: Examination) -> bool:
    """Whether all of the code could be read: only then is what was not found not there."""
    if examination.package.protection.extent != "full":
        return False
    return not any("code" in parts_of(entry.part) for entry in examination.unreadable)


def taken(examination: Examination) -> dict[tuple[str, str], list[Collection]]:
    """The places where each item is taken, by item and owner; without those that the manifest makes fruitless."""
    found: defaultdict[tuple[str, str], list[Collection]] = defaultdict(list)
    for place in examination.collection:
        if place.permitted is not False:
            found[place.item, place.owner].append(place)
    return dict(found)


def _items(before: Examination, after: Examination, knowledge: Knowledge) -> Iterator[PackageChange]:
    old, new = taken(before), taken(after)
    for item, owner in sorted({*old, *new}):
        first, second = old.get((item, owner), []), new.get((item, owner), [])
        aspects: tuple[Aspect, ...] = ()
        if first and second:
            early = [any(place.before_consent is True for place in side) for side in (first, second)]
            if early[0] == early[1]:
                continue
            aspects = (Aspect.EARLIER if early[1] else Aspect.LATER,)
        known = knowledge.items.get(item)
        yield PackageChange(
            kind=_kind(bool(first), bool(second)),
            subject="item",
            id=item,
            name=known.name if known else Text(zh=item, en=item),
            owner=owner,
            aspects=aspects,
            before=tuple(_place(place) for place in _early_first(first)[:SHOWN]),
            after=tuple(_place(place) for place in _early_first(second)[:SHOWN]),
        )


def _early_first(places: list[Collection]) -> list[Collection]:
    return sorted(places, key=lambda place: place.before_consent is not True)


def _place(place: Collection) -> Evidence:
    caller, api = readable(place.caller), readable(place.api)
    zh, en = ("，启动时即执行", ", reached when the app starts") if place.before_consent is True else ("", "")
    route = " → ".join(readable(step) for step in place.path)
    call = f"{place.api} ({', '.join(place.arguments)})"
    return Evidence(
        says=Text(zh=f"{caller} 调用 {api}{zh}", en=f"{caller} calls {api}{en}"),
        at=place.at,
        quote=clip(f"{route}: {call}" if route else call),
    )


def _permissions(before: Examination, after: Examination, knowledge: Knowledge) -> Iterator[PackageChange]:
    old, new = list(dict.fromkeys(before.package.permissions)), list(dict.fromkeys(after.package.permissions))
    for name in sorted({*old} ^ {*new}):
        known = knowledge.permissions.get(name)
        title = known.title if known else Text(zh=short_permission(name), en=short_permission(name))
        yield PackageChange(
            kind=_kind(name in old, name in new),
            subject="permission",
            id=name,
            name=title,
            before=_asked(old, name, title),
            after=_asked(new, name, title),
        )


def _asked(permissions: list[str], name: str, title: Text) -> tuple[Evidence, ...]:
    if name not in permissions:
        return ()
    element = f"manifest/uses-permission[{permissions.index(name) + 1}]"
    says = Text(zh=f"清单申请权限：{title.zh}", en=f"the manifest asks for the permission: {title.en}")
    return (Evidence(says=says, at=ManifestAt(element=element, attribute="name"), quote=name),)


def _components(before: Examination, after: Examination) -> Iterator[PackageChange]:
    old, new = {sdk.id: sdk for sdk in before.sdks}, {sdk.id: sdk for sdk in after.sdks}
    for name in sorted({*old} ^ {*new}):
        sdk = new.get(name) or old[name]
        yield PackageChange(
            kind=_kind(name in old, name in new),
            subject="sdk",
            id=name,
            name=sdk.name,
            owner=f"sdk:{name}",
            before=sdk.evidence[:SHOWN] if name in old else (),
            after=sdk.evidence[:SHOWN] if name in new else (),
        )


def _kind(before: bool, after: bool) -> Moved:
    return Moved.ALTERED if before and after else Moved.REMOVED if before else Moved.ADDED

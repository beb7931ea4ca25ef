"""Where the package takes personal information, who does it, and whether start-up code gets there.

In: the watched calls and field reads of the facts. Out: ``Collection``, in the order of the code. *Before consent* is
``True`` only where every step from start-up code is unconditional; where the code is hidden or the search was cut,
the absence of a path proves nothing and the answer stays open.
"""

from __future__ import annotations

from collections.abc import Iterator

from finwatch.identify.owner import Owners
from finwatch.model.examination import Collection, Protection
from finwatch.model.knowledge import Knowledge
from finwatch.model.locator import CodeAt
from finwatch.model.package import PackageFacts, Reach, Value

_PRECISE, _COARSE = "precise_location", "coarse_location"
_FINE_PERMISSION = "android.permission.ACCESS_FINE_LOCATION"
_COARSE_PERMISSION = "android.permission.ACCESS_COARSE_LOCATION"
_OPEN_ITEMS = {"network", "app_list"}
"""Items of which some interface answers without the permission: the operator's name, the apps that are visible."""
_REACH_LIMITS = {"reach_methods", "calls"}
_VALUE_DEPTH = 4


def collected(
    facts: PackageFacts, knowledge: Knowledge, owners: Owners, *, protection: Protection
) -> tuple[Collection, ...]:
    """One entry for each data item taken at each place in the code."""
    watch = knowledge.watch
    items = {call.id: call.items for call in watch.calls} | {field.id: field.items for field in watch.fields}
    fields = {field.id for field in watch.fields}
    asked = {permission.name for permission in facts.manifest.permissions} if facts.manifest else set()
    permitted = _permitted(facts, asked, knowledge)
    doubtful = _search_was_cut(facts) or protection.extent == "limited"
    seen: set[tuple[str, str, str, int | None]] = set()
    found = []
    for watched, api, at, reach, arguments in _places(facts):
        for item in _located(items.get(watched, ()), asked):
            # Keyed by the place's text: hashing a model asks each of its fields.
            if (place := (item, at.dex, at.method, at.offset)) in seen:
                continue
            seen.add(place)
            found.append(
                Collection(
                    item=item,
                    api=api,
                    caller=at.method,
                    owner=owners.of(at.class_name),
                    before_consent=_before_consent(reach, doubtful=doubtful),
                    at=at,
                    path=reach.path if reach else (),
                    arguments=tuple(rendered(value) for value in arguments),
                    permitted=None if watched in fields else permitted.get(item),
                )
            )
    return tuple(found)


def rendered(value: Value | None, depth: int = 0) -> str:
    """A constant as a person reads it: ``"text"``, ``5``, ``L..;->NAME:T``, ``call(arguments)``; ``?`` = not seen."""
    if value is None or depth > _VALUE_DEPTH:
        return "?"
    text = value.value
    parts = ", ".join(rendered(part, depth + 1) for part in value.of)
    forms = {
        "string": f'"{text}"',
        "call": f"{text}({parts})",
        "parameter": f"parameter {text}",
        "new": f"new {text}",
        "null": "null",
    }
    return forms.get(value.kind, text)


def _places(facts: PackageFacts) -> Iterator[tuple[str, str, CodeAt, Reach | None, tuple[Value | None, ...]]]:
    for call in facts.code.calls:
        yield call.watch, call.target, call.at, call.reach, call.args
    for read in facts.code.field_reads:
        yield read.watch, read.field, read.at, read.reach, ()


def _located(items: tuple[str, ...], asked: set[str]) -> tuple[str, ...]:
    """A location interface gives what the permission allows: precise with *fine*, only coarse with *coarse* alone."""
    if _PRECISE not in items or _COARSE not in items:
        return items
    kept = _COARSE if _COARSE_PERMISSION in asked and _FINE_PERMISSION not in asked else _PRECISE
    return tuple(item for item in items if item not in {_PRECISE, _COARSE} or item == kept)


def _permitted(facts: PackageFacts, asked: set[str], knowledge: Knowledge) -> dict[str, bool]:
    """Whether the package may take the items that runtime permissions guard; an item not named here is open.

    Apps of one ``sharedUserId`` share their permissions, and other manifests are not seen here.
    """
    if facts.manifest is None or facts.manifest.shared_user_id is not None:
        return {}
    found = {}
    for item in knowledge.items.values():
        names = {name if "." in name else f"android.permission.{name}" for name in item.permissions}
        levels = {knowledge.permissions[name].level for name in names if name in knowledge.permissions}
        if "dangerous" in levels and item.id not in _OPEN_ITEMS:
            found[item.id] = bool(names & asked)
    return found


def _before_consent(reach: Reach | None, *, doubtful: bool) -> bool | None:
    if reach is None:
        return None if doubtful else False
    return True if reach.certain else None


def _search_was_cut(facts: PackageFacts) -> bool:
    return any(entry.part == "code" for entry in facts.unreadable) or bool(_REACH_LIMITS & {*facts.code.truncated})

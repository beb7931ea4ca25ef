"""Facts as evidence: what each says in both languages, the text as found, and where a person can see it.

Used by ``check.py`` files and by ``when``; every function gives one ``Evidence`` of the model.
"""

from __future__ import annotations

from collections.abc import Iterable

from finwatch.checks.ownership import FRAMEWORK, SDK
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.examination import Collection, Endpoint, Evidence
from finwatch.model.locator import CodeAt, FileAt, Locator, ManifestAt, SearchedAt, SigningAt
from finwatch.model.package import CodeCall, Component, FieldRead, Implementation, MethodShape, Signer, StringUse, Value

QUOTE_CHARACTERS = 300
"""A quote is for recognising the place, not for copying the file."""
EVIDENCE_SHOWN = 25
"""Pieces of evidence kept per finding; the summary always carries the full count."""


def of_call(view: View, call: CodeCall) -> Evidence:
    """A call on the watch list: who calls what, with the arguments that are visible."""
    caller, target = readable(call.at.method), readable(call.target)
    zh, en = _owner(view, call.at.class_name)
    return Evidence(
        says=Text(zh=f"{caller} 调用 {target}{zh}", en=f"{caller} calls {target}{en}"),
        at=call.at,
        quote=clip(f"{call.target} ({', '.join(shown(value) for value in call.args)})"),
    )


def of_field(view: View, read: FieldRead) -> Evidence:
    """A read of a watched field."""
    zh, en = _owner(view, read.at.class_name)
    who, what = readable(read.at.method), readable(read.field)
    return Evidence(
        says=Text(zh=f"{who} 读取 {what}{zh}", en=f"{who} reads {what}{en}"), at=read.at, quote=clip(read.field)
    )


def of_method(view: View, implementation: Implementation, method: MethodShape) -> Evidence:
    """A method of an implementing class, with what its whole body does."""
    zh, en = _owner(view, implementation.class_name)
    body_zh, body_en = _SHAPES[method.shape]
    what = readable(method.at.method)
    calls = f": {', '.join(method.calls)}" if method.calls else ""
    return Evidence(
        says=Text(zh=f"{what} {body_zh}{zh}", en=f"{what} {body_en}{en}"),
        at=method.at,
        quote=clip(f"{method.at.method} [{method.shape}, {method.instructions} instructions{calls}]"),
    )


def of_collection(view: View, taken: Collection) -> Evidence:
    """A place where a data item is taken."""
    item = view.knowledge.items.get(taken.item)
    name = item.name if item else Text(zh=taken.item, en=taken.item)
    zh, en = owner_words(view, taken.owner)
    call = f"{taken.api} ({', '.join(taken.arguments)})"
    route = " → ".join(readable(step) for step in taken.path)
    return Evidence(
        says=Text(
            zh=f"{readable(taken.caller)} 获取{name.zh}（{readable(taken.api)}）{zh}",
            en=f"{readable(taken.caller)} takes the {name.en} ({readable(taken.api)}){en}",
        ),
        at=taken.at,
        quote=clip(f"{route}: {call}" if route else call),
    )


def of_string(view: View, use: StringUse, *, quote: str | None = None) -> Evidence:
    """A string of the pool, at the first instruction that loads it."""
    at: Locator = use.uses[0] if use.uses else FileAt(path=use.dex)
    where = readable(use.uses[0].method) if use.uses else use.dex
    zh, en = _owner(view, use.uses[0].class_name) if use.uses else ("", "")
    return Evidence(
        says=Text(zh=f"{where} 含有该字符串{zh}", en=f"{where} holds this string{en}"),
        at=at,
        quote=clip(use.value if quote is None else quote),
    )


def of_endpoint(view: View, endpoint: Endpoint) -> Evidence:
    """An address in the code."""
    zh, en = owner_words(view, endpoint.owner)
    return Evidence(
        says=Text(
            zh=f"代码中的地址指向 {endpoint.host}{zh}", en=f"an address in the code points to {endpoint.host}{en}"
        ),
        at=endpoint.at,
        quote=clip(endpoint.url or endpoint.host),
    )


def of_application(view: View, attribute: str, value: object) -> Evidence:
    """An attribute of the ``application`` element."""
    return of_manifest("manifest/application", attribute, value, line=view.manifest.application_line)


def of_manifest(element: str, attribute: str | None, value: object, *, line: int | None = None) -> Evidence:
    """An attribute of an element of AndroidManifest.xml, or its absence (``None``)."""
    written = str(value).lower() if isinstance(value, bool) else value
    if value is None:
        text = Text(zh=f"清单未声明 {attribute}", en=f"the manifest does not declare {attribute}")
        quote = None
    else:
        text = Text(zh=f"清单声明 {attribute} = {written}", en=f"the manifest declares {attribute} = {written}")
        quote = clip(f'{attribute}="{written}"')
    return Evidence(says=text, at=ManifestAt(element=element, attribute=attribute, line=line), quote=quote)


def of_permission(view: View, name: str) -> Evidence:
    """A permission that the app asks for."""
    permissions = view.manifest.permissions
    asked = next(permission for permission in permissions if permission.name == name)
    known = view.knowledge.permissions.get(name)
    title = known.title if known else Text(zh=short_permission(name), en=short_permission(name))
    position = permissions.index(asked) + 1
    return Evidence(
        says=Text(zh=f"申请权限：{title.zh}", en=f"asks for the permission: {title.en}"),
        at=ManifestAt(element=f"manifest/uses-permission[{position}]", attribute="android:name", line=asked.line),
        quote=name,
    )


def of_component(component: Component, zh: str, en: str) -> Evidence:
    """A component of the manifest with a word on what is notable."""
    filters = ", ".join(action for intents in component.intent_filters for action in intents.actions)
    declared = "" if component.exported_declared is None else f' android:exported="{str(component.exported).lower()}"'
    return Evidence(
        says=Text(zh=f"{component.kind} {component.name} {zh}", en=f"{component.kind} {component.name} {en}"),
        at=ManifestAt(element=component.element, line=component.line),
        quote=clip(f'<{component.kind} android:name="{component.name}"{declared}> {filters}'.rstrip()),
    )


def of_signer(signer: Signer, index: int, zh: str, en: str) -> Evidence:
    """A signer with a word on what is notable."""
    return Evidence(
        says=Text(
            zh=f"{signer.scheme} 签名者 {signer.subject} {zh}", en=f"{signer.scheme} signer {signer.subject} {en}"
        ),
        at=SigningAt(scheme=signer.scheme, signer=index),
        quote=clip(f"SHA-256 {signer.sha256}"),
    )


def of_origin(address: str) -> Evidence:
    """An address that was looked for and has no page."""
    return Evidence(
        says=Text(zh=f"{address} 没有页面", en=f"{address} has no page"), at=SearchedAt(extent=address), quote=address
    )


def first(pieces: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The first ``EVIDENCE_SHOWN`` distinct pieces, in a fixed order: by kind of place, then by place."""
    return tuple(sorted(dict.fromkeys(pieces), key=_place)[:EVIDENCE_SHOWN])


def many(count: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun in English: ``1 place``, ``3 places``."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def readable(reference: str) -> str:
    """``pkg.Class.name`` of ``Lpkg/Class;->name(Args)Ret``; anything else as it is."""
    class_name, arrow, rest = reference.partition("->")
    if not arrow or not class_name.startswith("L"):
        return reference
    return f"{class_name[1:].rstrip(';').replace('/', '.')}.{rest.partition('(')[0].partition(':')[0]}"


def short_permission(name: str) -> str:
    """``READ_CONTACTS`` of ``android.permission.READ_CONTACTS``; other names in full."""
    return name.removeprefix("android.permission.")


def shown(value: Value | None) -> str:
    """A register's value as a person reads it; ``?`` where the method does not show it."""
    if value is None:
        return "?"
    if value.kind == "string":
        return f'"{value.value}"'
    if value.kind == "call":
        return f"{readable(value.value)}({', '.join(shown(part) for part in value.of)})"
    if value.kind == "parameter":
        return f"parameter {value.value}"
    return value.value


def clip(text: str) -> str:
    """The text, cut at ``QUOTE_CHARACTERS`` with an ellipsis."""
    return text if len(text) <= QUOTE_CHARACTERS else f"{text[: QUOTE_CHARACTERS - 1]}…"


def owner_words(view: View, owner: str) -> tuple[str, str]:
    """A bracket that names the SDK which owns the code; empty for the app's own and unknown code."""
    if not owner.startswith((SDK, FRAMEWORK)):
        return "", ""
    name = view.sdk_name(owner.partition(":")[2])
    return f"（{name.zh} 的代码）", f" (code of {name.en})"


def _owner(view: View, class_name: str) -> tuple[str, str]:
    return owner_words(view, view.owner(class_name))


def _place(evidence: Evidence) -> tuple[str, str, int]:
    at = evidence.at
    if isinstance(at, CodeAt):
        return (at.dex, at.method, at.offset or 0)
    return (at.kind, evidence.quote or "", getattr(at, "line", None) or 0)


_SHAPES = {
    "empty": ("方法体为空，直接返回", "has an empty body and returns at once"),
    "returns_true": ("总是返回 true", "always returns true"),
    "returns_false": ("总是返回 false", "always returns false"),
    "returns_null": ("总是返回 null", "always returns null"),
    "throws": ("总是抛出异常", "always throws"),
    "calls": ("不作任何判断，只顺序调用", "decides nothing and only makes calls"),
    "other": ("含有其他逻辑", "holds other logic"),
}

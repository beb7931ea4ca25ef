"""The reading of a policy as a JSON document (schema ``finwatch.policy/1``) and as lines for a terminal.

``span`` counts characters (code points) of the decoded file without its byte order mark, markup included, for pages and
plain text; for PDF, DOCX and images it counts characters of ``text`` in the same document, which is then given.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from finwatch.model.base import Text
from finwatch.model.knowledge import DataItem
from finwatch.model.policy import PolicyText
from finwatch.model.statement import Party, PartyKind, PolicyReading, Right, RightKind, SdkRow, Statement
from finwatch.model.unread import note_text

SCHEMA = "finwatch.policy/1"
ACTIONS = {
    "collect": Text(zh="收集", en="collects"),
    "use": Text(zh="使用", en="uses"),
    "share": Text(zh="对外提供", en="shares"),
    "store": Text(zh="保存", en="stores"),
    "delete": Text(zh="删除", en="deletes"),
    "not-collect": Text(zh="不收集", en="does not collect"),
    "not-use": Text(zh="不使用", en="does not use"),
    "not-share": Text(zh="不对外提供", en="does not share"),
    "not-store": Text(zh="不保存", en="does not store"),
    "not-delete": Text(zh="不删除", en="does not delete"),
}
OTHER = frozenset({"not-use", "not-delete"})
"""Denials that have no place among the actions of ``statements``; a document lists them under ``denials``."""
PARTIES = {
    PartyKind.FIRST: Text(zh="运营者", en="the operator"),
    PartyKind.AFFILIATE: Text(zh="关联方", en="an affiliate"),
    PartyKind.SDK: Text(zh="第三方组件", en="a third-party component"),
    PartyKind.THIRD: Text(zh="第三方", en="a third party"),
    PartyKind.AUTHORITY: Text(zh="监管或司法机关", en="an authority"),
    PartyKind.DEVICE: Text(zh="用户终端", en="the person's device"),
}
RIGHTS = {
    RightKind.WITHDRAW: Text(zh="撤回同意", en="withdraw consent"),
    RightKind.DELETE: Text(zh="删除", en="have it deleted"),
    RightKind.CLOSE: Text(zh="注销账号", en="close the account"),
    RightKind.COMPLAIN: Text(zh="投诉", en="complain"),
    RightKind.ACCESS: Text(zh="查阅", en="see it"),
    RightKind.CORRECT: Text(zh="更正", en="correct it"),
    RightKind.COPY: Text(zh="复制或转移", en="copy or take along"),
    RightKind.OPT_OUT: Text(zh="关闭个性化推送", en="switch personalised push off"),
}


def document(policy: PolicyText, reading: PolicyReading) -> dict[str, Any]:
    """The JSON document: what was read, how it was stored, what was not read."""
    shown = {} if policy.origin else {"text": policy.text}
    return {
        "schema": SCHEMA,
        "document": policy.document,
        "format": policy.format.value,
        "encoding": policy.encoding,
        "damaged": policy.damaged,
        "title": policy.title,
        "language": policy.language,
        **shown,
        "statements": [statement(policy, one) for one in reading.statements if one.folded not in OTHER],
        "denials": [statement(policy, one) for one in reading.statements if one.folded in OTHER],
        "sdks": [_sdk(policy, one) for one in reading.sdks],
        "rights": [_right(policy, one) for one in reading.rights],
        "unread": list(reading.unread),
    }


def statement(policy: PolicyText, one: Statement) -> dict[str, Any]:
    """One statement; ``action`` is coarse, ``detail`` what the policy's verb says."""
    return {
        "item": one.item,
        "action": one.folded,
        "detail": f"not-{one.action.value}" if one.denied else one.action.value,
        "party": party(one.party),
        "recipient": party(one.recipient) if one.recipient is not None else None,
        "purpose": policy.text[slice(*one.purpose)] if one.purpose is not None else None,
        "condition": "; ".join(policy.text[condition.start : condition.end] for condition in one.conditions) or None,
        "conditions": [
            {"kind": condition.kind.value, "text": policy.text[condition.start : condition.end]}
            for condition in one.conditions
        ],
        "place": one.place.value if one.place is not None else None,
        "retention": policy.text[slice(*one.retention)] if one.retention is not None else None,
        "source": one.source.value if one.source is not None else None,
        "implied": one.implied,
        "de_identified": one.de_identified,
        "span": _span(policy, one.start, one.end),
        "item_span": _span(policy, one.item_start, one.item_end),
        **_recognised(policy, one.start, one.end),
    }


def party(one: Party) -> str:
    """``first``, or ``third``, ``affiliate``, ``authority``, ``device`` with the name where the policy gives one. A
    component reads as ``third``: its supplier is one."""
    kind = PartyKind.THIRD.value if one.kind is PartyKind.SDK else one.kind.value
    if one.kind is PartyKind.FIRST:
        return kind
    name = one.name or ("SDK" if one.kind is PartyKind.SDK else None)
    return f"{kind}:{name}" if name else kind


def _sdk(policy: PolicyText, one: SdkRow) -> dict[str, Any]:
    return {
        "name": one.name,
        "supplier": one.supplier,
        "purpose": one.purpose,
        "items": list(one.items),
        "collects_nothing": one.collects_nothing,
        "link": one.link,
        "span": _span(policy, one.start, one.end),
        **_recognised(policy, one.start, one.end),
    }


def _right(policy: PolicyText, one: Right) -> dict[str, Any]:
    return {
        "right": one.kind.value,
        "channel": policy.text[slice(*one.channel)] if one.channel is not None else None,
        "days": one.days,
        "span": _span(policy, one.start, one.end),
        **_recognised(policy, one.start, one.end),
    }


def _recognised(policy: PolicyText, start: int, end: int) -> dict[str, float]:
    """``ocr_confidence`` of words that were read from a picture; nothing of others."""
    sure = policy.confidence(start, end)
    return {} if sure is None else {"ocr_confidence": sure}


def _span(policy: PolicyText, start: int, end: int) -> dict[str, int]:
    first, last = policy.source_span(start, end)
    return {"start": first, "end": last}


def lines(policy: PolicyText, reading: PolicyReading, items: dict[str, DataItem], *, language: str) -> Iterator[str]:
    """The reading for a person: practices by item, components, rights, and what was not read."""
    zh = language == "zh"
    yield policy.title or f"{'无标题' if zh else 'no title'} ({policy.document[:12]})"
    yield ("共 {} 条陈述" if zh else "{} statements").format(len(reading.statements))
    seen: dict[tuple[str, str, str], Statement] = {}
    for one in reading.statements:
        seen.setdefault((one.item, one.folded, party(one.party)), one)
    for (item, action, _), one in sorted(seen.items(), key=lambda entry: entry[0]):
        name = items[item].name.in_language(language) if item in items else item
        who = PARTIES[one.party.kind].in_language(language) + (f" ({one.party.name})" if one.party.name else "")
        quote = policy.text[one.start : one.end]
        sure = policy.confidence(one.start, one.end)
        seen_as = "" if sure is None else f" [{'图片识别' if zh else 'OCR'} {sure:.0%}]"
        shown = f"{quote[:80]}{'…' if len(quote) > 80 else ''}{seen_as}"
        yield f"  {name}: {who} {ACTIONS[action].in_language(language)} - {shown}"
    if reading.sdks:
        yield "第三方组件" if zh else "Third-party components"
    for row in reading.sdks:
        names = "、".join(items[item].name.zh for item in row.items if item in items)
        english = ", ".join(items[item].name.en for item in row.items if item in items)
        yield f"  {row.name} | {row.supplier or '-'} | {(names if zh else english) or '-'}"
    if reading.rights:
        yield "个人权利" if zh else "Rights"
    for right in reading.rights:
        way = policy.text[slice(*right.channel)] if right.channel else ("未写明途径" if zh else "no way told")
        yield f"  {RIGHTS[right.kind].in_language(language)}: {way[:80]}"
    for note in reading.unread:
        yield ("未读: " if zh else "Not read: ") + note_text(note).in_language(language)

"""Shared risks as STIX 2.1 and back (OASIS Standard, 10 June 2021).

Out: one ``indicator`` a risk with the pattern of what is to be looked for, the ``identity`` of who tells it, its
traffic-light marking, and a ``report`` that holds them together. Ids are derived from the case, so that the same risk
is the same object every time; ``modified`` is when the case last changed. A risk told to all without names becomes a
``note`` on finance apps at large, without an author. Nothing says "malware": an indicator says what was seen.

In: a bundle becomes filled-in forms for people to look at, never cases of its own accord. What cannot be read is named
by its object's id. A bundle whose objects refer to one another in a circle is refused whole.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

import stix2
from stix2.exceptions import STIXError

from finwatch.errors import InputError
from finwatch.model.base import Model, Text
from finwatch.model.case import Case
from finwatch.supervise.sharing.common import LEVELS, TYPES

SPACE: Final = uuid.UUID("6a0c2a0e-7c1d-5f0e-9d5b-4d6f2f1b7a55")
"""The name space of our ids (RFC 9562 §5.5)."""
FIRST: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Since when the objects exist that belong to no case."""
BYTES: Final = 8 << 20
OBJECTS: Final = 5_000
MARKS: Final = {
    "clear": stix2.TLP_WHITE,
    "green": stix2.TLP_GREEN,
    "amber": stix2.TLP_AMBER,
    "red": stix2.TLP_RED,
}
"""The markings that STIX 2.1 §7.2.1.4 fixes; it knows CLEAR under its older name."""
READ: Final = ("type", "level", "title", "detail", "package", "sha256", "url", "account", "evidence", "mark", "source")
"""Fields of a risk that are read out of an indicator."""
_REFERENCES: Final = ("object_refs", "created_by_ref", "source_ref", "target_ref", "sighting_of_ref", "sample_refs")


class Draft(Model):
    """A risk read out of a bundle, for a person to complete and send."""

    source: str
    form: dict[str, Any]


class Unreadable(Model):
    """An object of a bundle that became nothing, and why."""

    source: str
    says: Text


class Reading(Model):
    """What a bundle holds."""

    drafts: tuple[Draft, ...]
    unreadable: tuple[Unreadable, ...]


def identity_id(organisation: str) -> str:
    """The id of an organisation's identity."""
    return f"identity--{uuid.uuid5(SPACE, f'organisation:{organisation}')}"


def object_id(kind: str, case: int) -> str:
    """The id of a case's object of a kind."""
    return f"{kind}--{uuid.uuid5(SPACE, f'{kind}:{case}')}"


def objects_of(case: Case, *, author: str | None, since: datetime) -> tuple[dict[str, Any], ...]:
    """A risk as STIX objects, dependent ones last. ``author`` = who tells it; ``since`` = its identity's time."""
    if case.machine == "common_risk":
        return _common(case)
    mark = MARKS[case.form.get("mark") or "amber"]
    told: dict[str, Any] = {
        "created": case.opened,
        "modified": max(case.changed, case.opened),
        "object_marking_refs": [mark.id],
        "lang": "zh",
    }
    made: list[Any] = [mark]
    if author is not None:
        who = stix2.Identity(
            id=identity_id(case.owner), name=author, identity_class="organization", created=since, modified=since
        )
        made.append(who)
        told["created_by_ref"] = who.id
    kind = dict(TYPES)[case.form["type"]]
    indicator = stix2.Indicator(
        id=object_id("indicator", case.id),
        name=case.form["title"],
        description=case.form["detail"],
        indicator_types=["anomalous-activity"],
        pattern=pattern(case.form),
        pattern_type="stix",
        valid_from=case.opened,
        labels=[case.form["type"], f"level-{case.form['level']}"],
        external_references=[_reference(case)],
        **told,
    )
    made.append(indicator)
    made.append(
        stix2.Report(
            id=object_id("report", case.id),
            name=f"{kind.zh}：{case.form['title']}",
            report_types=["indicator"],
            published=case.opened,
            object_refs=[indicator.id],
            **told,
        )
    )
    return tuple(_plain(one) for one in made)


def _common(case: Case) -> tuple[dict[str, Any], ...]:
    told: dict[str, Any] = {
        "created": case.opened,
        "modified": max(case.changed, case.opened),
        "object_marking_refs": [stix2.TLP_GREEN.id],
        "lang": "zh",
    }
    all_of_them = stix2.Identity(
        id=f"identity--{uuid.uuid5(SPACE, 'class:finance apps')}",
        name="移动金融客户端应用软件",
        identity_class="class",
        created=FIRST,
        modified=FIRST,
    )
    note = stix2.Note(
        id=object_id("note", case.id),
        abstract=case.form["title"],
        content=case.form["text"],
        labels=[case.form["type"], f"level-{case.form['level']}"],
        object_refs=[all_of_them.id],
        **told,
    )
    return tuple(_plain(one) for one in (stix2.TLP_GREEN, all_of_them, note))


def bundle(objects: Iterable[Mapping[str, Any]]) -> bytes:
    """Objects as a bundle, each once, in the order given; the same objects give the same bytes."""
    once = {one["id"]: dict(one) for one in objects}
    name = uuid.uuid5(SPACE, json.dumps(sorted((key, one.get("modified", "")) for key, one in once.items())))
    told = {"type": "bundle", "id": f"bundle--{name}", "objects": list(once.values())}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def pattern(form: Mapping[str, Any]) -> str:
    """What to look for, as a STIX pattern (§9)."""
    if form["type"] == "phishing_site":
        return f"[url:value = '{_quoted(form['url'])}']"
    if form["type"] == "phishing_account":
        return f"[user-account:account_login = '{_quoted(form['account'])}']"
    parts = [f"[software:name = '{_quoted(form.get('package') or form.get('app') or '')}']"]
    if form.get("sha256"):
        parts.insert(0, f"[file:hashes.'SHA-256' = '{form['sha256']}']")
    return " OR ".join(parts)


def read(data: bytes) -> Reading:
    """What a bundle holds for people to look at. Raises ``InputError`` when it is no bundle, too large, or circular."""
    if len(data) > BYTES:
        raise InputError(f"The bundle has more than {BYTES:,} bytes.", zh="STIX 文件过大。", todo="Send it in parts.")
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"This is no STIX bundle: {error}.",
            zh="不是有效的 STIX 文件（JSON 无法解析）。",
            todo="Send JSON in UTF-8.",
        ) from error
    objects = told.get("objects") if isinstance(told, dict) and told.get("type") == "bundle" else None
    if not isinstance(objects, list) or not all(isinstance(one, dict) for one in objects):
        raise InputError(
            "This is no STIX bundle: it has no list of objects.",
            zh="不是 STIX bundle：缺少 objects 列表。",
            todo='Send {"type": "bundle", "objects": […]}.',
        )
    if len(objects) > OBJECTS:
        raise InputError(
            f"The bundle has more than {OBJECTS:,} objects.", zh="STIX 对象过多。", todo="Send it in parts."
        )
    circle = _circle(objects)
    if circle:
        raise InputError(
            f"Objects refer to one another in a circle: {' → '.join(circle)}.",
            zh=f"对象循环引用：{' → '.join(circle)}。",
            todo="Nothing was taken in. Ask the sender for a bundle without it.",
        )
    return _read_objects(objects)


def _read_objects(objects: list[dict[str, Any]]) -> Reading:
    marks = {one.id: name for name, one in MARKS.items()}
    drafts: list[Draft] = []
    wrong: list[Unreadable] = []
    for one in objects:
        if one.get("type") != "indicator":
            continue
        source = str(one.get("id", "?"))
        try:
            parsed = stix2.parse(one, allow_custom=True, version="2.1")
        except (STIXError, ValueError, TypeError, KeyError) as error:
            says = Text(zh=f"无法读取：{error}", en=f"cannot be read: {error}")
            wrong.append(Unreadable(source=source, says=says))
            continue
        form = _form(parsed, marks)
        if form is None:
            says = Text(
                zh=f"模式中没有网址、应用、文件或账号：{parsed.pattern}",
                en=f"its pattern names no address, app, file or account: {parsed.pattern}",
            )
            wrong.append(Unreadable(source=source, says=says))
        else:
            drafts.append(Draft(source=source, form=form))
    return Reading(drafts=tuple(drafts), unreadable=tuple(wrong))


_SEEN: Final = re.compile(
    r"(?P<what>url:value|domain-name:value|user-account:account_login|software:name|file:hashes\.'?SHA-256'?)"
    r"\s*=\s*'(?P<value>(?:[^'\\]|\\.){1,2000})'"
)
_KINDS: Final = {
    "url:value": ("phishing_site", "url"),
    "domain-name:value": ("phishing_site", "url"),
    "user-account:account_login": ("phishing_account", "account"),
    "software:name": ("app_risk", "package"),
}


def _form(parsed: Any, marks: Mapping[str, str]) -> dict[str, Any] | None:
    """The fields that an indicator fills in, or ``None`` when its pattern is of none of our types."""
    form: dict[str, Any] = {}
    for found in _SEEN.finditer(parsed.pattern):
        value = re.sub(r"\\(.)", r"\1", found["value"])
        if found["what"].startswith("file:"):
            form.update({"sha256": value.lower()} if re.fullmatch("[0-9a-fA-F]{64}", value) else {})
            form.setdefault("type", "app_risk")
            continue
        kind, name = _KINDS[found["what"]]
        form["type"] = kind
        form.setdefault(name, f"http://{value}/" if found["what"].startswith("domain") else value)
    labels = set(parsed.get("labels", ()))
    if not form or parsed.get("pattern_type") != "stix":
        return None
    if form["type"] == "app_risk" and "counterfeit_app" in labels:
        form["type"] = "counterfeit_app"
    form["title"] = str(parsed.get("name") or parsed.id)[:200]
    form["detail"] = str(parsed.get("description") or parsed.pattern)[:4000]
    form["level"] = next((level for level, _ in LEVELS if f"level-{level}" in labels), "medium")
    form["mark"] = next((marks[ref] for ref in parsed.get("object_marking_refs", ()) if ref in marks), "amber")
    form["source"] = parsed.id
    form["evidence"] = [f"STIX {parsed.id}"]
    return form


def _circle(objects: list[dict[str, Any]]) -> list[str]:
    """A way that leads from an object back to it by references; empty = there is none."""
    leads = {
        str(one.get("id")): [
            str(target)
            for name in _REFERENCES
            for target in (one[name] if isinstance(one.get(name), list) else [one[name]] if name in one else [])
        ]
        for one in objects
    }
    try:
        TopologicalSorter(leads).prepare()
    except CycleError as error:
        return [str(one) for one in error.args[1]]
    return []


def _reference(case: Case) -> dict[str, str]:
    return {"source_name": "finwatch", "external_id": str(case.number)}


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _plain(one: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(one.serialize())
    return plain

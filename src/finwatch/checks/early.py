"""What start-up code takes before any screen could ask: the question behind the three consent checks.

Certainty comes from ``Collection.before_consent``: ``True`` only when every step from the start-up entry is an
unconditional, fixed call. Where a condition may stand between (``None``), that condition is most often the very
question for consent: the answer stays *no*, marked as suspected, with the path for a person to follow.
"""

from __future__ import annotations

from collections.abc import Iterable

from finwatch.checks import evidence, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Collection, Confidence

GUARDS = {
    "contacts": ("READ_CONTACTS",),
    "call_log": ("READ_CALL_LOG",),
    "sms": ("READ_SMS", "RECEIVE_SMS"),
    "calendar": ("READ_CALENDAR",),
    "precise_location": ("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION"),
    "coarse_location": ("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION"),
    "cell": ("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION"),
    "phone_number": ("READ_PHONE_STATE", "READ_PHONE_NUMBERS", "READ_SMS"),
    "imei": ("READ_PHONE_STATE", "READ_PRIVILEGED_PHONE_STATE"),
    "imsi": ("READ_PHONE_STATE", "READ_PRIVILEGED_PHONE_STATE"),
    "iccid": ("READ_PHONE_STATE", "READ_PRIVILEGED_PHONE_STATE"),
}
"""Permissions (Android's short names) of which one must be held for the take to succeed."""


def taken_before_consent(view: View, items: Iterable[str]) -> Decision:
    """Yes when start-up code must take one of ``items`` that the app may take; a suspected *no* when it can."""
    possible = [item for item in items if _permitted(view, item)]
    places = [place for place in view.collections(*possible) if place.before_consent or _may_be_early(place)]
    certain = [place for place in places if place.before_consent]
    if not places:
        return no()
    found = certain or places
    names = [view.knowledge.items[item].name for item in dict.fromkeys(place.item for place in found)]
    who = owners.named(view, [place.owner for place in found])
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    if certain:
        return yes(
            f"启动代码必然获取{zh}（{who.zh}，{len(found)} 处）。",
            f"start-up code always takes {en} ({who.en}, {evidence.many(len(found), 'place')}).",
            evidence.first(evidence.of_collection(view, place) for place in found),
        )
    return no(
        f"启动代码可能获取{zh}（{who.zh}，{len(found)} 处）；其间可能有条件判断，需人工核实。",
        f"start-up code may take {en} ({who.en}, {evidence.many(len(found), 'place')}); "
        "a condition may stand between, so a person must confirm.",
        evidence.first(evidence.of_collection(view, place) for place in found),
        confidence=Confidence.SUSPECTED,
    )


def _may_be_early(place: Collection) -> bool:
    """Whether a path from start-up code was found; an open answer without one only says that the search was cut."""
    return place.before_consent is None and bool(place.path)


def _permitted(view: View, item: str) -> bool:
    guards = GUARDS.get(item)
    return guards is None or bool(view.asked_among(f"android.permission.{name}" for name in guards))

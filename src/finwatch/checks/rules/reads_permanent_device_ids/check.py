"""Reads IMEI, IMSI, SIM serial or MAC address, with the permission that the read needs (GB/T 41391-2022)."""

from __future__ import annotations

from finwatch.checks import evidence, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.switched_off import is_switched_off
from finwatch.checks.view import View
from finwatch.model.examination import Confidence

_PHONE_STATE = ("android.permission.READ_PHONE_STATE", "android.permission.READ_PRIVILEGED_PHONE_STATE")
_GUARDED = ("imei", "imsi", "iccid")
_OPEN = ("mac",)


def decide(view: View) -> Decision:
    """Yes when such a read can succeed in code that runs; a suspected *no* where only disabled components read.

    ``Build.SERIAL`` is left out: it says ``unknown`` since Android 8.
    """
    items = _OPEN + (_GUARDED if view.asked_among(_PHONE_STATE) else ())
    found = view.collections(*items)
    if not found:
        return no()
    taken = [place for place in found if not is_switched_off(view, place)]
    if not taken:
        return no(
            f"只在清单停用的组件中读取（{len(found)} 处），没有发现启用它的代码。",
            f"only disabled components read it ({evidence.many(len(found), 'place')}); no code enables them.",
            evidence.first(evidence.of_collection(view, place) for place in found),
            confidence=Confidence.SUSPECTED,
        )
    names = [view.knowledge.items[item].name for item in dict.fromkeys(place.item for place in taken)]
    who = owners.named(view, [place.owner for place in taken])
    return yes(
        f"{who.zh}共有 {len(taken)} 处读取{'、'.join(name.zh for name in names)}。",
        f"reads {', '.join(name.en for name in names)} in {evidence.many(len(taken), 'place')} ({who.en}).",
        evidence.first(evidence.of_collection(view, place) for place in taken),
    )

"""Sentences that grant deletion, closing or withdrawal, and neither they nor the text tell a way to it (PIPL 50)."""

from __future__ import annotations

from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.policy.signs import sign
from finwatch.checks.view import View
from finwatch.checks.when import collects
from finwatch.model.examination import Confidence

_RIGHTS = ("withdraw", "delete", "close")


def decide(view: View) -> Decision:
    """Suspected: the app itself may show the way."""
    policy = view.policy
    if not collects(view):
        return no()
    granted = [span for topic in _RIGHTS for span in policy.told(topic, limit=5)]
    if not granted or policy.told("contact", limit=1) or any(right.channel for right in policy.reading.rights):
        return no()
    ways = sign("channel").patterns
    if any(pattern.search(policy.text, *span) for span in granted for pattern in ways):
        return no()
    return yes(
        f"有 {len(granted)} 处写了权利，全文没有行使的路径或联系方式。",
        "rights are granted, and no path or contact for them is in the whole text.",
        [
            *(policy.quote(span, "只写了权利", "names the right alone") for span in dict.fromkeys(granted[:3])),
            policy.absent("行使权利的路径", "a way to use rights"),
        ],
        confidence=Confidence.SUSPECTED,
        from_absence=True,
    )

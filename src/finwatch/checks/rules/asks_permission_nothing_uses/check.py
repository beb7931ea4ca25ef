"""A dangerous permission is asked for, and no call in the whole package needs it (JR/T 0092-2019 5.2.2)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence

_USES = {
    "READ_CONTACTS": ("collect.contacts.", "collect.account."),
    "READ_CALL_LOG": ("collect.call_log.",),
    "READ_SMS": ("collect.sms.",),
    "RECEIVE_SMS": ("collect.sms.",),
    "SEND_SMS": ("sink.sms.",),
    "READ_CALENDAR": ("collect.calendar.",),
    "RECORD_AUDIO": ("collect.audio.", "collect.video."),
    "CAMERA": ("collect.camera.", "collect.video.", "collect.face."),
    "ACCESS_FINE_LOCATION": ("collect.location.", "collect.cell.", "collect.wifi.", "collect.bluetooth."),
    "ACCESS_BACKGROUND_LOCATION": ("collect.location.",),
    "ACTIVITY_RECOGNITION": ("collect.activity.", "collect.sensor."),
}
"""Permission to the watched calls that need it; only permissions whose calls are watched in full."""


def decide(view: View) -> Decision:
    """A suspicion at most: native code, reflection and web pages may use what the bytecode does not show."""
    idle = [
        f"android.permission.{name}"
        for name, prefixes in _USES.items()
        if view.asks_for(f"android.permission.{name}") and not view.any_call_below(*prefixes)
    ]
    if not idle:
        return no()
    names = ", ".join(evidence.short_permission(name) for name in idle)
    return yes(
        f"有 {len(idle)} 项敏感权限在代码中未见使用：{names}。",
        f"no code was seen to use {evidence.many(len(idle), 'sensitive permission')}: {names}.",
        [evidence.of_permission(view, name) for name in idle],
        confidence=Confidence.SUSPECTED,
        from_absence=True,
    )

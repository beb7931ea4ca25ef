"""The code sends text messages and holds the permission to do so (191-4-1)."""

from __future__ import annotations

from finwatch.checks import evidence, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View

_PERMISSION = "android.permission.SEND_SMS"


def decide(view: View) -> Decision:
    """Yes when a sending call is there and permitted."""
    calls = view.calls_below("sink.sms.")
    if not calls or not view.asks_for(_PERMISSION):
        return no()
    who = owners.named(view, [view.owner(call.at.class_name) for call in calls])
    return yes(
        f"有 {len(calls)} 处直接发送短信（{who.zh}）。",
        f"sends text messages in {evidence.many(len(calls), 'place')} ({who.en}).",
        [evidence.of_permission(view, _PERMISSION), *evidence.first(evidence.of_call(view, call) for call in calls)],
    )

"""Takes text messages or registers for them, with the permission to do so (191-4-1)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View

_GUARDS = ("android.permission.READ_SMS", "android.permission.RECEIVE_SMS")
_ACTION = "android.provider.Telephony.SMS_RECEIVED"


def decide(view: View) -> Decision:
    """Yes when messages are both permitted and taken, in code or by a receiver of the manifest."""
    asked = view.asked_among(_GUARDS)
    if not asked:
        return no()
    taken = view.collections("sms")
    receivers = [
        component
        for component in view.components("receiver")
        if any(_ACTION in intents.actions for intents in component.intent_filters)
    ]
    if not taken and not receivers:
        return no()
    zh = [f"有 {len(taken)} 处代码读取短信"] if taken else []
    en = [f"reads messages in {evidence.many(len(taken), 'place')}"] if taken else []
    if receivers:
        zh.append(f"有 {len(receivers)} 个接收器监听短信")
        en.append(f"listens for messages with {evidence.many(len(receivers), 'receiver')}")
    return yes(
        f"{'，'.join(zh)}。",
        f"{' and '.join(en)}.",
        [
            *(evidence.of_permission(view, name) for name in asked),
            *(
                evidence.of_component(component, "监听到达的短信", "listens for arriving messages")
                for component in receivers
            ),
            *evidence.first(evidence.of_collection(view, place) for place in taken),
        ],
    )

"""A receiver of the manifest waits for the end of the boot, with the permission (工信部信管函〔2020〕164号 item 6)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View

_ACTIONS = frozenset(
    {
        "android.intent.action.BOOT_COMPLETED",
        "android.intent.action.LOCKED_BOOT_COMPLETED",
        "android.intent.action.QUICKBOOT_POWERON",
    }
)


def decide(view: View) -> Decision:
    """Yes when such a receiver is enabled; those of support libraries schedule the app's own jobs and do not count."""
    if not view.asks_for("android.permission.RECEIVE_BOOT_COMPLETED"):
        return no()
    receivers = [
        component
        for component in view.components("receiver")
        if view.accusable(f"L{component.name.replace('.', '/')};")
        and any(_ACTIONS.intersection(intents.actions) for intents in component.intent_filters)
    ]
    if not receivers:
        return no()
    return yes(
        f"{len(receivers)} 个接收器在开机后启动应用。",
        f"{evidence.many(len(receivers), 'receiver')} for the end of the boot.",
        [
            evidence.of_component(component, "监听开机完成", "listens for the end of the boot")
            for component in receivers
        ],
    )

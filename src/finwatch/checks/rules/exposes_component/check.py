"""Exported activities, services and receivers without a permission (JR/T 0092-2019 5.3.2 a; MASTG-TEST-0029)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.package import Component, IntentFilter

_OPEN_CATEGORIES = frozenset(
    {
        "android.intent.category.LAUNCHER",
        "android.intent.category.LEANBACK_LAUNCHER",
        "android.intent.category.HOME",
        "android.intent.category.BROWSABLE",
    }
)
_SYSTEM_ACTIONS = (
    *("android.", "com.google.android.", "com.google.firebase.", "com.android."),
    *("com.huawei.", "com.xiaomi.", "com.meizu."),
)
"""Actions that the platform, or a phone maker's push service, defines for callers from outside."""
_CALLBACKS = (
    ".wxapi.WXEntryActivity",
    ".wxapi.WXPayEntryActivity",
    ".apshare.ShareEntryActivity",
    ".ddshare.DDShareActivity",
)
"""Entry points that WeChat, Alipay and DingTalk call by name."""


def decide(view: View) -> Decision:
    """Likely: the door is open for certain; what stands behind it, a person must see."""
    exposed = [
        component
        for component in view.components("activity", "activity-alias", "service", "receiver")
        if component.exported and not component.permission and not _meant(component) and _own(view, component)
    ]
    if not exposed:
        return no()
    kinds = sorted({component.kind for component in exposed})
    return yes(
        f"{len(exposed)} 个组件（{'、'.join(kinds)}）无需权限即可被其他应用调用。",
        f"any app may call {evidence.many(len(exposed), 'component')} ({', '.join(kinds)}) without a permission.",
        evidence.first(
            evidence.of_component(component, "已导出且没有权限保护", "is exported without a permission")
            for component in exposed
        ),
        confidence=Confidence.LIKELY,
    )


def _meant(component: Component) -> bool:
    if component.name.endswith(_CALLBACKS):
        return True
    filters = component.intent_filters
    if component.kind.startswith("activity"):
        return any(_OPEN_CATEGORIES.intersection(intents.categories) for intents in filters) or _for_outsiders(filters)
    return _for_outsiders(filters)


def _for_outsiders(filters: tuple[IntentFilter, ...]) -> bool:
    actions = [action for intents in filters for action in intents.actions]
    return bool(actions) and all(action.startswith(_SYSTEM_ACTIONS) for action in actions)


def _own(view: View, component: Component) -> bool:
    return view.accusable(f"L{component.name.replace('.', '/')};")

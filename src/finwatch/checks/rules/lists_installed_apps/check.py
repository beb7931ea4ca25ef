"""Takes the list of installed apps as a whole (191-4-1; T/TAF 077.6)."""

from __future__ import annotations

from finwatch.checks import evidence, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View

_WHOLE_LIST = (
    "collect.app_list.getInstalledPackages",
    "collect.app_list.getInstalledApplications",
    "collect.app_list.exec_pm_list",
)


def decide(view: View) -> Decision:
    """Yes when a call returns every package; resolving who handles an intent does not count."""
    calls = view.calls(*_WHOLE_LIST)
    if not calls:
        return no()
    who = owners.named(view, [view.owner(call.at.class_name) for call in calls])
    return yes(
        f"{who.zh}共有 {len(calls)} 处读取已安装应用列表。",
        f"reads the list of installed apps in {evidence.many(len(calls), 'place')} ({who.en}).",
        evidence.first(evidence.of_call(view, call) for call in calls),
    )

"""Several dangerous permissions and a target below API 23: granted together when the app is installed (191-4-6)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View

RUNTIME = 23
"""The API level from which permissions are asked for while an app runs (Android 6.0, by the app's target)."""


def decide(view: View) -> Decision:
    """Certain: how Android grants follows from the target alone, and two permissions are several."""
    dangerous = {name for name, known in view.knowledge.permissions.items() if known.level == "dangerous"}
    asked = [one.name for one in view.manifest.permissions if one.name in dangerous]
    names = tuple(dict.fromkeys(asked))
    if view.target_sdk >= RUNTIME or len(names) < 2:
        return no()
    target = evidence.of_manifest("manifest/uses-sdk", "android:targetSdkVersion", view.manifest.target_sdk)
    return yes(
        f"目标版本为 API {view.target_sdk}，{len(names)} 项敏感权限在安装时一并授予。",
        f"the target is API {view.target_sdk}: {len(names)} dangerous permissions are granted at installation.",
        [target, *(evidence.of_permission(view, name) for name in names)],
    )

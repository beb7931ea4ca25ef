"""The target API level is below 30 (GB/T 41391-2022; Android behaviour changes by target)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View

_LOWEST = 30


def decide(view: View) -> Decision:
    """Yes below the lowest acceptable target; a missing target counts as the lowest level the app installs on."""
    if view.target_sdk >= _LOWEST:
        return no()
    return yes(
        f"目标版本为 API {view.target_sdk}，低于 {_LOWEST}。",
        f"the target is API {view.target_sdk}, below {_LOWEST}.",
        [evidence.of_manifest("manifest/uses-sdk", "android:targetSdkVersion", view.manifest.target_sdk)],
    )

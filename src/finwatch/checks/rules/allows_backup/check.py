"""Backup is on and no rules leave anything out (Android auto backup; JR/T 0092-2019 5.5.2 a)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.knowledge import Severity


def decide(view: View) -> Decision:
    """Medium when the manifest says so, low when it says nothing, for the default is to allow it."""
    manifest = view.manifest
    if manifest.allow_backup is False:
        return no()
    if manifest.full_backup_content or manifest.data_extraction_rules:
        return no("备份受规则限制。", "Backup is limited by rules.")
    declared = manifest.allow_backup
    return yes(
        "允许备份全部数据，且没有排除规则。" if declared else "未声明 allowBackup，系统默认允许备份全部数据。",
        "backup of all data is allowed and no rules leave anything out."
        if declared
        else "allowBackup is not declared, and the default allows backup of all data.",
        [evidence.of_application(view, "android:allowBackup", declared)],
        severity=None if declared else Severity.LOW,
    )

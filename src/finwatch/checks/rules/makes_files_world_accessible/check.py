"""A file, database or preference file is opened with a world mode (Android ``Context`` reference; CWE-276)."""

from __future__ import annotations

from finwatch.checks import calls as arguments
from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.knowledge import Severity

_WORLD = 0x1 | 0x2
"""MODE_WORLD_READABLE and MODE_WORLD_WRITEABLE."""
_REFUSED_FROM = 24
"""From this target on the system throws a SecurityException instead."""


def decide(view: View) -> Decision:
    """High where the system obeys; low where a new target makes the call fail."""
    calls = [
        call
        for call in view.calls("storage.open_file", "storage.preferences", "storage.database")
        if (arguments.number(call, 2) or 0) & _WORLD
    ]
    if not calls:
        return no()
    obeyed = view.facts.manifest is None or view.target_sdk < _REFUSED_FROM
    return yes(
        f"有 {len(calls)} 处把文件设为所有应用可读或可写。",
        f"makes a file readable or writable by every app in {evidence.many(len(calls), 'place')}.",
        evidence.first(evidence.of_call(view, call) for call in calls),
        severity=None if obeyed else Severity.LOW,
    )

"""A component takes personal information, and neither it nor its vendor is in the policy (191-2-1)."""

from __future__ import annotations

from finwatch.checks.decision import Decision
from finwatch.checks.policy.findings import of_rows
from finwatch.checks.view import View
from finwatch.model.disclosure import Disclosed


def decide(view: View) -> Decision:
    """Likely: a component that takes nothing, or whose vendor is named, is left out."""
    return of_rows(
        view,
        "sdk",
        {Disclosed.UNDISCLOSED},
        zh="政策未列出的组件：{names}",
        en="components that the policy does not list: {names}",
        from_absence=True,
    )

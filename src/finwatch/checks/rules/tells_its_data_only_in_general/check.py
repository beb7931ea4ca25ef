"""The code takes an item of which the policy names only the class (191-2-1)."""

from __future__ import annotations

from finwatch.checks.decision import Decision
from finwatch.checks.policy.findings import of_rows
from finwatch.checks.view import View
from finwatch.model.disclosure import Disclosed


def decide(view: View) -> Decision:
    """Likely: a parent term never clears a specific item, and does not hide it either."""
    return of_rows(
        view,
        "item",
        {Disclosed.GENERIC},
        zh="政策只有上位类别：{names}",
        en="told only by the name of its class: {names}",
    )

"""Start-up code takes for certain what the policy promises to take only after consent (191-3-1, 191-3-9)."""

from __future__ import annotations

from finwatch.checks.decision import Decision
from finwatch.checks.policy.findings import of_rows
from finwatch.checks.view import View
from finwatch.model.disclosure import Disclosed


def decide(view: View) -> Decision:
    """Likely: the path is certain, the promise is read from words."""
    return of_rows(
        view,
        "item",
        {Disclosed.TOO_EARLY},
        zh="政策承诺同意后收集，启动代码已获取：{names}",
        en="the policy promises to wait for consent, and start-up code takes: {names}",
    )

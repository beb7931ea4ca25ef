"""The policy says flatly that an item is not taken; the code takes it and may (191-3-9)."""

from __future__ import annotations

from finwatch.checks.decision import Decision
from finwatch.checks.policy.findings import of_rows
from finwatch.checks.view import View
from finwatch.model.disclosure import Disclosed


def decide(view: View) -> Decision:
    """Likely: code is there for certain, whether it runs only a person can see. Other parties' code is suspected."""
    return of_rows(
        view,
        "item",
        {Disclosed.CONTRADICTED},
        zh="政策称不收集，代码中有获取：{names}",
        en="the policy denies what the code takes: {names}",
    )

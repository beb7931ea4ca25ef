"""A dangerous permission is asked for; the policy names none of the items that it opens, or denies them (191-2-3)."""

from __future__ import annotations

from finwatch.checks.decision import Decision
from finwatch.checks.policy.findings import of_rows
from finwatch.checks.view import View
from finwatch.model.disclosure import Disclosed


def decide(view: View) -> Decision:
    """Likely. The permission's own name, anywhere in the text, explains it."""
    return of_rows(
        view,
        "permission",
        {Disclosed.UNDISCLOSED, Disclosed.CONTRADICTED},
        zh="政策未解释的敏感权限：{names}",
        en="permissions that the policy does not explain: {names}",
        from_absence=True,
    )

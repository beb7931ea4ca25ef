"""The code takes an item that the whole policy does not name, nor its class (191-2-1)."""

from __future__ import annotations

from finwatch.checks.decision import Decision
from finwatch.checks.policy.findings import of_rows
from finwatch.checks.view import View
from finwatch.model.disclosure import Disclosed


def decide(view: View) -> Decision:
    """Likely; suspected where nobody knows whose code it is. Holds only of a policy that was read whole."""
    return of_rows(
        view,
        "item",
        {Disclosed.UNDISCLOSED},
        zh="政策全文未写而代码获取：{names}",
        en="taken, and nowhere in the policy: {names}",
        from_absence=True,
    )

"""A component that the catalogue knows is listed, and none of its classes is in the code, all of which was read."""

from __future__ import annotations

from finwatch.checks.decision import Decision
from finwatch.checks.policy.findings import of_rows
from finwatch.checks.view import View
from finwatch.model.disclosure import Disclosed


def decide(view: View) -> Decision:
    """Suspected, always: the component may be on the server, or renamed."""
    return of_rows(
        view,
        "sdk",
        {Disclosed.NOT_FOUND},
        zh="政策列出而代码中未见：{names}",
        en="listed, and not found in the code: {names}",
        from_absence=True,
    )

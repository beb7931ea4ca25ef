"""Start-up code reads the clipboard (191-3-1; T/TAF 077.18)."""

from __future__ import annotations

from finwatch.checks import early
from finwatch.checks.decision import Decision
from finwatch.checks.view import View

_ITEMS = ("clipboard",)


def decide(view: View) -> Decision:
    """Yes when start-up code always gets there; a suspected no when a condition may stand between."""
    return early.taken_before_consent(view, _ITEMS)

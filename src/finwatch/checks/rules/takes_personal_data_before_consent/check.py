"""Start-up code takes personal data other than device identifiers (191-3-1)."""

from __future__ import annotations

from finwatch.checks import early
from finwatch.checks.decision import Decision
from finwatch.checks.view import View

_ITEMS = (
    "contacts",
    "call_log",
    "sms",
    "calendar",
    "photos",
    "precise_location",
    "coarse_location",
    "cell",
    "phone_number",
    "app_list",
)


def decide(view: View) -> Decision:
    """Yes when start-up code always gets there; a suspected no when a condition may stand between."""
    return early.taken_before_consent(view, _ITEMS)

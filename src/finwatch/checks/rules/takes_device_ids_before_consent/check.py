"""Start-up code takes a device identifier before any screen could ask (191-3-1)."""

from __future__ import annotations

from finwatch.checks import early
from finwatch.checks.decision import Decision
from finwatch.checks.view import View

_ITEMS = ("imei", "imsi", "iccid", "serial", "mac", "android_id", "oaid", "device_id")


def decide(view: View) -> Decision:
    """Yes when start-up code always gets there; a suspected no when a condition may stand between."""
    return early.taken_before_consent(view, _ITEMS)

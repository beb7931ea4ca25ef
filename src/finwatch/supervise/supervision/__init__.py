"""Supervision: campaign → inspection → notice → retest → closed, or public list, removal by market, penalty; appeals.

Each file is one machine; ``notice.py`` holds what the arcs of ``notice_machine.py`` do. ``problems.py`` and
``sampling.py`` are pure. Nothing is notified that no person verified; what could not be seen closes nothing.
"""

from finwatch.supervise.supervision import appeal, campaign, inspection, notice_machine, penalty, removal

MACHINES = (
    campaign.MACHINE,
    inspection.MACHINE,
    notice_machine.MACHINE,
    appeal.MACHINE,
    removal.MACHINE,
    penalty.MACHINE,
)

__all__ = ["MACHINES"]

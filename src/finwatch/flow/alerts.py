"""What a daily run tells of: everything that got worse since the run before it.

Comes in: a run whose crawl and publication are done. Goes out: alerts in the store under the run's number. What a
publication made worse was raised with it, by whoever published; markets are judged here, by the run's own visits.
"""

from __future__ import annotations

from datetime import datetime

from finwatch.model.run import Run, StepName
from finwatch.store import Store


def tell(store: Store, run: Run, *, at: datetime) -> dict[str, int]:
    """How many alerts of each kind the run has. May be repeated: nothing is told twice."""
    crawled = run.step(StepName.CRAWL).ended or at
    raised = store.alerts.settle(run.id, since=run.started, until=crawled, at=at)
    return {one.kind.value: one.count for one in raised}

"""When an address is visited again after a good answer: often when it changes often, within the market's bounds.

Pure: what earlier visits saw in, a time span out. An address is taken to change as a Poisson process, of which a visit
sees only whether there was any change since the one before. The rate is estimated with the bias-reduced estimator of
Cho and Garcia-Molina, "Estimating Frequency of Change" (ACM TOIT 3(3), 2003, section 4.2): from ``X`` changes seen in
``n`` visits, ``-ln((n - X + 0.5) / (n + 0.5))`` changes a visit. The next visit is due when a change has become as
likely as not.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

from finwatch.model.fetch import ChangeHistory, FrontierTask, Outcome, OutcomeKind, Politeness, TaskKind

REVISIT: Final[dict[TaskKind, timedelta]] = {
    TaskKind.INDEX: timedelta(days=1),
    TaskKind.PAGE: timedelta(days=7),
    TaskKind.POLICY: timedelta(days=7),
    TaskKind.ICON: timedelta(days=30),
    TaskKind.PACKAGE: timedelta(days=1),
    TaskKind.REVIEWS: timedelta(days=1),
}
"""The longest time between two visits, unless the market's politeness says another; the time when nothing is known."""
FADE: Final = 0.9
"""What a visit still weighs when there was one more: some ten visits are remembered."""


def changed(task: FrontierTask, outcome: Outcome) -> bool | None:
    """Whether a good answer differs from the one before; ``None`` = there is nothing to compare."""
    if outcome.kind is OutcomeKind.NOT_MODIFIED:
        return False
    if task.content_sha256 is None or outcome.sha256 is None:
        return None
    return outcome.sha256 != task.content_sha256


def observed(history: ChangeHistory, *, at: datetime, changed: bool | None) -> ChangeHistory:
    """``history`` with one more visit."""
    if history.seen is None or changed is None:
        return history.model_copy(update={"seen": at})
    gap = max(0.0, (at - history.seen).total_seconds())
    return ChangeHistory(
        visits=history.visits * FADE + 1,
        changes=history.changes * FADE + changed,
        watched_s=history.watched_s * FADE + gap,
        seen=at,
    )


def interval(history: ChangeHistory, kind: TaskKind, politeness: Politeness) -> timedelta:
    """Time until the next visit, between ``revisit_min_s`` and ``revisit_max_s`` of the market."""
    longest = politeness.revisit_max_s or REVISIT[kind].total_seconds()
    shortest = min(politeness.revisit_min_s, longest)
    if not history.visits or not history.watched_s:
        return timedelta(seconds=longest)
    seen = -math.log((history.visits - history.changes + 0.5) / (history.visits + 0.5))
    if seen <= 0:
        return timedelta(seconds=longest)
    even = math.log(2) * (history.watched_s / history.visits) / seen
    return timedelta(seconds=min(max(even, shortest), longest))

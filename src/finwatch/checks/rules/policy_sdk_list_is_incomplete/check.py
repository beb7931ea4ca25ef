"""Entries of the list of components that tell neither a purpose nor what is collected, and link no policy (191-2-1)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.statement import SdkRow


def decide(view: View) -> Decision:
    """Likely: an entry counts only if both are missing; a link to the supplier's own policy is taken for the rest."""
    policy = view.policy
    short = [row for row in policy.reading.sdks if _is_short(row)]
    if not short:
        return no()
    names = "、".join(row.name for row in short[:5])
    return yes(
        f"{len(policy.reading.sdks)} 个组件中有 {len(short)} 个未写明目的和信息种类：{names}。",
        f"{len(short)} of {evidence.many(len(policy.reading.sdks), 'component')} without purpose and items: {names}.",
        [policy.quote((row.start, row.end), "没有目的和信息种类", "no purpose and no items") for row in short[:5]],
        confidence=Confidence.LIKELY,
    )


def _is_short(row: SdkRow) -> bool:
    return not (row.purpose or row.items or row.link or row.collects_nothing)

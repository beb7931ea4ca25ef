"""Closing the account, correcting or deleting hangs on papers, a notary, the post, a fee or a visit (191-6-2)."""

from __future__ import annotations

from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence


def decide(view: View) -> Decision:
    """Suspected: whether a condition is needed, as where money is left in the account, is for a person to say."""
    found = view.policy.told("hard_closing")
    if not found:
        return no()
    return yes(
        "注销、更正或删除附有须由人工判断是否必要的条件。",
        "closing, correcting or deleting hangs on a condition; a person has to say whether it is needed.",
        [view.policy.quote(span, "所附条件", "the condition") for span in found],
        confidence=Confidence.SUSPECTED,
    )

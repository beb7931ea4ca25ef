"""The policy takes sensitive items, and no word of the text marks them or says what refusing them means (PIPL 30)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence


def decide(view: View) -> Decision:
    """Suspected: a notice may stand on a screen of the app instead."""
    policy = view.policy
    items = view.knowledge.items
    sensitive = [one for one in policy.taken if one.item in items and items[one.item].sensitive and not one.implied]
    if not sensitive:
        return no()
    told = policy.told("sensitive")
    if told:
        return no(evidence=[policy.quote(span, "写有特别说明", "has a notice") for span in told])
    names = [policy.name(item) for item in dict.fromkeys(one.item for one in sensitive)]
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return yes(
        f"政策收集 {len(names)} 项敏感个人信息（{zh}），没有特别说明。",
        f"the policy takes {evidence.many(len(names), 'sensitive item')} ({en}) and gives no notice.",
        [
            *(
                policy.quote((one.start, one.end), "收集敏感信息", "takes sensitive information")
                for one in sensitive[:3]
            ),
            policy.absent("敏感信息的特别说明", "a notice on sensitive information"),
        ],
        confidence=Confidence.SUSPECTED,
        from_absence=True,
    )

"""A refusal is said to end the whole service, beside data that the law's list for this kind does not hold (191-4-2)."""

from __future__ import annotations

from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.early import GUARDS
from finwatch.checks.policy.law import RECORDS, need_of
from finwatch.checks.policy.text import TAKING
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.disclosure import Need
from finwatch.model.evidence import Evidence
from finwatch.model.examination import Confidence

_ASKED = frozenset({*GUARDS, *RECORDS, "clipboard", "running_apps", "background_location", "photos", "camera", "audio"})
"""Items that stand behind a permission or that regulators name: of others a refusal is seldom meant."""
_BEFORE = 160
"""Characters before the sentence in which what is refused was named (如您不提供上述信息)."""


def decide(view: View) -> Decision:
    """Suspected: what a sentence refers to, and whether the whole service is meant, is for a person to read."""
    policy = view.policy
    found: list[Evidence] = []
    names: dict[str, Text] = {}
    for span in policy.told("refusal_ends_service", limit=50):
        paragraph = policy.document.paragraphs[policy.paragraph(span[0])]
        first = max(paragraph.start, span[0] - _BEFORE)
        items = {
            one.item: policy.name(one.item)
            for one in policy.reading.statements
            if one.action in TAKING and not one.denied and first <= one.start and one.end <= span[1]
        }
        beyond = {item: name for item, name in items.items() if _is_beyond(view, item)}
        if beyond:
            found.append(policy.quote(span, "拒绝即不能使用", "a refusal ends the service"))
            names |= beyond
    if not found:
        return no()
    zh, en = "、".join(name.zh for name in names.values()), ", ".join(name.en for name in names.values())
    return yes(
        f"政策称拒绝提供{zh}将不能使用服务；该项不在此类应用的必要信息清单。",
        f"the policy says that refusing {en} ends the service; the list for this kind of app does not hold it.",
        found,
        confidence=Confidence.SUSPECTED,
    )


def _is_beyond(view: View, item: str) -> bool:
    return item in _ASKED and need_of(view, item) in (Need.BEYOND, Need.FORBIDDEN)

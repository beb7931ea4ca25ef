"""Items that the policy collects, never with a purpose, function, list or label (191-2-1)."""

from __future__ import annotations

from collections import defaultdict

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.policy.signs import sign
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.policy import ParagraphKind
from finwatch.model.statement import Action, ConditionKind, PartyKind, Statement


def decide(view: View) -> Decision:
    """Suspected: a purpose may stand further off than in the paragraph before or after."""
    policy = view.policy
    places: defaultdict[str, list[Statement]] = defaultdict(list)
    for one in policy.taken:
        if one.action is Action.COLLECT and one.party.kind is PartyKind.FIRST and not one.implied:
            places[one.item].append(one)
    without = [
        item
        for item, found in places.items()
        if item != "minor" and view.knowledge.items[item].parent and not any(_purposeful(view, one) for one in found)
    ]
    if not without:
        return no()
    names = [policy.name(item) for item in without]
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return yes(
        f"有 {len(names)} 项未见目的：{zh}。",
        f"no purpose was seen for {evidence.many(len(names), 'item')}: {en}.",
        [
            policy.quote((one.start, one.end), "收集而未见目的", "collects, and no purpose is seen")
            for one in (places[item][0] for item in without[:5])
        ],
        confidence=Confidence.SUSPECTED,
    )


def _purposeful(view: View, one: Statement) -> bool:
    policy = view.policy
    if one.purpose or one.head is not None or any(found.kind is ConditionKind.FUNCTION for found in one.conditions):
        return True
    paragraph = policy.document.paragraphs[one.paragraph]
    if paragraph.kind in (ParagraphKind.CELL, ParagraphKind.ITEM):
        return True
    near = policy.document.paragraphs[max(0, one.paragraph - 1) : one.paragraph + 2]
    return any(pattern.search(policy.text, near[0].start, near[-1].end) for pattern in sign("purpose").patterns)

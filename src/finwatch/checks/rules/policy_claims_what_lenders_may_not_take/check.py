"""A lending app says in its policy that it takes what no lender may (NPI 5 (12), Google Play, OJK, RBI, FCCPC)."""

from __future__ import annotations

from finwatch.checks import evidence, finance
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.policy.law import RECORDS
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.statement import Action, ConditionKind, PartyKind, Statement


def decide(view: View) -> Decision:
    """Likely: one contact that the user picks is not the address book, and what was refused is not taken."""
    claims = [one for one in view.policy.taken if _is_claim(one)]
    if not claims or not finance.lends(view):
        return no()
    policy = view.policy
    names = [policy.name(item) for item in dict.fromkeys(one.item for one in claims)]
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return yes(
        f"贷款类应用的政策写明收集{zh}。",
        f"the policy of a lending app says that it takes {en}.",
        evidence.first(policy.quote((one.start, one.end), "政策写明收集", "the policy claims it") for one in claims),
        confidence=Confidence.LIKELY,
    )


def _is_claim(one: Statement) -> bool:
    return (
        one.item in RECORDS
        and one.action is Action.COLLECT
        and one.party.kind is PartyKind.FIRST
        and not one.implied
        and not any(found.kind in (ConditionKind.LIMIT, ConditionKind.REFUSAL) for found in one.conditions)
    )

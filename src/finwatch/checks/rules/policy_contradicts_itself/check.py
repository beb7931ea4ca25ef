"""One sentence denies flatly that an item is taken, another says that it is (191-2-4); a person has to read both."""

from __future__ import annotations

from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.policy.compare import flat_denial
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.statement import Action, PartyKind, Statement

_APART = frozenset({"minor", "fingerprint", "face"})
"""Rules about children are no practice; fingerprint and face are denied of the operator and used on the device."""


def decide(view: View) -> Decision:
    """Suspected, always: two functions of one app may be meant."""
    policy = view.policy
    pairs: list[tuple[Statement, Statement]] = []
    for item in dict.fromkeys(one.item for one in policy.reading.statements):
        known = view.knowledge.items.get(item)
        if (
            item in _APART
            or known is None
            or known.parent is None
            or any(other.parent == item for other in view.knowledge.items.values())
        ):
            continue
        about = policy.of_item(item)
        denials = [one for one in about if flat_denial(one) and policy.plainly_denied(one)]
        claims = [one for one in about if _is_claim(one) and "不" not in policy.text[one.start : one.end]]
        if denials and claims and denials[0].start != claims[0].start:
            pairs.append((denials[0], claims[0]))
    if not pairs:
        return no()
    names = [policy.name(denial.item) for denial, _ in pairs]
    zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
    return yes(
        f"对{zh}，一处称不收集，另一处称收集。",
        f"one sentence denies and another claims: {en}.",
        [
            policy.quote((one.start, one.end), zh_says, en_says)
            for denial, claim in pairs[:4]
            for one, zh_says, en_says in ((denial, "称不收集", "denies it"), (claim, "称收集", "claims it"))
        ],
        confidence=Confidence.SUSPECTED,
    )


def _is_claim(one: Statement) -> bool:
    return (
        not one.denied
        and not one.implied
        and not one.conditions
        and one.action is Action.COLLECT
        and one.party.kind is PartyKind.FIRST
    )

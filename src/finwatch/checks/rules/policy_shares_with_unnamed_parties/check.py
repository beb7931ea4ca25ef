"""Shares with partners by their kind alone, unconditionally, and no list of recipients is anywhere (PIPL 23)."""

from __future__ import annotations

import re

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.policy.signs import sign
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.statement import ConditionKind, PartyKind, Statement

_KINDS = (PartyKind.THIRD, PartyKind.AFFILIATE)
_NO_ACCUSATION = re.compile(r"统计|您指定|您的要求|其他来源|(?:下列|以下)[^。]*:$")
"""Statistics, what the person asks for, what others give us, and heads of lists whose cases have their own terms."""
_ON_TERMS = ("同意", "授权", "法律", "监管", "去标识", "匿名", "脱敏", "consent", "law", "anonym", "aggregate")


def decide(view: View) -> Decision:
    """Likely: sharing that waits for consent or for a law is left out, and so is a recipient with a name of its own."""
    policy = view.policy
    stated = [(one.start, one.end) for one in policy.reading.statements if _is_unnamed(view, one)]
    spans = sorted(dict.fromkeys((*stated, *policy.told("shares_generic", limit=10))))
    if not spans:
        return no()
    lists = policy.told("recipient_list", limit=1)
    if lists:
        return no(evidence=[policy.quote(lists[0], "提到接收方清单", "speaks of a list of recipients")])
    return yes(
        f"有 {len(spans)} 处称共享给合作方等，未写明名称。",
        f"shares with partners without naming them in {evidence.many(len(spans), 'sentence')}.",
        [policy.quote(span, "接收方未指名", "the recipient has no name") for span in spans[:5]],
        confidence=Confidence.LIKELY,
    )


def _is_unnamed(view: View, one: Statement) -> bool:
    if one.denied or one.folded != "share" or one.de_identified or one.party.kind is not PartyKind.FIRST:
        return False
    if one.recipient is None or one.recipient.kind not in _KINDS or not _generic(one.recipient.name):
        return False
    if any(
        found.kind in (ConditionKind.LAW, ConditionKind.CONSENT, ConditionKind.EXCEPTION) for found in one.conditions
    ):
        return False
    words = view.policy.text[one.start : one.end]
    named = any(pattern.search(words) for pattern in sign("generic_recipient").patterns)
    return named and _NO_ACCUSATION.search(words) is None and not any(term in words for term in _ON_TERMS)


def _generic(name: str | None) -> bool:
    """Whether a recipient's name says only what kind of party it is."""
    return name is None or any(pattern.search(name) for pattern in sign("generic_recipient").patterns)

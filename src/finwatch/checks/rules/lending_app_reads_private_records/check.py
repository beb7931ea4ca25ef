"""A lending app takes contacts, the call log or messages, and holds the permission to do so (NPI 5 (12))."""

from __future__ import annotations

from finwatch.checks import evidence, finance, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View


def decide(view: View) -> Decision:
    """Yes when at least one of the three is both permitted and taken by an app that lends."""
    taken = finance.private_records(view)
    if not taken:
        return no()
    if not finance.lends(view):
        return no("不是贷款类应用。", "It is not a lending app.")
    items = [view.knowledge.items[item].name for item in dict.fromkeys(place.item for place in taken)]
    who = owners.named(view, [place.owner for place in taken])
    return yes(
        f"{who.zh}共有 {len(taken)} 处读取{'、'.join(item.zh for item in items)}。",
        f"reads {', '.join(item.en for item in items)} in {evidence.many(len(taken), 'place')} ({who.en}).",
        evidence.first(evidence.of_collection(view, place) for place in taken),
    )

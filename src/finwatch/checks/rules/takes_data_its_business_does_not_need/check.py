"""A finance app takes records that no list of necessary data names for its kind (国信办秘字〔2021〕14号 article 5)."""

from __future__ import annotations

from finwatch.checks import evidence, finance, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence


def decide(view: View) -> Decision:
    """Likely: the read is there for certain, whether a function of the app justifies it a person must see.

    Kinds without a list of their own (insurance) are left out: no limit is invented. Lenders have a check of theirs.
    """
    taken = finance.private_records(view)
    if not taken or not finance.is_finance(view) or finance.lends(view):
        return no()
    kind = view.knowledge.kinds.get(view.identity.kind or "")
    if kind is None or not kind.necessary_items:
        return no("该业务类型没有必要信息清单。", "The rules hold no list of necessary data for this kind.")
    beyond = [place for place in taken if place.item not in kind.necessary_items]
    if not beyond:
        return no()
    items = [view.knowledge.items[item].name for item in dict.fromkeys(place.item for place in beyond)]
    who = owners.named(view, [place.owner for place in beyond])
    zh, en = "、".join(item.zh for item in items), ", ".join(item.en for item in items)
    return yes(
        f"{kind.name.zh}类应用的必要信息不含{zh}，{who.zh}共有 {len(beyond)} 处读取。",
        f"{en}: not among what {kind.name.en} needs, read in {evidence.many(len(beyond), 'place')} ({who.en}).",
        evidence.first(evidence.of_collection(view, place) for place in beyond),
        confidence=Confidence.LIKELY,
    )

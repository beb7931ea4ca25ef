"""What the law lets a kind of app require: the third side of the comparison.

国信办秘字〔2021〕14号 article 5 names the necessary items of 39 kinds; the catalogue's kinds of finance carry them.
What no lender may take stands in Google Play's rule on personal loans and in those of OJK, RBI, FCCPC, CBK and NPC.
"""

from __future__ import annotations

from finwatch.checks.finance import LENDING
from finwatch.checks.view import View
from finwatch.model.disclosure import Need

RECORDS = frozenset({"contacts", "call_log", "sms", "app_list"})
"""What no lender may take: closed by Google Play, OJK (camera, microphone and location alone are open), RBI, FCCPC, CBK
and NPC; in China not among what lending needs. A place or a photo may be asked for where a function needs it."""


def need_of(view: View, item: str) -> Need:
    """Where ``item`` stands for the kind of this app. Without a list for the kind, no limit is invented."""
    if view.identity.finance is not True:
        return Need.UNLISTED
    if view.identity.kind in LENDING and item in RECORDS:
        return Need.FORBIDDEN
    kind = view.knowledge.kinds.get(view.identity.kind or "")
    if kind is None or not kind.necessary_items:
        return Need.UNLISTED
    return Need.NECESSARY if item in kind.necessary_items else Need.BEYOND

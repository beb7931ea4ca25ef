"""MD5 or SHA-1 in a class or method that is named after passwords (NIST SP 800-131A; CWE-916)."""

from __future__ import annotations

import re

from finwatch.checks import calls as arguments
from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence

_WEAK = frozenset({"MD2", "MD4", "MD5", "SHA", "SHA1", "SHA-1"})
_PASSWORD = re.compile(r"passw(?:or)?d|passcode|pwd|mima", re.IGNORECASE)


def decide(view: View) -> Decision:
    """Likely: the name says password; a weak digest under another name is not held against anybody."""
    calls = [
        call
        for call in view.calls("crypto.digest")
        if (arguments.text(call, 0) or "").upper() in _WEAK and _PASSWORD.search(evidence.readable(call.at.method))
    ]
    if not calls:
        return no()
    return yes(
        f"有 {len(calls)} 处在处理口令的方法中使用弱散列算法。",
        f"uses a weak digest in {evidence.many(len(calls), 'method')} about passwords.",
        evidence.first(evidence.of_call(view, call) for call in calls),
        confidence=Confidence.LIKELY,
    )

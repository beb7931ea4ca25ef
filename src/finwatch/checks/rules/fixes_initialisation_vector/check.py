"""An initialisation vector is made from a visible constant (NIST SP 800-38A appendix C; CWE-329)."""

from __future__ import annotations

from finwatch.checks import calls as arguments
from finwatch.checks import evidence, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence


def decide(view: View) -> Decision:
    """Certain in the app's own or unknown code; likely when only SDKs do it."""
    calls = [call for call in view.calls("crypto.iv") if arguments.constant_text(arguments.argument(call, 1))]
    if not calls:
        return no()
    found = [view.owner(call.at.class_name) for call in calls]
    who = owners.named(view, found)
    return yes(
        f"有 {len(calls)} 处使用固定的初始化向量（{who.zh}）。",
        f"uses a fixed initialisation vector in {evidence.many(len(calls), 'place')} ({who.en}).",
        evidence.first(evidence.of_call(view, call) for call in calls),
        confidence=Confidence.LIKELY if owners.only_sdks(found) else Confidence.CERTAIN,
    )

"""A key object is made from a constant that is visible in the method (JR/T 0092-2019 5.4.2; CWE-321)."""

from __future__ import annotations

from finwatch.checks import calls as arguments
from finwatch.checks import evidence, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence


def decide(view: View) -> Decision:
    """Certain in the app's own or unknown code; likely when only SDKs do it."""
    calls = [
        call
        for call in view.calls("crypto.secret_key", "crypto.des_key", "crypto.password_key")
        if arguments.constant_text(arguments.argument(call, 1))
    ]
    if not calls:
        return no()
    found = [view.owner(call.at.class_name) for call in calls]
    who = owners.named(view, found)
    return yes(
        f"有 {len(calls)} 处用代码中的常量作为密钥（{who.zh}）。",
        f"makes a key from a constant in the code in {evidence.many(len(calls), 'place')} ({who.en}).",
        evidence.first(evidence.of_call(view, call) for call in calls),
        confidence=Confidence.LIKELY if owners.only_sdks(found) else Confidence.CERTAIN,
    )

"""``SecureRandom`` is given a constant seed (Android ``SecureRandom`` reference; CWE-336)."""

from __future__ import annotations

from finwatch.checks import calls as arguments
from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View


def decide(view: View) -> Decision:
    """Yes when the seed is a visible number or is made from a visible string."""
    calls = [
        call
        for call in view.calls("crypto.set_seed", "crypto.seeded_random")
        if arguments.number(call, 1) is not None or arguments.constant_text(arguments.argument(call, 1))
    ]
    if not calls:
        return no()
    return yes(
        f"有 {len(calls)} 处用固定值作为随机数种子。",
        f"seeds random numbers with a constant in {evidence.many(len(calls), 'place')}.",
        evidence.first(evidence.of_call(view, call) for call in calls),
    )

"""A block cipher in ECB, named or by default (JCA standard names; NIST SP 800-38A; JR/T 0092-2019 5.4.1)."""

from __future__ import annotations

from finwatch.checks import ciphers
from finwatch.checks.decision import Decision
from finwatch.checks.view import View


def decide(view: View) -> Decision:
    """Yes when the transformation is a visible constant that means ECB for a block cipher."""
    return ciphers.chosen(view, ciphers.in_ecb, zh="以 ECB 模式加密", en="encrypts in ECB mode")

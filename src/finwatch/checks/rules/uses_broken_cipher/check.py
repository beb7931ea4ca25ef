"""A cipher with practical attacks is chosen by a visible constant (GM/T 0054; JR/T 0092-2019 5.4.1)."""

from __future__ import annotations

from finwatch.checks import ciphers
from finwatch.checks.decision import Decision
from finwatch.checks.view import View


def decide(view: View) -> Decision:
    """Yes for DES, RC2, RC4 and password schemes built on them."""
    return ciphers.chosen(view, ciphers.is_broken, zh="使用已被攻破的算法", en="uses a broken cipher")

"""Which cipher a ``Cipher.getInstance`` chooses: the question behind the checks on modes and algorithms.

A transformation is ``algorithm/mode/padding`` (JCA standard names); with the algorithm alone, Android's providers
take ECB for block ciphers.
"""

from __future__ import annotations

from collections.abc import Callable

from finwatch.checks import calls as arguments
from finwatch.checks import evidence, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence

_BLOCK = frozenset({"AES", "AES_128", "AES_256", "DES", "DESEDE", "TRIPLEDES", "BLOWFISH", "SM4", "CAMELLIA", "RC2"})
_BROKEN = frozenset({"DES", "RC2", "RC4", "ARC4", "ARCFOUR"})
_BROKEN_PARTS = ("ANDDES", "ANDRC2", "ANDRC4", "AND40BITRC", "AND128BITRC")


def chosen(view: View, bad: Callable[[str], bool], *, zh: str, en: str) -> Decision:
    """Yes when a visible transformation is ``bad``; likely instead of certain when only SDKs choose it."""
    calls = [call for call in view.calls("crypto.cipher") if bad((arguments.text(call, 0) or "").upper())]
    if not calls:
        return no()
    found = [view.owner(call.at.class_name) for call in calls]
    who = owners.named(view, found)
    names = ", ".join(sorted({arguments.text(call, 0) or "" for call in calls}))
    return yes(
        f"有 {len(calls)} 处{zh}：{names}（{who.zh}）。",
        f"{en} in {evidence.many(len(calls), 'place')}: {names} ({who.en}).",
        evidence.first(evidence.of_call(view, call) for call in calls),
        confidence=Confidence.LIKELY if owners.only_sdks(found) else Confidence.CERTAIN,
    )


def in_ecb(transformation: str) -> bool:
    """Whether an upper-case transformation means a block cipher in ECB."""
    parts = transformation.split("/")
    return parts[0] in _BLOCK and (len(parts) == 1 or parts[1] in {"ECB", ""})


def is_broken(transformation: str) -> bool:
    """Whether an upper-case transformation names a cipher with practical attacks."""
    algorithm = transformation.partition("/")[0]
    return algorithm in _BROKEN or (algorithm.startswith("PBEWITH") and algorithm.endswith(_BROKEN_PARTS))

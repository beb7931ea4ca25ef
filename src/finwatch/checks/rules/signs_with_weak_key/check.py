"""A signer's key is shorter than NIST SP 800-57 allows (RSA and DSA 2048 bits, curves 224 bits)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.package import Signer

_LEAST_BITS = {"RSA": 2048, "DSA": 2048, "EC": 224, "ECDSA": 224}


def decide(view: View) -> Decision:
    """Yes when some signer's key is shorter than its algorithm needs."""
    weak = [(index, signer) for index, signer in enumerate(view.facts.signing.signers) if _is_weak(signer)]
    if not weak:
        return no()
    keys = ", ".join(sorted({f"{signer.key_algorithm} {signer.key_bits}" for _, signer in weak}))
    return yes(
        f"签名密钥强度不足：{keys}。",
        f"the signing key is too weak: {keys}.",
        [
            evidence.of_signer(
                signer,
                index,
                f"的密钥为 {signer.key_algorithm} {signer.key_bits} 位",
                f"has a {signer.key_algorithm} key of {signer.key_bits} bits",
            )
            for index, signer in weak
        ],
    )


def _is_weak(signer: Signer) -> bool:
    least = _LEAST_BITS.get((signer.key_algorithm or "").upper())
    return least is not None and signer.key_bits is not None and signer.key_bits < least

"""No signature, or the strongest scheme present does not verify (Android APK signature schemes)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.examination import Evidence
from finwatch.model.locator import SigningAt

_STRONGEST_FIRST = ("v3.1", "v3", "v2", "v1")
_SIGNED_FORMATS = frozenset({"apk"})
"""An app bundle or a set of splits is signed by whoever delivers it."""


def decide(view: View) -> Decision:
    """Android judges by the strongest scheme that is there, so this does too."""
    if view.facts.format not in _SIGNED_FORMATS:
        return no()
    signing = view.facts.signing
    if not signing.schemes and not signing.signers:
        says = Text(zh="没有任何签名", en="there is no signature of any scheme")
        return yes(
            "安装包没有签名。",
            "the package is not signed.",
            [Evidence(says=says, at=SigningAt(scheme="none"))],
            from_absence=True,
        )
    scheme = next((name for name in _STRONGEST_FIRST if any(s.scheme == name for s in signing.signers)), None)
    failing = [
        (index, signer)
        for index, signer in enumerate(signer for signer in signing.signers if signer.scheme == scheme)
        if not signer.verified
    ]
    if scheme is not None and not failing:
        return no()
    named = scheme or ", ".join(signing.schemes)
    reasons = "; ".join(dict.fromkeys(error for _, signer in failing for error in signer.errors)) or "-"
    return yes(
        f"{named} 签名未通过校验：{reasons}。",
        f"the {named} signature does not verify: {reasons}.",
        [evidence.of_signer(signer, index, "未通过校验", "does not verify") for index, signer in failing]
        or [Evidence(says=Text(zh="没有可用的签名者", en="no usable signer"), at=SigningAt(scheme=named))],
    )

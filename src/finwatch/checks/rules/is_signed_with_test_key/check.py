"""A signer is one of the public test keys of AOSP or a debug certificate (AOSP build/make/target/product/security)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.knowledge import Severity

_PUBLIC = {
    "a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc": "testkey",
    "c8a2e9bccf597c2fb6dc66bee293fc13f2fc47ec77bc6b2b0d52c11f51192ab8": "platform",
    "465983f7791f2abeb43ea2cbdc7f21a8260b72bc08a55c839fc1a43bc741a81e": "media",
    "28bbfe4a7b97e74681dc55c2fbb6ccb8d6c74963733f6af6ae74d8c3a6e879fd": "shared",
}
"""SHA-256 of the certificates whose private keys are published with the sources of Android."""


def decide(view: View) -> Decision:
    """High for a public key; medium for a debug certificate, whose key at least lies on somebody's machine."""
    signers = list(enumerate(view.facts.signing.signers))
    public = [(index, signer) for index, signer in signers if signer.sha256 in _PUBLIC]
    debug = [(index, signer) for index, signer in signers if "CN=Android Debug" in signer.subject]
    if public:
        names = ", ".join(sorted({_PUBLIC[signer.sha256] for _, signer in public}))
        return yes(
            f"以公开的 AOSP 测试密钥（{names}）签名。",
            f"signed with a public test key of AOSP ({names}).",
            [
                evidence.of_signer(signer, index, "的私钥是公开的", "has a public private key")
                for index, signer in public
            ],
        )
    if debug:
        return yes(
            "以调试证书签名，不是正式发布的包。",
            "signed with a debug certificate, so this is no release.",
            [evidence.of_signer(signer, index, "是调试证书", "is a debug certificate") for index, signer in debug],
            severity=Severity.MEDIUM,
        )
    return no()

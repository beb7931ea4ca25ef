"""Only a v1 (JAR) signature, so the Janus trick works (CVE-2017-13156; JR/T 0092-2019 5.3.3 c, 6.3 a)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.knowledge import Severity

_KNOWS_V2 = 24
"""The first API level that checks the v2 scheme."""


def decide(view: View) -> Decision:
    """High when it installs on systems that know v1 only; medium when every system would have checked v2."""
    signing = view.facts.signing
    if set(signing.schemes) != {"v1"}:
        return no()
    old = view.min_sdk < _KNOWS_V2
    return yes(
        f"只有 v1 签名，最低可安装在 API {view.min_sdk}。",
        f"there is only a v1 signature, and it installs from API {view.min_sdk}.",
        [
            evidence.of_signer(signer, index, "只以 v1 方案签名", "signs with scheme v1 only")
            for index, signer in enumerate(signing.signers)
            if signer.scheme == "v1"
        ],
        severity=None if old else Severity.MEDIUM,
        from_absence=True,
    )

"""User-installed authorities are trust anchors, by configuration or by an old target (Android network security)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, not_available, yes
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.examination import Evidence
from finwatch.model.knowledge import Severity
from finwatch.model.locator import ResourceAt

_SYSTEM_ONLY = 24
"""From this target on, user certificates are trusted only where an app says so."""


def decide(view: View) -> Decision:
    """A rule that trusts them counts in full; the default of an old target counts as low."""
    path = view.manifest.network_security_config
    if path is not None and view.facts.network_security is None:
        return not_available(
            f"网络安全配置 {path} 无法读取。", f"The network security configuration {path} could not be read."
        )
    rules = view.facts.network_security.rules if view.facts.network_security else ()
    trusting = [rule for rule in rules if rule.trusts_user and rule.kind != "debug"]
    if trusting:
        return yes(
            f"网络安全配置有 {len(trusting)} 条规则信任用户证书。",
            f"the network security configuration trusts user certificates: {evidence.many(len(trusting), 'rule')}.",
            [
                Evidence(
                    says=Text(zh=f"{rule.kind} 规则信任用户证书", en=f"the {rule.kind} rule trusts user certificates"),
                    at=ResourceAt(name=path or "", line=rule.line),
                    quote='<certificates src="user"/>',
                )
                for rule in trusting
            ],
        )
    if path is None and view.target_sdk < _SYSTEM_ONLY:
        return yes(
            f"目标版本 API {view.target_sdk} 默认信任用户证书。",
            f"target API {view.target_sdk} trusts user certificates by default.",
            [evidence.of_manifest("manifest/uses-sdk", "android:targetSdkVersion", view.manifest.target_sdk)],
            severity=Severity.LOW,
        )
    return no()

"""Plain HTTP is allowed, by attribute, by configuration or by the target's default (Android network security)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, not_available, yes
from finwatch.checks.view import View
from finwatch.model.base import Text
from finwatch.model.examination import Evidence
from finwatch.model.knowledge import Severity
from finwatch.model.locator import ResourceAt
from finwatch.model.package import NetworkRule

_CLOSED_BY_DEFAULT = 28
"""From this target on, cleartext is off unless it is switched on."""
_LOCAL = ("localhost", "127.", "10.", "192.168.", "0.0.0.0")  # noqa: S104 - compared with, never bound


def decide(view: View) -> Decision:
    """A network security configuration wins over the attribute; both win over the default of the target."""
    manifest = view.manifest
    if manifest.network_security_config is None:
        return _by_attribute(view)
    if view.facts.network_security is None:
        return not_available(
            f"网络安全配置 {manifest.network_security_config} 无法读取。",
            f"The network security configuration {manifest.network_security_config} could not be read.",
        )
    return _by_configuration(view, view.facts.network_security.rules)


def _by_attribute(view: View) -> Decision:
    declared = view.manifest.uses_cleartext_traffic
    if declared or (declared is None and view.target_sdk < _CLOSED_BY_DEFAULT):
        how = (
            ("清单明确允许", "the manifest allows it")
            if declared
            else (
                f"目标版本 API {view.target_sdk} 默认允许",
                f"it is the default for target API {view.target_sdk}",
            )
        )
        return yes(
            f"允许明文传输：{how[0]}。",
            f"cleartext traffic is allowed: {how[1]}.",
            [evidence.of_application(view, "android:usesCleartextTraffic", declared)],
            severity=None if declared else Severity.LOW,
        )
    return no()


def _by_configuration(view: View, rules: tuple[NetworkRule, ...]) -> Decision:
    base = next((rule for rule in rules if rule.kind == "base"), None)
    default = view.target_sdk < _CLOSED_BY_DEFAULT
    if default if base is None or base.cleartext is None else base.cleartext:
        return yes(
            "网络安全配置对所有域名允许明文传输。",
            "the network security configuration allows cleartext to every host.",
            [_rule(view, base, "cleartextTrafficPermitted")],
        )
    hosts = [rule for rule in rules if rule.kind == "domain" and rule.cleartext and _outside(rule)]
    if not hosts:
        return no()
    names = ", ".join(sorted({domain for rule in hosts for domain in rule.domains}))
    return yes(
        f"网络安全配置对这些域名允许明文传输：{names}。",
        f"the network security configuration allows cleartext to: {names}.",
        [_rule(view, rule, "cleartextTrafficPermitted") for rule in hosts],
        severity=Severity.LOW,
    )


def _outside(rule: NetworkRule) -> bool:
    return any(not domain.startswith(_LOCAL) for domain in rule.domains)


def _rule(view: View, rule: NetworkRule | None, what: str) -> Evidence:
    path = view.manifest.network_security_config or ""
    domains = ", ".join(rule.domains) if rule else ""
    return Evidence(
        says=Text(zh=f"{path} 允许明文 {domains}".rstrip(), en=f"{path} permits cleartext {domains}".rstrip()),
        at=ResourceAt(name=path, line=rule.line if rule else None),
        quote=what,
    )

"""Addresses of private networks (RFC 1918) or of hosts that call themselves test systems (JR/T 0092-2019 6.3 b)."""

from __future__ import annotations

from finwatch.checks import addresses, evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence


def decide(view: View) -> Decision:
    """Likely: the address is there; what answers behind it was not asked."""
    found = [
        endpoint
        for endpoint in view.subject.endpoints
        if endpoint.owner in {"app", "unknown"}
        and (addresses.is_private(endpoint.host) or addresses.is_test(endpoint.host))
        and addresses.accusable(view, endpoint)
    ]
    if not found:
        return no()
    hosts = sorted({endpoint.host for endpoint in found})
    return yes(
        f"代码中有 {len(hosts)} 个内网或测试主机：{', '.join(hosts[:5])}。",
        f"{evidence.many(len(hosts), 'internal or test host')}: {', '.join(hosts[:5])}.",
        evidence.first(evidence.of_endpoint(view, endpoint) for endpoint in found),
        confidence=Confidence.LIKELY if any(e.owner == "app" for e in found) else Confidence.SUSPECTED,
    )

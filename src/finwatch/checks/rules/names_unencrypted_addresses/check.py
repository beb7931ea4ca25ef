"""The app's own code holds ``http://`` addresses of public hosts (JR/T 0092-2019 5.5.3.1)."""

from __future__ import annotations

from finwatch.checks import addresses, evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence


def decide(view: View) -> Decision:
    """Likely for code below the app's own name, a suspicion for code that nobody can be tied to; SDKs do not count."""
    plain = [
        endpoint
        for endpoint in view.subject.endpoints
        if (endpoint.url or "").lower().startswith("http://")
        and not addresses.is_name_only(endpoint.host)
        and not addresses.is_local(endpoint.host)
        and endpoint.owner in {"app", "unknown"}
        and addresses.accusable(view, endpoint)
    ]
    own = [endpoint for endpoint in plain if endpoint.owner == "app"]
    found = own or plain
    if not found:
        return no()
    hosts = sorted({endpoint.host for endpoint in found})
    return yes(
        f"代码中有 {len(found)} 个明文地址，涉及 {len(hosts)} 个主机：{', '.join(hosts[:5])}。",
        f"{evidence.many(len(found), 'address', 'addresses')} without encryption, "
        f"of {evidence.many(len(hosts), 'host')}: {', '.join(hosts[:5])}.",
        evidence.first(evidence.of_endpoint(view, endpoint) for endpoint in found),
        confidence=Confidence.LIKELY if own else Confidence.SUSPECTED,
    )

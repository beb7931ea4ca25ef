"""A trust manager whose ``checkServerTrusted`` accepts whatever it gets (JR/T 0092-2019 5.5.3.1)."""

from __future__ import annotations

from finwatch.checks import calls as arguments
from finwatch.checks import evidence, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.package import Implementation, MethodShape

_DATES_ONLY = "->checkValidity("


def decide(view: View) -> Decision:
    """Certain when the class that holds the manager also installs one; likely when only the manager is seen."""
    lax = [
        (entry, method)
        for entry in view.implementations("tls.trust_manager", "tls.extended_trust_manager")
        for method in entry.methods
        if _accepts(method)
    ]
    if not lax:
        return no()
    installers = {arguments.outer(call.at.class_name) for call in view.calls("tls.context_init")}
    who = owners.named(view, [view.owner(entry.class_name) for entry, _ in lax])
    classes = len({entry.class_name for entry, _ in lax})
    return yes(
        f"{classes} 个信任管理器不校验服务器证书（{who.zh}）。",
        f"{classes} trust managers check no server certificate ({who.en}).",
        evidence.first(evidence.of_method(view, entry, method) for entry, method in lax),
        confidence=arguments.surest(_confidence(view, entry, installers) for entry, _ in lax),
    )


def _accepts(method: MethodShape) -> bool:
    if "->checkServerTrusted(" not in method.at.method:
        return False
    return method.shape == "empty" or (
        method.shape == "calls" and bool(method.calls) and all(_DATES_ONLY in call for call in method.calls)
    )


def _confidence(view: View, entry: Implementation, installers: set[str]) -> Confidence:
    if owners.only_sdks([view.owner(entry.class_name)]):
        return Confidence.LIKELY
    return Confidence.CERTAIN if arguments.outer(entry.class_name) in installers else Confidence.LIKELY

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
    """Certain when the code that holds the manager also installs one; likely when only the manager is seen."""
    managers = [
        (entry, method)
        for entry in view.implementations("tls.trust_manager", "tls.extended_trust_manager")
        for method in entry.methods
        if "->checkServerTrusted(" in method.at.method
    ]
    lax = [(entry, method) for entry, method in managers if _accepts(method)]
    if not lax:
        return no()
    strict = {view.owner(entry.class_name) for entry, method in managers if not _accepts(method)}
    installers = [call.at.class_name for call in view.calls("tls.context_init")]
    found = [view.owner(entry.class_name) for entry, _ in lax]
    who = owners.named(view, found)
    sure = any(_installed(view, entry, installers, strict) for entry, _ in lax)
    classes = len({entry.class_name for entry, _ in lax})
    return yes(
        f"{classes} 个信任管理器不校验服务器证书（{who.zh}）。",
        f"{evidence.many(classes, 'trust manager')} without a check of the server certificate ({who.en}).",
        evidence.first(evidence.of_method(view, entry, method) for entry, method in lax),
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
    )


def _accepts(method: MethodShape) -> bool:
    return method.shape == "empty" or (
        method.shape == "calls" and bool(method.calls) and all(_DATES_ONLY in call for call in method.calls)
    )


def _installed(view: View, entry: Implementation, installers: list[str], strict: set[str]) -> bool:
    """Whether code beside the manager opens a TLS context, or its owner does and has no stricter manager to give it."""
    owner = view.owner(entry.class_name)
    if owners.only_sdks([owner]):
        return False
    beside = any(arguments.outer(name) == arguments.outer(entry.class_name) for name in installers)
    return beside or (owner not in strict and any(view.owner(name) == owner for name in installers))

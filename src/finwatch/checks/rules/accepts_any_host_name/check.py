"""A host name verifier that says yes to everything (RFC 2818 section 3.1; JR/T 0092-2019 5.5.3.1)."""

from __future__ import annotations

from finwatch.checks import calls as arguments
from finwatch.checks import evidence, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.package import MethodShape

_SETTERS = (
    "tls.set_hostname_verifier",
    "tls.set_default_hostname_verifier",
    "tls.set_okhttp_verifier",
    "tls.set_apache_verifier",
)


def decide(view: View) -> Decision:
    """Certain when the class that holds the verifier also installs one; likely when only the verifier is seen."""
    verifiers = [
        (entry, method)
        for entry in view.implementations("tls.hostname_verifier", "tls.apache_hostname_verifier")
        for method in entry.methods
    ]
    lax = [(entry, method) for entry, method in verifiers if _accepts(method)]
    reads = view.field_reads("tls.allow_all_verifier_field", "tls.noop_verifier_field")
    made = view.calls("tls.allow_all_verifier")
    classes = {
        *(entry.class_name for entry, _ in lax),
        *(read.at.class_name for read in reads),
        *(call.at.class_name for call in made),
    }
    if not classes:
        return no()
    installers = [call.at.class_name for call in view.calls(*_SETTERS)]
    strict = {view.owner(entry.class_name) for entry, method in verifiers if not _accepts(method)}
    found = [view.owner(name) for name in sorted(classes)]
    who = owners.named(view, found)
    sure = any(_installed(view, name, installers, strict) for name in classes)
    return yes(
        f"{len(classes)} 个类接受任意域名（{who.zh}）。",
        f"accepts any host name in {evidence.many(len(classes), 'class', 'classes')} ({who.en}).",
        evidence.first(
            [
                *(evidence.of_method(view, entry, method) for entry, method in lax),
                *(evidence.of_field(view, read) for read in reads),
                *(evidence.of_call(view, call) for call in made),
            ]
        ),
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
    )


def _accepts(method: MethodShape) -> bool:
    return method.shape == "returns_true" or (method.shape == "empty" and method.at.method.endswith(")V"))


def _installed(view: View, class_name: str, installers: list[str], strict: set[str]) -> bool:
    """Whether code beside the verifier installs one, or its owner does and has no stricter verifier to install."""
    owner = view.owner(class_name)
    if owners.only_sdks([owner]):
        return False
    beside = any(arguments.outer(name) == arguments.outer(class_name) for name in installers)
    return beside or (owner not in strict and any(view.owner(name) == owner for name in installers))

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
    lax = [
        (entry, method)
        for entry in view.implementations("tls.hostname_verifier", "tls.apache_hostname_verifier")
        for method in entry.methods
        if _accepts(method)
    ]
    reads = view.field_reads("tls.allow_all_verifier_field", "tls.noop_verifier_field")
    made = view.calls("tls.allow_all_verifier")
    classes = {
        *(entry.class_name for entry, _ in lax),
        *(read.at.class_name for read in reads),
        *(call.at.class_name for call in made),
    }
    if not classes:
        return no()
    installers = {arguments.outer(call.at.class_name) for call in view.calls(*_SETTERS)}
    found = [view.owner(name) for name in sorted(classes)]
    who = owners.named(view, found)
    sure = any(arguments.outer(name) in installers for name in classes if not owners.only_sdks([view.owner(name)]))
    return yes(
        f"{len(classes)} 个类接受任意域名（{who.zh}）。",
        f"{len(classes)} classes accept any host name ({who.en}).",
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

"""``onReceivedSslError`` goes on with ``SslErrorHandler.proceed`` (JR/T 0092-2019 5.5.3.1; Android WebViewClient)."""

from __future__ import annotations

from finwatch.checks import evidence, owners
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.package import MethodShape

_PROCEED = "SslErrorHandler;->proceed("


def decide(view: View) -> Decision:
    """Certain when nothing stands before ``proceed``; a suspicion when a question may have been asked first."""
    methods = [
        (entry, method)
        for entry in view.implementations("webview.client", "webview.x5_client")
        for method in entry.methods
        if "->onReceivedSslError(" in method.at.method
    ]
    asking = {call.at.method for call in view.calls("webview.ssl_proceed", "webview.x5_ssl_proceed")}
    always = [(entry, method) for entry, method in methods if _always(method)]
    perhaps = [(entry, method) for entry, method in methods if method.shape == "other" and method.at.method in asking]
    found = always or perhaps
    if not found:
        return no()
    who = owners.named(view, [view.owner(entry.class_name) for entry, _ in found])
    zh = "遇到证书错误一律继续" if always else "在某些条件下遇到证书错误仍继续，需人工核实"
    en = "always goes on" if always else "goes on, under some condition that a person must look at,"
    return yes(
        f"{len(found)} 个网页客户端{zh}（{who.zh}）。",
        f"{en} when the certificate is wrong, in {evidence.many(len(found), 'web client')} ({who.en}).",
        evidence.first(evidence.of_method(view, entry, method) for entry, method in found),
        confidence=Confidence.CERTAIN if always else Confidence.SUSPECTED,
    )


def _always(method: MethodShape) -> bool:
    return method.shape == "calls" and any(_PROCEED in call for call in method.calls)

"""A string that is a private key or a cloud key by its own form (RFC 7468, RFC 5958; CWE-798)."""

from __future__ import annotations

from finwatch.checks import evidence
from finwatch.checks.decision import Decision, no, yes
from finwatch.checks.view import View
from finwatch.model.examination import Confidence
from finwatch.model.package import StringUse

_SHOWN = 8
"""Characters shown of a secret: enough to find it, useless to whoever reads the report."""


def decide(view: View) -> Decision:
    """Certain for a private key; likely for an access key id, whose secret half may be elsewhere."""
    found = [use for use in view.strings("secret.") if _is_key(use) or "EXAMPLE" not in use.value]
    if not found:
        return no()
    keys = [use for use in found if _is_key(use)]
    return yes(
        f"字符串中有 {len(keys)} 个私钥、{len(found) - len(keys)} 个云服务密钥。",
        f"among the strings: {evidence.many(len(keys), 'private key')}, "
        f"{evidence.many(len(found) - len(keys), 'cloud key')}.",
        evidence.first(evidence.of_string(view, use, quote=_masked(use.value)) for use in found),
        confidence=Confidence.CERTAIN if keys else Confidence.LIKELY,
    )


def _is_key(use: StringUse) -> bool:
    return use.watch.endswith("private_key")


def _masked(secret: str) -> str:
    body = secret.removeprefix("-----BEGIN ")
    return f"{body[:_SHOWN]}… ({len(secret)} characters)"

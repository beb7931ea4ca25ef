"""androguard's ``AnalyzeAPK``: every class, method and cross-reference of the package."""

from __future__ import annotations

import sys

from clock import cpu, repeat

before = cpu()
from androguard.misc import AnalyzeAPK  # noqa: E402 - its import is what start-up costs
from androguard.util import set_log  # noqa: E402

set_log("ERROR")
start_up = cpu() - before


def work() -> dict[str, int]:
    apk, _, analysis = AnalyzeAPK(sys.argv[1])
    components = [*apk.get_activities(), *apk.get_services(), *apk.get_receivers(), *apk.get_providers()]
    return {
        "permissions": len(apk.get_permissions()),
        "components": len(components),
        "call sites": sum(len(method.get_xref_from()) for method in analysis.get_methods()),
        "strings": sum(1 for _ in analysis.get_strings()),
        "signers": len(apk.get_certificates()),
    }


repeat(work, times=int(sys.argv[2]), budget=30, start_up=start_up)

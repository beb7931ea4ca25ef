"""exodus-core's static analysis, as its report prints it; the trackers' signatures would come over the network and are
left out, the classes that they are looked for in are listed."""

from __future__ import annotations

import logging
import sys

from clock import cpu, repeat

before = cpu()
from exodus_core.analysis.static_analysis import StaticAnalysis  # noqa: E402 - its import is what start-up costs

logging.disable(logging.CRITICAL)
start_up = cpu() - before


def work() -> dict[str, int]:
    analysis = StaticAnalysis(sys.argv[1])
    analysis.load_apk()
    apk = analysis.apk
    components = [*apk.get_activities(), *apk.get_services(), *apk.get_receivers(), *apk.get_providers()]
    analysis.get_sha256()
    return {
        "permissions": len(analysis.get_permissions()),
        "components": len(components),
        "classes": len(analysis.get_embedded_classes()),
        "signers": len(analysis.get_certificates()),
    }


repeat(work, times=int(sys.argv[2]), budget=30, start_up=start_up)

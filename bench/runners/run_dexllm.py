"""dexllm's full load: the package opened and every analysis cache warmed; dex only, no manifest, no signatures."""

from __future__ import annotations

import sys

from clock import cpu, repeat

before = cpu()
import dexllm  # noqa: E402 - its import is what start-up costs

start_up = cpu() - before


def work() -> dict[str, int]:
    dex = dexllm.DexKit(sys.argv[1])
    dex.warm_analysis_caches()
    return {"strings": len(dex.list_value_strings())}


repeat(work, times=int(sys.argv[2]), budget=30, start_up=start_up)

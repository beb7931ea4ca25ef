"""Repeats a piece of work and prints what it took, as one line of JSON. Runs inside every peer's environment."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable


def cpu() -> float:
    """CPU seconds of this process and its finished children, user and system."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def peak() -> int:
    """The most memory, in bytes, that this process or one of its children held."""
    return 1024 * max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def repeat(work: Callable[[], dict[str, int]], *, times: int, budget: float, start_up: float) -> None:
    """Runs ``work`` until it ran ``times`` times or took ``budget`` CPU seconds, and prints the result."""
    seconds: list[float] = []
    facts: dict[str, int] = {}
    began = time.monotonic()
    while len(seconds) < times and sum(seconds) < budget:
        before = cpu()
        facts = work()
        seconds.append(cpu() - before)
    wall = time.monotonic() - began
    print(json.dumps({"cpu": seconds, "peak": peak(), "facts": facts, "start_up": start_up, "wall": wall}))

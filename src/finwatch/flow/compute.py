"""Brings the lake's derived tables up to its newest visits: the step between examining and publishing.

Comes in: a lake with new visits. Goes out: its tables ``rounds``, ``spans`` and ``events`` up to date, so that what a
day changed stands in the lake before anything of it is published, computed by the engine that the settings name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from finwatch.engine import Engine
from finwatch.flow.changes import follow
from finwatch.flow.progress import Progress, silent
from finwatch.lake import Lake
from finwatch.store import Store


def compute(
    store: Store,
    lake: Lake,
    *,
    engine: Engine,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    progress: Progress = silent,
) -> dict[str, int]:
    """How many rounds of visits were followed. Raises ``StoreError`` while another process publishes: it follows the
    markets too, and only one may."""
    with store.publication.held(now=clock()):
        return {"rounds": follow(lake, engine, progress=progress)}

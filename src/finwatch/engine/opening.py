"""The door to every engine: the one that the settings name."""

from __future__ import annotations

from finwatch.engine.local import LocalEngine
from finwatch.engine.protocol import Engine
from finwatch.limits import PACKAGE
from finwatch.settings import Settings

_SECONDS = PACKAGE.wall_seconds + 60.0
"""More than a reader gives itself for a package: only what stalls beside it is given up."""


def open_engine(settings: Settings, *, processes: int = 1) -> Engine:
    """The engine of ``settings``, to be closed by whoever asked for it; ``processes`` counts on this machine only.

    Spark is looked for with the first stage or question, not here.
    """
    if settings.engine == "spark":
        from finwatch.engine.spark import SparkEngine  # noqa: PLC0415 - an extra

        return SparkEngine(master=settings.spark, seconds=_SECONDS)
    return LocalEngine(processes=processes, seconds=_SECONDS)

"""Libraries without what they would bring along: for verbs whose memory is bounded, such as ``crawl``.

pyarrow imports NumPy with itself, and pandas when it first takes rows, wherever they are installed (with Spark, for
instance); structlog imports rich for coloured tracebacks, warcio fsspec for addresses. All of them do without. That
is 70 MB of a crawl's memory, which rows to Parquet and lines to a log have no use for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Final

UNUSED: Final = ("numpy", "pandas", "rich", "fsspec")


def load() -> None:
    """Imports pyarrow, structlog and warcio while ``UNUSED`` cannot be found: each looks for them once in a process.

    What was imported before is left as it is, and others may import all of it afterwards; but ``to_numpy`` and
    ``to_pandas`` of pyarrow stay without. Arrow allocates as the rest of the process does, unless
    ``ARROW_DEFAULT_MEMORY_POOL`` says otherwise: a pool of its own holds 4 MB for a few rows. Call it before anything
    imports ``finwatch.lake``.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    hiding = _Hidden()
    sys.meta_path.insert(0, hiding)
    try:
        import pyarrow as pa
        import pyarrow.parquet
        import structlog  # noqa: F401 - it and the next for what they import
        import warcio.statusandheaders  # noqa: F401

        pa.array([0])  # the first rows make it look for pandas
    finally:
        sys.meta_path.remove(hiding)


class _Hidden:
    """An import finder (PEP 451) that says of ``UNUSED`` that they are not there."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name in UNUSED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None

"""A run of the worker that stops at a chosen point and says so, to be killed there (``python -m``)."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from finwatch.flow import examine_batches as stage
from finwatch.flow import worker
from finwatch.flow.stopping import sigterm_stops
from finwatch.lake import open_lake
from finwatch.store import open_store

REACHED = "reached"


def stop_here() -> None:
    """Says that the point is reached and goes no further."""
    print(REACHED, flush=True)
    threading.Event().wait()


def stalling_batches(
    batches: Iterator[pa.RecordBatch], *, lake: str, catalog_folder: Path | None
) -> Iterator[pa.RecordBatch]:
    """The stage, stopping in the middle of the third package."""
    taken = 0

    def counted() -> Iterator[pa.RecordBatch]:
        nonlocal taken
        for batch in batches:
            taken += 1
            if taken == 3:
                stop_here()
            yield batch

    yield from stage.examine_batches(counted(), lake=lake, catalog_folder=catalog_folder)


def deadly_batches(
    batches: Iterator[pa.RecordBatch], *, lake: str, catalog_folder: Path | None
) -> Iterator[pa.RecordBatch]:
    """The stage, killed by the package whose hash begins with what the file ``deadly`` beside the lake says."""
    deadly = Path(lake).with_name("deadly").read_text()

    def deadly_ones() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if batch.to_pylist()[0]["sha256"].startswith(deadly):
                os.kill(os.getpid(), signal.SIGKILL)
            yield batch

    yield from stage.examine_batches(deadly_ones(), lake=lake, catalog_folder=catalog_folder)


def main(home: Path, point: str) -> None:
    """Works through the queue of ``home`` and stops at ``point``."""
    store, lake = open_store(f"sqlite:///{home / 'store.sqlite'}"), open_lake(str(home / "lake"))
    if point == "examining":
        worker.examine_batches = stalling_batches  # type: ignore[attr-defined]
    if point == "between":
        store.queue.done = lambda *_, **__: stop_here()  # type: ignore[assignment,method-assign,misc]
    if point == "before":
        lake.tables.append = lambda *_, **__: stop_here()  # type: ignore[assignment,method-assign,misc]
    with sigterm_stops():
        worked: Any = worker.work(store, lake, processes=1)
    print(worked.model_dump_json(), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

"""A stage whose batches say what shall become of the process that works on them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa

from finwatch.engine import Stage

NUMBERS: Final = pa.schema({"number": pa.int64(), "do": pa.string()})
ANSWERS: Final = pa.schema({"number": pa.int64(), "pid": pa.int64()})


def perform(batches: Iterator[pa.RecordBatch], *, folder: Path) -> Iterator[pa.RecordBatch]:
    """Doubles numbers, or does what the batch says. Each start leaves a file named after the process."""
    (folder / f"started-{os.getpid()}").touch()
    for batch in batches:
        (row,) = batch.to_pylist()
        match row["do"]:
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "die once" if not (folder / "died").exists():
                (folder / "died").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":
                threading.Event().wait()
            case "raise":
                raise ValueError("no such number")
            case "lie":
                yield pa.RecordBatch.from_pylist([{"other": 1}])
                continue
        yield pa.RecordBatch.from_pylist([{"number": row["number"] * 2, "pid": os.getpid()}], schema=ANSWERS)


def stage(folder: Path) -> Stage:
    """The stage, with its traces in ``folder``."""
    return Stage(name="perform", input=NUMBERS, output=ANSWERS, process=partial(perform, folder=folder))


def batch(number: int, do: str = "double") -> pa.RecordBatch:
    """One row."""
    return pa.RecordBatch.from_pylist([{"number": number, "do": do}], schema=NUMBERS)

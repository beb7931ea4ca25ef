"""What a Spark executor does with a stage: the part of ``spark`` that runs on other machines.

What comes in: batches, packed, one a row. What goes out: each with its packed result or the reason why it has none. The
stage runs in a child of Spark's Python worker, by the same ``Pool`` as on one machine: a package that kills or stalls
its process gets the same verdict here as there, and never costs Spark a task. What Spark does repeat is the work of an
executor that was lost.

Batches travel packed (Arrow IPC) because Spark has no equal for some of their types, and must come back bit by bit.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from finwatch.engine.pool import Pool, packed, unpacked
from finwatch.engine.protocol import Problem, Ran

_SENT: Final[dict[str, pa.DataType]] = {"number": pa.int64(), "packed": pa.binary()}
SENT: Final = pa.schema(_SENT)
RETURNED: Final = pa.schema(_SENT | {"problem": pa.string(), "message": pa.string()})

_warm: dict[tuple[bytes, float], Pool] = {}
"""This worker's pools by stage and time limit. They live as long as the worker, which Spark ends when it has been idle
for a minute."""


def perform(batches: Iterator[pa.RecordBatch], *, stage: bytes, seconds: float) -> Iterator[pa.RecordBatch]:
    """For ``mapInArrow``: rows of ``SENT`` to rows of ``RETURNED``. ``stage`` is a pickled ``Stage``."""
    if (stage, seconds) not in _warm:
        made = pickle.loads(stage)  # noqa: S301 - sent by our own driver
        _warm[stage, seconds] = Pool(made, processes=1, seconds=seconds)
    for batch in batches:
        for row in batch.to_pylist():
            for ran in _warm[stage, seconds].run([unpacked(row["packed"])]):
                yield pa.RecordBatch.from_pylist([_returned(row["number"], ran)], schema=RETURNED)


def _returned(number: int, ran: Ran) -> dict[str, object]:
    if ran.problem is not None:
        return {"number": number, "problem": ran.problem.kind, "message": ran.problem.message}
    assert ran.output is not None
    return {"number": number, "packed": packed(ran.output)}


def sent(batches: list[pa.RecordBatch]) -> pa.Table:
    """Batches as rows of ``SENT``, each in a chunk of its own: Spark makes a partition, and so a task, of each."""
    rows = [
        pa.RecordBatch.from_pylist([{"number": number, "packed": packed(batch)}], schema=SENT)
        for number, batch in enumerate(batches)
    ]
    return pa.Table.from_batches(rows, schema=SENT)


def received(batches: list[pa.RecordBatch], returned: pa.Table) -> list[Ran]:
    """What became of each batch, in the order in which they were sent."""
    rows = {row["number"]: row for row in returned.to_pylist()}
    assert len(rows) == returned.num_rows == len(batches), "every batch comes back once"
    found = []
    for number, batch in enumerate(batches):
        row = rows[number]
        if row["problem"] is not None:
            found.append(Ran(batch, None, Problem(row["problem"], row["message"])))
        else:
            found.append(Ran(batch, unpacked(row["packed"])))
    return found

"""What an engine is: it runs stages over batches, and answers questions over tables. Nothing more.

Distribution, shuffles, retries and locality belong to whoever implements it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import pyarrow as pa


@dataclass(frozen=True)
class Stage:
    """A function from Arrow batches to Arrow batches.

    ``process`` can be pickled (a function of a module, or ``functools.partial`` of one). It is called once in each
    process, so that what it opens before its first batch stays warm, and yields exactly one batch of ``output`` for
    each batch of ``input`` that it takes, in that order.
    """

    name: str
    input: pa.Schema
    output: pa.Schema
    process: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


@dataclass(frozen=True)
class Problem:
    """Why a batch has no result: its process died (twice), gave no answer in time, or raised."""

    kind: Literal["died", "hung", "raised"]
    message: str


@dataclass(frozen=True)
class Ran:
    """A batch that went in, and what came out: ``output`` or ``problem``, never both."""

    input: pa.RecordBatch
    output: pa.RecordBatch | None
    problem: Problem | None = None


class Tables(Protocol):
    """The part of ``lake.Tables`` that an engine needs."""

    def files(self, name: str) -> list[str]:
        """Addresses of a table's live Parquet files."""
        ...


class Engine(Protocol):
    """Runs stages and answers questions."""

    @property
    def takes(self) -> int:
        """How many batches it has use for at a time: what a source does well to have ready."""
        ...

    def run(self, stage: Stage, batches: Iterable[pa.RecordBatch | None]) -> Iterator[Ran]:
        """Takes batches as it has room for them and yields each as it ends, in no promised order.

        A ``None`` among the batches says that there is none just now: the engine asks again a little later.
        """
        ...

    def ask(self, question: str, tables: Tables, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """The rows of the SQL text ``sql/<question>.sql`` over the lake's tables, in the order the text states."""
        ...

    def close(self) -> None:
        """Lets go of whatever the engine holds. It may be used again afterwards."""
        ...

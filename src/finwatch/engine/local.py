"""The engine of this machine: processes for stages, DuckDB for questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from finwatch.engine.pool import Pool
from finwatch.engine.protocol import Ran, Stage, Tables
from finwatch.engine.questions import answer


class LocalEngine:
    """``protocol.Engine`` on this machine."""

    def __init__(self, *, processes: int, seconds: float = 900.0) -> None:
        """``processes`` at a time; a batch that takes longer than ``seconds`` is given up."""
        self._processes = max(1, processes)
        self._seconds = seconds

    @property
    def takes(self) -> int:
        """Two for each process: none waits for its next."""
        return 2 * self._processes

    def run(self, stage: Stage, batches: Iterable[pa.RecordBatch | None]) -> Iterator[Ran]:
        """Each batch as it ends. Closing the iterator ends the processes; batches under way are lost then."""
        with Pool(stage, processes=self._processes, seconds=self._seconds) as pool:
            yield from pool.run(batches)

    def ask(self, question: str, tables: Tables, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """The answer to ``sql/<question>.sql``. Raises ``LakeError`` for a table that cannot be read."""
        return answer(question, tables, parameters or {})

    def close(self) -> None:
        """Nothing is held between a stage or a question and the next."""

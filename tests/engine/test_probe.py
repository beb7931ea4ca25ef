"""An engine says where it runs, or why it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pytest

from finwatch import __version__
from finwatch.engine import LocalEngine, Problem, Ran, Stage
from finwatch.engine.probe import probe
from finwatch.errors import EngineError


@dataclass
class Answering(LocalEngine):
    """An engine whose executors answer so."""

    told: dict[str, str] | Problem

    def run(self, stage: Stage, batches: Iterable[pa.RecordBatch | None]) -> Iterator[Ran]:
        for batch in batches:
            assert batch is not None
            if isinstance(self.told, Problem):
                yield Ran(batch, None, self.told)
            else:
                yield Ran(batch, pa.RecordBatch.from_pylist([self.told], schema=stage.output))


def test_it_says_where_stages_run() -> None:
    assert probe(LocalEngine(processes=1)).startswith("stages run on ")
    told = {"host": "node-7", "python": "3.11.9", "finwatch": __version__}
    assert probe(Answering(told)) == "stages run on node-7 with Python 3.11.9"


def test_a_node_with_another_version_is_named() -> None:
    with pytest.raises(EngineError, match=r"node-7 runs Finwatch 0\.0\.9.*same version"):
        probe(Answering({"host": "node-7", "python": "3.11.9", "finwatch": "0.0.9"}))


def test_what_went_wrong_is_said() -> None:
    problem = Problem("raised", "Traceback…\nModuleNotFoundError: No module named 'finwatch'")
    with pytest.raises(EngineError, match=r"No module named 'finwatch'.*deploy/spark\.md"):
        probe(Answering(problem))

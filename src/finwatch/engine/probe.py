"""Whether an engine works, and where: one small batch through it, as ``finwatch doctor`` asks for."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from finwatch import __version__
from finwatch.engine.protocol import Engine, Stage
from finwatch.errors import EngineError

_ASKED: Final[dict[str, pa.DataType]] = {"number": pa.int64()}
_TOLD: Final[dict[str, pa.DataType]] = {"host": pa.string(), "python": pa.string(), "finwatch": pa.string()}


def where(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The stage: on which machine, with which Python and which Finwatch it runs."""
    for _ in batches:
        told = {"host": platform.node(), "python": sys.version.split()[0], "finwatch": __version__}
        yield pa.RecordBatch.from_pylist([told], schema=pa.schema(_TOLD))


def probe(engine: Engine) -> str:
    """Where stages run, in words. Raises ``EngineError`` when they do not, or by another Finwatch than this one."""
    stage = Stage(name="probe", input=pa.schema(_ASKED), output=pa.schema(_TOLD), process=where)
    (ran,) = engine.run(stage, [pa.RecordBatch.from_pylist([{"number": 1}], schema=stage.input)])
    if ran.output is None:
        why = (ran.problem.message if ran.problem else "").strip().splitlines()
        raise EngineError(
            f"A stage cannot run: {why[-1] if why else 'no reason was given'}.",
            zh=f"阶段无法执行：{why[-1] if why else '未给出原因'}。",
            todo="See deploy/spark.md: every node needs the same Python with finwatch[cluster].",
        )
    (told,) = ran.output.to_pylist()
    if told["finwatch"] != __version__:
        raise EngineError(
            f"{told['host']} runs Finwatch {told['finwatch']}, this is {__version__}.",
            zh=f"{told['host']} 上的 Finwatch 为 {told['finwatch']}，本机为 {__version__}。",
            todo="Install the same version on every node.",
        )
    return f"stages run on {told['host']} with Python {told['python']}"

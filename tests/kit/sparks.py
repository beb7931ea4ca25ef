"""Spark on this machine as a cluster has it: a master, two executors in processes of their own, and what can befall
one of them."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from finwatch.engine import Stage
from finwatch.engine.spark import SparkEngine

ROOT = Path(__file__).resolve().parents[2]
_EXECUTOR = b"CoarseGrainedExecutorBackend"
_SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_SMALL = {
    "spark.driver.extraJavaOptions": _SHORT_LIVED,
    "spark.executor.extraJavaOptions": _SHORT_LIVED,
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "2",
}
"""For small tables: to compile a plan takes longer than to interpret it."""


def spark(**conf: str) -> SparkEngine:
    """An engine with two executors; skips the test where the cluster extra or Java is missing."""
    pytest.importorskip("pyspark", reason="the cluster extra is not installed: make cluster-setup")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("there is no Java: apt-get install openjdk-17-jre-headless")
    settings = {**_SMALL, "spark.executorEnv.PYTHONPATH": str(ROOT), **conf}
    return SparkEngine(master="local-cluster[2,1,1024]", seconds=120, conf=settings)


def configured(folder: Path) -> dict[str, str]:
    """The environment of a process that finds Spark as a user's is found: its master in a setting of ours, everything
    else in ``SPARK_CONF_DIR``."""
    folder.mkdir(parents=True, exist_ok=True)
    told = "\n".join(f"{name} {value}" for name, value in _SMALL.items())
    (folder / "spark-defaults.conf").write_text(f"{told}\nspark.driver.memory 1g\n", "utf-8")
    return {
        "FINWATCH_ENGINE": "spark",
        "FINWATCH_SPARK": "local-cluster[2,1,1024]",
        "SPARK_CONF_DIR": str(folder),
    }


def parents(pid: int) -> Iterator[int]:
    """A process and all above it, by ``/proc``."""
    while pid > 1:
        yield pid
        pid = int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])


def kill_my_executor() -> None:
    """Kills the executor that this process works for, as a machine that goes down does."""
    for pid in parents(os.getpid()):
        if _EXECUTOR in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
            return
    raise AssertionError("this process works for no executor")


def killing(
    batches: Iterator[pa.RecordBatch], *, stage: Stage, folder: Path, victim: tuple[str, Any]
) -> Iterator[pa.RecordBatch]:
    """``stage``, but the executor that meets the row whose column has the value of ``victim`` dies; once."""
    column, value = victim

    def watched() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            (folder / f"{batch.column(column)[0].as_py()}.{os.getpid()}").touch()
            if batch.column(column)[0].as_py() == value and not (folder / "killed").exists():
                (folder / "killed").touch()
                kill_my_executor()
            yield batch

    yield from stage.process(watched())

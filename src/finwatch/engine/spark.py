"""The engine of a cluster: Spark for stages and for questions, over the same lake, with the same texts and functions.

A stage runs in ``mapInArrow`` (``executor``), a question is the SQL text that DuckDB answers on one machine. Spark is
found as Spark is: ``FINWATCH_SPARK`` names the master, ``SPARK_CONF_DIR`` and ``HADOOP_CONF_DIR`` say the rest, and
``PYSPARK_PYTHON`` is a Python with Finwatch on every node.

Raises ``SettingError`` where the cluster extra is missing and ``EngineError`` where Spark cannot be used.
"""

from __future__ import annotations

import os
import pickle
import re
import signal
import sys
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from finwatch.engine.columns import ddl, settled
from finwatch.engine.executor import RETURNED, perform, received, sent
from finwatch.engine.protocol import Problem, Ran, Stage, Tables
from finwatch.engine.questions import given, tables_of, text_of
from finwatch.errors import EngineError, LakeError, SettingError
from finwatch.lake.schemas import SCHEMAS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_ROUNDS: Final = 2
"""Jobs under way at a time: while one waits for its slowest package, the next has the free slots."""
_PER_SLOT: Final = 4
_MOST: Final = 256
"""Batches of a job, whose results all come back together."""
_IDLE: Final = 1.0
"""Seconds until a source that had nothing is asked again."""
_LINE: Final = 400
_PARAMETER: Final = re.compile(r"\$([a-z_]+)")
_GLOB: Final = re.compile(r"([*?\[\]{}\\])")
_ALWAYS: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.ansi.enabled": "true",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
}
"""What answers and screens depend on, whatever the cluster's own settings say."""
_UNCONFIGURED: Final = {
    "spark.driver.maxResultSize": "0",
    "spark.driver.memory": "4g",
    "spark.ui.enabled": "false",
}
"""For a Spark that nobody has configured."""
_OWN_MACHINE: Final = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
_FEW_CORES: Final = {
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "8",
}
"""For one machine: Spark would make 200 tasks of every join, and a task of every file that it looks at."""


class SparkEngine:
    """``protocol.Engine`` on Spark. The session begins with the first stage or question."""

    def __init__(self, *, master: str = "", seconds: float = 900.0, conf: Mapping[str, str] | None = None) -> None:
        """``master`` as in ``spark-submit --master`` (empty = as Spark is configured, else every core of this
        machine); a batch that takes longer than ``seconds`` is given up; ``conf`` goes over every other setting."""
        self._master = master
        self._seconds = seconds
        self._conf = dict(conf or {})
        self._begun: SparkSession | None = None

    def close(self) -> None:
        """Ends the session and its JVM. The engine may be used again afterwards."""
        if self._begun is None:
            return
        from pyspark import SparkContext  # noqa: PLC0415 - only where a session was begun

        self._begun.stop()
        self._begun = None
        gateway, SparkContext._gateway, SparkContext._jvm = SparkContext._gateway, None, None
        if gateway is not None:
            gateway.shutdown()
            process = getattr(gateway, "proc", None)
            if process is not None:  # it ends when its standard input does
                process.stdin.close()
                process.wait()

    def session(self) -> SparkSession:
        """The session, begun where there is none."""
        if self._begun is None:
            self._begun = _begin(self._master, self._conf)
        return self._begun

    @property
    def takes(self) -> int:
        """As many as are in a job: some for each slot of the cluster."""
        slots: int = self.session().sparkContext.defaultParallelism
        return min(_PER_SLOT * max(1, slots), _MOST)

    # ── stages ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def run(self, stage: Stage, batches: Iterable[pa.RecordBatch | None]) -> Iterator[Ran]:
        """Each batch as its job ends. Closing the iterator cancels the jobs; batches under way are lost then.

        An executor that is lost has its batches done again by Spark. A batch that no executor survives has a
        ``Problem``; when there is no cluster any more, ``EngineError`` is raised.
        """
        context = self.session().sparkContext
        group = f"{stage.name}-{uuid.uuid4()}"
        work = partial(self._job, partial(perform, stage=pickle.dumps(stage), seconds=self._seconds), group)
        source = iter(batches)
        under_way: set[Future[list[Ran]]] = set()
        more = True
        with ThreadPoolExecutor(_ROUNDS, thread_name_prefix=stage.name) as threads:
            try:
                while more or under_way:
                    idle = False
                    while more and not idle and len(under_way) < _ROUNDS:
                        taken, more, idle = _taken(source, self.takes)
                        if taken:
                            under_way.add(threads.submit(work, taken))
                    if under_way:
                        done, under_way = wait(under_way, _IDLE if idle else None, FIRST_COMPLETED)
                        for future in done:
                            yield from future.result()
                    elif idle:
                        threading.Event().wait(_IDLE)
            finally:
                for future in under_way:
                    future.cancel()
                if under_way and not _stopped(self.session()):
                    context.cancelJobGroup(group)

    def _job(self, work: Callable[..., Any], group: str, batches: list[pa.RecordBatch]) -> list[Ran]:
        """One Spark job, a task a batch. When it fails, each of its batches has a job of its own."""
        session = self.session()
        session.sparkContext.setJobGroup(group, f"{len(batches)} batches", interruptOnCancel=True)
        try:
            frame = session.createDataFrame(sent(batches)).mapInArrow(work, ddl(RETURNED))
            return received(batches, frame.toArrow())
        except _failures() as error:
            if _stopped(session):
                raise EngineError(
                    f"Spark ended in the middle of the work: {_said(error)}.",
                    zh=f"Spark 在工作中途终止：{_said(error)}。",
                    todo="Look at the master and the executors' logs, then start again: nothing is lost.",
                ) from error
            if len(batches) == 1:
                return [Ran(batches[0], None, Problem("raised", f"Spark gave it up: {_said(error)}"))]
        return [ran for batch in batches for ran in self._job(work, group, [batch])]

    # ── questions ───────────────────────────────────────────────────────────────────────────────────────────────────
    def ask(self, question: str, tables: Tables, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """The answer to ``sql/<question>.sql``. Raises ``LakeError`` for a table that cannot be read."""
        text = text_of(question)
        session = self.session().newSession()  # its views are its own: questions may be asked at the same time
        values, lists = given(text, parameters or {})
        try:
            for name in tables_of(text):
                _offer(session, name, tables.files(name))
            for name, table in lists.items():
                session.createDataFrame(table).createOrReplaceTempView(name)
            return settled(session.sql(_PARAMETER.sub(r":\1", text), args=values).toArrow())
        except _failures() as error:
            if _stopped(session):
                raise EngineError(f"Spark ended in the middle of {question}.", todo="Look at its logs.") from error
            if _is_ours(error):
                raise
            raise LakeError(
                f"The lake could not answer {question}: {_said(error)}.", todo="Restore that file."
            ) from error


def _taken(source: Iterator[pa.RecordBatch | None], most: int) -> tuple[list[pa.RecordBatch], bool, bool]:
    """Up to ``most`` batches; whether there may be more; whether there is none just now."""
    taken: list[pa.RecordBatch] = []
    while len(taken) < most:
        try:
            batch = next(source)
        except StopIteration:
            return taken, False, False
        if batch is None:
            return taken, True, True
        taken.append(batch)
    return taken, True, False


def _begin(master: str, conf: Mapping[str, str]) -> SparkSession:
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise SettingError(
            "FINWATCH_ENGINE=spark: PySpark is not installed.",
            zh="FINWATCH_ENGINE=spark：未安装 PySpark。",
            todo="Install finwatch[cluster], or unset FINWATCH_ENGINE.",
        ) from error
    settings = {**_ALWAYS}
    if "SPARK_CONF_DIR" not in os.environ:
        settings |= _UNCONFIGURED
    if master.startswith("local"):
        settings |= _OWN_MACHINE
        if "SPARK_CONF_DIR" not in os.environ:
            settings |= _FEW_CORES
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # its own servers too listen on loopback only
    builder = SparkSession.builder.appName("finwatch")
    if master:
        builder = builder.master(master)
    for name, value in (settings | dict(conf)).items():
        builder = builder.config(name, value)
    try:
        with _our_signals():
            return builder.getOrCreate()
    except _failures() as error:
        raise EngineError(
            f"Spark does not start ({master or 'master as configured'}): {_said(error)}.",
            zh=f"Spark 无法启动（{master or '按其自身配置'}）：{_said(error)}。",
            todo="Check FINWATCH_SPARK, SPARK_CONF_DIR and that Java 17 is there (java -version).",
        ) from error


@contextmanager
def _our_signals() -> Iterator[None]:
    """Takes back the handler of SIGINT, which a Spark context sets: how a run stops is for ``flow.stopping`` to say."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _offer(session: SparkSession, name: str, files: list[str]) -> None:
    """A view of a table's files, with every column of its schema, empty where an older file has none.

    Files are named one by one: Spark looks for no partitions then, and reads the columns that are in the files.
    """
    columns = ddl(SCHEMAS[name])
    if files:
        frame = session.read.schema(columns).parquet(*(_address(file) for file in files))
    else:
        frame = session.createDataFrame([], columns)
    frame.createOrReplaceTempView(name)


def _address(file: str) -> str:
    """A file's address as Spark takes it: with its kind, and not as a pattern."""
    return _GLOB.sub(r"\\\1", file if "://" in file else f"file://{file}")


def _failures() -> tuple[type[Exception], ...]:
    """What PySpark raises when a job or a question fails."""
    from py4j.protocol import Py4JError  # noqa: PLC0415
    from pyspark.errors import PySparkException  # noqa: PLC0415

    return (PySparkException, Py4JError, ConnectionError)


def _is_ours(error: Exception) -> bool:
    """Whether the text of a question is at fault, not the lake."""
    from pyspark.errors import AnalysisException  # noqa: PLC0415

    return isinstance(error, AnalysisException) and error.getCondition() != "PATH_NOT_FOUND"


def _stopped(session: SparkSession) -> bool:
    context = session.sparkContext._jsc
    try:
        return context is None or bool(context.sc().isStopped())
    except _failures():  # its JVM is gone
        return True


def _said(error: Exception) -> str:
    """The line of what Spark said that tells most: one that names a file, else its first, without the trace."""
    lines = [line.strip(" :\t") for line in str(error).splitlines()]
    told = [line for line in lines if line and not line.startswith(("An error occurred", "at ", "JVM stacktrace"))]
    named = [line for line in told if ".parquet" in line]
    return (*named, *told, type(error).__name__)[0][:_LINE].rstrip(".")

"""Spark's own standalone cluster on loopback: a master and workers as processes of their own, each with one executor at
a time. A worker can be killed with its executor, as a machine that goes down takes both with it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kit.sparks import ROOT, parents

_ADDRESS = re.compile(r"Starting Spark master at (spark://127\.0\.0\.1:\d+)")
_PATIENCE_S = 120.0


class Standalone:
    """A running master with its workers."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self.home = Path(pyspark.__file__).parent
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.address = ""

    def start(self, workers: int) -> None:
        """A master, and workers of one core that have registered with it."""
        self._begin("master", "org.apache.spark.deploy.master.Master", "--port", "0")
        self.address = self._said("master", _ADDRESS)[0]
        for number in range(workers):
            name = f"worker{number}"
            work = ["--cores", "1", "--memory", "1g", "--work-dir", str(self._folder / name)]
            self._begin(name, "org.apache.spark.deploy.worker.Worker", *work, self.address)
        for number in range(workers):
            self._said(f"worker{number}", re.compile("Successfully registered with master"))

    def kill_worker(self, name: str) -> list[int]:
        """Kills a worker and everything it began; returns the processes."""
        victims = [self._processes[name].pid, *self.below(name)]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        self._processes.pop(name).wait()
        return victims

    def below(self, name: str) -> list[int]:
        """The processes that a worker began, and those that they began."""
        root, found = self._processes[name].pid, []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != root:
                try:
                    above = list(parents(int(entry.name)))
                except (FileNotFoundError, ProcessLookupError):
                    continue  # it ended meanwhile
                if root in above:
                    found.append(int(entry.name))
        return found

    def working(self, name: str) -> bool:
        """Whether an executor of the worker runs a stage of ours: it has begun Python."""
        return any(b"pyspark/daemon" in _command(pid) or b"pyspark.daemon" in _command(pid) for pid in self.below(name))

    def said(self, name: str) -> str:
        """The log of a process."""
        return (self._folder / f"{name}.log").read_text("utf-8", "replace")

    def stop(self) -> None:
        """Ends what still runs."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait(30)

    def _begin(self, name: str, kind: str, *arguments: str) -> None:
        own = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(self.home), "SPARK_NO_DAEMONIZE": "1"}
        command = [str(self.home / "bin" / "spark-class"), kind, "--host", "127.0.0.1", "--webui-port", "0", *arguments]
        with (self._folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **own})

    def _said(self, name: str, what: re.Pattern[str]) -> tuple[str, ...]:
        found = until(lambda: what.search(self.said(name)), f"{name} did not say {what.pattern}")
        assert isinstance(found, re.Match)
        return found.groups() or (found[0],)


def until(looked: object, otherwise: str, *, seconds: float = _PATIENCE_S) -> object:
    """What a call gives as soon as that is something."""
    assert callable(looked)
    end, turn = time.monotonic() + seconds, threading.Event()
    while not (found := looked()):
        assert time.monotonic() < end, otherwise
        turn.wait(0.1)
    return found


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except (FileNotFoundError, ProcessLookupError):
        return b""


@contextmanager
def standalone(folder: Path, *, workers: int = 2) -> Iterator[Standalone]:
    """A cluster while the block runs; skips the test where PySpark or Java is missing."""
    pytest.importorskip("pyspark", reason="the cluster extra is not installed: make cluster-setup")
    if shutil.which("java") is None:
        pytest.skip("there is no Java: apt-get install openjdk-17-jre-headless")
    folder.mkdir(parents=True)
    cluster = Standalone(folder)
    try:
        cluster.start(workers)
        yield cluster
    finally:
        cluster.stop()


def driver(cluster: Standalone, conf: Path) -> dict[str, str]:
    """The environment of a process whose Spark is this cluster, found as a user's own is: by settings alone."""
    conf.mkdir(parents=True, exist_ok=True)
    told = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.executor.memory": "512m",
        "spark.sql.shuffle.partitions": "2",
        "spark.executorEnv.PYTHONPATH": str(ROOT),
    }
    (conf / "spark-defaults.conf").write_text("".join(f"{key} {value}\n" for key, value in told.items()), "utf-8")
    return {
        "FINWATCH_ENGINE": "spark",
        "FINWATCH_SPARK": cluster.address,
        "SPARK_CONF_DIR": str(conf),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }

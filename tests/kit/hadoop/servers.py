"""One of Hadoop's servers as a process of its own: begun with its settings, stopped by its own pid."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.kit.hadoop import jars

_NAMES = "org.apache.hadoop.hdfs.server"
NAMENODE = f"{_NAMES}.namenode.NameNode"
DATANODE = f"{_NAMES}.datanode.DataNode"
JOURNALNODE = "org.apache.hadoop.hdfs.qjournal.server.JournalNode"
DFSADMIN = "org.apache.hadoop.hdfs.tools.DFSAdmin"
FSCK = "org.apache.hadoop.hdfs.tools.DFSck"
HAADMIN = "org.apache.hadoop.hdfs.tools.DFSHAAdmin"
MINIKDC = "org.apache.hadoop.minikdc.MiniKdc"

_LIGHT = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true")
STARTS_S = 180.0
"""A server that has not come up in this time never will."""


class Server:
    """A Java program in the background, with what it says kept in ``<folder>/<name>.log``."""

    def __init__(self, name: str, main: str, *, folder: Path, conf: Path, arguments: tuple[str, ...] = ()) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._main = main
        self._conf = conf
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self.java: tuple[str, ...] = ()

    @property
    def pid(self) -> int | None:
        """The process that runs, or ``None``."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if self._process is not None and running else None

    def start(self) -> None:
        """Starts it and returns at once."""
        assert self.pid is None, f"{self.name} runs already"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command(self._main, *self._arguments, conf=self._conf, java=self.java),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        """Asks it to end and waits for that."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def suspend(self) -> None:
        """Freezes it: its sockets stay open and nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets a frozen server go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def ended(self) -> str | None:
        """The end of its log when it has ended by itself; ``None`` while it runs."""
        if self._process is None or self._process.poll() is None:
            return None
        return self.log.read_text("utf-8", "replace")[-4000:]


def command(main: str, *arguments: str, conf: Path, java: tuple[str, ...] = ()) -> list[str]:
    """The command line of one of Hadoop's programs."""
    # A server must not outlive the one who started it, however that one ends.
    guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    return [*guard, "java", *_LIGHT, *java, "-cp", f"{conf}:{jars.HERE}:{jars.classpath()}", main, *arguments]


def run(main: str, *arguments: str, conf: Path, java: tuple[str, ...] = ()) -> str:
    """What one of Hadoop's programs printed. Raises ``RuntimeError`` with its words when it failed."""
    done = subprocess.run(
        command(main, *arguments, conf=conf, java=java),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{main} {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def write_site(path: Path, settings: Mapping[str, str]) -> None:
    """A Hadoop settings file."""
    rows = "".join(
        f"  <property><name>{escape(name)}</name><value>{escape(value)}</value></property>\n"
        for name, value in sorted(settings.items())
    )
    path.write_text(f'<?xml version="1.0"?>\n<configuration>\n{rows}</configuration>\n', "utf-8")


def beans(http: str, query: str) -> dict[str, Any]:
    """The management bean ``query`` of the server whose web address is ``http``."""
    with urllib.request.urlopen(f"http://{http}/jmx?qry=Hadoop:{query}", timeout=10) as answer:
        found: list[dict[str, Any]] = json.loads(answer.read())["beans"]
    return found[0] if found else {}


def until(true: Callable[[], bool], what: str, *, servers: tuple[Server, ...] = (), seconds: float = STARTS_S) -> None:
    """Returns when ``true()`` holds. Raises ``RuntimeError`` when a server ended or the time is over."""
    last: OSError | None = None
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if true():
                return
        except OSError as error:
            last = error
        for server in servers:
            if (said := server.ended()) is not None:
                raise RuntimeError(f"{server.name} ended while waiting: {what}\n{said}")
        time.sleep(0.1)  # polls a server that cannot tell us
    logs = "".join(f"\n--- {server.name}\n{server.log.read_text('utf-8', 'replace')[-1500:]}" for server in servers)
    raise RuntimeError(f"Not within {seconds:.0f} s: {what} ({last}){logs}")


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody uses now, all different.

    They lie below those that the kernel gives away by itself, so that nobody gets one of them by chance in the seconds
    until a server has it.
    """
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(given.read_text().split()[0]) if given.exists() else 32768
    found: list[int] = []
    for port in random.SystemRandom().sample(range(10_000, first), 400):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
            if len(found) == count:
                return found
    raise RuntimeError(f"no {count} free ports were found below {first}")

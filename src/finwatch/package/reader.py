"""Packages read in processes that can do no harm: bytes of a stranger in, ``PackageFacts`` out.

A ``Reader`` keeps one small warm process (``child.py``), which forks a confined reader per package: bounded memory,
CPU and time, no network, no other program, no file written. However a reader ends, the answer is facts; what went
wrong is an ``Unreadable`` entry that names the limit.
"""

from __future__ import annotations

import errno
import gc
import hashlib
import json
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import ValidationError

from finwatch import _native
from finwatch.errors import InputError, UnreadablePackage
from finwatch.limits import PACKAGE, PackageLimits
from finwatch.model.base import Model
from finwatch.model.knowledge import WatchList
from finwatch.model.package import PackageFacts, Unreadable
from finwatch.package import child

_START_SECONDS = 30.0
_PIECE = 1 << 20
_LAST_WORDS = 2_000
_OUT_OF_MEMORY = b"memory allocation of"
_WITHOUT_CODE = "over the limit dex_files (0)"
_ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(64 << 20), "MALLOC_TRIM_THRESHOLD_": str(128 << 20)}
"""glibc (``mallopt(3)``): a reader uses the room of one unpacked file again for the next; fresh pages cost it 5 %."""


class Confinement(Model):
    """How far this system lets a reader be confined."""

    seccomp: bool
    trouble: str | None = None
    """Why there is no seccomp filter."""
    network_namespace: bool


class Usage(Model):
    """What the last reader used."""

    cpu_seconds: float
    peak_bytes: int
    wall_seconds: float


class _Ended(Exception):
    """A reader that gave no facts, with the reason in words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Reader:
    """Reads packages one at a time; a context manager. Several threads may share one, each waits for its turn.

    ``program`` is the file that the warm process runs; tests give one that misbehaves.
    """

    def __init__(self, *, program: Path = Path(child.__file__)) -> None:
        self._program = program
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._known: list[str] = []
        self._confinement: Confinement | None = None
        self._watch_json: tuple[WatchList, bytes, str] | None = None
        self.last: Usage | None = None
        """What the last reader used; ``None`` before the first and after one that had to be killed."""

    def __enter__(self) -> Self:
        with self._lock:
            self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the warm process. The reader may be used again; it then starts a new one."""
        with self._lock:
            self._stop()

    @property
    def confinement(self) -> Confinement:
        """How far this system lets a reader be confined."""
        with self._lock:
            self._start()
            assert self._confinement is not None
            return self._confinement

    def read(self, path: Path, *, watch: WatchList, limits: PackageLimits = PACKAGE) -> PackageFacts:
        """The facts of the package at ``path``.

        Raises ``OSError`` when the file cannot be opened; anything in the file gives facts. ``UnreadablePackage``: a
        file above ``file_bytes`` that no reader came to the end of, so that not even its hash is known.
        """
        _ensure_file(path)
        with self._lock:
            try:
                return self._facts(path, watch, limits)
            except _Ended as ended:
                first = ended.reason
            # Nearly always it is the code that breaks a bound: the rest is worth having without it.
            try:
                rest = self._facts(path, watch, limits.model_copy(update={"dex_files": 0}))
            except _Ended:
                return _no_facts(path, first, limits)
            known = [entry for entry in rest.unreadable if entry.reason != _WITHOUT_CODE]
            return rest.model_copy(update={"unreadable": (Unreadable(part="code", reason=first), *known)})

    def _facts(self, path: Path, watch: WatchList, limits: PackageLimits) -> PackageFacts:
        """The facts that one confined reader gives; ``_Ended`` when it gives none."""
        self._start()
        answer = self._ask({"do": "read", "path": str(path.absolute())}, limits, watch=watch)
        try:
            facts = _parse(answer)
        except ValidationError as error:
            raise _Ended("the reading process gave no valid facts") from error
        if self._confinement is not None and not self._confinement.seccomp:
            note = Unreadable(part="confinement", reason=f"read without a seccomp filter: {self._confinement.trouble}")
            return facts.model_copy(update={"unreadable": (*facts.unreadable, note)})
        return facts

    def entry(self, path: Path, name: str, *, limits: PackageLimits = PACKAGE) -> bytes:
        """The unpacked bytes of the file ``name`` in the package at ``path``.

        Raises ``OSError`` when the package cannot be opened, ``UnreadablePackage`` when the file cannot be had.
        """
        _ensure_file(path)
        with self._lock:
            try:
                self._start()
                return self._ask({"do": "entry", "path": str(path.absolute()), "name": name}, limits)
            except _Ended as ended:
                raise UnreadablePackage(f"{path.name}: {name}: {ended.reason}.") from ended

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._stop()
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-I", "-S", str(self._program), str(_native.__file__), str(theirs.fileno())]
        with theirs:
            # A session of its own: one signal ends it together with the reader it has forked.
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", **_ALLOCATOR},
            )
        ours.settimeout(_START_SECONDS)
        self._control = ours
        try:
            self._confinement = Confinement.model_validate(self._receive())
        except (_Ended, OSError) as error:
            self._stop()
            raise InputError(
                "The process that reads packages does not start.", todo=f"Run {' '.join(command[:4])} to see why."
            ) from error

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            # Not reaped yet, so the number is still that of our process and of its group.
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        self._known = []

    def _ask(self, request: dict[str, Any], limits: PackageLimits, *, watch: WatchList | None = None) -> bytes:
        """The answer of one confined reader; ``_Ended`` when there is none."""
        self.last = None
        began = time.monotonic()
        deadline = began + limits.wall_seconds
        try:
            if watch is not None:
                request["watch"] = self._teach(watch)
            reading, writing = os.pipe()
            with os.fdopen(reading, "rb", buffering=0) as answers:
                try:
                    self._send({**request, "limits": limits.model_dump()}, descriptors=[writing])
                finally:
                    os.close(writing)
                answer = _read_all(answers.fileno(), deadline, limits)
            self._wait_until(deadline, limits)
            ended = self._receive()
        except _Ended:
            self._stop()
            raise
        except OSError as error:
            self._stop()
            raise _Ended(f"the process that starts readers ended: {error}") from error
        self.last = Usage(cpu_seconds=ended["cpu"], peak_bytes=ended["peak"], wall_seconds=time.monotonic() - began)
        trouble = _trouble(ended["status"], answer, limits)
        if trouble is not None:
            raise _Ended(trouble)
        return answer

    def _teach(self, watch: WatchList) -> str:
        """The name under which the warm process knows ``watch``."""
        if self._watch_json is None or self._watch_json[0] is not watch:
            text = watch.model_dump_json().encode()
            self._watch_json = (watch, text, hashlib.sha256(text).hexdigest())
        _, text, name = self._watch_json
        if name not in self._known:
            assert self._control is not None
            self._control.settimeout(_START_SECONDS)
            self._send({"do": "watch", "id": name}, payload=text)
            answer = self._receive()
            if "error" in answer:
                raise InputError(f"The watch list cannot be used: {answer['error']}.", todo="Run the catalogue lint.")
            self._known = answer["known"]
        return name

    def _send(self, request: dict[str, Any], *, payload: bytes = b"", descriptors: list[int] | None = None) -> None:
        assert self._control is not None
        body = json.dumps(request).encode()
        socket.send_fds(self._control, [child.HEADER.pack(len(body), len(payload))], descriptors or [])
        self._control.sendall(body + payload)

    def _wait_until(self, deadline: float, limits: PackageLimits) -> None:
        assert self._control is not None
        ready, _, _ = select.select([self._control], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise _Ended(f"over the limit wall_seconds ({limits.wall_seconds})")

    def _receive(self) -> dict[str, Any]:
        assert self._control is not None
        size, _ = child.HEADER.unpack(self._take(child.HEADER.size))
        answer: dict[str, Any] = json.loads(self._take(size))
        return answer

    def _take(self, size: int) -> bytes:
        assert self._control is not None
        pieces = bytearray()
        while len(pieces) < size:
            piece = self._control.recv(size - len(pieces))
            if not piece:
                raise _Ended("the process that starts readers ended")
            pieces += piece
        return bytes(pieces)


def read_package(path: Path, *, watch: WatchList, limits: PackageLimits = PACKAGE) -> PackageFacts:
    """The facts of one package, from a reader started for it. For more than one, keep a ``Reader``.

    Raises ``OSError`` when the file cannot be opened.
    """
    with Reader() as reader:
        return reader.read(path, watch=watch, limits=limits)


def _ensure_file(path: Path) -> None:
    """Raises ``OSError`` when ``path`` is no file that can be opened for reading."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    with path.open("rb"):
        pass


def _read_all(descriptor: int, deadline: float, limits: PackageLimits) -> bytes:
    """Everything up to the end of the pipe, within the deadline and ``output_bytes``."""
    pieces: list[bytes] = []
    total = 0
    while True:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise _Ended(f"over the limit wall_seconds ({limits.wall_seconds})")
        piece = os.read(descriptor, _PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        total += len(piece)
        if total > limits.output_bytes:
            raise _Ended(f"over the limit output_bytes ({limits.output_bytes})")


def _trouble(status: int, answer: bytes, limits: PackageLimits) -> str | None:
    """Why a reader that ended with ``status`` gave no facts; ``None`` when it gave some."""
    if os.WIFSIGNALED(status):
        return _killed(signal.Signals(os.WTERMSIG(status)), answer, limits)
    code = os.WEXITSTATUS(status)
    told = {
        child.DONE: None,
        child.OVER_MEMORY: f"over the limit memory_bytes ({limits.memory_bytes})",
        child.REFUSED: answer[-_LAST_WORDS:].decode("utf-8", "replace"),
    }
    return told.get(code, f"the reading process ended with status {code}")


def _killed(by: signal.Signals, answer: bytes, limits: PackageLimits) -> str:
    if by is signal.SIGABRT and _OUT_OF_MEMORY in answer:
        return f"over the limit memory_bytes ({limits.memory_bytes})"
    named = {
        signal.SIGXCPU: f"over the limit cpu_seconds ({limits.cpu_seconds})",
        signal.SIGALRM: f"over the limit wall_seconds ({limits.wall_seconds})",
    }
    return named.get(by, f"the reading process was ended by the signal {by.name}")


def _parse(answer: bytes) -> PackageFacts:
    """The facts in ``answer``. Raises ``ValidationError``.

    The garbage collector waits meanwhile: it would walk the growing tree again and again, which doubles the time,
    and a tree of facts has no cycles to find.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return PackageFacts.model_validate_json(answer)
    finally:
        if collecting:
            gc.enable()


def _no_facts(path: Path, reason: str, limits: PackageLimits) -> PackageFacts:
    """Facts that say only which file it is and why nothing else is known.

    The file is hashed here, in blocks. Raises ``UnreadablePackage`` for one above ``file_bytes``, also one that grows.
    """
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_PIECE):
            size += len(block)
            if size > limits.file_bytes or os.fstat(file.fileno()).st_size > limits.file_bytes:
                raise UnreadablePackage(f"{path.name}: {reason}; over the limit file_bytes ({limits.file_bytes}).")
            digest.update(block)
    unreadable = (Unreadable(part="archive", reason=reason),)
    return PackageFacts(sha256=digest.hexdigest(), bytes=size, format="unknown", unreadable=unreadable)

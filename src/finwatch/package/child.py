"""The warm process that package readers are forked from, and what a reader does before it touches a package.

``reader.Reader`` starts this file as a program of its own: ``python -I -S child.py <extension> <socket>``. It loads
the native core and nothing else, so that it is small, and forks one confined process per package. It imports only
the standard library and must stay so: what it imports, every reader carries.

In over the socket: length-prefixed JSON (``watch``, ``read``, ``entry``), with the descriptor that the answer goes
to. Out over that descriptor: the answer; out over the socket: how the reader ended.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader
from typing import Any

DONE = 0
OVER_MEMORY = 10
REFUSED = 11
"""The answer is the text of an error."""

HEADER = struct.Struct("!II")
"""Length of the JSON, length of the bytes after it."""

_OPEN_FILES = 32
_GRACE_SECONDS = 5
_WATCHES = 4


def load_native(path: str) -> Any:
    """The native core from its file: the ``finwatch`` package, which brings much more, is not imported."""
    loader = ExtensionFileLoader("_native", path)
    spec = spec_from_loader("_native", loader)
    if spec is None:
        raise ImportError(path)
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def bound(limits: dict[str, int]) -> None:
    """Resource limits (``setrlimit``) of this process: memory, CPU, no file written, no core, few descriptors."""
    cpu = limits["cpu_seconds"]
    for name, soft, hard in (
        (resource.RLIMIT_AS, limits["memory_bytes"], limits["memory_bytes"]),
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        (resource.RLIMIT_NPROC, 0, 0),
    ):
        limit = resource.getrlimit(name)[1]
        ceiling = hard if limit == resource.RLIM_INFINITY else min(hard, limit)
        resource.setrlimit(name, (min(soft, ceiling), ceiling))
    # Should the parent be gone, the clock still ends this process.
    signal.setitimer(signal.ITIMER_REAL, limits["wall_seconds"] + _GRACE_SECONDS)


def run_confined(native: Any, work: Callable[[], bytes], limits: dict[str, int], out: int, *, seccomp: bool) -> int:
    """Confines this process, does ``work``, writes what it gives to ``out``; the exit status.

    Everything that the core prints in its last moments (Rust says which allocation failed) goes to ``out`` too.
    """
    try:
        os.dup2(out, 2)
        bound(limits)
        if seccomp:
            native.confine()
        answer = memoryview(work())
        status = DONE
    except MemoryError:
        return OVER_MEMORY
    except (OSError, ValueError, RuntimeError) as error:
        answer = memoryview(str(error).encode("utf-8", "replace"))
        status = REFUSED
    while answer:
        answer = answer[os.write(out, answer) :]
    return status


def seccomp_trouble(native: Any) -> str | None:
    """Why this system takes no seccomp filter, found out in a process that may be lost; ``None`` = it takes one."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            native.confine()
            status = 0
        except OSError as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(status)
    os.close(writing)
    told = os.read(reading, 4096).decode("utf-8", "replace")
    os.close(reading)
    _, status = os.waitpid(pid, 0)
    return None if status == 0 else told or f"the trial ended with status {status}"


class Server:
    """Answers the requests of one ``Reader``, one after the other."""

    def __init__(self, native: Any, control: socket.socket) -> None:
        self.native = native
        self.control = control
        self.watches: dict[str, Any] = {}
        self.trouble = seccomp_trouble(native)
        self.network = native.isolate_network()

    def serve(self) -> None:
        """Works until the other end closes."""
        self.send({"seccomp": self.trouble is None, "trouble": self.trouble, "network_namespace": self.network})
        gc.freeze()
        while (message := self.receive()) is not None:
            request, payload, descriptors = message
            if request["do"] == "watch":
                self.learn(request["id"], payload)
                continue
            out = descriptors[0]
            self.send(self.fork(request, out))

    def learn(self, name: str, watchlist_json: bytes) -> None:
        """Compiles a watch list; the readers forked later have it ready."""
        try:
            watch = self.native.Watch(watchlist_json)
        except ValueError as error:
            self.send({"error": str(error)})
            return
        while len(self.watches) >= _WATCHES:
            del self.watches[next(iter(self.watches))]
        self.watches[name] = watch
        self.send({"known": list(self.watches)})

    def fork(self, request: dict[str, Any], out: int) -> dict[str, Any]:
        """How the reader forked for ``request`` ended: ``status``, CPU seconds, peak bytes."""
        limits_json = json.dumps(request["limits"]).encode()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                self.control.close()
                status = run_confined(
                    self.native,
                    lambda: self.work(request, limits_json),
                    request["limits"],
                    out,
                    seccomp=self.trouble is None,
                )
            finally:
                os._exit(status)
        os.close(out)
        _, status, usage = os.wait4(pid, 0)
        return {"status": status, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024}

    def work(self, request: dict[str, Any], limits_json: bytes) -> bytes:
        """The answer to a request, inside the confined reader."""
        if request["do"] == "entry":
            return bytes(self.native.read_entry(request["path"], request["name"], limits_json))
        return bytes(self.native.read_package(request["path"], self.watches[request["watch"]], limits_json))

    def send(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.control.sendall(HEADER.pack(len(body), 0) + body)

    def receive(self) -> tuple[dict[str, Any], bytes, list[int]] | None:
        """The next request, the bytes after it, and the descriptors that came with it; ``None`` at the end."""
        head, descriptors, _, _ = socket.recv_fds(self.control, HEADER.size, 1)
        if not head:
            return None
        head += self.take(HEADER.size - len(head))
        request_bytes, payload_bytes = HEADER.unpack(head)
        request = json.loads(self.take(request_bytes))
        return request, self.take(payload_bytes), list(descriptors)

    def take(self, size: int) -> bytes:
        pieces = bytearray()
        while len(pieces) < size:
            piece = self.control.recv(min(size - len(pieces), 1 << 20))
            if not piece:
                raise EOFError
            pieces += piece
        return bytes(pieces)


def main() -> None:
    """Entry point of the process."""
    native_path, descriptor = sys.argv[1:3]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        Server(load_native(native_path), socket.socket(fileno=int(descriptor))).serve()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent is gone


if __name__ == "__main__":
    main()

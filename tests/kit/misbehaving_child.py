"""The warm process of a reader, with a native core that does what the package's name says instead of reading it.

Started by tests in the place of ``finwatch/package/child.py``, whose code it runs in everything else.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
from pathlib import Path
from typing import Any

CHILD = Path(__file__).resolve().parents[2] / "src" / "finwatch" / "package" / "child.py"


def _open_for_writing(path: str) -> bytes:
    os.close(os.open(path + ".written", os.O_WRONLY | os.O_CREAT, 0o600))
    return b"{}"


def _append(path: str) -> bytes:
    os.close(os.open(path, os.O_RDONLY | os.O_APPEND))
    return b"{}"


def _connect(path: str) -> bytes:
    socket.create_connection(("127.0.0.1", 9)).close()
    return b"{}"


def _run_program(path: str) -> bytes:
    os.execv("/bin/true", ["true"])


def _fork(path: str) -> bytes:
    os.fork()
    return b"{}"


def _rename(path: str) -> bytes:
    os.rename(path, path + ".moved")
    return b"{}"


def _eat_memory(path: str) -> bytes:
    return b"x" * (1 << 40)


def _spin(path: str) -> bytes:
    while True:
        pass


def _wait(path: str) -> bytes:
    signal.pause()
    return b"{}"


def _talk(path: str) -> bytes:
    return b"[" * (64 << 20)


def _garbage(path: str) -> bytes:
    return b"\xff not what was asked for"


def _crash(path: str) -> bytes:
    os.kill(os.getpid(), 0)  # refused, too: the reader may signal nobody
    return b"{}"


def _die(path: str) -> bytes:
    signal.raise_signal(signal.SIGSEGV)
    return b"{}"


def _end_parent(path: str) -> bytes:
    os._exit(3)


DEEDS = {
    "write": _open_for_writing,
    "append": _append,
    "connect": _connect,
    "program": _run_program,
    "fork": _fork,
    "rename": _rename,
    "memory": _eat_memory,
    "spin": _spin,
    "wait": _wait,
    "talk": _talk,
    "garbage": _garbage,
    "signal": _crash,
    "die": _die,
    "exit": _end_parent,
}


class Misbehaving:
    """Stands before the native core: everything is passed on but the reading of packages named after a deed."""

    def __init__(self, native: Any) -> None:
        self.native = native

    def __getattr__(self, name: str) -> Any:
        return getattr(self.native, name)

    def read_package(self, path: str, watch: Any, limits_json: bytes) -> bytes:
        deed = DEEDS.get(Path(path).stem)
        return deed(path) if deed else bytes(self.native.read_package(path, watch, limits_json))


def main() -> None:
    spec = importlib.util.spec_from_file_location("child", CHILD)
    assert spec is not None
    assert spec.loader is not None
    child = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(child)
    load_native = child.load_native
    child.load_native = lambda path: Misbehaving(load_native(path))
    child.main()


if __name__ == "__main__":
    main()

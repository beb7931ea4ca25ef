"""Who holds a lease, and whether that process is still there.

A lease ends by itself when its time is over. On one machine nobody has to wait for that: the owner's name says which
process it is, and a process that was killed can be told from one that is slow (``proc(5)``: pid, start time, pid
name space, boot).
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

_PROC = Path("/proc")


def owner() -> str:
    """The name of this process as an owner of leases: ``host/boot/pid name space/pid/start time``."""
    pid = os.getpid()
    return f"{_here()}/{pid}/{_started(pid) or 0}"


def is_gone(name: str) -> bool:
    """Whether ``name`` is a process of this machine that certainly runs no more; ``False`` where that is unknown."""
    where, _, rest = name.partition("#")[0].rpartition("/")
    base, _, pid = where.rpartition("/")
    if base != _here() or not pid.isdigit() or not _PROC.is_dir():
        return False
    return _started(int(pid)) != rest


def _here() -> str:
    return f"{socket.gethostname()}/{_read('sys/kernel/random/boot_id')}/{_name_space()}"


def _name_space() -> str:
    try:
        return str((_PROC / "self/ns/pid").stat().st_ino)
    except OSError:
        return "-"


def _read(path: str) -> str:
    try:
        return (_PROC / path).read_text().strip() or "-"
    except OSError:
        return "-"


def _started(pid: int) -> str | None:
    """Field 22 of ``/proc/<pid>/stat``: clock ticks after boot. A zombie counts as gone."""
    fields = _read(f"{pid}/stat").rpartition(")")[2].split()
    if len(fields) < 20 or fields[0] == "Z":
        return None
    return fields[19]

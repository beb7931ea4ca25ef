"""Writes that survive a power cut, and what to say when the disk refuses.

Used by every file of the local lake. POSIX ``rename(2)`` replaces a name in one step but neither the new bytes nor
the new name are on the disk before their file and their folder have been synced; the functions here do both.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from finwatch.errors import LakeError

_TODO = {
    errno.ENOSPC: "The disk is full: free space or move FINWATCH_LAKE to a larger disk, then run it again.",
    errno.EDQUOT: "The quota is used up: raise it or free space, then run it again.",
    errno.EROFS: "The file system is read-only: mount it writable or point FINWATCH_LAKE elsewhere.",
    errno.EACCES: "Give this user the right to read and write there, or point FINWATCH_LAKE elsewhere.",
    errno.EPERM: "Give this user the right to read and write there, or point FINWATCH_LAKE elsewhere.",
    errno.ENOENT: "The folder is missing: mount the disk, or check FINWATCH_LAKE.",
    errno.ENOTDIR: "A file stands where a folder is needed: check FINWATCH_LAKE.",
    errno.EMFILE: "Raise the limit of open files (ulimit -n), then run it again.",
    errno.EIO: "The disk reports a fault: check it before anything else is written to it.",
}


@contextlib.contextmanager
def told(doing: str, path: Path) -> Iterator[None]:
    """Turns an ``OSError`` inside the block into a ``LakeError`` that names ``path`` and what to do."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        todo = _TODO.get(error.errno or 0, "Check the disk and the rights of that folder, then run it again.")
        raise LakeError(f"The lake cannot {doing} {path}: {reason}.", todo=todo) from error


def folder(path: Path) -> Path:
    """The folder ``path``, made with its parents where it is missing."""
    with told("make the folder", path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def sync_folder(path: Path) -> None:
    """Puts the names in the folder ``path`` on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Puts the bytes of the file ``path`` on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_new(path: Path, data: bytes) -> None:
    """Makes the file ``path`` with ``data`` or leaves nothing there; an existing file is replaced in one step."""
    folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with told("write", path):
        try:
            with temporary.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.rename(path)
            sync_folder(path.parent)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the lock file ``path`` alone; waits for another process that holds it. The kernel frees it on death."""
    folder(path.parent)
    with told("lock", path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        with told("lock", path):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

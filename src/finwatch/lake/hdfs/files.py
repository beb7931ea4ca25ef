"""Files of an HDFS: whole or not there, tried again while a NameNode is being replaced.

What comes in: local files and bytes. What goes out: the same under a name of the lake. Every file is written under
another name in ``tmp/`` and renamed into place, in pieces, so that no more than one piece of it is in memory. When
something fails half-way the file is *not* closed (closing would publish the part); its name in ``tmp/`` is given up.

The client of ``hdfs-native`` must not be used in a process forked from the one that made it: each process has its own.
It waits for ever for a NameNode that has taken a call and is frozen; here a call that takes longer than ``ANSWER_S``
is given up.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar

from finwatch.errors import NotFound, SettingError
from finwatch.lake import disk
from finwatch.lake.hdfs.faults import HdfsFault, fault_of

if TYPE_CHECKING:
    from hdfs_native import Client, FileReader

PIECE: Final = 4 << 20
"""Bytes of a file that are in memory at a time."""
ANSWER_S: Final = 90.0
PATIENCE_S: Final = 45.0
"""How long a call is tried again while the fault may pass: longer than a NameNode needs to take over."""
_PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 3.0)
_TEMPORARY: Final = "tmp"
_QUICKLY: Final = {
    "dfs.client.failover.max.attempts": "3",
    "dfs.client.failover.sleep.base.millis": "200",
    "dfs.client.failover.sleep.max.millis": "1000",
}
"""The client's own patience: short, for ours goes on after it and can begin a broken file again."""

T = TypeVar("T")


@dataclass(frozen=True)
class Identity:
    """Who one is to a cluster with Kerberos; nothing set = the ticket that ``kinit`` left."""

    principal: str | None = None
    keytab: Path | None = None


@dataclass(frozen=True)
class Entry:
    """A name in a folder."""

    path: str
    """Below the lake's folder."""
    bytes: int
    modified: float
    """Seconds since 1970, UTC, by the NameNode's clock."""
    folder: bool

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class Files:
    """The files below one folder of an HDFS. Paths are relative to it. May be used by several threads."""

    def __init__(
        self,
        service: str,
        root: str,
        *,
        identity: Identity | None = None,
        patience_s: float = PATIENCE_S,
        answer_s: float = ANSWER_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``service`` such as ``hdfs://name:8020``, ``root`` such as ``/finwatch``."""
        self.address = f"{service}{root}"
        self.patience_s = patience_s
        self._service = service
        self._root = root
        self._identity = identity or Identity()
        self._answer_s = answer_s
        self._sleep = sleep
        self._guard = threading.Lock()
        self._clients: dict[int, Client] = {}
        self._made: set[str] = set()

    # ── looking ───────────────────────────────────────────────────────────────────────────────────────────────────
    def entry(self, path: str) -> Entry | None:
        """What stands at ``path``; ``None`` = nothing. Raises ``HdfsFault``, as everything here does."""

        def look() -> Entry | None:
            try:
                return self._entry(self._call(lambda client: client.get_file_info(self._at(path))))
            except FileNotFoundError:
                return None

        return self._patiently(look, "look for", path)

    def entries(self, folder: str, *, deep: bool = False) -> list[Entry]:
        """What stands in ``folder``, by name; empty when it is not there.

        ``deep`` = the files of it and of all folders below it.
        """

        def look() -> list[Entry]:
            try:
                found = self._call(lambda client: list(client.list_status(self._at(folder), recursive=deep)))
            except FileNotFoundError:
                return []
            told = (self._entry(one) for one in found)
            return sorted((one for one in told if not (deep and one.folder)), key=lambda one: one.path)

        return self._patiently(look, "list", folder)

    def read(self, path: str) -> bytes:
        """All bytes of a small file. Raises ``NotFound``."""
        return self._patiently(lambda: self._call(lambda client: client.read(self._at(path)).read()), "read", path)

    def open(self, path: str) -> BinaryIO:
        """The file, opened for reading and seeking. Raises ``NotFound``."""
        raw = self._patiently(lambda: _Reading(self._opened(path), self.address, path), "open", path)
        return io.BufferedReader(raw, PIECE >> 2)

    def pieces(self, path: str, *, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes of a file from ``start`` on, in order. Raises ``NotFound``."""
        reader = self._patiently(lambda: self._opened(path), "open", path)
        try:
            yield from reader.read_range_stream(start, len(reader) - start if length is None else length)
        except (OSError, RuntimeError) as error:
            raise fault_of(error, "read", f"{self.address}/{path}") from error

    def fetch(self, path: str, place: Path) -> None:
        """Makes the local file ``place`` with the bytes of ``path``, whole or not at all. Raises ``NotFound``."""
        disk.folder(place.parent)
        temporary = place.with_name(f".{uuid.uuid4().hex}.tmp")

        def once() -> None:
            with disk.told("write", temporary), temporary.open("wb") as stream:
                for piece in self.pieces(path):
                    stream.write(piece)
                length = stream.tell()
            if (there := self.entry(path)) is None or there.bytes != length:
                raise fault_of(OSError(f"{length} bytes came"), "read", path)

        try:
            self._patiently(once, "read", path)
            with disk.told("write", place):
                temporary.rename(place)
        finally:
            temporary.unlink(missing_ok=True)

    # ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────
    def upload(self, source: Path, path: str) -> bool:
        """Writes a local file to ``path``; ``False`` = something stands there already, and was left as it is."""

        def pieces() -> Iterator[bytes]:
            with disk.told("read", source), source.open("rb") as stream:
                while piece := stream.read(PIECE):
                    yield piece

        return self.publish(pieces, path)

    def write(self, data: bytes, path: str) -> bool:
        """Writes a small file to ``path``; ``False`` = something stands there already, and was left as it is."""
        return self.publish(lambda: iter((data,)), path)

    def publish(self, pieces: Callable[[], Iterator[bytes]], path: str) -> bool:
        """Writes the bytes that a call of ``pieces`` gives to ``path``; ``False`` = something stands there already.

        Where the answer to the last step was lost, the file may be there though this says ``False``.
        """
        return self._patiently(lambda: self._publish(pieces, path), "write", path)

    def replace(self, pieces: Callable[[], Iterator[bytes]], path: str) -> None:
        """Writes the bytes that a call of ``pieces`` gives to ``path``, in one step in place of what stands there."""
        self._patiently(lambda: self._publish(pieces, path, overwrite=True), "write", path)

    @contextlib.contextmanager
    def alone(self, path: str, *, wait_s: float) -> Iterator[Callable[[], None]]:
        """Keeps every other process of every machine out of its own ``alone`` of the same ``path``.

        The lock is HDFS's own: the right to write a file, which its NameNode gives to one client at a time, takes back
        60 seconds after a holder died (the lease's soft limit), and renews for one that lives. What is yielded raises
        ``HdfsFault`` when the right was lost meanwhile, as to a process that was frozen. Raises ``HdfsFault`` after
        ``wait_s`` seconds in which another held it.
        """
        if self.entry(path) is None:
            self.write(b"", path)
        begun = time.monotonic()
        while True:
            try:
                writer = self._call(lambda client: client.append(self._at(path)))
                break
            except (OSError, RuntimeError) as error:
                fault = fault_of(error, "lock", f"{self.address}/{path}")
                rest = begun + (wait_s if _held_by_another(error) else self.patience_s) - time.monotonic()
                if rest < 0 or not fault.passing:
                    raise fault from error
            self._sleep(_PAUSES[-1])

        def still() -> None:
            try:
                self._within(lambda: writer.write(b"."))
                self._within(writer.hsync)
            except (OSError, RuntimeError) as error:
                raise fault_of(error, "keep the lock", f"{self.address}/{path}") from error

        try:
            yield still
        finally:
            with contextlib.suppress(OSError, RuntimeError):  # it is let go in 60 seconds anyway
                self._within(writer.close)

    def remove(self, path: str, *, deep: bool = False) -> None:
        """Removes a file, or with ``deep`` a folder; nothing happens when it is not there."""

        def once() -> None:
            with contextlib.suppress(FileNotFoundError):
                self._call(lambda client: client.delete(self._at(path), recursive=deep))

        self._patiently(once, "remove", path)

    def sweep(self, *, before: float) -> int:
        """How many files were removed that somebody began to write before ``before`` and never finished."""
        old = [one for one in self.entries(_TEMPORARY) if one.modified < before]
        for one in old:
            self.remove(one.path)
        return len(old)

    def _publish(self, pieces: Callable[[], Iterator[bytes]], path: str, *, overwrite: bool = False) -> bool:
        temporary = self._at(f"{_TEMPORARY}/{uuid.uuid4().hex}")
        renamed = False
        try:
            self._folder(_TEMPORARY)
            self._folder(path.rpartition("/")[0])
            length = self._write(pieces, temporary)
            written = self._call(lambda client: client.get_file_info(temporary)).length
            if written != length:
                raise OSError(f"{written} of {length} bytes were written")
            self._call(lambda client: client.rename(temporary, self._at(path), overwrite=overwrite))
            renamed = True
        except FileExistsError:
            return False
        except FileNotFoundError as error:
            self._made.clear()
            raise OSError(f"a folder or file was removed meanwhile: {error}") from error
        finally:
            if not renamed:
                self._drop(temporary)
        return True

    def _write(self, pieces: Callable[[], Iterator[bytes]], temporary: str) -> int:
        """How many bytes were written to ``temporary`` and closed. It stays open for ever when something fails."""
        length = 0
        writer = self._call(lambda client: client.create(temporary))
        for piece in pieces():
            for begin in range(0, len(piece), PIECE):
                part = piece[begin : begin + PIECE]
                self._within(lambda part=part: writer.write(part))  # type: ignore[misc]
            length += len(piece)
        self._within(writer.close)
        return length

    def _drop(self, temporary: str) -> None:
        """Removes a file that was given up, where that is possible; ``sweep`` removes what stays."""
        with contextlib.suppress(OSError, RuntimeError):
            self._call(lambda client: client.delete(temporary))

    def _folder(self, path: str) -> None:
        if path not in self._made:
            self._call(lambda client: client.mkdirs(self._at(path), create_parent=True))
            self._made.add(path)

    # ── the client ────────────────────────────────────────────────────────────────────────────────────────────────
    def _patiently(self, attempt: Callable[[], T], doing: str, path: str) -> T:
        """What ``attempt`` gives, tried again as long as the fault may pass and patience lasts."""
        end = time.monotonic() + self.patience_s
        tries = 0
        while True:
            try:
                return attempt()
            except FileNotFoundError as error:
                raise NotFound(
                    f"The lake has no file {self.address}/{path}.", todo="Look at what stands there."
                ) from error
            except HdfsFault as error:
                fault = error
            except (OSError, RuntimeError) as error:
                fault = fault_of(error, doing, f"{self.address}/{path}")
                fault.__cause__ = error
            pause = _PAUSES[min(tries, len(_PAUSES) - 1)]
            if not fault.passing or time.monotonic() + pause > end:
                raise fault
            tries += 1
            self._sleep(pause)

    def _call(self, call: Callable[[Client], T]) -> T:
        client = self._client()
        return self._within(lambda: call(client))

    def _within(self, call: Callable[[], T]) -> T:
        """What ``call`` gives. Raises ``OSError`` when it takes too long; its thread is then left behind."""
        future: Future[T] = Future()

        def run() -> None:
            try:
                future.set_result(call())
            except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
                future.set_exception(error)

        threading.Thread(target=run, name="hdfs", daemon=True).start()
        try:
            return future.result(self._answer_s)
        except TimeoutError as error:
            if future.done():
                raise
            self._forget()
            raise OSError(f"no answer within {self._answer_s:.0f} s") from error

    def _client(self) -> Client:
        with self._guard:
            process = os.getpid()
            if process not in self._clients:
                # the client of another process stays in the table: to end it here would wait for its threads
                self._clients[process] = _client(self._service, self._identity)
            return self._clients[process]

    def _forget(self) -> None:
        """Has the next call make a client of its own."""
        with self._guard:
            _ABANDONED.append(self._clients.pop(os.getpid(), None))

    def _opened(self, path: str) -> FileReader:
        return self._call(lambda client: client.read(self._at(path)))

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    def _entry(self, status: Any) -> Entry:
        path = str(status.path).removeprefix(self._root).lstrip("/")
        return Entry(path, int(status.length), status.modification_time / 1000, bool(status.isdir))


_ABANDONED: Final[list[Any]] = []
"""Clients that hang: to let go of them would wait for them."""


def _held_by_another(error: Exception) -> bool:
    """Whether the right to write is somebody else's, or is just being taken from one that died."""
    return isinstance(error, FileExistsError) or "RecoveryInProgress" in str(error)


class _Reading(io.RawIOBase):
    """A file of HDFS as Python reads files: ``hdfs-native``'s own cannot be buffered."""

    def __init__(self, reader: FileReader, address: str, path: str) -> None:
        self._reader = reader
        self.name = f"{address}/{path}"
        self._end = len(reader)
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._end}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        wanted = max(0, min(len(view), self._end - self._position))
        if not wanted:
            return 0
        try:
            data = self._reader.read_range(self._position, wanted)
        except (OSError, RuntimeError) as error:
            raise fault_of(error, "read", self.name) from error
        view[: len(data)] = data
        self._position += len(data)
        return len(data)


def _client(service: str, identity: Identity) -> Client:
    try:
        from hdfs_native import Client  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SettingError(
            f"FINWATCH_LAKE={service}…: a lake on HDFS comes with the cluster extra.",
            zh=f"FINWATCH_LAKE={service}…：HDFS 数据湖需要 cluster 扩展。",
            todo="Install finwatch[cluster], or name a folder.",
        ) from error
    keytab = str(identity.keytab) if identity.keytab is not None else None
    try:
        return Client(service, dict(_QUICKLY), kerberos_principal=identity.principal, kerberos_keytab=keytab)
    except (OSError, RuntimeError, ValueError) as error:
        raise fault_of(error, "reach", service) from error

"""A lake in an HDFS: its blobs, captures and tables, and the spool of this machine."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Final

import structlog

from finwatch import settings as environment
from finwatch.errors import LakeError, NotFound, SettingError
from finwatch.lake import disk, versions
from finwatch.lake.hdfs.blobs import HdfsBlobs
from finwatch.lake.hdfs.cache import Cache
from finwatch.lake.hdfs.captures import HdfsCaptures
from finwatch.lake.hdfs.faults import HdfsFault
from finwatch.lake.hdfs.files import Files, Identity
from finwatch.lake.hdfs.shelf import HdfsShelf
from finwatch.lake.hdfs.tables import HdfsTables
from finwatch.lake.ports import Tidied

_ADDRESS: Final = re.compile(r"(hdfs://[A-Za-z0-9._-]+(?::[0-9]{1,5})?)(/[A-Za-z0-9._/-]*)\Z")
_DAY_S: Final = 86_400.0
OPENING_S: Final = 5.0
"""How long a NameNode that does not answer is waited for when the lake is opened."""

log = structlog.get_logger(__name__)


class HdfsLake:
    """A lake under one folder of an HDFS; what it cannot take waits under ``spool``, a folder of this machine."""

    def __init__(self, files: Files, *, spool: Path, cache_bytes: int) -> None:
        self.address = files.address
        self.spool = spool
        self._files = files
        held = Cache(spool / "cache", most_bytes=cache_bytes)
        self.blobs = HdfsBlobs(files, spool=spool, cache=held)
        self.tables = HdfsTables(files, spool=spool, cache=held)
        self.captures = HdfsCaptures(files, spool=spool, blobs=self.blobs, tables=self.tables)
        self.shelf = HdfsShelf(files, captures=self.captures)

    def open(self) -> None:
        """Reads the lake's mark, makes it where there is none, and takes in what waits here.

        Raises ``LakeError`` when HDFS cannot be reached or the lake was written by a newer version.
        """
        patience, self._files.patience_s = self._files.patience_s, OPENING_S
        try:
            try:
                versions.check(self._files.read(versions.MARK), f"{self.address}/{versions.MARK}")
            except NotFound:
                with contextlib.suppress(HdfsFault):  # it may be read without; who writes is told then
                    self._files.write(versions.mark(), versions.MARK)
            try:
                self.settle(wait=False)
            except LakeError as error:  # who only reads is not stopped; who writes is told by what it writes
                log.warning("what waits on this machine did not go in", reason=error.en)
        finally:
            self._files.patience_s = patience

    def waiting(self) -> dict[str, int]:
        """How many blobs, appends and segments are nowhere but on this machine."""
        return {
            "blobs": sum(1 for _ in self.blobs.waiting()),
            "appends": len(self.tables.waiting()),
            "segments": len(self.captures.waiting()),
        }

    def settle(self, *, wait: bool = True) -> int:
        """How many blobs, appends and segments that waited on this machine were brought into HDFS.

        Without ``wait``, none where another process of this machine is at it.
        """
        with self._alone(wait=wait) as alone:
            if not alone:
                return 0
            return self.blobs.settle() + self.tables.settle() + self.captures.index()

    def tidy(self, *, before: date, held: Collection[str] = ()) -> Tidied:
        """Joins the small files of the days before ``before`` but the tables of ``held`` markets, and removes what
        nothing refers to any more. A pack holds its segments byte by byte, so captures lose nothing by it.

        A file is removed a day after it was last of use, so that who began to read by an old list comes to an end.
        """
        self.settle()
        old = min(datetime.combine(before, time(), UTC).timestamp(), datetime.now(UTC).timestamp() - _DAY_S)
        tables = self.tables.tidy(before=before, held=held)
        segments = self.captures.pack(before=before)
        removed = self._files.sweep(before=old) + self.tables.sweep(before=old)
        return Tidied(tables=tables, segments=segments, removed=removed)

    def close(self) -> None:
        """Ends the WARC segment being written. The lake may be used again afterwards."""
        self.captures.close()

    @contextlib.contextmanager
    def _alone(self, *, wait: bool) -> Iterator[bool]:
        """Whether no other process of this machine brings the spool in at the same time."""
        place = disk.folder(self.spool) / "settle.lock"
        with disk.told("lock", place), place.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True


def open_hdfs(address: str) -> HdfsLake:
    """The lake at ``hdfs://name[:port]/folder``, opened. Raises ``SettingError`` and ``LakeError``."""
    lake = _at(address)
    lake.open()
    return lake


@cache
def _reading(address: str) -> HdfsLake:
    """A lake that files are copied from; one is enough for a process."""
    return _at(address)


def copies_of(files: Sequence[str]) -> list[str]:
    """Paths of this machine with the bytes of these files of tables, in the same order."""
    found = []
    for file in files:
        address, _, path = file.partition("/tables/")
        found.append(file if "://" not in file else str(_reading(address).tables.copy(path)))
    return found


def _at(address: str) -> HdfsLake:
    parts = _ADDRESS.match(address)
    root = parts[2].rstrip("/") if parts else ""
    if parts is None or not root or "//" in root or ".." in root.split("/"):
        raise SettingError(
            f"FINWATCH_LAKE={address!r} names no folder of an HDFS.",
            zh=f"FINWATCH_LAKE={address!r} 不是 HDFS 上的目录。",
            todo="Write hdfs://name:port/folder, or hdfs://nameservice/folder with HADOOP_CONF_DIR set.",
        )
    chosen = environment.load()
    if chosen.kerberos_keytab is not None and not chosen.kerberos_principal:
        raise SettingError(
            "FINWATCH_KERBEROS_KEYTAB is set and FINWATCH_KERBEROS_PRINCIPAL is not.",
            zh="设置了 FINWATCH_KERBEROS_KEYTAB，但未设置 FINWATCH_KERBEROS_PRINCIPAL。",
            todo="Name the principal that the keytab is for.",
        )
    files = Files(parts[1], root, identity=Identity(chosen.kerberos_principal, chosen.kerberos_keytab))
    own = hashlib.sha256(files.address.encode()).hexdigest()[:16]
    spool = chosen.spool_folder.absolute() / own
    return HdfsLake(files, spool=spool, cache_bytes=int(chosen.spool_gb * 1e9))

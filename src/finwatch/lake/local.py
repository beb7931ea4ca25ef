"""A lake in a folder of this machine, and the door to every lake: ``open_lake``."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from finwatch.errors import SettingError
from finwatch.lake import disk, versions
from finwatch.lake.blobs import LocalBlobs
from finwatch.lake.captures import LocalCaptures
from finwatch.lake.ports import Lake, Tidied
from finwatch.lake.shelf import FolderShelf
from finwatch.lake.tables import LocalTables

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://")


class LocalLake:
    """A lake under one folder: ``blobs/``, ``partial/``, ``captures/``, ``tables/``."""

    def __init__(self, root: Path) -> None:
        self.address = str(root)
        self.blobs = LocalBlobs(root)
        self.tables = LocalTables(root)
        self.captures = LocalCaptures(root, blobs=self.blobs, tables=self.tables)
        self.shelf = FolderShelf(root)

    def settle(self) -> int:
        """How many segments of dead processes were taken in."""
        return self.captures.index()

    def tidy(self, *, before: date, held: Collection[str] = ()) -> Tidied:
        """Joins the Parquet files of each market and day before ``before`` but of ``held`` markets; the old ones stay
        for who still reads."""
        return Tidied(tables=self.tables.tidy(before=before, held=held), segments=0, removed=0)

    def close(self) -> None:
        """Ends the WARC segment being written. The lake may be used again afterwards."""
        self.captures.close()


def open_lake(address: str) -> Lake:
    """The lake at ``address``: a folder, made where it is missing (``file://`` is allowed before it), or a folder of an
    HDFS: ``hdfs://name[:port]/folder``.

    What waited on this machine for an HDFS goes in now. Raises ``SettingError`` for a kind of address that this
    installation cannot reach, ``LakeError`` when the lake cannot be used or was written by a newer version.
    """
    scheme = _SCHEME.match(address)
    if scheme and scheme[1] == "hdfs":
        from finwatch.lake.hdfs.lake import open_hdfs  # noqa: PLC0415 - most lakes are folders

        return open_hdfs(address)
    if scheme and scheme[1] != "file":
        raise SettingError(f"FINWATCH_LAKE={address!r}: {scheme[1]}:// is no kind of lake.", todo="Name a folder.")
    root = disk.folder(Path(address.removeprefix("file://")).expanduser().absolute())
    mark = root / versions.MARK
    with disk.told("read", mark):
        text = mark.read_bytes() if mark.is_file() else None
    if text is not None:
        versions.check(text, str(mark))
    elif os.access(root, os.W_OK):  # a lake that may only be read is read all the same
        disk.write_new(mark, versions.mark())
    return LocalLake(root)


def copies(files: Sequence[str]) -> list[str]:
    """The Parquet files at these addresses of ``Tables.files`` as paths of this machine, in the same order.

    For who cannot read where the lake lies: files of an HDFS are brought into the cache of this machine.
    """
    if not any(_SCHEME.match(file) for file in files):
        return list(files)
    from finwatch.lake.hdfs.lake import copies_of  # noqa: PLC0415

    return copies_of(files)

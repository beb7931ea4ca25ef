"""A lake in a folder of this machine, and the door to every lake: ``open_lake``."""

from __future__ import annotations

import re
from pathlib import Path

from finwatch.errors import SettingError
from finwatch.lake import disk
from finwatch.lake.blobs import LocalBlobs
from finwatch.lake.captures import LocalCaptures
from finwatch.lake.ports import Lake
from finwatch.lake.tables import LocalTables

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://")


class LocalLake:
    """A lake under one folder: ``blobs/``, ``partial/``, ``captures/``, ``tables/``."""

    def __init__(self, root: Path) -> None:
        self.address = str(root)
        self.blobs = LocalBlobs(root)
        self.tables = LocalTables(root)
        self.captures = LocalCaptures(root, blobs=self.blobs, tables=self.tables)

    def close(self) -> None:
        """Ends the WARC segment being written. The lake may be used again afterwards."""
        self.captures.close()


def open_lake(address: str) -> Lake:
    """The lake at ``address``: a folder, made where it is missing (``file://`` is allowed before it).

    Raises ``SettingError`` for a kind of address that this installation cannot reach, ``LakeError`` when the folder
    cannot be made.
    """
    scheme = _SCHEME.match(address)
    if scheme and scheme[1] == "hdfs":
        raise SettingError(
            f"FINWATCH_LAKE={address!r}: a lake on HDFS comes with the cluster extra.",
            todo="Install finwatch[cluster], or name a folder.",
        )
    if scheme and scheme[1] != "file":
        raise SettingError(f"FINWATCH_LAKE={address!r}: {scheme[1]}:// is no kind of lake.", todo="Name a folder.")
    root = Path(address.removeprefix("file://")).expanduser()
    return LocalLake(disk.folder(root.absolute()))

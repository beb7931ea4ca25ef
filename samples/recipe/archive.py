"""The zip of a package: fixed order, fixed times, so that the same source gives the same bytes (APPNOTE 4.4)."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

EPOCH = (1981, 1, 1, 1, 1, 2)
"""The time that Android's own build tools write where time must not matter."""
STORED = (".png", ".arsc", ".so")
FIRST = ("AndroidManifest.xml", "classes.dex")


def write(files: Mapping[str, bytes], path: Path) -> None:
    """Writes ``files`` (path in the package to bytes) to ``path``; what Android maps into memory stays unpacked."""
    order = [name for name in FIRST if name in files]
    order += [name for name in sorted(files) if name not in FIRST]
    with zipfile.ZipFile(path, "w") as archive:
        for name in order:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(STORED) else zipfile.ZIP_DEFLATED
            entry.create_system = 0
            entry.external_attr = 0
            archive.writestr(entry, files[name], compresslevel=9)

"""Bytes by SHA-256 in a local folder: ``blobs/ab/cd/<sha256>``, and downloads that are still growing: ``partial/``.

What comes in: bytes that somebody has hashed already. What goes out: the same bytes under their hash. A blob appears
whole or not at all (synced under another name, then renamed) and is never written again.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from finwatch.errors import LakeError, NotFound
from finwatch.lake import disk
from finwatch.lake.ports import Damage

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_PARTIAL_KEY = re.compile(r"[A-Za-z0-9._-]{1,128}\Z")
_CHUNK = 1 << 20


def place(sha256: str) -> str:
    """Where a blob lies, below any lake."""
    return f"blobs/{sha256[:2]}/{sha256[2:4]}/{sha256}"


class LocalBlobs:
    """The blobs of a lake on this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root / "blobs"
        self._partial = root / "partial"

    def _place(self, sha256: str) -> Path:
        if not _SHA256.match(sha256):
            raise NotFound(f"{sha256!r} is not a SHA-256.", todo="Give 64 lower-case hex digits.")
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the blob is there, whole."""
        return self._place(sha256).is_file()

    def path(self, sha256: str) -> Path:
        """A local file with the blob's bytes. Raises ``NotFound``."""
        place = self._place(sha256)
        if not place.is_file():
            raise NotFound(f"The lake holds no bytes with SHA-256 {sha256}.", todo="Crawl the market that lists them.")
        return place

    def open(self, sha256: str) -> BinaryIO:
        """The blob, opened for reading. Raises ``NotFound``."""
        place = self.path(sha256)
        with disk.told("open", place):
            return place.open("rb")

    def read(self, sha256: str) -> bytes:
        """All bytes of a small blob. Raises ``NotFound``."""
        place = self.path(sha256)
        with disk.told("read", place):
            return place.read_bytes()

    def put(self, data: bytes) -> str:
        """Stores small bytes and returns their SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        if self.has(sha256):
            return sha256
        disk.folder(self._partial)
        with disk.told("write to", self._partial):
            handle, name = tempfile.mkstemp(prefix="put-", dir=self._partial)
            temporary = Path(name)
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(data)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
        self.adopt(temporary, sha256)
        return sha256

    def partial(self, key: str) -> Path:
        """The file in which the download ``key`` grows, over restarts. It need not exist yet; its folder does.

        Raises ``LakeError`` when ``key`` would not make a plain file name.
        """
        if not _PARTIAL_KEY.match(key):
            raise LakeError(f"{key!r} cannot name a download.", todo="Use a hash of the address as key.")
        return disk.folder(self._partial) / key

    def adopt(self, partial: Path, sha256: str) -> Path:
        """The blob's place, after moving the complete and verified file ``partial`` there.

        Order: the bytes are synced, the name appears by ``rename(2)``, the folder is synced. A blob already there is
        kept and ``partial`` removed. Raises ``LakeError``; ``partial`` then still stands.
        """
        place = self._place(sha256)
        if place.is_file():
            with disk.told("remove", partial):
                partial.unlink(missing_ok=True)
            return place
        new_folders = [folder for folder in (place.parent, place.parent.parent) if not folder.is_dir()]
        disk.folder(place.parent)
        with disk.told("move a finished download to", place):
            partial.chmod(0o444)
            disk.sync_file(partial)
            partial.rename(place)
            disk.sync_folder(place.parent)
            for folder in new_folders:
                disk.sync_folder(folder.parent)
        return place

    def sweep(self, *, before: datetime) -> int:
        """How many downloads were removed because nobody has added to them since ``before``."""
        removed = 0
        for partial in _sorted(self._partial):
            with disk.told("remove", partial):
                if partial.stat().st_mtime < before.timestamp():
                    partial.unlink(missing_ok=True)
                    removed += 1
        return removed

    def verify(self, *, since: str = "") -> Iterator[Damage]:
        """The blobs whose bytes do not hash to their name, in order of name, beginning at hash ``since``."""
        for outer in _sorted(self._root):
            for inner in _sorted(outer):
                if outer.name + inner.name < since[:4]:
                    continue
                for blob in _sorted(inner):
                    if blob.name >= since and (found := _hash(blob)) != blob.name:
                        yield Damage(sha256=blob.name, found=found, path=str(blob))


def _sorted(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    with disk.told("list", folder):
        return sorted(folder.iterdir())


def _hash(path: Path) -> str:
    with disk.told("read", path), path.open("rb") as stream:
        digest = hashlib.sha256()
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
        return digest.hexdigest()

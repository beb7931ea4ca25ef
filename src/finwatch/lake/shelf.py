"""Files beside the captures of a lake in a folder: what ``ports.Shelf`` asks for, on this machine."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from finwatch.lake import disk

_SMALL: Final = 64 << 20
_LOCK: Final = "evidence/lock"


class FolderShelf:
    """Files below the folder ``root``, and the segments of captures in it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def where(self, path: str) -> str:
        """The path on this machine."""
        return str(self._root / path)

    def names(self, folder: str) -> list[str]:
        """The names in a folder; none when it is not there."""
        place = self._root / folder
        with disk.told("list", place):
            return sorted(one.name for one in place.iterdir()) if place.is_dir() else []

    def read(self, path: str) -> bytes | None:
        """The bytes of a small file; ``None`` = there is no such file."""
        place = self._root / path
        with disk.told("read", place):
            try:
                with place.open("rb") as stream:
                    return stream.read(_SMALL)
            except FileNotFoundError:
                return None

    def sha256(self, path: str) -> str | None:
        """The SHA-256 of a file of any size; ``None`` = there is no such file."""
        place = self._root / path
        with disk.told("read", place):
            try:
                with place.open("rb") as stream:
                    return hashlib.file_digest(stream, "sha256").hexdigest()
            except FileNotFoundError:
                return None

    def lines(self, path: str) -> Iterator[bytes]:
        """A file of any size, line by line. Raises ``LakeError`` when there is no such file."""
        place = self._root / path
        with disk.told("read", place), place.open("rb") as stream:
            yield from stream

    def create(self, path: str, data: bytes) -> bool:
        """Makes a small file; ``False`` = there is one already, and it stays as it is. Called by one at a time."""
        if (self._root / path).exists():
            return False
        self.replace(path, data)
        return True

    def replace(self, path: str, data: bytes) -> None:
        """Makes a small file, in one step in the place of the one that may be there."""
        disk.write_new(self._root / path, data)

    def collect(self, path: str, pieces: Iterable[bytes]) -> None:
        """Makes a file of any size in the place of the one that may be there: whole, or not at all."""
        place = self._root / path
        temporary = place.with_name(f".{place.name}.{os.getpid()}.tmp")
        with disk.told("write", place):
            try:
                with temporary.open("wb") as stream:
                    stream.writelines(pieces)
                    stream.flush()
                    os.fsync(stream.fileno())
                temporary.rename(place)
                disk.sync_folder(place.parent)
            finally:
                temporary.unlink(missing_ok=True)

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Keeps every other process out of its own ``changing``."""
        with disk.locked(self._root / _LOCK):
            yield

    def segments(self) -> list[str]:
        """The paths of every segment that is complete, oldest first."""
        captures = self._root / "captures"
        with disk.told("list", captures):
            found = captures.glob("*/*.warc.gz.indexed") if captures.is_dir() else ()
            return sorted(one.with_suffix("").relative_to(self._root).as_posix() for one in found)

    @contextlib.contextmanager
    def segment(self, path: str) -> Iterator[tuple[BinaryIO, int] | None]:
        """A segment and its length; ``None`` = there is none, or the path leads out of the lake."""
        place = (self._root / path).resolve()
        if not place.is_relative_to(self._root.resolve()) or not place.is_file():
            yield None
            return
        with disk.told("read", place), place.open("rb") as stream:
            yield stream, place.stat().st_size

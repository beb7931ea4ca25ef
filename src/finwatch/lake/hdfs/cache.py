"""Copies on this machine of what lies in HDFS, and what waits here until HDFS takes it: ``<spool>/``.

``cache/`` holds copies of files that never change; the ones used longest ago are removed when it grows too large.
Everything else in the spool is the only copy there is, and is never removed before HDFS has it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from finwatch.lake import disk

_KEEP_S: Final = 3600.0
"""A copy that was asked for in the last hour may be about to be opened by a reader in another process."""
_LOOK_EVERY: Final = 64
"""Copies made between two looks at the size of the cache."""


class Cache:
    """Local copies under one folder, ``most_bytes`` of them."""

    def __init__(self, folder: Path, *, most_bytes: int, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._most = most_bytes
        self._clock = clock
        self._made = 0

    def get(self, path: str, fetch: Callable[[str, Path], None]) -> Path:
        """A local file with the bytes of ``path``, brought by ``fetch`` where it is not here yet."""
        place = self.folder / path
        if not self.touch(place):
            fetch(path, place)
            self.added()
        return place

    def touch(self, place: Path) -> bool:
        """Whether the copy is here; it then counts as just used."""
        with disk.told("use", place):
            try:
                os.utime(place)
            except FileNotFoundError:
                return False
        return True

    def added(self) -> None:
        """Takes note of a new copy, and now and then makes room."""
        self._made += 1
        if self._made % _LOOK_EVERY == 1:
            self.trim()

    def trim(self) -> int:
        """How many copies were removed because there are too many bytes of them."""
        held = sorted(self._held())
        spare = sum(size for _, size, _ in held) - self._most
        removed = 0
        for used, size, place in held:
            if spare <= 0 or used > self._clock() - _KEEP_S:
                break
            with contextlib.suppress(FileNotFoundError), disk.told("remove", place):
                place.unlink()
            spare -= size
            removed += 1
        return removed

    def _held(self) -> Iterator[tuple[float, int, Path]]:
        """When each copy was last used, its size and its place."""
        for folder, _, names in os.walk(self.folder):
            for name in names:
                place = Path(folder, name)
                with contextlib.suppress(FileNotFoundError):
                    stat = place.stat()
                    yield stat.st_mtime, stat.st_size, place

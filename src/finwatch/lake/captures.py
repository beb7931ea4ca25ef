"""Captures in a local lake: WARC segments ``captures/<day>/<segment>.warc.gz`` and their index, the table ``captures``.

What comes in: exchanges, one at a time. What goes out: ``Capture`` with an id, and the exchange again by that id. Each
process writes a segment of its own, named by time and process, and holds a kernel lock on it; a segment that nobody
holds was left by a process that died. Its broken tail is cut off and its records are indexed by ``index``.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from finwatch.errors import LakeError, NotFound
from finwatch.lake import disk, warc
from finwatch.lake.ports import Blobs, Tables
from finwatch.lake.rows import capture_row
from finwatch.model.fetch import Capture, MarketId, Tls

SEGMENT_BYTES: Final = 256 << 20
"""A segment is ended when it has grown to this size."""


class LocalCaptures:
    """The captures of a lake on this machine. ``append`` may be called from several threads."""

    def __init__(
        self,
        root: Path,
        *,
        blobs: Blobs,
        tables: Tables,
        segment_bytes: int = SEGMENT_BYTES,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._root = root / "captures"
        self._blobs = blobs
        self._tables = tables
        self._segment_bytes = segment_bytes
        self._now = now
        self._guard = threading.Lock()
        self._segment: _Segment | None = None

    def append(
        self,
        *,
        market: MarketId,
        url: str,
        at: datetime,
        request: bytes,
        status_line: str,
        headers: Sequence[tuple[str, str]],
        payload: bytes | None,
        blob_sha256: str | None,
        payload_bytes: int,
        peer: str | None,
        tls: Tls | None = None,
    ) -> Capture:
        """The capture of an exchange whose records are on the disk when this returns.

        A large payload is a blob already: then ``payload`` is ``None`` and ``blob_sha256`` its name; where the lake has
        no such blob, the payload was refused and its digest and length are all that is kept. Raises
        ``LakeError``; the segment then ends where it ended before.
        """
        records = warc.exchange(
            market=market,
            url=url,
            at=at,
            request=request,
            status_line=status_line,
            headers=headers,
            payload=payload,
            blob_sha256=blob_sha256,
            blob_kept=blob_sha256 is not None and self._blobs.has(blob_sha256),
            payload_bytes=payload_bytes,
            peer=peer,
            tls=tls,
        )
        with self._guard:
            if self._segment is not None and (self._segment.full(self._segment_bytes) or not self._segment.ours):
                self._end()
            if self._segment is None:
                self._segment = _Segment.begin(self._root, self._now())
            offset = self._segment.write(records)
            name = self._segment.name
        _, _, response = next(warc.members(BytesIO(records)))
        parsed = warc.parse(response, capture_id=f"{name}#{offset}")
        if parsed is None:
            raise LakeError(f"The exchange with {url} could not be read back from {name}.", todo="Report this.")
        return parsed[0]

    def read(self, capture_id: str) -> tuple[Capture, bytes]:
        """The capture and its payload, which is empty where it was not kept.

        Raises ``NotFound`` for an id the lake does not know, ``LakeError`` when the record is damaged.
        """
        name, _, offset = capture_id.partition("#")
        opened = self._opened(name) if offset.isascii() and offset.isdigit() else None
        if opened is None:
            raise NotFound(f"The lake holds no capture {capture_id!r}.", todo="Look up the id in the table captures.")
        stream, begin = opened
        with disk.told("read", Path(name)), stream:
            member = next(warc.members(stream, start=begin + int(offset)), None)
        parsed = warc.parse(member[2], capture_id=capture_id) if member else None
        if parsed is None:
            raise LakeError(
                f"No whole response stands at byte {offset} of {stream.name}.", todo="Restore it from a backup."
            )
        capture, payload = parsed
        return capture, self._blobs.read(capture.payload_sha256) if capture.stored_as == "blob" else payload

    def _opened(self, name: str) -> tuple[BinaryIO, int] | None:
        """A stream in which the segment ``name`` stands, and the byte at which it begins; ``None`` = it is not here."""
        path = segment_place(self._root, name)
        if path is None:
            return None
        with disk.told("read", path):
            try:
                return path.open("rb"), 0
            except FileNotFoundError:
                return None

    def close(self) -> None:
        """Ends the segment being written and adds it to the table ``captures``."""
        with self._guard:
            self._end()

    def _end(self) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.end()
            if segment.ours:
                self._take(segment.path)

    def index(self) -> int:
        """How many segments of dead processes were added to the table ``captures``; broken tails are cut off."""
        if not self._root.is_dir():
            return 0
        with disk.told("list", self._root):
            segments = sorted(self._root.glob("*/*.warc.gz"))
        return sum(self._take(path) for path in segments if not _marker(path).exists())

    def _take(self, path: Path) -> bool:
        """Adds a segment that nobody writes to the table; ``False`` when somebody does."""
        with disk.told("read", path), contextlib.ExitStack() as opened:
            try:
                stream = opened.enter_context(path.open("r+b"))
            except FileNotFoundError:
                return False  # another process took it, and it lies elsewhere now
            try:
                fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if not path.stat().st_size:
                return False  # just begun: its writer has not locked it yet
            rows: dict[tuple[str, str], list[Capture]] = {}
            end = 0
            for offset, following, record in warc.members(stream):
                end = following
                parsed = warc.parse(record, capture_id=f"{path.name}#{offset}")
                if parsed is not None:
                    capture = parsed[0]
                    rows.setdefault((capture.at.date().isoformat(), capture.market), []).append(capture)
            stream.truncate(end)
        self._keep(path)
        for (day, market), captures in sorted(rows.items()):
            self._tables.append(
                "captures",
                [capture_row(capture) for capture in captures],
                key=f"{path.name}/{day}/{market}",
                dt=captures[0].at.date(),
                market=market,
            )
        disk.write_new(_marker(path), b"")
        return True

    def _keep(self, path: Path) -> None:
        """Brings an ended segment to where the lake lies, before its rows say that it is there. It is there already."""


class _Segment:
    """A segment that this process writes, locked as long as it is open."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self.path = path
        self._stream = stream
        self._owner = os.getpid()
        self._end = 0

    @classmethod
    def begin(cls, root: Path, now: datetime) -> _Segment:
        name = f"finwatch-{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}-{os.getpid()}.warc.gz"
        path = disk.folder(root / f"{now.astimezone(UTC):%Y-%m-%d}") / name
        with disk.told("begin the segment", path):
            stream = path.open("xb", buffering=0)
            fcntl.flock(stream.fileno(), fcntl.LOCK_EX)
            segment = cls(path, stream)
            disk.sync_folder(path.parent)
            disk.sync_folder(root)
        segment.write(warc.segment_head(name, now))
        return segment

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def ours(self) -> bool:
        """``False`` in a process forked from the one that began the segment: it must not write here."""
        return os.getpid() == self._owner

    def full(self, limit: int) -> bool:
        return self._end >= limit

    def write(self, records: bytes) -> int:
        """The offset at which ``records`` now stand, synced."""
        begin = self._end
        with disk.told("write", self.path):
            try:
                view = memoryview(records)
                while view:
                    view = view[self._stream.write(view) :]
                os.fsync(self._stream.fileno())
            except OSError:
                self._stream.truncate(begin)
                self._stream.seek(begin)
                raise
        self._end = begin + len(records)
        return begin

    def end(self) -> None:
        self._stream.close()


def segment_place(root: Path, name: str) -> Path | None:
    """The path of the segment ``name``, whose folder is the day in its name."""
    stamp = name.removeprefix("finwatch-").split("T", 1)[0]
    if not name.endswith(".warc.gz") or "/" in name or len(stamp) != 8 or not stamp.isdigit():
        return None
    return root / f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:]}" / name


def _marker(path: Path) -> Path:
    return path.with_name(f"{path.name}.indexed")

"""Captures in HDFS: WARC segments of 64 to 256 MB in ``captures/<day>/``, and their index, the table ``captures``.

What comes in: exchanges, one at a time, into a segment on this machine, synced. What goes out: ``Capture`` with an id,
and the exchange again by that id. An ended segment goes to HDFS as it is; segments that stayed small are packed: their
bytes stand one after the other in ``<pack>.warc.gz`` (gzip members can be joined, RFC 1952 §2.2, so it is WARC again)
and ``<pack>.index.json`` says where each begins. An id never changes.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, Literal

import structlog
from pydantic import Field, ValidationError

from finwatch.errors import LakeError, NotFound
from finwatch.lake.captures import LocalCaptures, segment_place
from finwatch.lake.hdfs.files import Entry, Files
from finwatch.lake.ports import Blobs, Tables
from finwatch.lake.versions import newer
from finwatch.model.base import Model

SEGMENT_BYTES: Final = 192 << 20
"""A segment is ended when it has grown to this size: with its last record it stays below ``PACK_BYTES``."""
SMALL_BYTES: Final = 64 << 20
"""A smaller segment is packed with others."""
PACK_BYTES: Final = 256 << 20
_ROOT: Final = "captures"

log = structlog.get_logger(__name__)


class Pack(Model):
    """Where segments stand in a pack: first byte and length."""

    schema_id: Literal["finwatch.pack/1"] = Field(default="finwatch.pack/1", alias="schema")
    segments: dict[str, tuple[int, int]]


class HdfsCaptures(LocalCaptures):
    """The captures of a lake in HDFS. ``append`` may be called from several threads."""

    def __init__(
        self, files: Files, *, spool: Path, blobs: Blobs, tables: Tables, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        super().__init__(spool, blobs=blobs, tables=tables, segment_bytes=segment_bytes)
        self._files = files
        self._packs: dict[str, Pack] = {}
        self._late: LakeError | None = None

    def close(self) -> None:
        """Ends the segment being written, brings it to HDFS and adds it to the table ``captures``.

        Raises ``LakeError`` when HDFS did not take this or an earlier one; it is in the spool then and goes in later.
        """
        super().close()
        late, self._late = self._late, None
        if late is not None:
            raise LakeError(
                f"{late.en} The captures are kept in {self._root} and go in with the next run.",
                zh=f"{late.zh}取证记录保存在 {self._root}，下次运行时写入。",
                todo=late.todo,
            ) from late

    def index(self) -> int:
        """How many segments of this machine that nobody writes any more were brought to HDFS."""
        for marker in sorted(self._root.glob("*/*.indexed")):  # they are in HDFS: only the removal was missing
            self._let_go(marker.with_suffix(""))
        return super().index()

    def waiting(self) -> list[Path]:
        """The segments that are nowhere but here."""
        return sorted(self._root.glob("*/*.warc.gz"))

    def complete(self) -> list[str]:
        """The paths of all segments in HDFS as they were brought there, oldest first, in a pack or not."""
        found = set()
        for one in self._files.entries(_ROOT, deep=True):
            if _is_segment(one):
                found.add(one.path)
            elif one.name.endswith(".index.json"):
                day = one.path.rpartition("/")[0]
                found |= {f"{day}/{name}" for name in self._index(one).segments}
        return sorted(found)

    def in_hdfs(self, path: str) -> tuple[BinaryIO, int, int] | None:
        """A stream in which the segment brought to ``path`` stands, the byte at which it begins, and its length."""
        name = path.rpartition("/")[2]
        place = segment_place(Path(_ROOT), name)
        if place is None or place.as_posix() != path:
            return None
        if (entry := self._files.entry(path)) is not None:
            return self._files.open(path), 0, entry.bytes
        for index in self._files.entries(place.parent.as_posix()):
            if index.name.endswith(".index.json") and name in (segments := self._index(index).segments):
                with contextlib.suppress(NotFound):
                    return self._files.open(index.path.removesuffix(".index.json") + ".warc.gz"), *segments[name]
        return None

    def pack(self, *, before: date) -> int:
        """How many small segments of the days before ``before`` were packed with others of their day."""
        packed = 0
        for day in self._files.entries(_ROOT):
            if day.folder and day.name < before.isoformat():
                there = self._files.entries(day.path)
                indexed = {one.name.removesuffix(".index.json") for one in there if one.name.endswith(".index.json")}
                small = [one for one in there if _is_segment(one) and one.bytes < SMALL_BYTES]
                held = self._held(day.path, indexed)
                for one in small:
                    if one.name in held:  # an earlier run packed it and did not live to remove it
                        self._files.remove(one.path)
                for group in _groups([one for one in small if one.name not in held]):
                    self._pack(day.path, group)
                    packed += len(group)
        return packed

    def _end(self) -> None:
        # An exchange must not be refused because the segment before it cannot go in now.
        try:
            super()._end()
        except LakeError as error:
            log.warning("captures wait on this machine", reason=error.en)
            self._late = error

    def _take(self, path: Path) -> bool:
        taken = super()._take(path)
        if taken:
            self._let_go(path)
        return taken

    def _keep(self, path: Path) -> None:
        self._files.upload(path, f"{_ROOT}/{path.parent.name}/{path.name}")

    def _let_go(self, path: Path) -> None:
        """Removes a segment that is in HDFS and in the table, and only then the mark that says so."""
        for one in (path, path.with_name(f"{path.name}.indexed")):
            with contextlib.suppress(FileNotFoundError):
                one.unlink()

    def _opened(self, name: str) -> tuple[BinaryIO, int] | None:
        here = super()._opened(name)
        place = segment_place(Path(_ROOT), name)
        if here is not None or place is None:
            return here
        found = self.in_hdfs(place.as_posix())
        return None if found is None else found[:2]

    def _index(self, entry: Entry) -> Pack:
        if entry.path not in self._packs:
            text = self._files.read(entry.path)
            try:
                self._packs[entry.path] = Pack.model_validate_json(text)
            except ValidationError as error:
                place = f"{self._files.address}/{entry.path}"
                raise newer(text, place, known="finwatch.pack/1") or LakeError(
                    f"{place} is not the index of a pack: {error.errors()[0]['msg']}.",
                    todo="Restore it from a snapshot; the captures beside it are untouched.",
                ) from error
        return self._packs[entry.path]

    def _pack(self, day: str, group: Sequence[Entry]) -> None:
        """Joins segments: first their bytes, then the index that makes them found, then the segments are removed."""
        segments, begin = {}, 0
        for one in group:
            segments[one.name] = (begin, one.bytes)
            begin += one.bytes
        names = "\n".join(f"{one.name} {one.bytes}" for one in group)
        stem = f"{day}/pack-{hashlib.sha256(names.encode()).hexdigest()[:24]}"

        def pieces() -> Iterator[bytes]:
            return chain.from_iterable(self._files.pieces(one.path) for one in group)

        self._files.publish(pieces, f"{stem}.warc.gz")
        written = self._files.entry(f"{stem}.warc.gz")
        if written is None or written.bytes != begin:
            raise LakeError(
                f"{self._files.address}/{stem}.warc.gz has not the {begin} bytes of its segments.",
                todo="Remove that file and run it again; the segments are untouched.",
            )
        pack = Pack(segments=segments)
        self._files.write(pack.model_dump_json().encode(), f"{stem}.index.json")
        for one in group:
            self._files.remove(one.path)

    def _held(self, day: str, stems: set[str]) -> set[str]:
        """The segments of a day that stand in packs."""
        held: set[str] = set()
        for stem in stems:
            held |= self._index(Entry(f"{day}/{stem}.index.json", 0, 0.0, folder=False)).segments.keys()
        return held


def _is_segment(entry: Entry) -> bool:
    return entry.name.startswith("finwatch-") and entry.name.endswith(".warc.gz")


def _groups(segments: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Segments of one day in groups that fill a pack; one that would be alone stays as it is."""
    group: list[Entry] = []
    for one in segments:
        if group and sum(held.bytes for held in group) + one.bytes > PACK_BYTES:
            yield from (group,) if len(group) > 1 else ()
            group = []
        group.append(one)
    yield from (group,) if len(group) > 1 else ()

"""What a lake is, wherever it lies: the protocols that ``local`` implements and every other place has to.

``crawl.ports`` states the part of these that a crawl needs; the two fit by shape, not by inheritance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa

from finwatch.model.base import Model
from finwatch.model.fetch import Capture, MarketId, Tls


class Damage(Model):
    """A blob whose bytes are not what its name says."""

    sha256: str
    found: str
    path: str


class Blobs(Protocol):
    """Bytes by SHA-256, written once, never overwritten."""

    def has(self, sha256: str) -> bool:
        """Whether the blob is there, whole."""
        ...

    def path(self, sha256: str) -> Path:
        """A local file with the blob's bytes. Raises ``NotFound``."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The blob, opened for reading. Raises ``NotFound``."""
        ...

    def read(self, sha256: str) -> bytes:
        """All bytes of a small blob. Raises ``NotFound``."""
        ...

    def put(self, data: bytes) -> str:
        """Stores small bytes and returns their SHA-256."""
        ...

    def partial(self, key: str) -> Path:
        """The file in which a download grows, over restarts; it need not exist yet."""
        ...

    def adopt(self, partial: Path, sha256: str) -> Path:
        """Moves a complete, verified partial file into place; keeps the blob that is already there."""
        ...

    def sweep(self, *, before: datetime) -> int:
        """Removes downloads that nobody has added to since ``before``; returns how many."""
        ...

    def verify(self, *, since: str = "") -> Iterator[Damage]:
        """Hashes every blob again (from hash ``since`` on, in order) and yields those that do not agree."""
        ...


class Captures(Protocol):
    """Exchanges as WARC records."""

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
        """Writes a request and a response record durably and returns the capture."""
        ...

    def read(self, capture_id: str) -> tuple[Capture, bytes]:
        """The capture and its payload. Raises ``NotFound`` or ``LakeError``."""
        ...

    def close(self) -> None:
        """Ends the segment being written and adds it to the table ``captures``."""
        ...

    def index(self) -> int:
        """Adds segments that a killed process left behind to the table ``captures``; returns how many."""
        ...


class Tables(Protocol):
    """Append-only tables of the schemas in ``lake.schemas``."""

    def append(
        self, name: str, rows: pa.Table | Sequence[Mapping[str, Any]], *, key: str, dt: date, market: str
    ) -> bool:
        """Adds rows as one file. ``False`` = rows were added under this ``key`` before and nothing was written."""
        ...

    def has(self, name: str, key: str) -> bool:
        """Whether rows were added under ``key``."""
        ...

    def files(
        self, name: str, *, market: str | None = None, since: date | None = None, until: date | None = None
    ) -> list[str]:
        """Addresses of the live Parquet files, oldest day first, of one market and of the days asked for."""
        ...

    def appends(self, name: str) -> list[tuple[str, tuple[str, ...]]]:
        """The live Parquet files, oldest day first, each with the keys of the appends whose rows it holds.

        A file that is joined with others goes; the keys go on in the file that took its rows.
        """
        ...

    def read(
        self,
        name: str,
        *,
        market: str | None = None,
        since: date | None = None,
        until: date | None = None,
        columns: Sequence[str] | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> pa.Table:
        """The rows whose columns equal ``where``; an empty table of the right schema when there are none."""
        ...

    def compact(self, name: str, *, market: str, dt: date) -> int:
        """Joins the files of one market and day into one; returns how many were joined."""
        ...


class Shelf(Protocol):
    """Files beside the captures: what ``evidence`` keeps of them. Paths are those below the lake, with ``/``."""

    def where(self, path: str) -> str:
        """The whole address of a file, for a person."""
        ...

    def names(self, folder: str) -> list[str]:
        """The names in a folder; none when it is not there."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes of a small file; ``None`` = there is no such file."""
        ...

    def sha256(self, path: str) -> str | None:
        """The SHA-256 of a file of any size; ``None`` = there is no such file."""
        ...

    def lines(self, path: str) -> Iterator[bytes]:
        """A file of any size, line by line. Raises ``LakeError`` when there is no such file."""
        ...

    def create(self, path: str, data: bytes) -> bool:
        """Makes a small file; ``False`` = there is one already, and it stays as it is."""
        ...

    def replace(self, path: str, data: bytes) -> None:
        """Makes a small file, in one step in the place of the one that may be there. Inside ``changing`` only."""
        ...

    def collect(self, path: str, pieces: Iterable[bytes]) -> None:
        """Makes a file of any size in the place of the one that may be there: whole, or not at all."""
        ...

    def changing(self) -> AbstractContextManager[None]:
        """Keeps every other process, on whatever machine, out of its own ``changing``."""
        ...

    def segments(self) -> list[str]:
        """The paths of every segment of captures that is complete, oldest first."""
        ...

    def segment(self, path: str) -> AbstractContextManager[tuple[BinaryIO, int] | None]:
        """A segment, which begins at the stream's first byte, and its length; ``None`` = there is no such segment."""
        ...


class Tidied(Model):
    """What was joined and removed so that a lake holds few and large files."""

    tables: int
    """Parquet files that were joined into others."""
    segments: int
    """Capture segments that were packed with others."""
    removed: int
    """Files that nothing refers to any more."""


class Lake(Protocol):
    """What was observed."""

    @property
    def address(self) -> str:
        """Where it lies."""
        ...

    @property
    def blobs(self) -> Blobs:
        """Bytes by SHA-256."""
        ...

    @property
    def captures(self) -> Captures:
        """Exchanges."""
        ...

    @property
    def tables(self) -> Tables:
        """Rows."""
        ...

    @property
    def shelf(self) -> Shelf:
        """Files of evidence."""
        ...

    def settle(self) -> int:
        """How many things were taken in that a killed process, or a lake out of reach, left on this machine."""
        ...

    def tidy(self, *, before: date, held: Collection[str] = ()) -> Tidied:
        """Joins the small files of the days before ``before``, and removes what nothing refers to any more.

        The tables of ``held`` markets stay file by file as they were written."""
        ...

    def close(self) -> None:
        """Ends what is being written. The lake may be used again afterwards."""
        ...

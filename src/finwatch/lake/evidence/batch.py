"""The nouns of evidence: a batch of records under one root, its leaves, and the head of the chain of batches.

A batch is one WARC segment. Its statement (``Batch``, a small JSON file) names the root over the records, the list of
leaves by SHA-256, and the statement of the batch before by SHA-256; what is time-stamped is that file, byte by byte.
So a stamp dates the root, and with it everything before it in the chain.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from finwatch.model.base import Model, UtcTime


class Leaf(Model):
    """One record: where its bytes stand, what they hash to, and what a person needs to know it by."""

    offset: int
    length: int
    sha256: str
    """Of the record's bytes as they stand in the segment (a gzip member)."""
    leaf: str
    """The leaf hash over the same bytes: SHA-256 of a zero byte and the record."""
    type: str
    """``WARC-Type``; ``unreadable`` for bytes that are no record."""
    url: str | None = None
    at: str | None = None
    """``WARC-Date`` as written."""
    blobs: tuple[str, ...] = ()
    """SHA-256 of the lake's blobs that the record refers to: a large payload, the certificates of the server."""


class StampHeld(Model):
    """A time stamp that had been received when a later batch was made."""

    number: int
    sha256: str
    """Of the reply as received."""


class Batch(Model):
    """The statement of one batch."""

    schema_id: Literal["finwatch.batch/1"] = Field(default="finwatch.batch/1", alias="schema")
    number: int
    previous: str | None
    """SHA-256 of the statement of batch ``number - 1``; ``None`` for the first."""
    segment: str
    """Path of the segment below the lake."""
    segment_bytes: int
    records: int
    """Size of the tree."""
    root: str
    leaves_sha256: str
    """Of the file with the list of leaves."""
    first: str | None
    """Earliest ``WARC-Date`` of its records."""
    last: str | None
    sealed: UtcTime
    stamps: tuple[StampHeld, ...] = ()
    """Stamps of earlier batches that came in since the batch before: a stamp that is taken away is missed."""


class Head(Model):
    """Where the chain ends."""

    schema_id: Literal["finwatch.head/1"] = Field(default="finwatch.head/1", alias="schema")
    number: int = 0
    sha256: str | None = None
    """Of the statement of batch ``number``."""
    pending: tuple[int, ...] = ()
    """Batches that have no stamp yet."""
    stamps: tuple[StampHeld, ...] = ()
    """Stamps received that no batch names yet."""

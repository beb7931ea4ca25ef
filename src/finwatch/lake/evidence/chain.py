"""The files of evidence in a lake, and the chain that they make: ``evidence/00000001.json`` and onwards.

For each batch: ``N.json`` its statement, ``N.leaves.jsonl`` a line for each record, ``N.tsr`` the reply of the
time-stamp authority as received. ``head.json`` says where the chain ends. Statements, lists and stamps are written
once. A file ``<segment>.sealed`` beside each segment names its batch. Every change is made under one lock, by atomic
rename; a process that dies between two files leaves what the next one completes. Where the files lie is for the lake's
shelf to know: a folder or HDFS.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Final

from pydantic import ValidationError

from finwatch.errors import LakeError
from finwatch.lake.evidence.batch import Batch, Head, Leaf
from finwatch.lake.ports import Shelf

_NUMBERED: Final = re.compile(r"(\d{8})\.(json|tsr)\Z")
_FOLDER: Final = "evidence"
_SEALED: Final = ".sealed"


class Chain:
    """The evidence on a lake's shelf. Paths are those below the lake."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def statement(self, number: int) -> str:
        """The file with the statement of a batch."""
        return f"{_FOLDER}/{number:08d}.json"

    def leaves(self, number: int) -> str:
        """The file with the leaves of a batch."""
        return f"{_FOLDER}/{number:08d}.leaves.jsonl"

    def stamp(self, number: int) -> str:
        """The file with the time stamp of a batch; missing while it is pending."""
        return f"{_FOLDER}/{number:08d}.tsr"

    @property
    def head_file(self) -> str:
        """The file that says where the chain ends."""
        return f"{_FOLDER}/head.json"

    def changing(self) -> AbstractContextManager[None]:
        """Keeps every other process from changing the chain."""
        return self.shelf.changing()

    def read(self, path: str) -> bytes | None:
        """The bytes of a small file; ``None`` = there is no such file."""
        return self.shelf.read(path)

    def numbers(self) -> list[int]:
        """The batches whose statement or stamp is there, in order; a list alone was left by a killed process."""
        return sorted({int(match[1]) for name in self.shelf.names(_FOLDER) if (match := _NUMBERED.match(name))})

    def head(self) -> Head:
        """Where the chain ends; number 0 when nothing was sealed. Raises ``LakeError``."""
        place, data = self.shelf.where(self.head_file), self.read(self.head_file)
        if data is None:
            if len(self.numbers()) > 1:
                raise LakeError(
                    f"{place} is missing, though batches are there.",
                    todo="Run finwatch evidence verify, then restore the file from a backup.",
                )
            return Head()
        try:
            return Head.model_validate_json(data)
        except ValidationError as error:
            raise LakeError(
                f"{place} does not say where the chain ends: {error.errors()[0]['msg']}.",
                todo="Run finwatch evidence verify, then restore the file from a backup.",
            ) from error

    def write_head(self, head: Head) -> None:
        """Makes ``head`` the end of the chain."""
        self.shelf.replace(self.head_file, _bytes(head))

    def write(self, batch: Batch) -> str:
        """The SHA-256 of the statement of ``batch``, now in the lake. Raises ``LakeError`` where one is already."""
        path, data = self.statement(batch.number), _bytes(batch)
        if not self.shelf.create(path, data):
            raise LakeError(
                f"{self.shelf.where(path)} is there already and is never replaced.",
                todo="Run finwatch evidence verify.",
            )
        return hashlib.sha256(data).hexdigest()

    def write_leaves(self, number: int, leaves: Iterator[Leaf]) -> None:
        """Writes the list of a batch, in place of one that a killed process may have left."""
        self.shelf.collect(self.leaves(number), (_bytes(leaf) for leaf in leaves))

    def read_leaves(self, number: int) -> Iterator[Leaf]:
        """The leaves of a batch, one at a time. Raises ``LakeError`` naming the first line that is none."""
        path = self.leaves(number)
        for position, line in enumerate(self.shelf.lines(path), 1):
            try:
                yield Leaf.model_validate_json(line)
            except ValidationError as error:
                raise LakeError(
                    f"{self.shelf.where(path)}, line {position} is no leaf: {error.errors()[0]['msg']}.",
                    todo="Restore the file from a backup.",
                ) from error

    def mark(self, segment: str, number: int) -> None:
        """Notes beside ``segment`` which batch it is."""
        self.shelf.replace(f"{segment}{_SEALED}", f"{number}\n".encode())

    def marked(self) -> dict[int, str]:
        """The segment of each batch, as the notes beside the segments say: number → path below the lake."""
        found: dict[int, str] = {}
        for day in self.shelf.names("captures"):
            for note in self.shelf.names(f"captures/{day}"):
                segment = f"captures/{day}/{note.removesuffix(_SEALED)}"
                if note.endswith(f".warc.gz{_SEALED}") and (number := self.number_of(segment)) is not None:
                    found[number] = segment
        return found

    def number_of(self, segment: str) -> int | None:
        """The batch that holds ``segment``; ``None`` when it was not sealed."""
        text = (self.read(f"{segment}{_SEALED}") or b"").strip()
        return int(text) if text.isdigit() else None


def parse(data: bytes) -> Batch | None:
    """The statement in ``data``, or ``None`` when there is none."""
    try:
        return Batch.model_validate_json(data)
    except ValidationError:
        return None


def name_of(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def _bytes(model: Batch | Head | Leaf) -> bytes:
    """One line of JSON: the bytes that are hashed, so their form is fixed by the model's own order of fields."""
    return model.model_dump_json(by_alias=True).encode() + b"\n"

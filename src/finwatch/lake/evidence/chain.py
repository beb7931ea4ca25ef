"""The files of evidence in a lake, and the chain that they make: ``evidence/00000001.json`` and onwards.

For each batch: ``N.json`` its statement, ``N.leaves.jsonl`` a line for each record, ``N.tsr`` the reply of the
time-stamp authority as received. ``head.json`` says where the chain ends. Statements, lists and stamps are written
once. A file ``<segment>.sealed`` beside each segment names its batch. Every change is made under one lock, by atomic
rename; a process that dies between two files leaves what the next one completes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from finwatch.errors import LakeError, SettingError
from finwatch.lake import disk
from finwatch.lake.evidence.batch import Batch, Head, Leaf

_NUMBERED: Final = re.compile(r"(\d{8})\.(json|tsr)\Z")
_SMALL: Final = 64 << 20


def folder_of(address: str) -> Path:
    """The folder of the lake at ``address``. Raises ``SettingError`` where the lake is in no folder of this machine."""
    if "://" in address:
        raise SettingError(
            f"FINWATCH_LAKE={address}: captures are sealed and verified in a folder.",
            zh=f"FINWATCH_LAKE={address}：只能在本机目录中封存和核验取证记录。",
            todo="Seal where captures are taken, in a lake of that machine, before they are copied to HDFS.",
        )
    return Path(address)


class Chain:
    """The evidence of the lake in the folder ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "evidence"

    def statement(self, number: int) -> Path:
        """The file with the statement of a batch."""
        return self.folder / f"{number:08d}.json"

    def leaves(self, number: int) -> Path:
        """The file with the leaves of a batch."""
        return self.folder / f"{number:08d}.leaves.jsonl"

    def stamp(self, number: int) -> Path:
        """The file with the time stamp of a batch; missing while it is pending."""
        return self.folder / f"{number:08d}.tsr"

    @property
    def head_file(self) -> Path:
        """The file that says where the chain ends."""
        return self.folder / "head.json"

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """Keeps every other process from changing the chain."""
        with disk.locked(self.folder / "lock"):
            yield

    def numbers(self) -> list[int]:
        """The batches whose statement or stamp is there, in order; a list alone was left by a killed process."""
        if not self.folder.is_dir():
            return []
        with disk.told("list", self.folder):
            found = {int(match[1]) for path in self.folder.iterdir() if (match := _NUMBERED.match(path.name))}
        return sorted(found)

    def head(self) -> Head:
        """Where the chain ends; number 0 when nothing was sealed. Raises ``LakeError``."""
        data = read(self.head_file)
        if data is None:
            if len(self.numbers()) > 1:
                raise LakeError(
                    f"{self.head_file} is missing, though batches are there.",
                    todo="Run finwatch evidence verify, then restore the file from a backup.",
                )
            return Head()
        try:
            return Head.model_validate_json(data)
        except ValidationError as error:
            raise LakeError(
                f"{self.head_file} does not say where the chain ends: {error.errors()[0]['msg']}.",
                todo="Run finwatch evidence verify, then restore the file from a backup.",
            ) from error

    def write_head(self, head: Head) -> None:
        """Makes ``head`` the end of the chain."""
        disk.write_new(self.head_file, _bytes(head))

    def write(self, batch: Batch) -> str:
        """The SHA-256 of the statement of ``batch``, now on the disk. Raises ``LakeError`` where one is already."""
        path = self.statement(batch.number)
        if path.exists():
            raise LakeError(f"{path} is there already and is never replaced.", todo="Run finwatch evidence verify.")
        data = _bytes(batch)
        disk.write_new(path, data)
        return hashlib.sha256(data).hexdigest()

    def write_leaves(self, number: int, leaves: Iterator[Leaf]) -> Iterator[Leaf]:
        """Hands ``leaves`` on while writing them; the file is complete when the iterator has ended."""
        path = self.leaves(number)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        with disk.told("write", path):
            try:
                with temporary.open("wb") as stream:
                    for leaf in leaves:
                        stream.write(_bytes(leaf))
                        yield leaf
                    stream.flush()
                    os.fsync(stream.fileno())
                temporary.rename(path)
                disk.sync_folder(path.parent)
            finally:
                temporary.unlink(missing_ok=True)

    def read_leaves(self, number: int) -> Iterator[Leaf]:
        """The leaves of a batch, one at a time. Raises ``LakeError`` naming the first line that is none."""
        path = self.leaves(number)
        with disk.told("read", path), path.open("rb") as stream:
            for position, line in enumerate(stream, 1):
                try:
                    yield Leaf.model_validate_json(line)
                except ValidationError as error:
                    raise LakeError(
                        f"{path}, line {position} is no leaf: {error.errors()[0]['msg']}.",
                        todo="Restore the file from a backup.",
                    ) from error

    def segments(self) -> list[Path]:
        """Every segment that is complete, oldest first."""
        captures = self.root / "captures"
        if not captures.is_dir():
            return []
        with disk.told("list", captures):
            return sorted(path.with_suffix("") for path in captures.glob("*/*.warc.gz.indexed"))

    def mark(self, segment: Path, number: int) -> None:
        """Notes beside ``segment`` which batch it is."""
        disk.write_new(_mark(segment), f"{number}\n".encode())

    def marked(self) -> dict[int, str]:
        """The segment of each batch, as the notes beside the segments say: number → path below the lake."""
        found: dict[int, str] = {}
        for note in sorted((self.root / "captures").glob("*/*.warc.gz.sealed")):
            number = self.number_of(note.with_suffix(""))
            if number is not None:
                found[number] = str(note.with_suffix("").relative_to(self.root))
        return found

    def number_of(self, segment: Path) -> int | None:
        """The batch that holds ``segment``; ``None`` when it was not sealed."""
        text = (read(_mark(segment)) or b"").strip()
        return int(text) if text.isdigit() else None


def parse(data: bytes) -> Batch | None:
    """The statement in ``data``, or ``None`` when there is none."""
    try:
        return Batch.model_validate_json(data)
    except ValidationError:
        return None


def read(path: Path) -> bytes | None:
    """The bytes of a small file; ``None`` = there is no such file."""
    with disk.told("read", path):
        try:
            with path.open("rb") as stream:
                return stream.read(_SMALL)
        except FileNotFoundError:
            return None


def file_sha256(path: Path) -> str | None:
    """The SHA-256 of a file of any size; ``None`` = there is no such file."""
    with disk.told("read", path):
        try:
            with path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            return None


def _mark(segment: Path) -> Path:
    return segment.with_name(f"{segment.name}.sealed")


def _bytes(model: Batch | Head | Leaf) -> bytes:
    """One line of JSON: the bytes that are hashed, so their form is fixed by the model's own order of fields."""
    return model.model_dump_json(by_alias=True).encode() + b"\n"

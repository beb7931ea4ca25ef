"""The file of a backup: a zip with ``manifest.json`` and the database, written whole or not at all.

While it grows it is ``FILE.part``. The checksum ``FILE.sha256`` (as ``sha256sum`` reads it) is put beside it first;
then the part gets its name by ``link(2)``, which fails where the name is taken. So ``FILE`` is never half a backup, and
none is overwritten. A zip ends with its directory: one that was cut short is seen at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from pydantic import ValidationError

from finwatch.errors import InputError, StoreError
from finwatch.store.backup.manifest import FAMILY, FORMAT, Manifest, Member

MANIFEST: Final = "manifest.json"
_CHUNK: Final = 1 << 20
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_LONGEST: Final = 16 << 20
"""Bytes of a manifest."""


class Writer:
    """A backup that is being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: list[Member] = []

    @contextmanager
    def member(self, name: str, *, packed: bool) -> Iterator[Any]:
        """Gives something with ``write(bytes)`` for one file; ``packed`` = it is compressed already."""
        info = zipfile.ZipInfo(name, _EPOCH)
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self._archive.open(info, "w", force_zip64=True) as stream:
            hashed = _Hashed(stream)
            yield hashed
        self.members.append(Member(name=name, bytes=hashed.bytes, sha256=hashed.digest.hexdigest()))

    def finish(self, manifest: Manifest) -> None:
        """Adds what the backup says of itself."""
        with self.member(MANIFEST, packed=False) as stream:
            stream.write(manifest.model_dump_json(indent=1).encode())


class _Hashed:
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes | memoryview) -> int:
        self.digest.update(data)
        self.bytes += len(data)
        return self._stream.write(data)


@contextmanager
def writing_to(file: Path) -> Iterator[Writer]:
    """A writer for ``file``, which is there, whole and synced, once the block has ended.

    Raises ``InputError`` when the name is taken or its folder cannot be written to.
    """
    part = file.with_name(f"{file.name}.part")
    _not_taken(file)
    try:
        stream = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    except OSError as error:
        raise InputError(
            f"{part} cannot be written: {error.strerror}.", todo="Name a file in a folder that is there."
        ) from error
    with stream:
        _alone(stream, part, file)
        stream.truncate(0)
        os.fchmod(stream.fileno(), 0o600)  # it holds what was said in confidence
        try:
            with zipfile.ZipFile(stream, "w", compresslevel=1) as archive:
                yield Writer(archive)
            stream.flush()
            os.fsync(stream.fileno())
            _checksum(file, part)
            _name(part, file)
        finally:
            part.unlink(missing_ok=True)


def _alone(stream: IO[bytes], part: Path, file: Path) -> None:
    """Nobody else writes this part, and it still has its name."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        same = part.stat().st_ino == os.fstat(stream.fileno()).st_ino
    except OSError:
        same = False
    if not same:
        raise InputError(
            f"Another process is writing {file}.", zh=f"另一个进程正在写入 {file}。", todo="Name another file."
        )


def _not_taken(file: Path) -> None:
    if file.exists() or file.is_symlink():
        raise InputError(f"{file} is there already.", zh=f"{file} 已存在。", todo="Name another file.")


def _checksum(file: Path, part: Path) -> None:
    beside = checksum_of(file)
    fresh = beside.with_name(f"{beside.name}.part")
    with part.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    with fresh.open("w") as written:
        written.write(f"{digest}  {file.name}\n")
        written.flush()
        os.fsync(written.fileno())
    fresh.replace(beside)


def _name(part: Path, file: Path) -> None:
    try:
        os.link(part, file)
    except FileExistsError:
        _not_taken(file)
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Archive:
    """A backup opened for reading."""

    def __init__(self, file: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.file = file
        self.manifest = manifest
        self._archive = archive

    def open(self, name: str) -> IO[bytes]:
        """One member, decompressed. Raises ``InputError`` when it is missing."""
        try:
            return self._archive.open(name)
        except KeyError as error:
            raise damaged(self.file, f"it has no {name}") from error

    def verify(self) -> None:
        """Reads everything and compares it with the checksum beside it, where there is one, and with the manifest.

        Raises ``InputError`` naming what differs.
        """
        self._beside()
        for member in self.manifest.members:
            digest = hashlib.sha256()
            try:
                with self.open(member.name) as stream:
                    while chunk := stream.read(_CHUNK):
                        digest.update(chunk)
            except (zipfile.BadZipFile, EOFError, OSError, zlib.error) as error:
                raise damaged(self.file, f"{member.name}: {error}") from error
            if digest.hexdigest() != member.sha256:
                raise damaged(self.file, f"{member.name} is not as the manifest says")

    def _beside(self) -> None:
        with suppress(FileNotFoundError), checksum_of(self.file).open() as told:
            said = told.read(64)
            with self.file.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != said:
                    raise damaged(self.file, f"its SHA-256 is not the one in {checksum_of(self.file).name}")


def checksum_of(file: Path) -> Path:
    """Where the checksum of a backup stands."""
    return file.with_name(f"{file.name}.sha256")


@contextmanager
def reading_from(file: Path) -> Iterator[Archive]:
    """A backup. Raises ``InputError`` for what is none, is cut short or damaged, ``StoreError`` for a newer one's."""
    try:
        stream = file.open("rb")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", zh=f"无法读取 {file}。") from error
    with stream:
        begins = stream.read(4)
        try:
            archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            if begins == b"PK\x03\x04":
                raise damaged(file, "its end is missing: it was cut short") from error
            raise _foreign(file) from error
        with archive:
            yield Archive(file, archive, _manifest(file, archive))


def _manifest(file: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        if archive.getinfo(MANIFEST).file_size > _LONGEST:
            raise _foreign(file)
        told = archive.read(MANIFEST)
    except KeyError as error:
        raise _foreign(file) from error
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise damaged(file, f"{MANIFEST}: {error}") from error
    written = _format_of(told)
    if written is None or not written.startswith(FAMILY):
        raise _foreign(file)
    if written != FORMAT:
        raise StoreError(
            f"{file} is of the format {written}, which this Finwatch does not know.",
            zh=f"{file} 的格式 {written} 高于本程序所识别的格式。",
            todo="Install the newer Finwatch that wrote it.",
        )
    try:
        return Manifest.model_validate_json(told)
    except ValidationError as error:
        raise damaged(file, f"{MANIFEST} cannot be used") from error


def _format_of(told: bytes) -> str | None:
    try:
        found = json.loads(told)
    except ValueError:
        return None
    written = found.get("format") if isinstance(found, dict) else None
    return written if isinstance(written, str) else None


def damaged(file: Path, what: str) -> InputError:
    """The error for a backup that is not as it was made."""
    return InputError(
        f"{file} is damaged: {what}.", zh=f"{file} 已损坏：{what}。", todo="Restore from another backup; keep this one."
    )


def _foreign(file: Path) -> InputError:
    return InputError(f"{file} is no backup of Finwatch.", zh=f"{file} 不是本程序的备份。", todo="Name a backup.")

"""The catalogue's files as bytes and as parsed tables; the first step of ``knowledge.load``.

In: the built-in ``data`` folder and perhaps a folder laid over it. Out: files in a fixed order, a hash over all of
them, and tables whose every row knows the file and the entry it came from.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from finwatch.errors import CatalogError

BUILT_IN = Path(__file__).parent / "data"
"""The catalogue that comes with the program."""

_SUFFIXES = {".toml", ".csv"}


class File(NamedTuple):
    """A catalogue file: its name inside the folder (slashes), where it came from, and what it holds."""

    name: str
    origin: Path
    content: bytes


class Row(NamedTuple):
    """One entry as written, with a place to name when it is wrong."""

    place: str
    """Such as ``watch/collect.toml [[call]] collect.imei.getImei``."""
    values: dict[str, Any]


def read(extra: Path | None = None) -> tuple[File, ...]:
    """Every file of the built-in folder, then every file of ``extra``, each folder in order of names.

    Raises ``CatalogError`` when ``extra`` is not a folder or a file of it cannot be read.
    """
    folders = [BUILT_IN] if extra is None else [BUILT_IN, extra]
    return tuple(file for folder in folders for file in _folder(folder))


def version(files: Sequence[File]) -> str:
    """The first 12 hex digits of SHA-256 over names and contents, in order."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0{len(file.content)}\0".encode())
        digest.update(file.content)
    return digest.hexdigest()[:12]


@lru_cache(maxsize=128)
def toml(file: File) -> dict[str, Any]:
    """The file's tables, parsed once however many kinds of entries are asked for.

    Raises ``CatalogError`` naming the file and the line.
    """
    try:
        return tomllib.loads(file.content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"{file.origin}: not TOML in UTF-8: {error}.", todo="Correct the file.") from error


def tables(file: File, kind: str) -> Iterator[Row]:
    """The entries ``[[kind]]`` of a TOML file, with the file's own keys (``topic``, ``source``, …) as defaults."""
    document = toml(file)
    defaults = {key: value for key, value in document.items() if not _is_table(value)}
    entries = document.get(kind, [])
    if not isinstance(entries, list):
        raise CatalogError(f"{file.origin}: {kind!r} is not a list of tables.", todo=f"Write [[{kind}]].")
    for number, entry in enumerate(entries, start=1):
        yield Row(f"{file.origin} [[{kind}]] {entry.get('id', f'number {number}')}", {**defaults, **entry})


def csv_rows(file: File) -> Iterator[Row]:
    """The rows of a CSV file with a header line; a byte-order mark is no part of the first name.

    Raises ``CatalogError`` naming the line when a row has more or fewer fields than the header.
    """
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogError(f"{file.origin}: not UTF-8: {error}.", todo="Save it as UTF-8.") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        for fields in reader:
            if not fields:
                continue
            if len(fields) != len(header):
                raise CatalogError(
                    f"{file.origin} line {reader.line_num}: {len(fields)} fields under {len(header)} names.",
                    todo="Quote fields that hold commas.",
                )
            yield Row(f"{file.origin} line {reader.line_num} {fields[0]}", dict(zip(header, fields, strict=True)))
    except csv.Error as error:
        raise CatalogError(f"{file.origin} line {reader.line_num}: {error}.", todo="Correct the quoting.") from error


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(entry, dict) for entry in value))


def _folder(folder: Path) -> Iterator[File]:
    if not folder.is_dir():
        raise CatalogError(f"{folder} is not a folder.", todo="Give FINWATCH_CATALOG a folder of catalogue files.")
    for path in sorted(folder.rglob("*")):
        if path.suffix not in _SUFFIXES or not path.is_file():
            continue
        try:
            yield File(path.relative_to(folder).as_posix(), path, path.read_bytes())
        except OSError as error:
            raise CatalogError(f"{path}: {error.strerror}.", todo="Make the file readable.") from error

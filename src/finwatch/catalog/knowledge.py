"""The catalogue as one value: ``load`` reads the files, lays an operator's folder over them, and versions the whole.

In: ``files`` and ``entries``. Out: ``Knowledge``, the argument of every later stage. An entry of the operator's
folder replaces the built-in entry of the same id, and stands beside the others otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from finwatch.catalog import entries, files
from finwatch.catalog.files import File, Row
from finwatch.model.base import Model
from finwatch.model.knowledge import DataItem, Knowledge, Packer, Sdk, WatchList

Noun = TypeVar("Noun")

_KEPT = 4
"""Catalogues kept in the process: the built-in one and those of a few operators' folders (tests use many)."""
_loaded: dict[str, Knowledge] = {}


class Control(Model):
    """A control of the survey of rules: which clauses of the catalogue it stands for, and how it is judged."""

    id: str
    clauses: tuple[str, ...]
    source: str
    number: str
    status: str
    determinism: str


def load(extra: Path | None = None) -> Knowledge:
    """The catalogue, with the files of ``extra`` laid over it; the same content gives the same object.

    Raises ``CatalogError`` naming the file and the entry that is wrong.
    """
    content = files.read(extra)
    version = files.version(content)
    if version not in _loaded:
        while len(_loaded) >= _KEPT:
            del _loaded[next(iter(_loaded))]
        _loaded[version] = _knowledge(content, version)
    return _loaded[version]


def data_items(extra: Path | None = None) -> dict[str, DataItem]:
    """The items of personal information by id, without the rest of the catalogue: what reading a policy needs.

    Raises ``CatalogError`` as ``load`` does.
    """
    return _csv_by(files.read(extra), "items", "id", entries.item)


def controls() -> dict[str, Control]:
    """The controls by id, with the clauses that a check answering them cites."""
    rows = (row for file in files.read() if file.name == "laws/controls.csv" for row in files.csv_rows(file))
    found = (
        Control(**{**row.values, "clauses": tuple(part for part in row.values["clauses"].split(";") if part)})
        for row in rows
    )
    return {control.id: control for control in found}


def _knowledge(content: Sequence[File], version: str) -> Knowledge:
    sdks = tuple(_by_id(content, "sdks/", "sdk", entries.sdk).values())
    packers = tuple(_by_id(content, "packers", "packer", entries.packer).values())
    return Knowledge(
        version=version,
        clauses=_csv_by(content, "laws/clauses", "id", entries.clause),
        items=_csv_by(content, "items", "id", entries.item),
        watch=_watch(content, sdks, packers),
        permissions=_csv_by(content, "permissions", "name", entries.permission),
        sdks=sdks,
        packers=packers,
        kinds=_by_id(content, "kinds", "kind", entries.kind),
        institutions=tuple(_by_id(content, "institutions", "institution", entries.institution).values()),
    )


def _watch(content: Sequence[File], sdks: Iterable[Sdk], packers: Iterable[Packer]) -> WatchList:
    prefixes = {prefix for sdk in sdks for prefix in sdk.prefixes}
    prefixes |= {prefix for packer in packers for prefix in packer.prefixes}
    return WatchList(
        calls=tuple(_by_id(content, "watch/", "call", entries.watched_call).values()),
        fields=tuple(_by_id(content, "watch/", "field", entries.watched_field).values()),
        strings=tuple(_by_id(content, "watch/", "string", entries.watched_string).values()),
        types=tuple(_by_id(content, "watch/", "type", entries.watched_type).values()),
        prefixes=tuple(sorted(prefixes)),
    )


def rows(content: Sequence[File], start: str, kind: str) -> Iterator[Row]:
    """The ``[[kind]]`` entries of every TOML file whose name begins with ``start``, in order."""
    for file in content:
        if file.name.startswith(start) and file.name.endswith(".toml"):
            yield from files.tables(file, kind)


def csv_rows(content: Sequence[File], start: str) -> Iterator[Row]:
    """The rows of every CSV file whose name begins with ``start``, in order."""
    for file in content:
        if file.name.startswith(start) and file.name.endswith(".csv"):
            yield from files.csv_rows(file)


def _by_id(content: Sequence[File], start: str, kind: str, make: Callable[[dict[str, Any]], Noun]) -> dict[str, Noun]:
    found = {}
    for row in rows(content, start, kind):
        noun = entries.build(make, row)
        found[row.values["id"]] = noun
    return found


def _csv_by(content: Sequence[File], start: str, key: str, make: Callable[[dict[str, Any]], Noun]) -> dict[str, Noun]:
    return {row.values[key]: entries.build(make, row) for row in csv_rows(content, start)}

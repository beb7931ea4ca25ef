"""Retention periods of the catalogue: ``retention.toml``, ``[[period]]`` id, zh, en, days, why_zh, why_en, source.

In: the built-in file and an operator's folder laid over it. Out: ``periods()`` by id. An operator may keep longer or
shorter by an entry of the same id; which periods there are is the program's business (``store.retention``).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from finwatch.catalog import files
from finwatch.catalog.entries import build
from finwatch.catalog.files import File
from finwatch.model.base import Text
from finwatch.model.retention import Period

FILE = "retention.toml"


def periods(extra: Path | None = None) -> dict[str, Period]:
    """The periods by id. Raises ``CatalogError`` naming the file and the entry that is wrong."""
    return dict(_periods(files.read(extra)))


@lru_cache(maxsize=4)
def _periods(content: tuple[File, ...]) -> dict[str, Period]:
    chosen = [file for file in content if file.name == FILE]
    return {row.values["id"]: build(period, row) for file in chosen for row in files.tables(file, "period")}


def period(values: dict[str, Any]) -> Period:
    """A period."""
    name = Text(zh=values.pop("zh"), en=values.pop("en"))
    why = Text(zh=values.pop("why_zh"), en=values.pop("why_en"))
    return Period(name=name, why=why, **values)

"""Rows of the catalogue's files as nouns of ``model.knowledge``; the second step of ``knowledge.load``.

In: ``files.Row``. Out: one noun per row, or ``CatalogError`` naming file and entry. The forms are:

``laws/clauses*.csv``
    id, source, number, title_zh, title_en, status
``items.csv``
    id, name_zh, name_en, parent, sensitive (yes/no), synonyms_zh, synonyms_en, permissions, source
``permissions.csv``
    name, title_zh, title_en, level, items, source
``watch/*.toml``
    ``[[call]]`` id, class, name, proto?, argument?, items?, topic, source; ``[[field]]`` id, class, name, items?,
    topic, source; ``[[string]]`` id, pattern, topic, source; ``[[type]]`` id, type, methods?, topic, source.
    ``class`` and ``type`` are descriptors or names with dots; ``topic`` and ``source`` may stand once at the top
    of a file.
``sdks/*.toml``
    ``[[sdk]]`` id, zh, en, vendor_zh, vendor_en, purpose, country?, prefixes?, components?, libraries?, collects?,
    source
``packers.toml``
    ``[[packer]]`` id, zh, en, files?, prefixes?, source
``kinds.toml``
    ``[[kind]]`` id, zh, en, words, negative_words?, licence_zh?, licence_en?, necessary_items?, source;
    ``negative_everywhere`` at the top of the file holds words that speak against every kind
``institutions/*.toml`` or ``institutions.toml``
    ``[[institution]]`` id, zh, en, kind, aliases?, fictional?, source and ``[[institution.app]]`` package, names?,
    signers?

Lists in a CSV field are separated by semicolons.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError

from finwatch.catalog.files import Row
from finwatch.errors import CatalogError
from finwatch.model.base import Text
from finwatch.model.knowledge import (
    AndroidPermission,
    Clause,
    DataItem,
    FinanceKind,
    Institution,
    OfficialApp,
    Packer,
    Sdk,
    WatchedCall,
    WatchedField,
    WatchedString,
    WatchedType,
)

Noun = TypeVar("Noun")


def build(make: Callable[[dict[str, Any]], Noun], row: Row) -> Noun:
    """What ``make`` gives for the row. A missing key or a wrong type is a ``CatalogError`` that names the entry."""
    try:
        return make(dict(row.values))
    except KeyError as error:
        raise CatalogError(f"{row.place}: {error.args[0]!r} is missing.", todo="Add it.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "entry"
        raise CatalogError(f"{row.place}: {where}: {first['msg']}.", todo="Correct it.") from error


def clause(values: dict[str, Any]) -> Clause:
    """A clause of a law, rule or standard."""
    return Clause(title=_text(values, "title_"), **values)


def item(values: dict[str, Any]) -> DataItem:
    """A personal-information item."""
    return DataItem(
        name=_text(values, "name_"),
        synonyms_zh=_list(values.pop("synonyms_zh")),
        synonyms_en=_list(values.pop("synonyms_en")),
        permissions=_list(values.pop("permissions")),
        parent=values.pop("parent") or None,
        **values,
    )


def permission(values: dict[str, Any]) -> AndroidPermission:
    """An Android permission."""
    return AndroidPermission(title=_text(values, "title_"), items=_list(values.pop("items")), **values)


def watched_call(values: dict[str, Any]) -> WatchedCall:
    """A call to watch."""
    class_name = values.pop("class", None)
    return WatchedCall(class_name=None if class_name is None else descriptor(class_name), **values)


def watched_field(values: dict[str, Any]) -> WatchedField:
    """A field to watch."""
    return WatchedField(class_name=descriptor(values.pop("class")), **values)


def watched_string(values: dict[str, Any]) -> WatchedString:
    """A pattern over strings to watch; its source stays in the file, for the reader of the catalogue."""
    values.pop("source", None)
    return WatchedString(**values)


def watched_type(values: dict[str, Any]) -> WatchedType:
    """A type whose implementations to watch; its source stays in the file."""
    values.pop("source", None)
    return WatchedType(type_name=descriptor(values.pop("type")), **values)


def sdk(values: dict[str, Any]) -> Sdk:
    """A third-party component."""
    return Sdk(name=_text(values), vendor=_text(values, "vendor_"), **values)


def packer(values: dict[str, Any]) -> Packer:
    """A packer."""
    return Packer(name=_text(values), **values)


def kind(values: dict[str, Any]) -> FinanceKind:
    """A kind of finance."""
    licence = _text(values, "licence_") if "licence_zh" in values else None
    against = (*values.pop("negative_words", ()), *values.pop("negative_everywhere", ()))
    return FinanceKind(name=_text(values), licence=licence, negative_words=against, **values)


def institution(values: dict[str, Any]) -> Institution:
    """An institution with the apps it publishes."""
    apps = tuple(OfficialApp(**app) for app in values.pop("app", ()))
    return Institution(name=_text(values), apps=apps, **values)


def descriptor(name: str) -> str:
    """``Lpkg/Outer$Inner;`` of a descriptor or of a class name with dots."""
    return name if name.endswith(";") else f"L{name.replace('.', '/')};"


def _text(values: dict[str, Any], prefix: str = "") -> Text:
    return Text(zh=values.pop(f"{prefix}zh"), en=values.pop(f"{prefix}en"))


def _list(field: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in field.split(";") if part.strip())

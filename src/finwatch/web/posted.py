"""What a browser posted, apart: fields of the form, fields of the note, and the few plain ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from finwatch.errors import InputError

_ROW = re.compile(r"([a-z_0-9]+)\.(\d{1,4})\.([a-z_0-9]+)")


@dataclass(frozen=True)
class Posted:
    """A posted form: names begin with ``form.`` or ``note.``, others are plain."""

    form: dict[str, Any] = field(default_factory=dict)
    note: dict[str, Any] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)
    picked: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()

    @property
    def comment(self) -> str:
        """What was written beside the fields."""
        return self.plain.get("comment", "")

    @property
    def more(self) -> str:
        """Which table is to get more empty rows (``form:sdks``); empty = the form is meant."""
        return self.plain.get("more", "")

    @property
    def version(self) -> int:
        """The version of the case that was looked at. Raises ``InputError``."""
        try:
            return int(self.plain.get("version", ""))
        except ValueError as error:
            raise InputError("The form has no version.", zh="表单缺少版本号。", todo="Load the page again.") from error

    def rows(self, name: str, *, prefix: str) -> list[dict[str, Any]]:
        """The rows of a table as they were typed, without empty ones."""
        rows: dict[int, dict[str, Any]] = {}
        for key, value in (self.form if prefix == "form" else self.note).items():
            if (found := _ROW.fullmatch(key)) and found[1] == name:
                rows.setdefault(int(found[2]), {})[found[3]] = value
        return [row for _, row in sorted(rows.items()) if any(row.values())]


def posted(request: Request) -> Posted:
    """The form that ``request`` carries, which ``api.acting`` has read."""
    parts: dict[str, dict[str, Any]] = {"form": {}, "note": {}, "plain": {}}
    picked: list[str] = []
    attachments: list[str] = []
    for name, value in request.state.posted:
        if name == "picked":
            picked.append(value)
        elif name == "attachment":
            attachments.extend(value.split())
        elif name.startswith(("form.", "note.")):
            _put(parts[name[:4]], name[5:], value)
        else:
            parts["plain"][name] = value
    return Posted(parts["form"], parts["note"], parts["plain"], tuple(picked), tuple(attachments))


def _put(into: dict[str, Any], name: str, value: str) -> None:
    """A name that comes again (tick boxes of one field) becomes a list; a hidden ``[]`` says that none was ticked."""
    if name.endswith("[]"):
        chosen = into.setdefault(name[:-2], [])
        if value:
            chosen.append(value)
    else:
        into[name] = value

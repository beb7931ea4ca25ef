"""Waivers of a release: a TOML file with one ``[[waiver]]`` a finding, each with reason, approver and last day.

::

    [[waiver]]
    check = "lets_screens_be_captured"
    reason = "Screens without account data; a task is filed for the rest."
    approver = "Head of information security"
    until = 2026-12-31
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from pathlib import Path

from pydantic import ValidationError

from finwatch.errors import InputError
from finwatch.model.selfcheck import Waiver

_TODO = "Each [[waiver]] needs check, reason, approver and until = YYYY-MM-DD."


def read_waivers(path: Path, *, known: Collection[str]) -> tuple[Waiver, ...]:
    """The waivers of a file, in its order; ``known`` are the ids of checks.

    Raises ``InputError`` naming the file and the entry: for one without reason, approver or day, and for a check that
    does not exist, which would waive nothing and look as if it did.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}).", todo="Name the file of waivers.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not TOML in UTF-8: {error}.", todo=_TODO) from error
    entries = document.get("waiver", [])
    unknown = sorted(set(document) - {"waiver"})
    if unknown or not isinstance(entries, list):
        raise InputError(f"{path}: {', '.join(unknown) or 'waiver'} is not [[waiver]].", todo=_TODO)
    return tuple(_waiver(path, number, entry, known) for number, entry in enumerate(entries, start=1))


def _waiver(path: Path, number: int, entry: object, known: Collection[str]) -> Waiver:
    place = f"{path}: waiver {number}"
    try:
        waiver = Waiver.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "entry"
        raise InputError(f"{place}: {where}: {first['msg']}.", todo=_TODO) from error
    for field in ("reason", "approver"):
        if not getattr(waiver, field).strip():
            raise InputError(f"{place}: {field} is empty.", todo=_TODO)
    if waiver.check not in known:
        raise InputError(f"{place}: there is no check {waiver.check!r}.", todo="Use an id of docs/reference/checks.md.")
    return waiver

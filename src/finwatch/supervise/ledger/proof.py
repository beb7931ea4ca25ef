"""What the ledger's workflows share: who takes part, proofs that the lake must hold, dates that have passed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from finwatch.model.base import Text
from finwatch.model.case import FieldProblem, Part, Party
from finwatch.supervise.form import field
from finwatch.supervise.machine import Occasion

OWNER: Final = (Part.OWNER,)
SHA256: Final = r"^[0-9a-f]{64}$"


def proof_field(zh: str, en: str) -> Any:
    """A file that must be there: its SHA-256."""
    hint = Text(zh="先上传文件，再填其SHA-256", en="Upload the file first; its SHA-256 stands here.")
    return field(zh, en, required=True, widget="file", pattern=SHA256, hint=hint)


def owner_of(occasion: Occasion) -> tuple[Party, ...]:
    """The institution as the owner of the case."""
    return (Party(part=Part.OWNER, organisation=occasion.case.owner),)


def unproven(occasion: Occasion, *names: str) -> tuple[FieldProblem, ...]:
    """A problem for each field of the note that names a file which nobody has uploaded."""
    found = []
    for name in names:
        told = occasion.note.get(name)
        if told and not occasion.look.knows_blob(told):
            says = Text(
                zh="系统中没有这个文件：请先上传，再填写它的SHA-256。",
                en="There is no such file: upload it first, then give its SHA-256.",
            )
            found.append(FieldProblem(field=name, says=says))
    return tuple(found)


def not_yet(occasion: Occasion, *names: str) -> tuple[FieldProblem, ...]:
    """A problem for each date of the note that has not come."""
    found = []
    for name in names:
        told = day_of(occasion.note.get(name))
        if told is not None and told > occasion.day:
            says = Text(zh=f"{told} 还没有到。", en=f"{told} has not come yet.")
            found.append(FieldProblem(field=name, says=says))
    return tuple(found)


def day_of(value: Any) -> date | None:
    """A date out of a form's JSON."""
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


def problem(name: str, zh: str, en: str) -> tuple[FieldProblem, ...]:
    """One problem at one field."""
    return (FieldProblem(field=name, says=Text(zh=zh, en=en)),)


def joined(*found: Sequence[FieldProblem]) -> tuple[FieldProblem, ...]:
    """All problems in their order."""
    return tuple(one for some in found for one in some)

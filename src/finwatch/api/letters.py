"""Official documents over the API: those of a case as DOCX or PDF, their numbers, many at once, the weekly report."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field

from finwatch.api.acting import needs
from finwatch.api.cases import Number, Reader
from finwatch.errors import InputError
from finwatch.flow.letters import MEDIA, SETTERS, Documents, Format
from finwatch.model.access import Actor, Permission
from finwatch.model.base import Model
from finwatch.report.letters import Letter, batch, file_name

Writer = Annotated[Actor, Depends(needs(Permission.CASE_READ, Permission.DOCUMENT_WRITE))]
NAME: Final = "^[a-z]{3,20}-[0-9]{1,9}$"
Named = Annotated[str, Path(pattern=NAME, description="Kind and step, as the list gives them")]
MOST: Final = 200
"""Documents in one file."""


class DocumentView(Model):
    """A document of a case."""

    name: str
    kind: str
    title: str
    issuer: str
    number: str | None
    """``None`` = a draft."""


class Given(Model):
    """A document's number."""

    number: str


class Asked(Model):
    """Which documents to put into one file; ``numbered`` gives those without a number theirs."""

    documents: Annotated[
        tuple[tuple[Annotated[int, Field(ge=1, lt=1 << 63)], Annotated[str, Field(pattern=NAME)]], ...],
        Field(min_length=1, max_length=MOST),
    ]
    """Pairs of case and document name."""
    format: Format = "docx"
    numbered: bool = False


def routes(api: APIRouter, documents: Documents) -> None:
    """Adds the routes to ``api``."""

    @api.get("/cases/{number}/documents", tags=["documents"])
    def listed(actor: Reader, number: Number) -> list[DocumentView]:
        """The documents that a case has."""
        return [
            DocumentView(name=one.name, kind=one.kind, title=one.title, issuer=one.issuer, number=one.number)
            for one in documents.of(number, scope=actor.scope)
        ]

    @api.post("/cases/{number}/documents/{name}/number", tags=["documents"])
    def numbered(actor: Writer, number: Number, name: Named) -> Given:
        """Gives a document its number; the one it has where it has one."""
        kind, step = parts(name)
        return Given(number=documents.give_number(actor, number, kind, step))

    @api.get("/cases/{number}/documents/{name}.{form}", tags=["documents"], response_class=Response)
    def document(actor: Reader, number: Number, name: Named, form: Format) -> Response:
        """A document as DOCX or PDF; a draft says that it is one."""
        kind, step = parts(name)
        return sent(documents.letter(number, kind, step, scope=actor.scope), form)

    @api.post("/documents/batch", tags=["documents"], response_class=Response)
    def many(actor: Writer, asked: Asked) -> Response:
        """Many documents in one ZIP file, in the order asked for."""
        return zipped(documents, actor, asked.documents, form=asked.format, numbered=asked.numbered)

    @api.get("/documents/weekly.{form}", tags=["documents"], response_class=Response)
    def weekly(actor: Reader, form: Format) -> Response:
        """The weekly report of your office: the figures of the first page and of your desk."""
        return sent(documents.weekly(actor), form)


def parts(name: str) -> tuple[str, int]:
    """``return-7`` as kind and step."""
    kind, _, step = name.partition("-")
    return kind, int(step)


def sent(letter: Letter, form: Format) -> Response:
    """The letter as a file."""
    return _file(SETTERS[form](letter), file_name(letter), form, MEDIA[form])


def zipped(
    documents: Documents,
    actor: Actor,
    wanted: tuple[tuple[int, str], ...],
    *,
    form: Literal["docx", "pdf"],
    numbered: bool,
) -> Response:
    """The documents in one ZIP file."""
    if not 0 < len(wanted) <= MOST:
        raise InputError(f"1 to {MOST} documents go into one file.", zh=f"一次可打包1至{MOST}份文书。")
    letters = []
    for case, name in wanted:
        kind, step = parts(name)
        if numbered:
            documents.give_number(actor, case, kind, step)
        letters.append(documents.letter(case, kind, step, scope=actor.scope))
    return _file(batch(letters, setter=SETTERS[form], suffix=form), "documents", "zip", "application/zip")


def _file(data: bytes, name: str, suffix: str, media: str) -> Response:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}.{suffix}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return Response(data, media_type=media, headers=headers)

"""Handing in files without script, and handing out those of a case.

A form's file field takes the SHA-256 of a file that is here. With script the field uploads by itself over tus
(``static/upload.js``); without it a file goes up on this page, which then shows what to put into the field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from finwatch.api.cases import Reader
from finwatch.api.uploads import Sender, view
from finwatch.errors import FormError, InputError, NotFound
from finwatch.flow.upload import Receiver
from finwatch.model.access import Actor
from finwatch.model.base import Text
from finwatch.model.case import Case, FieldProblem
from finwatch.supervise.desk import Desk
from finwatch.web.pages import Site

_READ = 1 << 20
_OVERHEAD = 64 << 10
"""Bytes of a form around its file."""


def bounded(receiver: Receiver) -> Any:
    """A dependency that refuses a form that is too long before any of it is read."""

    async def check(request: Request) -> None:
        length = request.headers.get("content-length", "")
        most = receiver.limits.file_bytes + _OVERHEAD
        if not length.isdecimal() or int(length[:19]) > most:
            raise InputError(
                f"A file has {receiver.limits.file_bytes:,} bytes at most.",
                zh=f"文件不得超过{receiver.limits.file_bytes:,}字节。",
                todo="Send it over the API in parts, or make it smaller.",
            )

    return check


def routes(pages: APIRouter, site: Site, desk: Desk, receiver: Receiver) -> None:
    """Adds the pages."""

    @pages.get("/uploads")
    def uploads(request: Request, actor: Sender) -> Response:
        return _page(request, site, receiver, actor)

    @pages.post("/uploads", dependencies=[Depends(bounded(receiver))])
    async def handed_in(request: Request, actor: Sender) -> Response:
        form = await request.form()
        file = form.get("file")
        try:
            if not isinstance(file, UploadFile) or not file.filename:
                says = Text(zh="请选择文件。", en="Choose a file.")
                raise FormError((FieldProblem(field="file", says=says),))
            await run_in_threadpool(_take, receiver, actor, file.filename, file.file, file.size or 0)
        except FormError as error:
            return _page(request, site, receiver, actor, problems=error.problems)
        return RedirectResponse("/uploads", status_code=303)

    @pages.get("/cases/{number:int}/files/{sha256}")
    def file(actor: Reader, number: int, sha256: str) -> Response:
        case = desk.store.cases.get(number, scope=actor.scope)
        steps = desk.store.cases.steps(number, scope=actor.scope)
        attached = {one for step in steps for one in step.attachments}
        if sha256 not in attached | _named(case) or not site.lake.blobs.has(sha256):
            raise NotFound("This case has no such file.", zh="该事项没有这个文件。")
        known = site.store.uploads.file(sha256)
        name = quote(known.name if known else sha256)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "private, no-store"}
        return StreamingResponse(
            _chunks(site.lake.blobs.open(sha256)), media_type="application/octet-stream", headers=headers
        )


def _page(
    request: Request, site: Site, receiver: Receiver, actor: Actor, *, problems: tuple[FieldProblem, ...] = ()
) -> Response:
    return site.render(
        request,
        "uploads.html",
        section="/desk",
        status=422 if problems else 200,
        uploads=[view(receiver, one) for one in receiver.of(actor)],
        most=receiver.limits.file_bytes,
        problems={problem.field: problem.says for problem in problems},
    )


def _take(receiver: Receiver, actor: Actor, name: str, file: BinaryIO, length: int) -> None:
    """A file that a form brought, from its temporary place on disk into the lake."""
    new = receiver.begin(actor, name=name, length=length)
    with receiver.growing(actor, new.id, offset=0) as growth:
        file.seek(0)
        while data := file.read(_READ):
            growth.write(data)
        growth.end()


def _named(case: Case) -> set[str]:
    """Every text of the form, rows included: a file is one that the form names."""
    found: set[str] = set()
    todo: list[Any] = list(case.form.values())
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, list | tuple):
            todo.extend(value)
        elif isinstance(value, dict):
            todo.extend(value.values())
    return found


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while data := stream.read(_READ):
            yield data

"""Files that people hand in, over the tus 1.0.0 protocol (https://tus.io/protocols/resumable-upload).

Core, creation, checksum, termination and expiration, so every tus client can send packages of up to 2 GiB over bad
lines; why these routes are ours is decision 015. An upload is its sender's own: to others it is not there.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator
from contextlib import ExitStack
from email.utils import format_datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from finwatch.api import problems
from finwatch.api.acting import needs
from finwatch.errors import FinwatchError, FormError, InputError
from finwatch.flow.upload import ALGORITHMS, Growth, Receiver
from finwatch.model.access import Actor, Permission
from finwatch.model.base import Model, UtcTime
from finwatch.model.upload import Upload

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,checksum,termination,expiration"
BODY: Final = "application/offset+octet-stream"
WRITERS: Final = frozenset(
    {
        Permission.INSTITUTION_FILE,
        Permission.FILING_WRITE,
        Permission.FILING_CERTIFY,
        Permission.FILING_TEST,
        Permission.FILING_REVIEW,
        Permission.FILING_APPROVE,
        Permission.TEST_RECORD,
        Permission.NOTICE_ISSUE,
        Permission.NOTICE_ANSWER,
        Permission.MEASURE_CARRY_OUT,
        Permission.APPEAL_FILE,
        Permission.LEDGER_WRITE,
        Permission.COMPLAINT_HANDLE,
        Permission.COMPLAINT_ANSWER,
        Permission.RISK_SEND,
        Permission.RISK_ANSWER,
        Permission.DOCUMENT_WRITE,
    }
)
"""Whoever may write something may attach files to it."""
_BATCH: Final = 1 << 20
"""Bytes gathered before they are written: one step to the disk's thread for many packets."""
_MOST_METADATA: Final = 4_096
_NUMBER: Final = 19
"""Digits of a length or an offset."""
Number = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{16,64}$", description="Id of the upload")]


class UploadView(Model):
    """An upload as its sender sees it."""

    id: str
    name: str
    length: int
    received: int
    sha256: str | None
    """What a form's file field takes, once the file is whole."""
    md5: str | None
    begun: UtcTime
    expires: UtcTime | None
    """When it is forgotten unless more is sent; ``None`` = it is whole and stays."""


Sender = Annotated[Actor, Depends(needs(any_of=WRITERS))]
"""Who may write something."""


def routes(api: APIRouter, receiver: Receiver) -> None:
    """Adds the routes to ``api``."""
    _telling(api, receiver)
    _sending(api, receiver)


def _telling(api: APIRouter, receiver: Receiver) -> None:
    @api.options("/uploads", tags=["uploads"], status_code=204)
    def abilities(actor: Sender) -> Response:
        """What this tus server can do."""
        told = {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(receiver.limits.file_bytes),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        }
        return Response(status_code=204, headers=_tus(told))

    @api.get("/uploads", tags=["uploads"])
    def uploads(actor: Sender) -> list[UploadView]:
        """Your uploads, newest first."""
        return [view(receiver, one) for one in receiver.of(actor)]

    @api.get("/uploads/{number}", tags=["uploads"])
    def upload(actor: Sender, number: Number) -> UploadView:
        """One of your uploads: how far it is, and its digests once it is whole."""
        return view(receiver, receiver.get(actor, number))

    @api.head("/uploads/{number}", tags=["uploads"])
    def stands(request: Request, actor: Sender, number: Number) -> Response:
        """Where an upload stands (tus core)."""
        found = receiver.get(actor, number)
        told = {"Upload-Length": str(found.length), "Cache-Control": "no-store"}
        return Response(status_code=200, headers=_tus(told) | _offset(receiver, found))


def _sending(api: APIRouter, receiver: Receiver) -> None:
    @api.post("/uploads", tags=["uploads"], status_code=201)
    def begin(request: Request, actor: Sender) -> Response:
        """Begins an upload (tus creation): `Upload-Length`, and `Upload-Metadata` with `filename`."""
        if refused := _version(request):
            return refused
        length = _whole(request, "upload-length")
        new = receiver.begin(actor, name=_metadata(request).get("filename", "file"), length=length)
        told = {"Location": f"{request.url.path}/{new.id}"}
        return Response(status_code=201, headers=_tus(told) | _offset(receiver, new))

    @api.patch("/uploads/{number}", tags=["uploads"], status_code=204)
    async def send(request: Request, actor: Sender, number: Number) -> Response:
        """Adds bytes at `Upload-Offset` (tus core), with `Upload-Checksum` where one is given."""
        if refused := _version(request):
            return refused
        if request.headers.get("content-type", "").partition(";")[0].strip() != BODY:
            return _answer(request, InputError(f"Send {BODY}.", zh=f"内容类型须为 {BODY}。"), 415)
        offset, checksum = _whole(request, "upload-offset"), _checksum(request)
        try:
            after = await _received(request, receiver, actor, number, offset=offset, checksum=checksum)
        except FormError as error:
            return _answer(request, error, 413)
        return Response(status_code=204, headers=_tus({}) | _offset(receiver, after))

    @api.delete("/uploads/{number}", tags=["uploads"], status_code=204)
    def drop(request: Request, actor: Sender, number: Number) -> Response:
        """Forgets an upload that is not whole (tus termination)."""
        receiver.drop(actor, number)
        return Response(status_code=204, headers=_tus({}))


async def _received(
    request: Request,
    receiver: Receiver,
    actor: Actor,
    number: str,
    *,
    offset: int,
    checksum: tuple[str, bytes] | None,
) -> Upload:
    """Takes the body in; what came before a cut is kept. The file is let go of however this ends."""
    held = ExitStack()
    growth: Growth = await run_in_threadpool(held.enter_context, receiver.growing(actor, number, offset=offset))
    try:
        if checksum is not None:
            growth.expect(*checksum)
        complete = True
        try:
            async for batch in _batches(request, receiver.limits.silence_seconds):
                await run_in_threadpool(growth.write, batch)
        except (ClientDisconnect, TimeoutError):
            complete = False
        return await run_in_threadpool(growth.end, complete=complete)
    finally:
        await run_in_threadpool(held.close)


async def _batches(request: Request, silence: float) -> AsyncIterator[bytes]:
    """The body in pieces of about a megabyte; after a cut, first what had come. Raises ``TimeoutError``."""
    gathered, size = [], 0
    stream = request.stream()
    try:
        while True:
            async with asyncio.timeout(silence):
                data = await anext(stream, None)
            if data is None:
                break
            gathered.append(data)
            size += len(data)
            if size >= _BATCH:
                yield b"".join(gathered)
                gathered, size = [], 0
    except (ClientDisconnect, TimeoutError):
        if gathered:
            yield b"".join(gathered)
        raise
    if gathered:
        yield b"".join(gathered)


# Headers -------------------------------------------------------------------------------------------------------------


def view(receiver: Receiver, of: Upload) -> UploadView:
    """An upload as its sender sees it."""
    kept = {name: getattr(of, name) for name in UploadView.model_fields if name != "expires"}
    return UploadView(**kept, expires=None if of.whole else receiver.expires(of))


def _tus(headers: dict[str, str]) -> dict[str, str]:
    return {"Tus-Resumable": VERSION, **headers}


def _offset(receiver: Receiver, of: Upload) -> dict[str, str]:
    told = {"Upload-Offset": str(of.received)}
    if of.sha256 is None:
        return told | {"Upload-Expires": format_datetime(receiver.expires(of), usegmt=True)}
    return told | {"X-Content-SHA256": of.sha256}


def _version(request: Request) -> Response | None:
    if request.headers.get("tus-resumable") == VERSION:
        return None
    error = InputError(f"Send Tus-Resumable: {VERSION}.", zh=f"须带请求头 Tus-Resumable: {VERSION}。")
    response = _answer(request, error, 412)
    response.headers["Tus-Version"] = VERSION
    return response


def _answer(request: Request, error: FinwatchError, status: int) -> Response:
    response = problems.answer(request, error)
    response.status_code = status
    response.headers["Tus-Resumable"] = VERSION
    return response


def _whole(request: Request, name: str) -> int:
    value = request.headers.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) <= _NUMBER):
        raise InputError(f"{name} must be a whole number.", zh=f"请求头 {name} 须为整数。")
    return int(value)


def _metadata(request: Request) -> dict[str, str]:
    """``Upload-Metadata``: keys with base64 values. What is malformed is left out: a name is a courtesy."""
    found = {}
    for pair in request.headers.get("upload-metadata", "")[:_MOST_METADATA].split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found


def _checksum(request: Request) -> tuple[str, bytes] | None:
    value = request.headers.get("upload-checksum")
    if value is None:
        return None
    algorithm, _, digest = value.strip().partition(" ")
    try:
        if algorithm in ALGORITHMS:
            return algorithm, base64.b64decode(digest, validate=True)
    except binascii.Error:
        pass
    raise InputError(
        f"Upload-Checksum must be one of {', '.join(ALGORITHMS)} and a base64 digest.",
        zh=f"Upload-Checksum 须为 {'、'.join(ALGORITHMS)} 之一加base64摘要。",
    )

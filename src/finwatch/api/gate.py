"""A store's question in one call: send a package, or name one that is kept here; answered with reasons in Chinese."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as Place
from starlette.concurrency import run_in_threadpool

from finwatch.api.acting import needs
from finwatch.errors import InputError
from finwatch.flow.gate import Gate
from finwatch.lake import Lake
from finwatch.limits import PACKAGE
from finwatch.model.access import Actor, Permission
from finwatch.model.gate import GateAnswer
from finwatch.store import Store

Asker = Annotated[Actor, Depends(needs(Permission.LISTING_ASK))]
Sha256 = Annotated[str, Place(pattern="^[0-9a-f]{64}$", description="SHA-256 of a package that is kept here")]
Name = Annotated[str, Query(max_length=200, description="What the store calls it; for the journal")]


def routes(api: APIRouter, gate: Gate, store: Store, lake: Lake) -> None:
    """Adds the routes to ``api``."""

    @api.post(
        "/may-be-listed",
        tags=["stores"],
        openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}, "required": True}},
    )
    async def ask(request: Request, actor: Asker, name: Name = "package") -> GateAnswer:
        """May this package be listed? The package is the body of the request; nothing of it is kept."""
        with tempfile.TemporaryDirectory(prefix="finwatch-") as folder:
            path = Path(folder) / "package"
            await _receive(request, path)
            answer = await run_in_threadpool(gate.answer, path)
        await run_in_threadpool(_journal, store, actor, answer, name)
        return answer

    @api.post("/may-be-listed/{sha256}", tags=["stores"])
    def ask_kept(actor: Asker, sha256: Sha256) -> GateAnswer:
        """The same of a package that is kept here: one that was crawled, or handed in."""
        answer = gate.answer(lake.blobs.path(sha256))
        _journal(store, actor, answer, sha256)
        return answer


async def _receive(request: Request, path: Path) -> None:
    """The body into a file, as it comes. Raises ``InputError`` when it is empty or larger than a package may be."""
    received = 0
    with path.open("wb") as file:
        async for chunk in request.stream():
            received += len(chunk)
            if received > PACKAGE.file_bytes:
                raise InputError(
                    f"The package has more than {PACKAGE.file_bytes:,} bytes.", zh="安装包过大。", todo="Use /uploads."
                )
            file.write(chunk)
    if not received:
        raise InputError("The request has no body.", zh="请求中没有安装包。", todo="Send the package as the body.")


def _journal(store: Store, actor: Actor, answer: GateAnswer, name: str) -> None:
    with store.deciding(actor, now=answer.asked) as unit:
        detail = {"verdict": answer.verdict.value, "name": name, "package": answer.package}
        unit.journal("listing:ask", f"package:{answer.sha256}", detail)

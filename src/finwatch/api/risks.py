"""Shared risks as STIX 2.1 files: out under the reader's scope, in as drafts that a person sends."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from finwatch.api.acting import needs
from finwatch.errors import InputError
from finwatch.model.access import Actor, Permission
from finwatch.store.case import CaseFilter
from finwatch.supervise.desk import Desk
from finwatch.supervise.sharing import stix

Reader = Annotated[Actor, Depends(needs(Permission.RISK_READ))]
Sender = Annotated[Actor, Depends(needs(Permission.RISK_SEND))]
BATCH = 200


def routes(api: APIRouter, desk: Desk) -> None:
    """Adds the routes to ``api``."""

    @api.get("/risks.stix", tags=["risks"])
    def bundle(actor: Reader) -> Response:
        """Every risk that you may see, as one STIX 2.1 bundle."""
        return Response(bundle_of(desk, actor), media_type="application/stix+json;version=2.1")

    @api.post(
        "/risks.stix",
        tags=["risks"],
        openapi_extra={"requestBody": {"content": {"application/stix+json": {}}, "required": True}},
    )
    async def read(request: Request, actor: Sender) -> stix.Reading:
        """What a bundle holds, as filled-in forms; nothing is sent. A bundle that refers in a circle is refused."""
        received = bytearray()
        async for chunk in request.stream():
            received += chunk
            if len(received) > stix.BYTES:
                raise InputError(f"The bundle has more than {stix.BYTES:,} bytes.", zh="STIX 文件过大。")
        return stix.read(bytes(received))


def bundle_of(desk: Desk, actor: Actor) -> bytes:
    """The risks in an actor's scope as a bundle."""
    objects: list[dict[str, Any]] = []
    last = 0
    where = CaseFilter(machines=("risk", "common_risk"))
    while cases := desk.store.cases.following(last, where, scope=actor.scope, limit=BATCH):
        names = {one.id: one.name for one in desk.store.accounts.organisations(among={case.owner for case in cases})}
        for case in cases:
            objects += stix.objects_of(case, author=names.get(case.owner), since=stix.FIRST)
        last = cases[-1].id
    return stix.bundle(objects)

"""The approved list for everybody: pages of it, single apps, published lists and their files, proofs."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import FileResponse

from finwatch.api.acting import public
from finwatch.api.asking import Before, Limit
from finwatch.api.problems import Problem
from finwatch.errors import NotFound
from finwatch.flow.proving import Prover
from finwatch.lake import Lake
from finwatch.model.approved import ApprovedApp, ApprovedPage, ApprovedState, Platform, PublishedList
from finwatch.store import Store
from finwatch.transparency.bundle import Proof

TAG = "approved list"
Kind = Literal["json", "csv"]
MEDIA: dict[str, str] = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
Record = Annotated[int, Path(ge=0, lt=1 << 63, description="Record number: `id` of a row")]
Key = Annotated[int, Query(ge=0, lt=1 << 63, description="`next` of the page before")]
Edition = Annotated[int | None, Query(alias="list", ge=1, lt=1 << 63, description="Number of a list; else the newest")]


def router(store: Store, lake: Lake) -> APIRouter:
    """The routes, all open to everybody."""
    api = APIRouter(
        prefix="/api/v1/approved",
        tags=[TAG],
        dependencies=[Depends(public)],
        responses={404: {"model": Problem}, 422: {"model": Problem}},
    )
    prover = Prover(store, lake)

    @api.get("")
    def approved(
        q: Annotated[str | None, Query(max_length=200, description="Words of names, institution, number")] = None,
        state: ApprovedState | None = None,
        platform: Platform | None = None,
        region: Annotated[str | None, Query(pattern="^[0-9]{2,6}$")] = None,
        credit_code: Annotated[str | None, Query(max_length=40)] = None,
        package: Annotated[str | None, Query(max_length=255)] = None,
        after: Key = 0,
        limit: Limit = 50,
    ) -> ApprovedPage:
        """A page of the approved list, by record number."""
        return store.approved.page(
            q=q,
            state=state,
            platform=platform,
            region=region,
            credit_code=credit_code,
            package=package,
            after=after,
            limit=limit,
        )

    @api.get("/lists")
    def lists(before: Before = None, limit: Limit = 50) -> list[PublishedList]:
        """Published lists, newest first, each with its signatures."""
        return list(store.approved.lists(before=before, limit=limit))

    @api.get("/lists/{number}/file", response_class=FileResponse)
    def file(number: Annotated[int, Path(ge=1, lt=1 << 63)], kind: Kind = "json") -> FileResponse:
        """A published list, byte for byte as it was signed."""
        return file_of(store, lake, kind, number)

    @api.get("/lists/{number}/signature")
    def signature(number: Annotated[int, Path(ge=1, lt=1 << 63)], kind: Kind = "json") -> Response:
        """Its detached signature (`finwatch.signature/1`)."""
        return signature_of(store, kind, number)

    @api.get("/numbers/{number}")
    def number(number: Annotated[str, Path(max_length=80)]) -> list[ApprovedApp]:
        """The apps of a filing number, one a platform."""
        found = store.approved.under(number)
        if not found:
            raise NotFound(
                f"There is no filing number {number!r}.", zh=f"没有备案编号“{number}”。", todo="Check the number."
            )
        return list(found)

    @api.get("/{record}")
    def app(record: Record) -> ApprovedApp:
        """One app as it stands in the list."""
        return store.approved.get(record)

    @api.get("/{record}/proof")
    def proof(record: Record, number: Edition = None) -> Proof:
        """The proof (`finwatch.proof/1`) that the app's row stands in a published list, and the list in the log."""
        return prover.entry(record, number=number)

    return api


def file_of(store: Store, lake: Lake, kind: str, number: int | None = None) -> FileResponse:
    """A published list as a file, by default the newest."""
    made = store.approved.list(number)
    digest = made.sha256 if kind == "json" else made.csv_sha256
    return FileResponse(
        lake.blobs.path(digest),
        media_type=MEDIA[kind],
        filename=f"approved-{made.number}.{kind}",
        headers={"ETag": f'"{digest}"', "Cache-Control": "public, max-age=300"},
    )


def signature_of(store: Store, kind: str, number: int | None = None) -> Response:
    """Its signature, by default the newest list's."""
    made = store.approved.list(number)
    text = made.signature if kind == "json" else made.csv_signature
    return Response(text, media_type="application/json", headers={"Cache-Control": "public, max-age=300"})

"""The transparency log for everybody: heads, keys, leaves by range, proofs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from finwatch.api.acting import public
from finwatch.api.asking import Before, Limit
from finwatch.api.problems import Problem
from finwatch.errors import NotFound
from finwatch.flow.proving import consistency as consistency_of
from finwatch.flow.proving import leaf_proof, signed_head
from finwatch.model.base import Model
from finwatch.store import Store
from finwatch.store.heads import StoredHead
from finwatch.store.log import StoredLeaf
from finwatch.transparency.bundle import Consistency, Proof
from finwatch.transparency.keys import KeyFile

TAG = "transparency log"
NOTE = "text/plain; charset=utf-8"
Size = Annotated[int, Query(ge=0, lt=1 << 62, description="Number of leaves")]
Index = Annotated[int, Query(ge=0, lt=1 << 62, description="Index of a leaf, from 0")]


class LogState(Model):
    """The log as it stands."""

    size: int
    root: str
    """Not signed; ``head`` is."""
    head: StoredHead | None
    """The head that was signed last."""


def router(store: Store) -> APIRouter:
    """The routes, all open to everybody: leaves hold digests, no personal data."""
    api = APIRouter(
        prefix="/api/v1/log",
        tags=[TAG],
        dependencies=[Depends(public)],
        responses={404: {"model": Problem}, 422: {"model": Problem}},
    )

    @api.get("")
    def log() -> LogState:
        """How large the log is, its root, and the head that was signed last."""
        size, root = store.log.root()
        return LogState(size=size, root=root.hex(), head=store.heads.newest())

    @api.get("/head")
    def head(size: Annotated[int | None, Query(ge=0, lt=1 << 62)] = None) -> Response:
        """The signed head (a signed note), by default the newest."""
        found = signed_head(store, above=-1) if size is None else store.heads.newest(size=size)
        if found is None:
            raise NotFound(f"No head of {size} leaves was signed.", zh=f"没有签署过 {size} 条的日志头。")
        return Response(found.note, media_type=NOTE)

    @api.get("/heads")
    def heads(before: Before = None, limit: Limit = 50) -> list[StoredHead]:
        """Signed heads, newest first. `before` is the last `id` of a page."""
        return list(store.heads.page(before=before, limit=limit))

    @api.get("/keys")
    def keys() -> KeyFile:
        """Every key that signed, with how each hands over to the next (`finwatch.keys/1`)."""
        found = store.heads.keys()
        if found is None:
            raise NotFound("The log has no key yet.", zh="日志尚无密钥。")
        return found

    @api.get("/leaves")
    def leaves(start: Index = 0, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> list[StoredLeaf]:
        """Leaves from `start` on, with their data: what a monitor hashes again."""
        return list(store.log.leaves(start, limit))

    @api.get("/proof")
    def proof(leaf: Index) -> Proof:
        """The proof (`finwatch.proof/1`) that a leaf stands under the newest signed head."""
        return leaf_proof(store, leaf)

    @api.get("/consistency")
    def consistency(first: Size, second: Annotated[int | None, Query(ge=0, lt=1 << 62)] = None) -> Consistency:
        """The proof that the log of `first` leaves is the beginning of that of `second` (default: as it is)."""
        return consistency_of(store, first, second)

    return api

"""Retention and holds over the API: what would go and why, holds placed and lifted, for those who look after all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path as Folder
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from finwatch.api.acting import needs
from finwatch.api.problems import Problem
from finwatch.catalog.retention import periods
from finwatch.model.access import Actor, Permission
from finwatch.model.base import Model
from finwatch.model.retention import Hold, HoldKind
from finwatch.store import Store
from finwatch.supervise import retention
from finwatch.supervise.retention import Ending

Keeper = Annotated[Actor, Depends(needs(Permission.RETENTION_MANAGE, national=True))]
"""Who looks after how long what is kept, in the whole country."""
Number = Annotated[int, Path(ge=1, lt=1 << 63, description="Number of the hold")]
Reason = Annotated[str, Field(max_length=retention.REASON)]
ERRORS: dict[int | str, dict[str, type[Model]]] = {code: {"model": Problem} for code in (401, 403, 404, 422)}


class NewHold(Model):
    """A hold to be placed."""

    kind: HoldKind
    key: Annotated[str, Field(max_length=400)]
    """Package name, number of the case, id of the organisation or of the market."""
    reason: Reason
    until: date | None = None
    """Its last day, in China; none = until it is lifted."""


class Lifting(Model):
    """Why a hold may go."""

    reason: Reason


class Holds(Model):
    """Holds, newest first."""

    standing: tuple[Hold, ...]
    ended: tuple[Hold, ...]


def router(store: Store, *, catalog: Folder | None) -> APIRouter:
    """The routes; ``catalog`` is laid over our own."""
    api = APIRouter(prefix="/api/v1", responses=ERRORS, tags=["retention"])

    @api.get("/retention")
    def endings(actor: Keeper) -> list[Ending]:
        """Each period, why it is, and what a run would end now; rows are counted up to 10,000, 10,001 = more."""
        return list(retention.endings(store, periods(catalog), now=datetime.now(UTC)))

    @api.get("/holds")
    def holds(actor: Keeper) -> Holds:
        """The holds in force, and those that have ended."""
        standing, ended = retention.parted(store.holds.all(), now=datetime.now(UTC))
        return Holds(standing=standing, ended=ended)

    @api.post("/holds", status_code=201)
    def place(actor: Keeper, new: NewHold) -> Hold:
        """Nothing about its subject is erased from now on."""
        until = new.until.isoformat() if new.until else ""
        return retention.place(store, actor, kind=new.kind, key=new.key, reason=new.reason, until=until)

    @api.post("/holds/{number}/lift")
    def lift(actor: Keeper, number: Number, asked: Lifting) -> Hold:
        """Ends a hold."""
        return retention.lift(store, actor, number, reason=asked.reason)

    return api

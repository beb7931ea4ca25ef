"""What is veiled in a case, opened over the API: with a reason, which the journal keeps."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import Field

from finwatch.api.acting import needs
from finwatch.api.cases import Number
from finwatch.model.access import Actor, Permission
from finwatch.model.base import Model
from finwatch.supervise.desk import Desk
from finwatch.supervise.private import unveiled

Knows = Annotated[Actor, Depends(needs(Permission.CASE_READ, Permission.REPORTER_READ))]


class Why(Model):
    """Why somebody looks."""

    reason: Annotated[str, Field(max_length=2_000)]


def routes(api: APIRouter, desk: Desk) -> None:
    """Adds the route to ``api``."""

    @api.post("/cases/{number}/private", tags=["cases"])
    def private(actor: Knows, number: Number, why: Why) -> dict[str, Any]:
        """The personal data in a case that others than its owner see veiled; that you looked is written down."""
        return unveiled(desk, actor, number, reason=why.reason)

"""Supervision over the API: a campaign's figures, its draw, verifying many, the batch before it is sent, public rows.

What is done to one case goes through the routes of cases; here is what concerns many at once.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from finwatch.api.acting import needs
from finwatch.api.cases import Number, Reader
from finwatch.flow.supervision import attach_examinations, draw_campaigns
from finwatch.model.access import Actor, Permission
from finwatch.model.base import Model
from finwatch.supervise.desk import Desk
from finwatch.supervise.supervision import batches
from finwatch.supervise.supervision.batches import BatchView, CampaignView, Planned
from finwatch.supervise.supervision.lists import PublicRow, public_rows

Manager = Annotated[Actor, Depends(needs(Permission.CAMPAIGN_MANAGE))]
Verifier = Annotated[Actor, Depends(needs(Permission.FINDING_VERIFY, Permission.CASE_BULK))]
Issuer = Annotated[Actor, Depends(needs(Permission.NOTICE_ISSUE))]


class Verification(Model):
    """Checks to confirm in every inspection that has no other problem. ``preview`` writes nothing."""

    checks: tuple[str, ...]
    comment: str = ""
    preview: bool = True


def routes(api: APIRouter, desk: Desk) -> None:
    """Adds the routes to ``api``."""

    @api.get("/campaigns/{number}", tags=["supervision"])
    def campaign(actor: Reader, number: Number) -> CampaignView:
        """A campaign with its figures by category and state."""
        return batches.campaign_view(desk, actor, number)

    @api.post("/campaigns/{number}/draw", tags=["supervision"])
    def draw(actor: Manager, number: Number) -> CampaignView:
        """Draws the sample with the seed of the plan, and attaches what is examined already."""
        drawn(desk, actor, number)
        return batches.campaign_view(desk, actor, number)

    @api.post("/campaigns/{number}/verify", tags=["supervision"])
    def verify(actor: Verifier, number: Number, asked: Verification) -> list[Planned]:
        """Confirms checks in many inspections; one with another, or an only suspected, problem is left to a person."""
        plan = batches.planned_verification(desk, actor, number, asked.checks)
        return list(plan if asked.preview else batches.verify_many(desk, actor, plan, comment=asked.comment))

    @api.get("/campaigns/{number}/batch", tags=["supervision"])
    def batch(actor: Issuer, number: Number) -> BatchView:
        """The batch of notices that `notify` would send now: its rows, its deadline, what keeps it back."""
        return batches.batch_view(desk, actor, number)

    @api.get("/campaigns/{number}/list", tags=["supervision"])
    def told(actor: Reader, number: Number) -> list[PublicRow]:
        """The campaign's notices as rows of a public list."""
        batches.campaign_of(desk, actor, number)
        return list(public_rows([case.form for case in batches.notices_of(desk, actor, number)]))


def drawn(desk: Desk, actor: Actor, number: int) -> None:
    """Asks for the draw of a campaign and lets the system do it. Raises what the desk raises."""
    campaign = batches.campaign_of(desk, actor, number)
    desk.go(actor, number, "ask_draw", version=campaign.version)
    draw_campaigns(desk)
    attach_examinations(desk)

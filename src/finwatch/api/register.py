"""The register over the API, beyond the routes of cases: how far the members of a cohort are."""

from __future__ import annotations

from fastapi import APIRouter

from finwatch.api.cases import Number, Reader
from finwatch.model.base import Model
from finwatch.supervise.clock import day_in_china
from finwatch.supervise.desk import Desk
from finwatch.supervise.register import reminding
from finwatch.supervise.register.progress import MemberProgress, WaveProgress


class CohortProgress(Model):
    """A cohort's waves and members, as the register shows them today."""

    name: str
    waves: tuple[WaveProgress, ...]
    members: tuple[MemberProgress, ...]


def routes(api: APIRouter, desk: Desk) -> None:
    """Adds the routes to ``api``."""

    @api.get("/cases/{number}/progress", tags=["cases"])
    def progress(actor: Reader, number: Number) -> CohortProgress:
        """How far each member of a cohort is, read from the register; which steps are late, and how many days."""
        found = reminding.shown(desk, number, scope=actor.scope, today=day_in_china(desk.now()))
        return CohortProgress(name=found["cohort"].title, waves=found["waves"], members=found["members"])

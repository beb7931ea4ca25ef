"""The reviewer's bench over the API: a filing set beside package, policy and markets."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from fastapi import APIRouter, Depends

from finwatch.api.acting import needs
from finwatch.api.cases import Number
from finwatch.flow.bench import Bench
from finwatch.model.access import Actor, Permission
from finwatch.model.base import Model, UtcTime
from finwatch.model.case import Case
from finwatch.supervise.bench import Comparison

REVIEWERS: Final = frozenset(
    {
        Permission.FILING_CERTIFY,
        Permission.FILING_TEST,
        Permission.FILING_REVIEW,
        Permission.FILING_APPROVE,
    }
)
"""Whoever may send a filing back may set it beside what was seen."""


reviewing: Final = needs(Permission.CASE_READ, any_of=REVIEWERS)
"""A dependency that gives the actor, who reviews, certifies or tests filings."""
Reviewer = Annotated[Actor, Depends(reviewing)]


class Stage(StrEnum):
    """How far the examination of a filed package is."""

    NOT_ASKED = "not_asked"
    WAITING = "waiting"
    UNDER_WAY = "under_way"
    GIVEN_UP = "given_up"
    """It failed too often; ask for it again."""
    DONE = "done"
    """Or there is no package here to be examined: the bench says which."""


class Examining(Model):
    """How the examination of a filed package stands."""

    stage: Stage
    error: str | None = None
    """Why the last attempt ended without a result."""
    due: UtcTime | None = None
    """From when on it is tried, or tried again."""
    attempts: int = 0

    @property
    def expected(self) -> bool:
        """Whether a result will come by itself."""
        return self.stage in {Stage.WAITING, Stage.UNDER_WAY}


def routes(api: APIRouter, bench: Bench) -> None:
    """Adds the routes to ``api``."""

    @api.get("/cases/{number}/bench", tags=["cases"])
    def compared(actor: Reviewer, number: Number) -> Comparison:
        """A filing set beside package, policy and markets: mismatches first, each with its evidence and a sentence."""
        return bench.compared(bench.case(number, scope=actor.scope))

    @api.post("/cases/{number}/bench/examination", tags=["cases"], status_code=202)
    def ask(actor: Reviewer, number: Number) -> Examining:
        """Asks for the examination of the package that was handed in; look again until it is done."""
        case = bench.case(number, scope=actor.scope)
        bench.ask(case)
        return examining(bench, case)

    @api.get("/cases/{number}/bench/examination", tags=["cases"])
    def stands(actor: Reviewer, number: Number) -> Examining:
        """How the examination of the package stands."""
        return examining(bench, bench.case(number, scope=actor.scope))


def examining(bench: Bench, case: Case) -> Examining:
    """How the examination of a filing's package stands."""
    standing = bench.standing(case)
    if standing is not None and standing.state != "done":
        waiting = Stage.UNDER_WAY if standing.under_way else Stage.WAITING
        stage = Stage.GIVEN_UP if standing.state == "dead" else waiting
        return Examining(stage=stage, error=standing.error, due=standing.due, attempts=standing.attempts)
    return Examining(stage=Stage.NOT_ASKED if bench.examinable(case) else Stage.DONE)

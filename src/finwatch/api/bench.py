"""The reviewer's bench over the API: a filing set beside package, policy and markets."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends

from finwatch.api.acting import needs
from finwatch.api.cases import Number
from finwatch.flow.bench import Bench
from finwatch.model.access import Actor, Permission
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


def routes(api: APIRouter, bench: Bench) -> None:
    """Adds the routes to ``api``."""

    @api.get("/cases/{number}/bench", tags=["cases"])
    def compared(actor: Reviewer, number: Number) -> Comparison:
        """A filing set beside package, policy and markets: mismatches first, each with its evidence and a sentence."""
        return bench.compared(bench.case(number, scope=actor.scope))

    @api.post("/cases/{number}/bench/examination", tags=["cases"])
    def examined(actor: Reviewer, number: Number) -> Comparison:
        """Examines the package that was handed in, and gives the comparison with it."""
        case = bench.case(number, scope=actor.scope)
        bench.examine(case)
        return bench.compared(case)

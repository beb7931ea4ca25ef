"""The reviewer's bench over the API: a filing set beside package, policy and markets."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends

from finwatch.api.acting import needs
from finwatch.api.cases import Number
from finwatch.errors import Denied
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


async def reviewing(actor: Annotated[Actor, Depends(needs(Permission.CASE_READ))]) -> Actor:
    """The actor, who reviews, certifies or tests filings. Raises ``Denied``."""
    if not actor.permissions & REVIEWERS:
        raise Denied(
            "This is for those who review, certify or test filings.",
            zh="仅限审核、认证或检测人员。",
            todo="Ask an administrator of your organisation for a role that does.",
        )
    return actor


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

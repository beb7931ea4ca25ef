"""The API's routes of what people decide: each workflow's folder adds its own."""

from __future__ import annotations

from fastapi import APIRouter

from finwatch.api import bench as reviewing
from finwatch.api import cases, gate, ledger, private, register, risks, supervision
from finwatch.api.problems import Problem
from finwatch.flow.bench import Bench
from finwatch.flow.gate import Gate
from finwatch.lake import Lake
from finwatch.model.base import Model
from finwatch.supervise.desk import Desk
from finwatch.supervise.ledger.ledger import Ledger

ERRORS: dict[int | str, dict[str, type[Model]]] = {code: {"model": Problem} for code in (401, 403, 404, 409, 422)}


def router(desk: Desk, bench: Bench, books: Ledger, *, questions: Gate, lake: Lake) -> APIRouter:
    """Every route of the desk."""
    api = APIRouter(prefix="/api/v1", responses=ERRORS)
    cases.routes(api, desk)
    private.routes(api, desk)
    reviewing.routes(api, bench)
    ledger.routes(api, books)
    supervision.routes(api, desk)
    register.routes(api, desk)
    risks.routes(api, desk)
    gate.routes(api, questions, desk.store, lake)
    return api

"""Errors as RFC 9457 problem documents: what happened in both languages, what to do, a stable code."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import JSONResponse

from finwatch.errors import FinwatchError, FormError, SignedOut
from finwatch.model.base import Model
from finwatch.model.case import FieldProblem

MEDIA_TYPE = "application/problem+json"


class Problem(Model):
    """The body of every error answer."""

    type: str
    """``urn:finwatch:error:<code>``."""
    title: str
    status: int
    detail: str
    detail_zh: str
    todo: str
    instance: str
    problems: tuple[FieldProblem, ...] = ()
    """Of a form: what is wrong with which field."""


def answer(request: Request, error: FinwatchError) -> JSONResponse:
    """The error as an answer."""
    problem = Problem(
        type=f"urn:finwatch:error:{error.code}",
        title=(type(error).__doc__ or error.code).strip().splitlines()[0],
        status=error.status,
        detail=error.en,
        detail_zh=error.zh,
        todo=error.todo,
        instance=request.url.path,
        problems=error.problems if isinstance(error, FormError) else (),
    )
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, SignedOut) else None
    return JSONResponse(problem.model_dump(), status_code=error.status, media_type=MEDIA_TYPE, headers=headers)

"""Rows of the public lists, with the columns that the authorities' own notices have.

Pure. A list of apps with problems: number, app, developer, source, version, problems (MIIT); the association and the
provincial administrations add the filing number; a list of removals leaves the source out. Only confirmed problems that
no retest saw gone are told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from finwatch.model.base import Model
from finwatch.supervise.supervision.problems import GONE


class PublicRow(Model):
    """序号, 应用名称, 应用开发者, 应用来源, 应用版本, 所涉问题, 备案编号."""

    number: int
    name: str
    developer: str
    sources: tuple[str, ...] = ()
    version: str
    problems: tuple[str, ...]
    filing: str | None = None


def public_rows(
    forms: Sequence[Mapping[str, Any]], *, removal: bool = False, ever: bool = False
) -> tuple[PublicRow, ...]:
    """The rows of inspections' or notices' forms in the order given; without sources in a list of removals.

    ``ever`` = with the problems that a retest saw gone: what a closing report tells.
    """
    return tuple(
        PublicRow(
            number=number,
            name=form["name"],
            developer=form.get("developer") or "",
            sources=() if removal else tuple(form.get("markets") or ()),
            version=form.get("version_name") or "",
            problems=tuple(
                problem["title"]
                for problem in form.get("problems", ())
                if problem["decision"] == "confirmed" and (ever or problem["seen"] != GONE)
            ),
            filing=form.get("filing"),
        )
        for number, form in enumerate(forms, start=1)
    )

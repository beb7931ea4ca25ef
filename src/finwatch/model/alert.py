"""What got worse: from one publication to the next, or from one daily run to the next."""

from __future__ import annotations

from enum import StrEnum

from finwatch.model.base import Model, UtcTime
from finwatch.model.examination import Band, Verdict
from finwatch.model.fetch import MarketId, OutcomeKind


class AlertKind(StrEnum):
    """What an alert is about."""

    RED = "red"
    """An app is rated red and was not, or is new and red."""
    COUNTERFEIT = "counterfeit"
    """A package is suspected to imitate or repackage an app that it was not suspected of before."""
    MARKET = "market"
    """A market, or its index, answered no visit of a run, and had answered before."""


class Alert(Model):
    """One thing that got worse, with what is needed to open it. A first publication, which has nothing to be compared
    with, raises none."""

    kind: AlertKind
    at: UtcTime
    run: int | None = None
    """The daily run that told of it; ``None`` = the next one will."""
    market: MarketId | None = None
    app_id: str | None = None
    app: str | None = None
    name_zh: str | None = None
    name_en: str | None = None
    sha256: str | None = None
    """The package that the rating, or the suspicion, is about."""
    before: Band | None = None
    """The app's band before; ``None`` = it was not rated."""
    score: float | None = None
    other_app: str | None = None
    other_sha256: str | None = None
    verdict: Verdict | None = None
    outcome: OutcomeKind | None = None
    """How the market's newest visit ended."""
    visits: int | None = None
    """Visits to the market in the run."""
    message: str | None = None

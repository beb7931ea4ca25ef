"""How long what is kept: periods, holds that stop them, and what a run did."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from finwatch.model.base import Model, Text, UtcTime


class Period(Model):
    """How long one kind of record is kept, and why."""

    id: str
    name: Text
    days: int = Field(ge=1, le=36_525)
    """At least so many; a run takes out what is older."""
    why: Text
    source: str
    """The text that sets it, or ``—`` where it is our own choice."""


class HoldKind(StrEnum):
    """What a hold is about."""

    APP = "app"
    """A package name: its alerts, the markets that list it, the cases about it."""
    CASE = "case"
    ORGANISATION = "organisation"
    MARKET = "market"


class Hold(Model):
    """Nothing about its subject is erased while it stands, whatever the periods say."""

    id: int
    kind: HoldKind
    key: str
    reason: str
    placed: UtcTime
    placed_by: str
    until: UtcTime | None = None
    """``None`` = until it is lifted."""
    lifted: UtcTime | None = None
    lifted_by: str | None = None
    lift_reason: str | None = None


class Going(Model):
    """What a period takes out, or would."""

    period: str
    before: UtcTime
    rows: int
    held: int
    """Rows that are old enough and that a hold keeps."""


class RetentionRun(Model):
    """What one run did, or would do."""

    at: UtcTime
    going: tuple[Going, ...]
    holds: tuple[Hold, ...]
    """Those in force."""

    @property
    def rows(self) -> int:
        """How many rows go, over all periods."""
        return sum(one.rows for one in self.going)

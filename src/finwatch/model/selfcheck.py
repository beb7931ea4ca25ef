"""An app owner's own check before release: findings, what blocks, and what was waived by whom until when."""

from __future__ import annotations

from datetime import date

from finwatch.model.base import Model
from finwatch.model.disclosure import DisclosureChange
from finwatch.model.examination import Examination, Finding


class Waiver(Model):
    """A decision to release in spite of a finding."""

    check: str
    reason: str
    approver: str
    until: date
    """The last day on which it counts."""


class Judged(Model):
    """A finding with what was decided about it."""

    finding: Finding
    blocking: bool
    """It stands in the way of release."""
    waiver: Waiver | None = None
    """The waiver that lifts it."""
    expired: tuple[Waiver, ...] = ()
    """Waivers whose time is over: they count as none."""


class SelfCheck(Model):
    """The result of ``finwatch selfcheck``."""

    app: str
    """File name of the package."""
    policy: str | None
    profile: str
    on: date
    examination: Examination
    judged: tuple[Judged, ...]
    """Every finding that is a yes, gravest first."""
    unused: tuple[Waiver, ...] = ()
    """Waivers for which there was nothing to waive."""
    changes: tuple[DisclosureChange, ...] = ()
    """Against the release before, where one was given."""

    @property
    def blocking(self) -> tuple[Judged, ...]:
        """What stands in the way of release."""
        return tuple(one for one in self.judged if one.blocking)

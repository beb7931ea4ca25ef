"""The answer to a store's question: may this be listed?"""

from __future__ import annotations

from enum import StrEnum

from finwatch.model.approved import Answered, Sha256
from finwatch.model.base import Model, UtcTime
from finwatch.model.examination import Band, Reason


class Verdict(StrEnum):
    """What a store is told. Only a decision that stands says no; a machine's finding asks for a person."""

    NOTHING_AGAINST = "nothing_against"
    """Nothing that is known here speaks against it."""
    ASK_A_PERSON = "ask_a_person"
    """Something was found, or could not be seen; a person must look."""
    NOT_TO_BE_LISTED = "not_to_be_listed"
    """A decision that is in force says that it be not offered."""


class Ground(StrEnum):
    """What a reason rests on."""

    ORDER = "order"
    NOTICE = "notice"
    FILING = "filing"
    LIKENESS = "likeness"
    FINDING = "finding"
    UNSEEN = "unseen"
    NOTE = "note"
    """Said for completeness; speaks for nothing."""


class GateReason(Model):
    """One reason with what it rests on."""

    ground: Ground
    reason: Reason


class GateAnswer(Model):
    """The answer, with every reason."""

    sha256: Sha256
    package: str | None
    version_name: str | None
    verdict: Verdict
    reasons: tuple[GateReason, ...]
    filing: Answered | None
    """What the approved list says; ``None`` = no list has been published."""
    list_number: int | None
    band: Band
    asked: UtcTime
    catalog_version: str
    took_ms: int

"""What a check's condition gives: an answer with the evidence and the sentence that carry it.

``check.py`` returns a ``Decision``; ``run`` turns it into the ``Finding`` of the model.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from finwatch.model.base import Text
from finwatch.model.examination import Answer, Confidence, Evidence
from finwatch.model.knowledge import Severity


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer before it becomes a finding."""

    answer: Answer
    summary: Text | None = None
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence = Confidence.CERTAIN
    severity: Severity | None = None
    """Where this package makes the matter heavier or lighter than ``check.toml`` says; ``None`` = as there."""
    from_absence: bool = False
    """The answer rests on something *not* being there, so it holds only if every needed part was read."""


class Unseen(Exception):
    """A part that the condition cannot do without is not there: the outcome is ``not_available``."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def yes(
    zh: str,
    en: str,
    evidence: Iterable[Evidence],
    *,
    confidence: Confidence = Confidence.CERTAIN,
    severity: Severity | None = None,
    from_absence: bool = False,
) -> Decision:
    """The statement holds for this package: ``zh`` and ``en`` say it with the package's own figures."""
    return Decision(Answer.YES, Text(zh=zh, en=en), tuple(evidence), confidence, severity, from_absence)


def no(
    zh: str | None = None,
    en: str | None = None,
    evidence: Iterable[Evidence] = (),
    *,
    confidence: Confidence = Confidence.CERTAIN,
) -> Decision:
    """The statement does not hold, as far as the needed parts show; a sentence where there is something to add.

    A *suspected* no has evidence that a person should look at and that accuses nobody.
    """
    summary = Text(zh=zh, en=en) if zh and en else None
    return Decision(Answer.NO, summary, tuple(evidence), confidence)


def not_available(zh: str, en: str) -> Decision:
    """It cannot be said, and why."""
    return Decision(Answer.NOT_AVAILABLE, Text(zh=zh, en=en))

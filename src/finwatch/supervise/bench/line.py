"""The nouns of the bench: one line for each thing that a form states and something else shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from finwatch.model.base import Model, Text
from finwatch.model.disclosure import PolicySeen
from finwatch.model.evidence import Evidence
from finwatch.model.examination import Examination
from finwatch.model.view import ListingSpan


class Side(StrEnum):
    """What the form is set beside."""

    PACKAGE = "package"
    POLICY = "policy"
    MARKET = "market"


class Standing(StrEnum):
    """What came of the comparison."""

    DIFFERS = "differs"
    UNDECLARED = "undeclared"
    """It was seen, and the form says nothing of it."""
    UNSEEN = "unseen"
    """One side could not be seen, or only a person can tell: nothing is held against anybody."""
    AGREES = "agrees"


class Line(Model):
    """One comparison."""

    key: str
    """Tells it apart from every other line of the comparison; the same input gives the same keys."""
    side: Side
    field: str
    """The form's field that it is about; empty = none."""
    label: Text
    declared: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    standing: Standing
    why: Text | None = None
    """What could not be seen, or how the two were compared."""
    evidence: tuple[Evidence, ...] = ()
    clauses: tuple[str, ...] = ()
    sentence: Text | None = None
    """Proposed for the return letter; ``None`` = there is nothing to return it for."""

    @property
    def mismatch(self) -> bool:
        """Whether it is a reason to write."""
        return self.sentence is not None


class Comparison(Model):
    """A whole filing set beside what was seen: mismatches first, in each part in a fixed order."""

    package: str | None = None
    """SHA-256 of the package that it was made with."""
    lines: tuple[Line, ...]
    gaps: tuple[Text, ...] = ()
    """What could not be looked at as a whole: no package, no policy, no market."""

    def count(self, standing: Standing) -> int:
        """How many lines stand so."""
        return sum(line.standing is standing for line in self.lines)

    def picked(self, keys: tuple[str, ...]) -> tuple[Line, ...]:
        """The mismatches of these keys, in the order of the comparison."""
        return tuple(line for line in self.lines if line.key in keys and line.mismatch)


@dataclass(frozen=True, kw_only=True)
class FiledFile:
    """A file as it was handed in."""

    name: str
    bytes: int
    md5: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class IconSeen:
    """The filed icon beside the package's: how alike their pixels are, 0 to 1; ``None`` = not comparable."""

    path: str
    likeness: float | None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Everything that a form can be set beside. What is ``None`` was not there to be looked at."""

    file: FiledFile | None = None
    examination: Examination | None = None
    unexamined: Text | None = None
    """Why there is no examination."""
    labels: tuple[str, ...] = ()
    """Every name under which the package shows itself, in whatever language."""
    icon: IconSeen | None = None
    policy: PolicySeen | None = None
    listings: tuple[ListingSpan, ...] = ()
    markets: Mapping[str, Text] = field(default_factory=dict)
    """Ids of markets to their names."""
    institution: tuple[str, ...] = ()
    """Names of the institution that files, its full name first."""

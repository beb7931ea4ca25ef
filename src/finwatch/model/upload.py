"""Files that people hand in: growing over cuts and restarts, then whole under their hash."""

from __future__ import annotations

from finwatch.model.access import OrganisationId, PersonId
from finwatch.model.base import Model, UtcTime
from finwatch.model.examination import Examination


class Upload(Model):
    """One file on its way here, or here."""

    id: str
    person: PersonId
    organisation: OrganisationId
    name: str
    """As the sender's machine calls it; shown, never a path of ours."""
    length: int
    """Bytes that it will have."""
    received: int = 0
    """Bytes that are safely on disk."""
    sha256: str | None = None
    """Once it is whole: under this it lies in the lake."""
    md5: str | None = None
    begun: UtcTime
    touched: UtcTime

    @property
    def whole(self) -> bool:
        """Whether all of it is here."""
        return self.sha256 is not None


class FiledExamination(Model):
    """The examination of a package that was handed in, with the policy that came with it."""

    examination: Examination
    labels: tuple[str, ...] = ()
    """Every name under which the package shows itself, in whatever language."""
    icon_path: str | None = None
    icon_likeness: float | None = None
    """The filed icon beside the package's, 0 to 1; ``None`` = not comparable."""

"""Icons of filed packages, for the approved list: read from the package that was uploaded, where it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from finwatch import catalog as catalogue
from finwatch.errors import FinwatchError
from finwatch.flow.approved import Icons
from finwatch.lake import Lake
from finwatch.model.approved import ApprovedIcon
from finwatch.package import Reader


@contextmanager
def icons_of(lake: Lake, *, catalog: Path | None = None) -> Iterator[Icons]:
    """A function from the SHA-256 of a package to its icon; ``None`` = no such file, or no icon to compare."""
    knowledge = catalogue.load(catalog)
    with Reader() as reader:

        def icon(sha256: str) -> ApprovedIcon | None:
            if not lake.blobs.has(sha256):
                return None
            try:
                facts = reader.read(lake.blobs.path(sha256), watch=knowledge.watch)
            except (OSError, FinwatchError):  # the list goes out without this icon: it is one of several respects
                return None
            if facts.icon is None or facts.icon.phash is None or facts.icon.colours is None:
                return None
            return ApprovedIcon(phash=facts.icon.phash, colours=facts.icon.colours)

        yield icon

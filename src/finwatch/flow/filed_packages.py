"""What filed packages show, for the approved list: icon and signers, read from the package that was uploaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from finwatch import catalog as catalogue
from finwatch.errors import FinwatchError
from finwatch.flow.approved import Packages, Seen
from finwatch.lake import Lake
from finwatch.likeness.signer import signers_of
from finwatch.model.approved import ApprovedIcon
from finwatch.package import Reader


@contextmanager
def packages_of(lake: Lake, *, catalog: Path | None = None) -> Iterator[Packages]:
    """A function from the SHA-256 of a package to what it shows; ``None`` = no such file, or it cannot be read."""
    knowledge = catalogue.load(catalog)
    with Reader() as reader:

        def seen(sha256: str) -> Seen | None:
            if not lake.blobs.has(sha256):
                return None
            try:
                facts = reader.read(lake.blobs.path(sha256), watch=knowledge.watch)
            except (OSError, FinwatchError):  # the list goes out without them: the form's own fields stand
                return None
            icon = facts.icon
            known = icon is not None and icon.phash is not None and icon.colours is not None
            shown = (
                ApprovedIcon.model_validate({"phash": icon.phash, "colours": icon.colours}) if known and icon else None
            )
            return Seen(icon=shown, signers=signers_of(facts))

        yield seen

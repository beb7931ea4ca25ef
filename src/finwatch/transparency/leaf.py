"""What a leaf of the log says: when, which decided rows came to hold which digests, and which list was published.

::

    {"at": "2026-03-02T08:00:00+00:00", "rows": [["case_file", "17", "<sha256>"], …], "list": [{…}]}

A row's digest is the SHA-256 of its columns as canonical JSON; the empty digest says that the row was erased. Digests
are all it holds: no personal data. ``store.unit`` writes leaves, this reads them; ``data`` are its exact bytes.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, ValidationError

from finwatch.errors import InputError
from finwatch.model.base import Model, UtcTime

Digest = Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]


class ListLeaf(Model):
    """A published list as its leaf vouches for it."""

    number: int
    """1 for the first list."""
    sha256: Digest
    """Of the JSON file."""
    bytes: int
    apps: int
    root: Digest
    """Of the tree over the list's rows, see ``approved_list``."""
    csv_sha256: Digest


class Leaf(Model):
    """A leaf of the log. What machines vouch for (``filed``, ``cancelled``, ``measure`` …) is kept with it."""

    model_config = ConfigDict(extra="allow")

    at: UtcTime
    rows: tuple[tuple[str, str, Digest], ...] = ()
    """Table, key, digest."""
    lists: tuple[ListLeaf, ...] = Field(default=(), alias="list")


def parse(data: str | bytes) -> Leaf:
    """The leaf of its bytes. Raises ``InputError`` when they are none."""
    try:
        return Leaf.model_validate_json(data)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise InputError(f"This is no leaf of the log: wrong at {where or 'its beginning'}.") from error

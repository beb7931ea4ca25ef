"""What changed between two releases of an app: its policy beside its package, each change with both sides.

A release is a package and the policy that stood beside it. ``flow/release`` compares two of them; nothing here says
that anybody did wrong: a change is a place to look at.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from finwatch.model.base import Model, Text
from finwatch.model.disclosure import DisclosureChange, Told
from finwatch.model.evidence import Evidence


class Moved(StrEnum):
    """How something changed from the release before to the one after."""

    ADDED = "added"
    REMOVED = "removed"
    ALTERED = "altered"


class Aspect(StrEnum):
    """In what an altered statement, component or date is another."""

    DENIAL = "denial"
    """What was denied is now done, or the other way round."""
    PURPOSE = "purpose"
    CONDITION = "condition"
    RETENTION = "retention"
    PLACE = "place"
    SOURCE = "source"
    ITEMS = "items"
    """The data items of a component's entry."""
    SUPPLIER = "supplier"
    WAY = "way"
    """How a right is used, or by when it is answered."""
    WORDING = "wording"
    """Only the words are others."""
    EARLIER = "earlier"
    """In the package: taken by start-up code with certainty, which it was not before."""
    LATER = "later"


class PolicyChange(Model):
    """Something that one policy says and the other does not, or says otherwise. Both sides are quoted where there are
    two; a side that is missing was searched for in the whole text."""

    kind: Moved
    subject: Literal["statement", "sdk", "right", "date"]
    id: str
    """Data item, name of the component as the policy writes it, right; ``effective_date``."""
    others: tuple[str, ...] = ()
    """Further data items of the same sentences, to which the same happened."""
    name: Text
    action: str | None = None
    """Of a statement, as in ``finwatch.policy/1``: ``collect``, ``not-collect``, ``share`` and so on."""
    party: str | None = None
    """Who acts; for what is shared, with whom after ``→``."""
    aspects: tuple[Aspect, ...] = ()
    before: Evidence | None = None
    after: Evidence | None = None
    in_package: bool | None = None
    """Whether the package of the release after takes the item or holds the component. ``None``: nothing that a package
    shows, or not all of its code was read and nothing was found."""


class PackageChange(Model):
    """Something that one package does or asks for and the other does not."""

    kind: Moved
    subject: Literal["item", "permission", "sdk"]
    id: str
    name: Text
    owner: str | None = None
    aspects: tuple[Aspect, ...] = ()
    before: tuple[Evidence, ...] = ()
    after: tuple[Evidence, ...] = ()
    told: Told | None = None
    """What the policy of the release after tells about it; ``None`` = it was not compared with that policy."""
    policy: tuple[Evidence, ...] = ()
    """The sentences, or the extent that was searched."""
    stated_anew: bool = False
    """The policy of the release after says something about it that the one before did not."""


class Release(Model):
    """A package with the policy beside it."""

    sha256: str
    app: str | None
    version_name: str | None
    version_code: int | None
    policy: str | None = None
    """SHA-256 of the policy's original; ``None`` = none was read."""
    origin: str | None = None
    """Where the policy was found."""
    title: str | None = None


class ReleaseChanges(Model):
    """The whole comparison, ``finwatch.changes/1``. The same two releases give the same document."""

    schema_id: Literal["finwatch.changes/1"] = Field(default="finwatch.changes/1", alias="schema")
    before: Release
    after: Release
    policy: tuple[PolicyChange, ...] = ()
    package: tuple[PackageChange, ...] = ()
    together: tuple[DisclosureChange, ...] = ()
    """Rows of package × policy × law whose two sides moved apart or together."""
    notes: tuple[Text, ...] = ()
    """What could not be compared and why, and what to know before relying on it."""

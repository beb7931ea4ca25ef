"""A policy as the checks see it, and what came of setting it beside a package and the law.

``flow`` makes ``PolicySeen`` of a document that was given or fetched; ``checks`` compare. A ``Compared`` row has both
sides: the places in the package, and the sentences of the policy or the extent that was searched for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from finwatch.model.base import Model, Text
from finwatch.model.evidence import Evidence
from finwatch.model.policy import Mention, PolicyText
from finwatch.model.statement import PolicyReading


@dataclass(frozen=True, slots=True)
class PolicySeen:
    """A policy that was looked for: its text and what was read out of it, or why there is neither."""

    origin: str
    """The address or file name that it was looked for under."""
    text: PolicyText | None = None
    reading: PolicyReading | None = None
    mentions: tuple[Mention, ...] = ()
    """Where the items' names stand, in whatever sentence: what is named is not called absent."""
    problem: Text | None = None
    """Why there is no text: it could not be decoded, or the address did not answer."""
    gone: bool = False
    """The address says that there is no such page (404, 410): an observation, not a failure of ours."""


class Told(StrEnum):
    """What a policy tells about a data item."""

    SPECIFIC = "specific"
    """By its own name, without a condition."""
    CONDITIONAL = "conditional"
    """By its own name, on a condition: a function is used, a permission or consent is given."""
    GENERIC = "generic"
    """Only by a word for its whole class (设备信息), which never clears the item itself."""
    MENTIONED = "mentioned"
    """Its name stands in the text, in no sentence that was read as saying that it is taken: for a person to read."""
    DENIED = "denied"
    """The policy says that it is not taken."""
    ABSENT = "absent"
    """Nothing in the whole text."""
    UNREAD = "unread"
    """Nothing was found, but not all of the text was read."""


class Need(StrEnum):
    """What the law says about the item for this kind of app (国信办秘字〔2021〕14号)."""

    NECESSARY = "necessary"
    """On the list: the kind of app may require it."""
    BEYOND = "beyond"
    """Not on the list: it may be asked for, and refusing it must not cost the service."""
    FORBIDDEN = "forbidden"
    """Lending apps may not take it."""
    UNLISTED = "unlisted"
    """The rules hold no list for this kind; no limit is invented."""


class Disclosed(StrEnum):
    """What comes of both sides together."""

    DISCLOSED = "disclosed"
    GENERIC = "generic"
    """Taken, and told only by the name of its class."""
    UNDISCLOSED = "undisclosed"
    """In the package, and not in the policy, all of which was read."""
    CONTRADICTED = "contradicted"
    """In the package, and denied by the policy."""
    TOO_EARLY = "too_early"
    """Taken by start-up code with certainty, while the policy promises to wait for consent."""
    NOT_FOUND = "not_found"
    """In the policy, and not in the package, all of whose code was read."""
    UNREAD = "unread"
    """It cannot be said: one side was not seen whole."""


class Compared(Model):
    """A data item, permission or component: package, policy, law, and the outcome."""

    subject: Literal["item", "permission", "sdk"]
    id: str
    """Data item, permission (full name) or SDK; the name in the policy for a component that is not in the catalogue."""
    name: Text
    owner: str | None = None
    """Whose code takes the item: ``app``, ``sdk:<id>``, ``framework:<id>`` or ``unknown``."""
    told: Told
    outcome: Disclosed
    need: Need | None = None
    before_consent: bool | None = None
    """As in ``Collection``; ``True`` when one place is certain."""
    weighty: bool = False
    """Worth a finding: sensitive, guarded by a permission, an identifier of the device, a list of apps, the clipboard;
    for a component, that it takes personal information."""
    suspected: bool = False
    """A person must confirm before anybody is told."""
    package: tuple[Evidence, ...] = ()
    policy: tuple[Evidence, ...] = ()


class Disclosure(Model):
    """The comparison of one package with one policy, each row with both sides."""

    document: str | None
    """SHA-256 of the policy's original; ``None`` = there was nothing to read."""
    origin: str
    title: str | None = None
    language: str | None = None
    characters: int = 0
    unread: tuple[Text, ...] = ()
    """What of the policy was not read; not empty = no absence is claimed."""
    rows: tuple[Compared, ...] = ()


class DisclosureChange(Model):
    """What became different between two versions of an app and its policy."""

    kind: Literal["taken_without_word", "taken_and_told", "told_without_use", "no_longer_taken", "word_withdrawn"]
    row: Compared
    """The row as it is now; for what is gone, as it was."""

"""A case: one row whatever its workflow; who takes part; what happened; what is still to come (decision 012)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from finwatch.model.access import OrganisationId, PersonId
from finwatch.model.base import Model, Text, UtcTime


class Part(StrEnum):
    """What an organisation is in a case; an arc says which part may go it."""

    OWNER = "owner"
    """Whose case it is: the institution that files, keeps the ledger or is judged."""
    ASSOCIATION = "association"
    CERTIFIER = "certifier"
    LAB = "lab"
    REGULATOR = "regulator"
    MONITOR = "monitor"
    STORE = "store"
    ADDRESSEE = "addressee"
    """To whom something was sent."""
    LINKED = "linked"
    """A branch whose filing leans on its head's."""


class Party(Model):
    """An organisation in its part."""

    part: Part
    organisation: OrganisationId


class Due(Model):
    """A date by which something must have happened, with how it was counted."""

    day: date
    """The last day, in China's time (UTC+8)."""
    start: date
    days: int
    kind: Literal["working", "calendar"]
    rule: str
    """The id of the clock in ``catalog/clocks``: which text sets it."""
    rolls: bool = False
    """Of calendar days: a last day that is a day off moved to the next working day."""
    provisional: bool = False
    """True when the State Council's calendar of a year it runs through is not known yet."""
    calendar: str = ""
    """Version of the calendar it was counted with."""
    paused: date | None = None
    """Since when the clock stands, by a recorded decision."""
    pause_reason: str = ""


class Case(Model):
    """One case as it stands."""

    id: int
    machine: str
    state: str
    version: int
    """Counts the arcs; a decision names the version it was made on."""
    owner: OrganisationId
    region: str
    title: str
    number: str | None = None
    """The number under which it is known outside, once it has one."""
    subject: str | None = None
    """What it is about, as ``kind:key``: ``app:com.example#family``, ``package:<sha256>``, ``case:17``."""
    parent: int | None = None
    form: dict[str, Any] = Field(default={})
    parties: tuple[Party, ...] = ()
    due: Due | None = None
    opened: UtcTime
    changed: UtcTime
    closed: UtcTime | None = None


class FieldChange(Model):
    """One field of a form before and after."""

    field: str
    before: Any = None
    after: Any = None


class Step(Model):
    """One arc that was gone: what a review record (审核记录) or a change record (变更记录) is made of."""

    case: int
    seq: int
    """1 for the first; equals the case's version after it."""
    arc: str
    before: str
    after: str
    person: PersonId
    person_name: str
    organisation: OrganisationId
    at: UtcTime
    comment: str = ""
    changes: tuple[FieldChange, ...] = ()
    attachments: tuple[str, ...] = ()
    """SHA-256 of files kept in the lake's blobs."""
    note: dict[str, Any] = Field(default={})
    """What the machine adds: an evidence reference, a letter's sentences."""


class CaseRow(Model):
    """A case in a list."""

    id: int
    machine: str
    state: str
    version: int
    owner: OrganisationId
    owner_name: str
    region: str
    title: str
    number: str | None
    subject: str | None
    due: date | None
    due_provisional: bool
    opened: UtcTime
    changed: UtcTime


class CasePage(Model):
    """A page of cases."""

    rows: tuple[CaseRow, ...]
    total: int
    """How many there are, counted up to a bound."""
    bounded: bool = False
    """True when there are more than ``total``."""
    next: str | None = None


class FieldProblem(Model):
    """What is wrong with one field, said at that field."""

    field: str
    """Path of the field: ``credit_code``, ``sdks.2.name``; empty = the whole form."""
    says: Text


class Message(Model):
    """Something to be delivered outside: an outbox row, written in the transaction of the fact it tells."""

    channel: Literal["mail", "webhook", "desk"]
    to: str
    """An organisation id (``desk``), an address (``mail``) or the id of a webhook."""
    subject: Text
    body: Text
    key: str
    """Known by it: the same message is never sent twice."""
    attachments: tuple[str, ...] = ()


class JournalEntry(Model):
    """Who did or read what, when, by which means."""

    id: int
    at: UtcTime
    person: str
    organisation: str
    means: str
    action: str
    """``resource:action``, a permission or an arc of a machine."""
    resource: str
    """``case:17``, ``person:p1``, ``app:…``"""
    detail: dict[str, Any] = Field(default={})

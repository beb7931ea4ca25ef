"""What an account is made of besides its person: credentials, tokens, sessions, break-glass, groups of a provider."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from finwatch.model.access import OrganisationId, PersonId, Role
from finwatch.model.base import Model, UtcTime


class Credential(Model):
    """Something by which a person is known."""

    person: PersonId
    kind: Literal["password", "totp", "oidc"]
    value: dict[str, Any]
    """``password``: ``hash``. ``totp``: ``secret`` (sealed), ``recovery`` (digests). ``oidc``: ``issuer``,
    ``subject``."""
    lookup: str | None = None
    """Issuer and subject, by which a person is found."""
    made: UtcTime


class ApiToken(Model):
    """A token for programs, without its secret, which nobody keeps."""

    id: int = 0
    person: PersonId
    name: str
    permissions: tuple[str, ...]
    """At most these of what the person may do."""
    made: UtcTime
    until: UtcTime
    revoked: UtcTime | None = None


class BreakGlass(Model):
    """Access that somebody took to an organisation's rows without having it."""

    id: int = 0
    person: PersonId
    organisation: OrganisationId
    reason: str
    since: UtcTime
    until: UtcTime
    ended: UtcTime | None = None


class GroupRole(Model):
    """What a group of the OIDC provider gives."""

    group: str
    organisation: OrganisationId
    role: Role


class Stage(StrEnum):
    """How far a log-in has come."""

    FACTOR = "factor"
    """The password was right; the second factor is awaited."""
    ENROL = "enrol"
    """The password was right; a second factor has to be set up first."""
    FULL = "full"


class Session(Model):
    """Somebody who is logged in, or half-way."""

    digest: str
    person: PersonId
    stage: Stage
    means: Literal["password", "oidc"]
    started: UtcTime
    seen: UtcTime
    until: UtcTime
    """When it ends however often it is used."""
    break_glass: int | None = None
    secret: str | None = Field(default=None, repr=False)
    """At ``enrol``: the sealed secret that is being set up."""
    next: str | None = None
    """Where the person was going."""

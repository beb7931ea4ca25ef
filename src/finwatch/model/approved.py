"""The approved list: what the public may know of every filed app, one row an app and platform.

Rows come from filing cases (``supervise.approved``), stand in the signed list (``transparency.approved_list``) and on
the public page, and are what ``finwatch verify`` compares a package with. The fields are those of the association's
public list (icon, name, institution, number, version per platform, region, date, state, version history).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from finwatch.model.base import Model, Text, UtcTime
from finwatch.model.examination import Match, Reason

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Platform = Literal["android", "ios", "other"]


class ApprovedState(StrEnum):
    """How an app stands in public."""

    REGISTERED = "registered"
    """Handed in, not passed yet (已登记): no statement about it."""
    FILED = "filed"
    """Passed (已备案)."""
    EXPIRED = "expired"
    """Passed once; not renewed in time (已过期)."""
    CANCELLED = "cancelled"
    """Passed once; taken back (已注销)."""


class ApprovedVersion(Model):
    """A version that was filed."""

    version: str
    sha256: Sha256 | None = None
    """Of the package as it was filed; ``None`` where the platform hands out no package of ours to hash."""
    day: date
    """When it was filed."""


class ApprovedIcon(Model):
    """The icon as it can be compared, see ``model.package.Icon``."""

    phash: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    colours: Annotated[str, Field(pattern="^[0-9a-f]{96}$")]


class ApprovedApp(Model):
    """A row of the list. A removal changes ``state`` and ``ended``; the row stays."""

    id: int
    """Number of the filing case: the row's key in the list, in every edition of it."""
    number: str | None
    """Filing number (备案编号); ``None`` while registered."""
    names: tuple[str, ...]
    """Names of the app, Chinese first."""
    institution: str
    credit_code: str | None
    """Unified social credit code of the institution (GB 32100)."""
    platform: Platform
    package: str
    """Package name or bundle id."""
    signers: tuple[Sha256, ...] = ()
    """SHA-256 of every signing certificate that was filed, newest last."""
    versions: tuple[ApprovedVersion, ...] = ()
    """Newest last."""
    region: str = ""
    """Digits of GB/T 2260 of the institution's place."""
    filed: date | None = None
    state: ApprovedState
    ended: date | None = None
    """When it expired or was cancelled."""
    icon: ApprovedIcon | None = None


class ApprovedHead(Model):
    """What a list says of itself: its first line."""

    schema_id: Literal["finwatch.approved/1"] = Field(default="finwatch.approved/1", alias="schema")
    origin: str
    """Of the log in which it stands."""
    number: int
    """1 for the first list; each list has the next."""
    at: UtcTime
    notice: Text
    """What a filing does not say."""


class PublishedList(Model):
    """A list that was published."""

    number: int
    at: UtcTime
    apps: int
    bytes: int
    sha256: Sha256
    root: Sha256
    csv_bytes: int
    csv_sha256: Sha256
    signature: str
    """The ``.sig`` of the JSON file, as text."""
    csv_signature: str
    leaf: int | None = None
    """Index of the leaf of the log that vouches for it."""


class ApprovedPage(Model):
    """A page of the public list."""

    rows: tuple[ApprovedApp, ...]
    total: int
    bounded: bool = False
    """There are more than ``total``."""
    next: str | None = None


class Answered(StrEnum):
    """What ``verify`` found."""

    GENUINE = "genuine"
    """Package name, signer and the package itself are filed."""
    OTHER_VERSION = "other_version"
    """Package name and signer are filed; this very package is not."""
    SUSPECTED_COUNTERFEIT = "suspected_counterfeit"
    """It resembles a filed app that somebody else signed: a suspicion, for a person to confirm."""
    NOT_FILED = "not_filed"
    UNREADABLE = "unreadable"


class Verified(Model):
    """The answer of ``finwatch verify``."""

    asked: str
    """The file or number."""
    sha256: Sha256 | None = None
    answer: Answered
    app: ApprovedApp | None = None
    """The row of the list that the answer is about."""
    holds: bool
    """The filing of ``app`` holds now: it is neither registered only, nor expired, nor cancelled."""
    reasons: tuple[Reason, ...]
    matches: tuple[Match, ...] = ()
    list_number: int
    list_at: UtcTime
    list_sha256: str

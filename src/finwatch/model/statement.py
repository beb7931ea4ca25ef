"""What a privacy policy says: who does what with which data item, for what, on what condition, and where it stands.

``policy`` reads these out of a ``PolicyText``; ``checks`` and the comparison with a package take them as they are.
They are plain frozen records, not validated again: a long policy has a thousand of them.

Two kinds of offset: ``start``/``end`` count characters of ``PolicyText.text``; ``PolicyText.source_span`` turns them
into characters of the stored original. A statement about a parent class (``device_info``) is about the class: it
never says anything about a specific item of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What is done with a data item. ``Statement.denied`` turns each into its opposite."""

    COLLECT = "collect"
    USE = "use"
    SHARE = "share"
    """Given to another controller, or to anybody where the policy does not say on what terms."""
    ENTRUST = "entrust"
    """Given to a processor that acts for the first party (PIPL Art. 21)."""
    TRANSFER = "transfer"
    """Handed over with control, as in a merger (PIPL Art. 22; 转让)."""
    PUBLISH = "publish"
    """Made public (PIPL Art. 25; 公开披露)."""
    STORE = "store"
    DELETE = "delete"
    """Deleted or made anonymous."""
    UPLOAD = "upload"
    """Sent from the device to the first party's server."""


class PartyKind(StrEnum):
    """Who a party is to the person whose data it is."""

    FIRST = "first"
    """The operator of the app."""
    AFFILIATE = "affiliate"
    SDK = "sdk"
    """A third party's code inside the app, or its supplier through it."""
    THIRD = "third"
    """Any other recipient or collector: partner, merchant, processor."""
    AUTHORITY = "authority"
    """Regulators, courts, police, the credit reference centre."""
    DEVICE = "device"
    """The phone and its maker: what stays there is not collected by the operator."""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who acts on data or receives it."""

    kind: PartyKind
    name: str | None = None
    """As the policy writes it; ``None`` = only the role is told (合作伙伴)."""
    supplier: str | None = None
    """Who supplies the SDK, where told."""
    via: str | None = None
    """The SDK through which the first party acts, where the policy says so."""


FIRST = Party(PartyKind.FIRST)


class ConditionKind(StrEnum):
    """What a statement hangs on."""

    CONSENT = "consent"
    """The person's consent or authorisation."""
    DEEMED = "deemed"
    """Wording that takes consent for given (您在此同意): no real condition."""
    FUNCTION = "function"
    """A function or service is used."""
    PERMISSION = "permission"
    """A system permission is granted."""
    REFUSAL = "refusal"
    """The person refuses or switches off."""
    LAW = "law"
    """A law, court or authority demands it."""
    EXCEPTION = "exception"
    """The statement holds except in this case (除非, 未经同意)."""
    LIMIT = "limit"
    """Only a part of the item: the contact that was picked, not the address book."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in the policy's own words, ``PolicyText.text[start:end]``."""

    kind: ConditionKind
    start: int
    end: int


class Place(StrEnum):
    """Where something is done."""

    DEVICE = "device"
    SERVER = "server"


class Source(StrEnum):
    """Where the collected data come from."""

    USER = "user"
    """The person types, says or hands it over."""
    DEVICE = "device"
    """Read from the device or its sensors."""
    THIRD = "third"
    """Indirect collection: another organisation gives it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One practice (or denial of one) about one data item."""

    item: str
    """Id of the catalogue's data items."""
    action: Action
    denied: bool
    party: Party
    """Who acts."""
    paragraph: int
    """The paragraph with the words."""
    start: int
    end: int
    """The sentence that says it."""
    item_start: int
    item_end: int
    """The words that name the item; where they stand in an earlier sentence (前述信息), there."""
    recipient: Party | None = None
    """Who gets it, for share, entrust, transfer and publish."""
    purpose: tuple[int, int] | None = None
    """``PolicyText.text[start:end]`` of the purpose's words."""
    conditions: tuple[Condition, ...] = ()
    place: Place | None = None
    retention: tuple[int, int] | None = None
    """How long, as words of the text."""
    source: Source | None = None
    implied: bool = False
    """Follows from the words without standing there: 系统后台不保存短信内容 implies that it is read."""
    head: int | None = None
    """Paragraph of the head sentence whose verb a list item or table row inherits; ``None`` = own verb."""
    de_identified: bool = False
    """Speaks of data after de-identification or anonymisation."""

    @property
    def folded(self) -> str:
        """The action as documents give it: entrust, transfer and publish read as ``share``; a denied upload as
        ``not-share``; denials are ``not-…``."""
        return f"not-{FOLDED[self.action]}" if self.denied else FOLDED[self.action]


FOLDED = {
    Action.COLLECT: "collect",
    Action.USE: "use",
    Action.SHARE: "share",
    Action.ENTRUST: "share",
    Action.TRANSFER: "share",
    Action.PUBLISH: "share",
    Action.STORE: "store",
    Action.DELETE: "delete",
    Action.UPLOAD: "share",
}
"""Coarse actions. A positive upload is read as ``collect`` before it gets here."""


@dataclass(frozen=True, slots=True)
class SdkRow:
    """A third-party component that a policy declares, from a table row or from a list entry."""

    name: str
    supplier: str | None
    purpose: str | None
    items: tuple[str, ...]
    """Ids of the data items, sorted; empty = the policy names none."""
    link: str | None
    """Address of the supplier's own policy."""
    paragraph: int
    start: int
    end: int
    """The words of the whole entry."""
    collects_nothing: bool = False
    """The entry says that the component takes no personal information."""


class RightKind(StrEnum):
    """A right of the person (PIPL chapter IV)."""

    WITHDRAW = "withdraw"
    DELETE = "delete"
    CLOSE = "close"
    """Close the account."""
    COMPLAIN = "complain"
    ACCESS = "access"
    CORRECT = "correct"
    COPY = "copy"
    """Copy or take along."""
    OPT_OUT = "opt_out"
    """Switch personalised push or automated decisions off."""


@dataclass(frozen=True, slots=True)
class Right:
    """A right that the policy grants, and the way to it as far as it is told."""

    kind: RightKind
    paragraph: int
    start: int
    end: int
    channel: tuple[int, int] | None = None
    """Words that tell the way: a menu path, a telephone number, an address. ``None`` = not told there."""
    days: int | None = None
    """Answer promised within so many days."""


@dataclass(frozen=True, slots=True)
class PolicyReading:
    """Everything that was read out of one policy, each list in order of place."""

    document: str
    """SHA-256 of the stored original."""
    statements: tuple[Statement, ...]
    sdks: tuple[SdkRow, ...]
    rights: tuple[Right, ...]
    unread: tuple[str, ...] = ()
    """What was not read and why: pages without text, limits that were met, a language without grammar."""

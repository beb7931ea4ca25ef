"""What the screens read of the web beyond stores, and of ratings and reviews over time.

``flow/publish_beyond`` carries these into the read model; ``store/published`` gives them out.
"""

from __future__ import annotations

from finwatch.model.base import Model, UtcTime
from finwatch.model.fetch import MarketId, OutcomeKind
from finwatch.model.listing import RatingPoint, Review
from finwatch.model.view import Count
from finwatch.model.web import Chain, Lead, LeadReason, Notice, NoticeRow


class ChainRow(Model):
    """One line of the list of chains."""

    id: str
    market: MarketId
    start: str
    at: UtcTime
    links: int
    packages: int
    """Different packages at its ends."""
    unseen: int
    """Links whose other end could not be seen: failed, not decoded, too deep or too many."""
    capture: str | None
    """Of the page that it starts from."""


class ChainPage(Model):
    """A page of chains, newest first."""

    rows: tuple[ChainRow, ...]
    next: str | None
    total: Count


class ChainView(Model):
    """A chain's page: every link, and the apps of those packages that were examined."""

    chain: Chain
    examined: dict[str, str] = {}
    """SHA-256 → app id."""


class NoticeHead(Model):
    """One line of the list of notices: a document as it was read at one time."""

    id: str
    """The beginning of a digest of its address and its bytes."""
    market: MarketId
    url: str
    capture: str | None
    sha256: str
    form: str
    title: str | None
    seen: UtcTime
    rows: int
    faults: int
    """Parts of it that gave no row."""


class NoticePage(Model):
    """A page of notices, newest first."""

    rows: tuple[NoticeHead, ...]
    next: str | None
    total: Count


class NoticeView(Model):
    """A notice's page."""

    head: NoticeHead
    notice: Notice


class NoticeEntry(Model):
    """A row of a notice in a list across notices."""

    head: NoticeHead
    position: int
    row: NoticeRow


class NoticeEntryPage(Model):
    """A page of rows of notices; those of the newest notice first."""

    rows: tuple[NoticeEntry, ...]
    next: str | None
    total: Count


class LeadRow(Model):
    """A lead, and what became of it."""

    lead: Lead
    visited: OutcomeKind | None = None
    """How the newest visit ended; ``None`` = there was none yet."""
    due: UtcTime | None = None
    """When it is visited next; ``None`` = not again."""


class LeadPage(Model):
    """A page of leads, newest first."""

    rows: tuple[LeadRow, ...]
    next: str | None
    total: Count


class ReasonCount(Model):
    """How many leads there are for one reason."""

    reason: LeadReason
    leads: int


class BeyondOverview(Model):
    """What was found beyond stores, in numbers; each opens into a list of that many rows."""

    chains: int
    chains_with_packages: int
    notices: int
    entries: int
    """Rows of notices."""
    leads: int
    reasons: tuple[ReasonCount, ...]


class RatingSeries(Model):
    """How one app stood in one market over time: the first point, those at which something moved, the newest."""

    market: MarketId
    app: str
    points: tuple[RatingPoint, ...]
    """Oldest first."""


class ReviewMonth(Model):
    """What users of one market wrote in one month (UTC, ``YYYY-MM``)."""

    market: MarketId
    app: str
    month: str
    reviews: int
    rated: int
    """Reviews that gave stars."""
    mean: float | None
    """Mean of the stars given."""


class ReviewPage(Model):
    """A page of reviews, newest first."""

    rows: tuple[Review, ...]
    next: str | None
    total: Count


class LeadsDocument(Model):
    """The leads that one expansion or visit gave for one market."""

    market: MarketId
    at: UtcTime
    leads: tuple[Lead, ...]

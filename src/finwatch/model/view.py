"""What the screens read: the nouns that ``store`` answers with, so that no face ever sees SQL.

``flow/publish`` builds the ``…Document`` records from the lake and ``store/published`` takes them in; the named
questions of ``store`` give the others out. All of it can be rebuilt from the lake.
"""

from __future__ import annotations

import re
from typing import Literal

from finwatch.model.base import Model, Text, UtcTime
from finwatch.model.examination import (
    Answer,
    Band,
    Confidence,
    Examination,
    Finding,
    Match,
    Rating,
)
from finwatch.model.fetch import Market, MarketId, OutcomeKind, TaskKind
from finwatch.model.knowledge import Severity
from finwatch.model.listing import EventKind, Listing, ListingEvent
from finwatch.model.package import Unreadable

_FROM_HASH = re.compile(r"package-[0-9a-f]{12}")
"""No package name: those have no hyphen (AOSP ``FrameworkParsingPackageUtils.validateName``)."""
Order = Literal["risk", "recent", "name"]
"""How a list of apps is sorted: most serious first, seen last first, or by name."""


class Count(Model):
    """A number of rows; ``more`` = there are more than were counted, written ``10,000+``."""

    value: int
    more: bool = False

    def __str__(self) -> str:
        """The number with thousands separators, and ``+`` where the counting stopped."""
        return f"{self.value:,}{'+' if self.more else ''}"


def nameless(app: str) -> bool:
    """Whether ``app`` stands for a package whose name could not be read and that no market lists."""
    return _FROM_HASH.fullmatch(app) is not None


class ListingSpan(Model):
    """One version in one market, and how long it stood there."""

    market: MarketId
    app_id: str
    app: str
    listing: Listing
    """As it was described last."""
    first_seen: UtcTime
    last_seen: UtcTime
    gone_at: UtcTime | None = None
    """The first visit that no longer showed it; ``None`` = the newest visit still did."""


class ListingPage(Model):
    """A page of a market's listings, by package name."""

    rows: tuple[ListingSpan, ...]
    next: str | None
    total: Count


class AppRow(Model):
    """One line of the list of apps: a package name in the hands of one signer family."""

    id: str
    """``<package name>~<first 12 hex digits of the family's oldest signer>``, or ``~unsigned``, ``~unknown``."""
    app: str
    """Package name."""
    signer: str | None
    """SHA-256 of the family's oldest known certificate."""
    name_zh: str
    name_en: str
    developer: str | None = None
    operator: str | None = None
    institution: str | None = None
    finance: bool | None = None
    kind: str | None = None
    band: Band | None = None
    """``None``: no version of it was examined yet."""
    score: float | None = None
    sha256: str | None = None
    """The examined version that the rating is about: the newest listed one, else the newest known."""
    version_name: str | None = None
    version_code: int | None = None
    pending: bool = False
    """A newer version is known that was not examined yet."""
    high: int = 0
    """Checks answered *yes*, by severity; ``unanswered`` counts *not available*."""
    medium: int = 0
    low: int = 0
    info: int = 0
    unanswered: int = 0
    suspected: int = 0
    """Matches that a person should look at."""
    versions: int = 0
    markets: tuple[MarketId, ...] = ()
    """Where it is listed now."""
    first_seen: UtcTime | None = None
    last_seen: UtcTime | None = None
    gone: bool = False
    """It was listed and no market lists it now."""

    @property
    def nameless(self) -> bool:
        """Its package name could not be read and no market lists it: ``app`` is made from its hash."""
        return nameless(self.app)

    def name(self, language: str) -> str:
        """The name for a screen in ``language``."""
        return self.name_zh if language == "zh" else self.name_en


class AppDocument(Model):
    """Everything published under one app id."""

    row: AppRow
    names: tuple[str, ...] = ()
    """Every name it was seen under: what the search looks through, with package name, developer and operator."""
    listings: tuple[ListingSpan, ...] = ()
    permissions: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    """Checks answered *yes* for the version the rating is about."""
    sdks: tuple[str, ...] = ()
    events: tuple[EventKind, ...] = ()


class VersionDocument(Model):
    """An examined package, with matches and rating as they stand after everything was compared."""

    app_id: str
    app: str | None
    examined: UtcTime
    examination: Examination


class HistoryDocument(Model):
    """The events of one package name in one market."""

    market: MarketId
    app: str
    events: tuple[ListingEvent, ...]


class VersionRow(Model):
    """One line of an app's versions."""

    sha256: str
    app_id: str
    app: str | None
    version_name: str | None
    version_code: int | None
    label: str | None
    bytes: int
    format: str
    band: Band
    score: float
    extent: str
    """``full`` or ``limited``: whether the code could be seen."""
    examined: UtcTime
    engine: str
    catalog: str


class UnreadPackage(Model):
    """A package that a market handed out and that could not be read in full."""

    sha256: str
    app_id: str
    app: str
    """Package name, as the market lists it."""
    version_name: str | None
    band: Band
    unreadable: tuple[Unreadable, ...]


class VersionView(Model):
    """A version's page: the examination, and where it is or was listed."""

    row: VersionRow
    examination: Examination
    listings: tuple[ListingSpan, ...] = ()


class AppView(Model):
    """An app's page."""

    row: AppRow
    versions: tuple[VersionRow, ...] = ()
    listings: tuple[ListingSpan, ...] = ()
    events: tuple[ListingEvent, ...] = ()
    rating: Rating | None = None
    findings: tuple[Finding, ...] = ()
    """Of the version that the rating is about."""
    matches: tuple[Match, ...] = ()
    resembled_by: tuple[MatchRow, ...] = ()
    """Other apps that were found to look like this one."""
    same_package: tuple[AppRow, ...] = ()
    """The same package name in other hands."""

    def entries(self, *, market: str | None = None) -> list[tuple[str, str]]:
        """Pairs of market and package name under which it is or was listed; of one market where it is given."""
        pairs = {(str(span.market), span.app) for span in self.listings}
        return sorted(pair for pair in pairs if market is None or pair[0] == market)


class MatchRow(Model):
    """A match seen from the side of the app that it points to."""

    app_id: str
    sha256: str
    match: Match


class AppFilter(Model):
    """What a list of apps is narrowed to. Every given field must hold."""

    q: str | None = None
    """Words in zh or en: each must occur in a name, the package name, the developer or the operator."""
    band: Band | None = None
    finance: bool | None = None
    kind: str | None = None
    market: str | None = None
    check: str | None = None
    sdk: str | None = None
    permission: str | None = None
    event: EventKind | None = None
    gone: bool | None = None
    suspected: bool | None = None
    """It has a match that a person should look at."""
    examined: bool | None = None
    """Some version of it was examined."""


class AppPage(Model):
    """A page of apps; ``next`` is the key that gives the following page."""

    rows: tuple[AppRow, ...]
    next: str | None
    total: Count


class FindingRow(Model):
    """One finding in a list across apps: the rows behind a number."""

    app_id: str
    app_name_zh: str
    app_name_en: str
    sha256: str
    version_name: str | None
    check: str
    outcome: Answer
    severity: Severity
    confidence: Confidence
    title: Text
    evidence: int
    """How many pieces of evidence it has."""


class FindingPage(Model):
    """A page of findings."""

    rows: tuple[FindingRow, ...]
    next: str | None
    total: Count


class EventRow(Model):
    """An event, and the apps of that package name in that market."""

    event: ListingEvent
    app_ids: tuple[str, ...]
    name_zh: str
    name_en: str


class EventPage(Model):
    """A page of events, newest first."""

    rows: tuple[EventRow, ...]
    next: str | None
    total: Count


class CheckCount(Model):
    """How many apps a check was answered *yes* for, in the version their rating is about."""

    check: str
    severity: Severity
    title: Text
    apps: int


class Facet(Model):
    """A value that a list can be narrowed to, and how many apps it leaves."""

    value: str
    apps: int


class Overview(Model):
    """The numbers of the first page. Each is the number of rows of a list that can be opened."""

    generation: int
    published: UtcTime | None
    apps: int
    finance: int
    gone: int
    versions: int
    limited: int
    """Apps of which too much could not be seen."""
    unexamined: int
    suspected: int
    """Apps with a match that a person should look at."""
    markets: int
    events: int
    bands: tuple[Facet, ...]
    kinds: tuple[Facet, ...]
    sdks: tuple[Facet, ...]
    checks: tuple[CheckCount, ...]
    recent: tuple[EventRow, ...]


class Failure(Model):
    """The newest visit that went wrong in one way."""

    kind: OutcomeKind
    count: int
    at: UtcTime
    task: TaskKind
    url: str
    status: int | None
    message: str
    capture: str | None = None


class MarketHealth(Model):
    """How the visits to one market went since ``since``."""

    market: Market
    since: UtcTime
    visits: int
    succeeded: int
    """``ok`` and ``not_modified``."""
    rate: float | None
    """``succeeded / visits``; ``None`` without a visit."""
    last_visit: UtcTime | None
    last_success: UtcTime | None
    last_index: UtcTime | None
    """The newest good answer for the index."""
    failures: tuple[Failure, ...]
    """One entry a kind, newest first."""
    last_error: Failure | None
    bytes: int
    apps: int
    """Package names listed now."""
    listings: int
    due: int
    leased: int
    backing_off: int
    """Tasks that failed and wait for their next attempt."""
    given_up: int
    """Tasks whose last visit failed and that are not due again."""


AppView.model_rebuild()

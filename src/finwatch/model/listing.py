"""What a market says of an app at one time: a listing, and the events that follow from two visits."""

from __future__ import annotations

from enum import StrEnum

from finwatch.model.base import Model, UtcTime
from finwatch.model.fetch import MarketId


class Listing(Model):
    """One version of one app in one market, as the market described it.

    Units are normalised: bytes, UTC, SHA-256 in lower-case hex. A field the market does not give is ``None``.
    """

    market: MarketId
    app: str
    """Package name."""
    names: dict[str, str] = {}
    """Locale to name, as given (``zh-CN``, ``en-US``)."""
    summaries: dict[str, str] = {}
    developer: str | None = None
    categories: tuple[str, ...] = ()
    version_name: str | None = None
    version_code: int | None = None
    package_url: str | None = None
    package_sha256: str | None = None
    package_bytes: int | None = None
    signer_sha256: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    icon_url: str | None = None
    website: str | None = None
    policy_url: str | None = None
    published: UtcTime | None = None
    seen: UtcTime
    capture: str | None = None
    """The capture this was read from."""
    store_id: str | None = None
    """The market's own id of the app."""
    store_url: str | None = None
    """The app's page in the market."""
    developer_id: str | None = None
    rating: float | None = None
    """Mean of the stars given, on a scale that ends at 5."""
    rating_count: int | None = None
    review_count: int | None = None
    downloads: int | None = None
    icp_number: str | None = None
    """The filing number (备案号) that the market shows."""
    package_md5: str | None = None
    signer_sha1: tuple[str, ...] = ()
    signer_md5: tuple[str, ...] = ()
    package_bytes_rounded: bool = False
    """``package_bytes`` was given in kB, MB or GB: it is near, and a download is not judged by it."""

    def name(self, language: str) -> str:
        """The name in ``language`` (``zh``/``en``), else in any language, else the package name."""
        for locale in sorted(self.names):
            if locale.lower().startswith(language):
                return self.names[locale]
        return next(iter(self.names.values()), self.app)


class RatingPoint(Model):
    """How an app stood in a market at one time: a point of a time series."""

    market: MarketId
    app: str
    at: UtcTime
    rating: float | None = None
    rating_count: int | None = None
    review_count: int | None = None
    downloads: int | None = None
    capture: str | None = None


class Review(Model):
    """What one user wrote of an app in a market. Who wrote it is kept only as a digest."""

    market: MarketId
    app: str
    id: str
    """The market's id of the review; where it gives none, a digest of what was written."""
    rating: float | None = None
    """Stars, on a scale that ends at 5."""
    title: str | None = None
    text: str = ""
    author: str | None = None
    """SHA-256 of market and author: the same person is seen again, and not named."""
    version_name: str | None = None
    written: UtcTime | None = None
    seen: UtcTime
    capture: str | None = None


class EventKind(StrEnum):
    """What two visits to a market show about an app."""

    NEW_APP = "new_app"
    NEW_VERSION = "new_version"
    CHANGED = "changed"
    """The same version with another package, name or developer."""
    VERSION_GONE = "version_gone"
    APP_GONE = "app_gone"


class ListingEvent(Model):
    """A change between two visits, with the captures that show before and after."""

    market: MarketId
    app: str
    kind: EventKind
    at: UtcTime
    version_code: int | None = None
    before: str | None = None
    after: str | None = None
    capture: str | None = None

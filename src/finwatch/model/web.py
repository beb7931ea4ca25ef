"""What is found beyond stores: chains from a page to a package, regulators' notices, policies, and leads.

``crawl/beyond`` makes chains and notices, ``flow`` keeps them in the lake and follows the leads. ``WebSource`` is the
part of a descriptor that says how pages outside of markets are read (protocol ``web``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from finwatch.model.base import Model, UtcTime


class SpanAt(Model):
    """Characters ``start`` … ``end`` of the decoded text of a captured page."""

    kind: Literal["span"] = "span"
    url: str
    capture: str | None
    start: int
    end: int


class HeaderAt(Model):
    """A field of the head of a captured answer."""

    kind: Literal["header"] = "header"
    url: str
    capture: str | None
    name: str


class PixelsAt(Model):
    """A rectangle of a captured image, in pixels from its upper left corner."""

    kind: Literal["pixels"] = "pixels"
    url: str
    capture: str | None
    left: int
    top: int
    right: int
    bottom: int


class CellAt(Model):
    """A cell of a table in a captured document; rows and columns count from 1 as the document shows them."""

    kind: Literal["cell"] = "cell"
    url: str
    capture: str | None
    table: str
    """``table 2`` of a page, the sheet's name of a workbook, ``page 3`` of a PDF."""
    row: int
    column: int


WebAt = Annotated[SpanAt | HeaderAt | PixelsAt | CellAt, Field(discriminator="kind")]
"""Where something stood outside of markets."""


class LinkKind(StrEnum):
    """How one address led to the next."""

    START = "start"
    ANCHOR = "anchor"
    REDIRECT = "redirect"
    META_REFRESH = "meta_refresh"
    SCRIPT = "script"
    """An address that stands in the text of a script; no script was run."""
    FRAME = "frame"
    IMAGE = "image"
    QR_CODE = "qr_code"
    ITMS = "itms"
    """An ``itms-services`` link, and the package that its manifest names."""


class LinkEnd(StrEnum):
    """What stood at the other end of a link."""

    PAGE = "page"
    REDIRECTED = "redirected"
    IMAGE = "image"
    MANIFEST = "manifest"
    PACKAGE = "package"
    MARKET = "market"
    """A link into an app market; it is a lead, not a visit."""
    OTHER = "other"
    """An answer that is neither a page, an image, a manifest nor a package."""
    NOT_DECODED = "not_decoded"
    """An image that could not be decoded; a QR code in it would not have been seen."""
    REFUSED_SCHEME = "refused_scheme"
    """``file:``, ``data:``, ``javascript:`` and the like, which are never followed."""
    SEEN = "seen"
    """An address that the chain had been to: a loop, or two ways to one place."""
    TOO_DEEP = "too_deep"
    TOO_MANY = "too_many"
    FAILED = "failed"
    """The visit failed; ``outcome`` says how."""


class Link(Model):
    """One step of a chain: where it was found, where it led, and what was there."""

    number: int
    """From 0, in the order of the visits."""
    parent: int | None
    """The link whose answer this one was found in."""
    kind: LinkKind
    url: str
    found: WebAt | None = None
    end: LinkEnd
    outcome: str | None = None
    """``model.fetch.OutcomeKind`` of a visit that failed."""
    message: str = ""
    status: int | None = None
    capture: str | None = None
    peeked: str | None = None
    """The capture of the first bytes, read with ``Range`` before a download."""
    sha256: str | None = None
    bytes: int = 0
    app: str | None = None
    """The app id that a market link names."""
    rendered: bool = False


class Chain(Model):
    """Everything that was followed from one page, link by link."""

    id: str
    market: str
    start: str
    at: UtcTime
    links: tuple[Link, ...]
    notes: tuple[str, ...] = ()

    @property
    def packages(self) -> tuple[str, ...]:
        """SHA-256 of the packages found, each once, in order."""
        found = [link.sha256 for link in self.links if link.end is LinkEnd.PACKAGE and link.sha256]
        return tuple(dict.fromkeys(found))

    def way_to(self, number: int) -> tuple[Link, ...]:
        """The links from the start to link ``number``, both included."""
        way: list[Link] = []
        at: int | None = number
        while at is not None:
            way.append(self.links[at])
            at = self.links[at].parent
        return tuple(reversed(way))


class Candidate(Model):
    """An entry of a search-result list: a page that may lead to a package."""

    url: str
    title: str
    snippet: str = ""
    keyword: str = ""
    rank: int
    found: WebAt


class NoticeRow(Model):
    """One app (or party) of a notice, as its table states it; what has no column is ``None``."""

    number: str | None = None
    app: str | None = None
    developer: str | None = None
    version: str | None = None
    store: str | None = None
    problem: str | None = None
    decision: str | None = None
    """The document number of a penalty decision."""
    penalty: str | None = None
    authority: str | None = None
    decided: str | None = None
    """The day as written."""
    section: str | None = None
    """The heading inside the table that the row stands under."""
    at: dict[str, WebAt] = {}
    """Field → the cell that it was read from."""


class NoticeFault(Model):
    """A part of a notice that did not become a row, and why."""

    at: WebAt | None
    reason: str
    text: str = ""


class Notice(Model):
    """A regulator's notice or penalty table: every row that could be read, and every part that could not."""

    market: str
    url: str
    capture: str | None
    sha256: str
    form: Literal["html", "pdf", "xlsx"]
    title: str | None = None
    seen: UtcTime
    rows: tuple[NoticeRow, ...] = ()
    faults: tuple[NoticeFault, ...] = ()


class PolicyPage(Model):
    """A stored privacy policy of an app, before it is read."""

    market: str
    app: str | None
    url: str
    capture: str | None
    sha256: str
    content_type: str | None = None
    seen: UtcTime


class LeadReason(StrEnum):
    """Why an address is worth a visit."""

    KEYWORD = "keyword"
    DEVELOPER = "developer"
    SIGNER = "signer"
    ENDPOINT = "endpoint"
    POLICY = "policy"
    SEARCH_RESULT = "search_result"
    MARKET_LINK = "market_link"
    NOTICE = "notice"


class Lead(Model):
    """An address to visit, with what led to it."""

    market: str
    kind: str
    """``model.fetch.TaskKind`` of the visit."""
    url: str
    reason: LeadReason
    of: str
    """What it follows from: a keyword, a developer, a signer's or package's SHA-256, the address of a page."""
    says: str
    """The reason in a sentence."""
    app: str | None = None
    expected_sha256: str | None = None
    expected_bytes: int | None = None
    at: UtcTime


class WebSource(Model):
    """How pages outside of markets are read: the table ``[market.web]`` of a descriptor with ``protocol = "web"``."""

    kind: Literal["landing", "search", "notices"]
    render: bool = False
    """The pages need script: they are opened in a confined Chromium."""
    hosts: tuple[str, ...] = ()
    """Further hosts that a rendered page may load from; its own is always allowed."""
    keywords: tuple[str, ...] = ()
    """``search``: what is asked for."""
    url: str | None = None
    """``search``: the address of a result page, with ``{keyword}`` and, for more pages, ``{page}`` or ``{offset}``."""
    pages: int = Field(default=1, ge=1, le=50)
    """``search``: result pages for each keyword."""
    step: int = Field(default=10, ge=1)
    """``search``: from one ``{offset}`` to the next."""
    items: str | None = None
    """``search``, ``notices``: selector of an entry."""
    link: str = "a@href"
    """Inside an entry: where its address stands, ``selector@attribute``; ``@attribute`` = of the entry itself."""
    title: str = "a"
    """``search``: selector of its title."""
    snippet: str | None = None
    """``search``: selector of its text."""
    query: str | None = None
    """``search``: the address stands in this parameter of the link's query, as where clicks are counted."""
    none: str | None = None
    """``search``: words of a page that has no results."""
    challenge: tuple[str, ...] = ()
    """Words of a page that wants a person."""

    @model_validator(mode="after")
    def _consistent(self) -> WebSource:
        if self.kind == "search" and not (self.url and "{keyword}" in self.url and self.items and self.keywords):
            raise ValueError("kind = \"search\" needs 'keywords', 'items', and a 'url' with {keyword}")
        if self.pages > 1 and not ("{page}" in (self.url or "") or "{offset}" in (self.url or "")):
            raise ValueError("'pages' above 1 needs {page} or {offset} in 'url'")
        if self.kind == "landing" and (self.items or self.url):
            raise ValueError("kind = \"landing\" follows the page at 'address'; 'url' and 'items' are for other kinds")
        if "@" not in self.link:
            raise ValueError("'link' names an attribute: selector@attribute")
        return self

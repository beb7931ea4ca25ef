"""A visit to the outside world: what was due, what was asked, and how it ended.

``crawl`` performs tasks, ``store`` keeps them (the frontier), ``lake`` keeps the captures. The three are strangers
and meet in these nouns.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

from pydantic import Field

from finwatch.model.base import Model, Text, UtcTime
from finwatch.model.source import Source
from finwatch.model.web import WebSource

MarketId = NewType("MarketId", str)
"""Slug of a market: ``[a-z0-9-]+``, used as partition name and in addresses."""


class Politeness(Model):
    """How hard a market may be asked."""

    requests_per_second: float = 1.0
    parallel: int = 1
    obey_robots: bool = True
    user_agent: str | None = None
    requests_per_day: int | None = Field(default=None, ge=1)
    """Most requests to one host on a day (UTC), by all processes together; ``None`` = no bound."""
    bytes_per_day: int | None = Field(default=None, ge=1)
    """Most bytes from one host on a day: the answer that passes it is the last."""
    revisit_min_s: float = Field(default=3_600.0, gt=0)
    """Shortest time between two visits of an address that changes all the time."""
    revisit_max_s: float | None = Field(default=None, gt=0)
    """Longest time between two visits of an address that never changes; ``None`` = a day for an index."""


class Spent(Model):
    """What a host was asked on a day."""

    requests: int = 0
    bytes: int = 0


class ChangeHistory(Model):
    """What visits saw of how often an address changes; older visits weigh less, see ``crawl/due.py``."""

    visits: float = 0.0
    """Visits that could be compared with the one before."""
    changes: float = 0.0
    """Those of them that saw another answer."""
    watched_s: float = 0.0
    """Seconds between them."""
    seen: UtcTime | None = None
    """The last good answer."""


class Market(Model):
    """An app market or repository, as its descriptor says (``crawl/sources``) or an operator registered it."""

    id: MarketId
    """Slug: ``a-z``, ``0-9`` and ``-``; it names the market everywhere, also in addresses and folders."""
    name: Text
    """What people call it, ``{ zh = "…", en = "…" }``."""
    protocol: str
    """The reader in ``crawl/sources`` that speaks to it, such as ``fdroid``."""
    address: str
    """Base address, such as ``https://shop.example/fdroid/repo``."""
    fingerprint: str | None = None
    """SHA-256 of the certificate that must sign the index; pinned on first use when it was not given."""
    accept_sha1: bool = False
    """Take an index-v1 that is signed with SHA-1 only, as old repositories are; SHA-1 no longer proves who signed."""
    jurisdiction: str = "CN"
    """Where it is answered for: ISO 3166-1 alpha-2."""
    politeness: Politeness = Politeness()
    """How hard it may be asked: ``requests_per_second`` (1), ``parallel`` (1), ``obey_robots`` (true) and
    ``user_agent``."""
    enabled: bool = True
    """``false`` = it is never visited."""
    needs_cooperation: str | None = None
    """Why it can only be read with its operator's agreement (keys, captchas); such a market is never visited."""
    replayed: str = ""
    """What the descriptor was held to without visiting the market: the recorded answers and their date."""
    source: Source | None = None
    """How its pages are read; only for the protocol ``pages``."""
    web: WebSource | None = None
    """How pages beyond stores are read; only for the protocol ``web``."""


class TaskKind(StrEnum):
    """What a frontier task asks for."""

    INDEX = "index"
    PACKAGE = "package"
    ICON = "icon"
    PAGE = "page"
    POLICY = "policy"
    REVIEWS = "reviews"


class FrontierTask(Model):
    """One address to visit: unique by (market, kind, url)."""

    id: int | None = None
    market: MarketId
    kind: TaskKind
    url: str
    bucket: str
    """``host:port``: the unit of politeness."""
    due: UtcTime
    attempts: int = 0
    etag: str | None = None
    last_modified: str | None = None
    content_sha256: str | None = None
    """SHA-256 of the body seen last."""
    expected_sha256: str | None = None
    expected_bytes: int | None = None
    app: str | None = None
    """The package name this is for, where there is one."""
    lease: str | None = None
    leased_until: UtcTime | None = None
    history: ChangeHistory = ChangeHistory()


class OutcomeKind(StrEnum):
    """How a visit ended. Each kind is shown apart on the market's health page."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    GONE = "gone"
    """404 or 410: the market says it is not there."""
    REFUSED = "refused"
    """401, 403, 451."""
    THROTTLED = "throttled"
    """429, or 503 with Retry-After."""
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    """No address, no connection, TLS failure."""
    ROBOTS = "robots"
    PRIVATE_ADDRESS = "private_address"
    REDIRECT_LOOP = "redirect_loop"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    HASH_MISMATCH = "hash_mismatch"
    BAD_SIGNATURE = "bad_signature"
    ROLLED_BACK = "rolled_back"
    """The index is signed well, but older than the one seen before."""
    MALFORMED = "malformed"
    """The answer is not of the shape that the protocol prescribes."""
    EMPTY = "empty"
    """A good answer: the market says that it has nothing of what was asked for."""
    CHALLENGE = "challenge"
    """A page that wants a person (captcha, script check); it is not worked around."""
    CHANGED_SHAPE = "changed_shape"
    """A readable answer in which what the descriptor points at is not there any more."""
    OVER_BUDGET = "over_budget"
    """Not asked: what the market's politeness allows for one day is used up."""


class Outcome(Model):
    """The end of one visit, in words a market's operator can act on."""

    market: MarketId
    kind: OutcomeKind
    task: TaskKind
    url: str
    final_url: str | None = None
    status: int | None = None
    message: str = ""
    """What happened, where, and what to do; empty for ``ok`` and ``not_modified``."""
    started: UtcTime
    took_ms: int
    bytes: int = 0
    sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    capture: str | None = None
    retry_after_s: float | None = None
    attempt: int = 1


class Tls(Model):
    """The encrypted connection over which an answer came."""

    protocol: str
    """Such as ``tls/1.3``."""
    cipher: str
    """Name of the cipher suite, such as ``TLS_AES_256_GCM_SHA384``."""
    chain: tuple[str, ...]
    """SHA-256 of the certificates (DER) that the server showed, its own first; each is a blob of the lake."""


class Capture(Model):
    """A stored exchange: where its WARC record is, and what it says.

    ``id`` is ``<segment file name>#<offset of the record>``, enough to read it again.
    """

    id: str
    market: MarketId
    url: str
    at: UtcTime
    status: int
    content_type: str | None = None
    payload_sha256: str
    payload_bytes: int
    peer: str | None = None
    tls: Tls | None = None
    """``None`` = the answer came unencrypted."""
    headers: tuple[tuple[str, str], ...] = Field(default=())
    stored_as: str = "warc"
    """``warc``: the payload is in the record; ``blob``: the payload is the lake's blob of that SHA-256; ``none``: it
    was refused or broken off, and only its digest and length were kept."""

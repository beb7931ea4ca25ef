"""The nouns of a visit while it is under way: what is asked, what one hop answered, and how it failed.

Used by ``fetch`` (which makes them), ``download`` and the readers in ``sources`` (which judge the answers) and
``runner`` (which turns them into an ``Outcome``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from finwatch.errors import FetchError
from finwatch.model.base import Model
from finwatch.model.fetch import MarketId, OutcomeKind, Politeness, Tls


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask for, with its bounds. ``coded`` = a compressed answer is welcome."""

    market: MarketId
    url: str
    max_bytes: int
    seconds: float
    politeness: Politeness
    headers: tuple[tuple[str, str], ...] = ()
    coded: bool = True
    polite: bool = True
    """``False`` only for robots.txt itself: no robots check."""
    method: str = "GET"
    body: bytes | None = None
    """What a POST sends; its media type stands in ``headers``."""
    passed: Callable[[Hop, str], None] | None = None
    """Told of each redirect that is followed, with the id of its capture; may refuse it with ``VisitFailed``."""


@dataclass(frozen=True, slots=True)
class Hop:
    """The head of one answer, and what was sent to get it."""

    url: str
    at: datetime
    request: bytes
    status: int
    status_line: str
    headers: tuple[tuple[str, str], ...]
    peer: str | None
    tls: Tls | None = None
    certificates: tuple[bytes, ...] = ()
    """Those of ``tls.chain``, in DER."""

    def get(self, name: str) -> str | None:
        """The first field called ``name``, in any case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """The last answer of a visit, whole.

    ``body`` holds a small body; a larger one is the blob ``sha256`` and ``body`` is ``None``. ``sha256`` and ``length``
    are of the body after content coding was taken off.
    """

    hop: Hop
    sha256: str
    length: int
    body: bytes | None
    capture: str | None = None

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.hop.status


class VisitFailed(FetchError):
    """A visit that ended otherwise than hoped: the kind, the message for a person, and what was seen until then."""

    def __init__(
        self,
        kind: OutcomeKind,
        message: str,
        *,
        hop: Hop | None = None,
        final_url: str | None = None,
        bytes_read: int = 0,
        sha256: str | None = None,
        capture: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hop = hop
        self.final_url = final_url or (hop.url if hop else None)
        self.bytes_read = bytes_read
        self.sha256 = sha256
        self.capture = capture
        self.retry_after_s = retry_after_s
        self.body: bytes | None = None
        """What an error page said, where it was small: a reader may know what that means."""
        self.observed: tuple[Model, ...] = ()
        """What was seen until then and is kept all the same, such as a chain of links."""

"""What a reader of a market gives: the listings of one visit, and what it has to remember until the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from finwatch.crawl.fetch import Fetcher
from finwatch.crawl.visit import Answer
from finwatch.model.fetch import FrontierTask, Market, OutcomeKind
from finwatch.model.listing import Listing


@dataclass(frozen=True, slots=True)
class Reading:
    """A complete reading of a market. ``listings`` ``None`` = nothing has changed since the last."""

    listings: tuple[Listing, ...] | None
    visit: str
    """Name of the reading: the same state of the market gives the same name."""
    answer: Answer
    """The answer to the task's own address."""
    bytes_read: int
    state: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What was left out or done otherwise, and why; for a person."""
    conditional: bool = True
    """The answer's validators (ETag, Last-Modified) are good for asking the task's address again."""
    kind: OutcomeKind = OutcomeKind.OK
    """``EMPTY`` where the market says that it has nothing."""
    packages: tuple[tuple[str, str], ...] = ()
    """SHA-256 and app of packages that came with the reading and are in the lake already."""
    finished: Callable[[], None] | None = None
    """Called once when the reading has been kept: what was put by to go on with is not needed any more."""


class Reader(Protocol):
    """One protocol that markets speak."""

    def start(self, market: Market) -> str:
        """The address at which a reading begins."""
        ...

    async def read(self, market: Market, task: FrontierTask, *, fetcher: Fetcher, state: Mapping[str, Any]) -> Reading:
        """Reads the market. Raises ``VisitFailed``; ``state`` then stays as it was."""
        ...


def visit_of(task: FrontierTask, shown: str) -> str:
    """The name of a visit: when it fell due, and ``shown``, the digest of what it found.

    A process that was killed after the listings were kept and before the task was ended leaves the task due as it was:
    the next attempt gives its visit the same name, and nothing is kept twice.
    """
    return f"{task.due:%Y%m%dT%H%M%S%f}-{shown[:16]}"

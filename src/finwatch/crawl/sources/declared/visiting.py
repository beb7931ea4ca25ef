"""One page of a described market, asked for and judged: the document, or the outcome that its signs stand for.

What comes in: a page's description and the values of its names. What goes out: a ``Seen``; ``VisitFailed`` with a kind
of its own for a market that throttles, wants a person, took the page away, or has changed its shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from finwatch.crawl.fetch import Fetcher
from finwatch.crawl.sources.declared import asking
from finwatch.crawl.sources.declared.checkpoint import Checkpoint
from finwatch.crawl.sources.declared.document import Node, Reshaped, Unreadable, decoded, document, is_html
from finwatch.crawl.sources.declared.signs import Told, judged
from finwatch.crawl.visit import Answer, Request, VisitFailed
from finwatch.model.fetch import Market, OutcomeKind
from finwatch.model.source import Page, Signs, Source

_TODO = {
    OutcomeKind.CHALLENGE: "It is not worked around: ask the operator for access, or lower requests_per_second.",
    OutcomeKind.THROTTLED: "It will be asked for again later; lower requests_per_second if this goes on.",
    OutcomeKind.REFUSED: "Ask the operator for access.",
    OutcomeKind.GONE: "It is not there; what was kept before stays.",
    OutcomeKind.EMPTY: "",
    OutcomeKind.CHANGED_SHAPE: "What was kept before stays. Open the page, and correct the path in the descriptor.",
    OutcomeKind.MALFORMED: "What was kept before stays. Check the address.",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A page that was read. ``node`` is ``None`` where its signs say that it has nothing."""

    answer: Answer
    node: Node | None
    notes: tuple[str, ...] = ()


class Visitor:
    """Asks for the pages of one market, and counts what it read."""

    def __init__(
        self, market: Market, source: Source, fetcher: Fetcher, *, checkpoint: Checkpoint | None = None
    ) -> None:
        self._market = market
        self._source = source
        self._fetcher = fetcher
        self._checkpoint = checkpoint
        self.bytes = 0

    async def page(self, page: Page, values: Mapping[str, Any], *, url: str | None = None) -> Seen:
        """The page for those values. Raises ``VisitFailed``; ``asking.Unnamed`` when a name has no value."""
        signs = (page.signs, self._source.signs)
        where = url or asking.address(page.url, values, base=self._market.address)
        request = asking.request(page, values, url=where, market=self._market, limits=self._fetcher.limits)
        answer = self._checkpoint.recall(request) if self._checkpoint is not None else None
        try:
            answer = answer or await self._fetcher.page(request)
        except VisitFailed as failure:
            raise self._rejudged(failure, signs) from failure
        self.bytes += answer.length
        body = answer.body if answer.body is not None else self._fetcher.blobs.path(answer.sha256).read_bytes()
        text, note = decoded(body, media_type=answer.hop.get("Content-Type"), charset=page.charset)
        node, trouble = _document(text, page)
        verdict = judged(Told(answer.hop, body, text, node), *signs)
        if verdict is not None and verdict[0] is OutcomeKind.EMPTY:
            self._good(request, answer)
            return Seen(answer, None)
        if verdict is not None:
            raise failed(verdict[0], answer, f"it shows the sign of that: {verdict[1]}")
        if trouble is not None:
            raise failed(trouble[0], answer, trouble[1])
        self._good(request, answer)
        return Seen(answer, node, (f"{answer.hop.url}: {note}",) if note else ())

    def _good(self, request: Request, answer: Answer) -> None:
        if self._checkpoint is not None:
            self._checkpoint.keep(request, answer)

    def _rejudged(self, failure: VisitFailed, signs: tuple[Signs, ...]) -> VisitFailed:
        """``failure``, told as what the descriptor knows that such an error page means."""
        if failure.hop is None or failure.hop.status < 400:
            return failure
        body = failure.body or b""
        text, _ = decoded(body, media_type=failure.hop.get("Content-Type"))
        verdict = judged(Told(failure.hop, body, text, None), *signs)
        if verdict is None:
            return failure
        kind, sign = verdict
        told = VisitFailed(
            kind,
            f"{failure.hop.url} answered {failure.hop.status}, for this market {kind.value}: {sign}. {_TODO[kind]}",
            hop=failure.hop,
            bytes_read=failure.bytes_read,
            sha256=failure.sha256,
            capture=failure.capture,
            retry_after_s=failure.retry_after_s,
        )
        told.body = failure.body
        return told


def _document(text: str, page: Page) -> tuple[Node | None, tuple[OutcomeKind, str] | None]:
    """The document, or what is wrong with it."""
    try:
        return document(text, page), None
    except Unreadable as error:
        return None, (OutcomeKind.MALFORMED, str(error))
    except Reshaped as error:
        kind = OutcomeKind.CHANGED_SHAPE if is_html(text) or page.html_in else OutcomeKind.MALFORMED
        return None, (kind, str(error))


def failed(kind: OutcomeKind, answer: Answer, says: str) -> VisitFailed:
    """The failure of a page that arrived but is not what was asked for."""
    return VisitFailed(
        kind,
        f"{answer.hop.url} ({kind.value}): {says}. {_TODO.get(kind, '')}".rstrip(),
        hop=answer.hop,
        bytes_read=answer.length,
        sha256=answer.sha256,
        capture=answer.capture,
    )

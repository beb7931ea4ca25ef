"""One frontier task of a descriptor with ``protocol = "web"``, performed by its kind: landing, search or notices.

What comes in: a task and its market. What goes out: ``Beyond``: the nouns to keep, the tasks that follow with their
reasons (``Lead``), the packages to examine; or ``VisitFailed``, which carries the chain that led there.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from finwatch.crawl.beyond.decode import text_of
from finwatch.crawl.beyond.follow import follow
from finwatch.crawl.beyond.notices import read_notice
from finwatch.crawl.beyond.render import Renderer
from finwatch.crawl.beyond.search import addresses_of, attribute, candidates_of
from finwatch.crawl.fetch import Fetcher, bucket_of
from finwatch.crawl.sources.reading import Reading
from finwatch.crawl.visit import Answer, Request, VisitFailed
from finwatch.errors import InputError
from finwatch.limits import WEB
from finwatch.model.fetch import FrontierTask, Market, OutcomeKind, TaskKind
from finwatch.model.web import Chain, Lead, LeadReason, LinkEnd, Notice, WebSource

_ATTACHMENTS = (".xlsx", ".xls", ".pdf")


@dataclass(frozen=True, slots=True)
class Beyond:
    """What a visit beyond stores gave."""

    kind: OutcomeKind
    fields: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    observed: tuple[Chain | Notice, ...] = ()
    leads: tuple[Lead, ...] = ()
    packages: tuple[tuple[str, str], ...] = ()


class WebReader:
    """Where tasks of the protocol ``web`` begin; ``visit`` performs them."""

    def start(self, market: Market) -> str:
        """The market's own address, or the first page of results. Raises ``InputError``."""
        source = source_of(market)
        return addresses_of(source, source.keywords[0])[0] if source.kind == "search" else market.address

    async def read(self, market: Market, task: FrontierTask, *, fetcher: Fetcher, state: Mapping[str, Any]) -> Reading:
        """Never called: ``visit`` performs the tasks of this protocol."""
        raise InputError(f"Market {market.id} lists no apps.", todo="Ask for its pages.")


def source_of(market: Market) -> WebSource:
    """The market's description of its pages. Raises ``InputError`` where it has none."""
    if market.web is None:
        raise InputError(
            f"Market {market.id}: the protocol web needs a table [market.web].", todo='Write kind = "landing" there.'
        )
    return market.web


async def visit(task: FrontierTask, market: Market, *, fetcher: Fetcher) -> Beyond:
    """Performs an index or page task of ``market``. Raises ``VisitFailed``."""
    source = source_of(market)
    if source.kind == "search" and task.kind is TaskKind.INDEX:
        return await _search(task, market, source, fetcher)
    if source.kind == "notices":
        return await _notices(task, market, source, fetcher)
    return await _follow(task, market, source, fetcher)


def tasks_of(leads: tuple[Lead, ...]) -> list[FrontierTask]:
    """The tasks that leads ask for, each address once."""
    tasks: dict[tuple[str, TaskKind, str], FrontierTask] = {}
    for lead in leads:
        task = FrontierTask(
            market=lead.market,
            kind=TaskKind(lead.kind),
            url=lead.url,
            bucket=bucket_of(lead.url),
            due=lead.at,
            app=lead.app,
            expected_sha256=lead.expected_sha256,
            expected_bytes=lead.expected_bytes,
        )
        tasks.setdefault((task.market, task.kind, task.url), task)
    return list(tasks.values())


async def _follow(task: FrontierTask, market: Market, source: WebSource, fetcher: Fetcher) -> Beyond:
    async with AsyncExitStack() as stack:
        render = await stack.enter_async_context(Renderer(market, fetcher=fetcher)) if source.render else None
        followed = await follow(task.url, market=market, fetcher=fetcher, render=render)
    chain = followed.chain
    if followed.failure is not None:
        followed.failure.observed = (chain,)
        raise followed.failure
    ends = [link.end for link in chain.links]
    told = [f"{ends.count(end)} {end.value}" for end in LinkEnd if end in ends]
    last = next((link for link in chain.links if link.end is LinkEnd.PAGE), chain.links[-1])
    fields = {"status": last.status, "capture": last.capture, "sha256": last.sha256, "final_url": last.url}
    return Beyond(
        OutcomeKind.OK if chain.packages else OutcomeKind.EMPTY,
        fields | {"bytes": sum(link.bytes for link in chain.links)},
        message=", ".join(told),
        observed=(chain,),
        packages=tuple((sha256, task.app or "") for sha256 in chain.packages),
    )


async def _search(task: FrontierTask, market: Market, source: WebSource, fetcher: Fetcher) -> Beyond:
    """Every page of results of every keyword, or, where a lead asks for another word, the page of that alone.

    A page that wants a person, or has changed, ends it.
    """
    asked = [(keyword, addresses_of(source, keyword)) for keyword in source.keywords]
    if not any(task.url in addresses for _, addresses in asked):
        asked = [("", [task.url])]
    leads: dict[str, Lead] = {}
    answer: Answer | None = None
    read = 0
    for keyword, addresses in asked:
        for address in addresses:
            answer = await fetcher.page(_request(market, address, WEB.page_bytes, fetcher))
            read += answer.length
            text = text_of(_body(answer, fetcher), answer.hop.get("Content-Type"))
            kind, found = candidates_of(text, source, url=answer.hop.url, capture=answer.capture, keyword=keyword)
            if kind in {OutcomeKind.CHALLENGE, OutcomeKind.CHANGED_SHAPE}:
                raise VisitFailed(kind, _WRONG[kind].format(url=address), hop=answer.hop, capture=answer.capture)
            for one in found:
                says = f"Result {one.rank}{f' for {keyword}' if keyword else ''}: {one.title}".rstrip(": ")
                leads.setdefault(
                    one.url, _lead(market, one.url, LeadReason.SEARCH_RESULT, of=address, says=says, fetcher=fetcher)
                )
            if not found:
                break
    assert answer is not None, "a search has a keyword"
    return Beyond(
        OutcomeKind.OK if leads else OutcomeKind.EMPTY,
        _fields(answer) | {"bytes": read, "etag": None, "last_modified": None},
        message=f"{len(leads)} candidate pages",
        leads=tuple(leads.values()),
    )


_WRONG = {
    OutcomeKind.CHALLENGE: "{url} asks for a person. It is not worked around: lower the rate, or ask the operator.",
    OutcomeKind.CHANGED_SHAPE: "{url} has no entry where 'items' and 'link' point. Correct the descriptor.",
}


async def _notices(task: FrontierTask, market: Market, source: WebSource, fetcher: Fetcher) -> Beyond:
    """A list of notices, or a notice with its attachments."""
    answer = await fetcher.page(_request(market, task.url, WEB.document_bytes, fetcher, task=task))
    if answer.status == 304:
        return Beyond(OutcomeKind.NOT_MODIFIED, _fields(answer) | {"sha256": task.content_sha256})
    data = _body(answer, fetcher)
    fetcher.blobs.put(data)
    if task.kind is TaskKind.INDEX and source.items is not None:
        return _list(data, answer, market, source, fetcher)
    notice = read_notice(
        data,
        market=market.id,
        url=answer.hop.url,
        capture=answer.capture,
        seen=answer.hop.at,
        content_type=answer.hop.get("Content-Type"),
    )
    leads: tuple[Lead, ...] = ()
    if notice.form == "html":
        text = text_of(data, answer.hop.get("Content-Type"))
        says = f"Attachment of {notice.title or answer.hop.url}"
        leads = tuple(
            _lead(market, url, LeadReason.NOTICE, of=answer.hop.url, says=says, fetcher=fetcher)
            for url in _attachments(text, answer.hop.url)
        )
    kind = OutcomeKind.OK if notice.rows or leads else OutcomeKind.CHANGED_SHAPE
    said = f"{len(notice.rows)} rows, {len(notice.faults)} parts that gave none"
    first = f": {notice.faults[0].reason}" if notice.faults else ""
    return Beyond(kind, _fields(answer), message=said + first, observed=(notice,), leads=leads)


def _list(data: bytes, answer: Answer, market: Market, source: WebSource, fetcher: Fetcher) -> Beyond:
    text = text_of(data, answer.hop.get("Content-Type"))
    leads: dict[str, Lead] = {}
    for item in LexborHTMLParser(text).css(source.items or "a"):
        value = attribute(item, source.link)
        url = urljoin(answer.hop.url, value.strip()).partition("#")[0] if value else ""
        if urlsplit(url).scheme in {"http", "https"}:
            says = " ".join(item.text(deep=True, separator="").split())[:200] or "A notice of the list."
            leads.setdefault(url, _lead(market, url, LeadReason.NOTICE, of=answer.hop.url, says=says, fetcher=fetcher))
    if not leads:
        kind = OutcomeKind.CHANGED_SHAPE
        raise VisitFailed(kind, _WRONG[kind].format(url=answer.hop.url), hop=answer.hop, capture=answer.capture)
    return Beyond(OutcomeKind.OK, _fields(answer), message=f"{len(leads)} notices", leads=tuple(leads.values()))


def _attachments(text: str, base: str) -> list[str]:
    found = []
    for node in LexborHTMLParser(text).css("a[href]"):
        try:
            url = urljoin(base, (node.attributes.get("href") or "").strip()).partition("#")[0]
            parts = urlsplit(url)
        except ValueError:
            continue
        if parts.scheme in {"http", "https"} and parts.path.lower().endswith(_ATTACHMENTS):
            found.append(url)
    return list(dict.fromkeys(found))[: WEB.width]


def _lead(market: Market, url: str, reason: LeadReason, *, of: str, says: str, fetcher: Fetcher) -> Lead:
    kind = TaskKind.PAGE.value
    return Lead(market=market.id, kind=kind, url=url, reason=reason, of=of, says=says, at=fetcher.now())


def _request(
    market: Market, url: str, max_bytes: int, fetcher: Fetcher, *, task: FrontierTask | None = None
) -> Request:
    conditions: list[tuple[str, str]] = []
    if task is not None and task.content_sha256 is not None:
        conditions += [("If-None-Match", task.etag)] if task.etag else []
        conditions += [("If-Modified-Since", task.last_modified)] if task.last_modified and not task.etag else []
    return Request(
        market=market.id,
        url=url,
        max_bytes=max_bytes,
        seconds=fetcher.limits.page_seconds,
        politeness=market.politeness,
        headers=tuple(conditions),
    )


def _body(answer: Answer, fetcher: Fetcher) -> bytes:
    return answer.body if answer.body is not None else fetcher.blobs.path(answer.sha256).read_bytes()


def _fields(answer: Answer) -> dict[str, Any]:
    return {
        "final_url": answer.hop.url,
        "status": answer.status,
        "bytes": answer.length,
        "sha256": answer.sha256,
        "etag": answer.hop.get("ETag"),
        "last_modified": answer.hop.get("Last-Modified"),
        "capture": answer.capture,
    }

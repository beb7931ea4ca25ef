"""One frontier task, performed: by its kind, the reader, the downloader, or a plain visit.

What comes in: a task and its market. What goes out: ``Visited``, all that the runner hands in; or ``VisitFailed``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from finwatch.crawl import download
from finwatch.crawl.fetch import Fetcher, bucket_of
from finwatch.crawl.sources.declared import reviews
from finwatch.crawl.sources.descriptor import reader_of
from finwatch.crawl.sources.reading import visit_of
from finwatch.crawl.visit import Answer, Request, VisitFailed
from finwatch.model.base import Model
from finwatch.model.fetch import FrontierTask, Market, OutcomeKind, TaskKind
from finwatch.model.listing import Listing, Review
from finwatch.model.web import PolicyPage

_NOTES = 5


@dataclass(frozen=True, slots=True)
class Visited:
    """A visit that went well."""

    kind: OutcomeKind
    fields: dict[str, Any] = field(default_factory=dict)
    """Fields of the outcome: status, bytes, sha256, validators, capture, final_url."""
    message: str = ""
    listings: tuple[Listing, ...] | None = None
    """The complete listings of the market, after an index was read anew."""
    visit: str = ""
    state: dict[str, Any] | None = None
    package: str | None = None
    """SHA-256 of a package that is now in the lake."""
    packages: tuple[tuple[str, str], ...] = ()
    """SHA-256 and app of packages that an index brought along."""
    reviews: tuple[Review, ...] = ()
    observed: tuple[Model, ...] = ()
    """Nouns of ``model.web`` to keep."""
    finished: Callable[[], None] | None = None
    """Called once when all of this has been kept."""
    tasks: tuple[FrontierTask, ...] = ()
    """What to visit next, beyond what the listings give."""


async def visit(task: FrontierTask, market: Market, *, fetcher: Fetcher, state: Mapping[str, Any]) -> Visited:
    """Performs ``task``. Raises ``VisitFailed`` with the outcome of a visit that did not go well."""
    if market.protocol == "web" and task.kind in {TaskKind.INDEX, TaskKind.PAGE}:
        return await _beyond(task, market, fetcher)
    match task.kind:
        case TaskKind.INDEX:
            return await _index(task, market, fetcher, state)
        case TaskKind.PACKAGE:
            return await _package(task, market, fetcher)
        case TaskKind.ICON | TaskKind.PAGE | TaskKind.POLICY:
            return await _page(task, market, fetcher)
        case TaskKind.REVIEWS:
            return await _reviews(task, market, fetcher)


async def _index(task: FrontierTask, market: Market, fetcher: Fetcher, state: Mapping[str, Any]) -> Visited:
    reading = await reader_of(market).read(market, task, fetcher=fetcher, state=state)
    fields = _fields(reading.answer) | {"bytes": reading.bytes_read}
    if not reading.conditional:
        fields |= {"etag": None, "last_modified": None}
    if reading.listings is None:
        return Visited(OutcomeKind.NOT_MODIFIED, fields, message=_told(reading.notes), finished=reading.finished)
    return Visited(
        reading.kind,
        fields,
        message=_told(reading.notes),
        listings=reading.listings,
        visit=reading.visit,
        state=reading.state,
        packages=reading.packages,
        finished=reading.finished,
    )


async def _beyond(task: FrontierTask, market: Market, fetcher: Fetcher) -> Visited:
    from finwatch.crawl.beyond import visits  # noqa: PLC0415 - it opens workbooks, PDFs and pictures: 30 MB

    seen = await visits.visit(task, market, fetcher=fetcher)
    return Visited(
        seen.kind,
        seen.fields,
        message=seen.message,
        packages=seen.packages,
        observed=(*seen.observed, *seen.leads),
        tasks=tuple(visits.tasks_of(seen.leads)),
    )


def _told(notes: Sequence[str]) -> str:
    more = len(notes) - _NOTES
    return "; ".join([*notes[:_NOTES], *([f"and {more} more"] if more > 0 else [])])


async def _reviews(task: FrontierTask, market: Market, fetcher: Fetcher) -> Visited:
    written = await reviews.read(market, task, fetcher=fetcher)
    fields = _fields(written.answer) | {"bytes": written.bytes_read, "etag": None, "last_modified": None}
    if written.reviews is None:
        return Visited(OutcomeKind.NOT_MODIFIED, fields)
    kind = OutcomeKind.OK if written.reviews else OutcomeKind.EMPTY
    visit = f"{visit_of(task, written.answer.sha256)}-{task.app}"
    return Visited(kind, fields, message=_told(written.notes), visit=visit, reviews=written.reviews)


async def _package(task: FrontierTask, market: Market, fetcher: Fetcher) -> Visited:
    if task.expected_sha256 is not None and fetcher.blobs.has(task.expected_sha256):
        return Visited(OutcomeKind.OK, {"sha256": task.expected_sha256}, package=task.expected_sha256)
    limits = fetcher.limits
    answer = await download.package(
        fetcher,
        _request(task, market, max_bytes=limits.package_bytes, seconds=limits.package_seconds),
        expected_sha256=task.expected_sha256,
        expected_bytes=task.expected_bytes,
    )
    return Visited(OutcomeKind.OK, _fields(answer), package=answer.sha256)


async def _page(task: FrontierTask, market: Market, fetcher: Fetcher) -> Visited:
    """An icon, a page or a policy, kept as a blob."""
    limits = fetcher.limits
    bound = limits.icon_bytes if task.kind is TaskKind.ICON else limits.page_bytes
    answer = await fetcher.page(_request(task, market, max_bytes=bound, seconds=limits.page_seconds))
    if answer.status == 304:
        return Visited(OutcomeKind.NOT_MODIFIED, _fields(answer) | {"sha256": task.content_sha256})
    if task.expected_sha256 is not None and answer.sha256 != task.expected_sha256:
        raise VisitFailed(
            OutcomeKind.HASH_MISMATCH,
            f"{answer.hop.url} has SHA-256 {answer.sha256}, the market's index names {task.expected_sha256}.",
            hop=answer.hop,
            bytes_read=answer.length,
            sha256=answer.sha256,
            capture=answer.capture,
        )
    if answer.body is not None:
        fetcher.blobs.put(answer.body)
    policy = PolicyPage(
        market=market.id,
        app=task.app,
        url=answer.hop.url,
        capture=answer.capture,
        sha256=answer.sha256,
        content_type=answer.hop.get("Content-Type"),
        seen=answer.hop.at,
    )
    observed = (policy,) if task.kind is TaskKind.POLICY else ()
    return Visited(OutcomeKind.OK, _fields(answer), observed=observed)


def _request(task: FrontierTask, market: Market, *, max_bytes: int, seconds: float) -> Request:
    conditions: list[tuple[str, str]] = []
    if task.kind is not TaskKind.PACKAGE and task.content_sha256 is not None:
        conditions += [("If-None-Match", task.etag)] if task.etag else []
        conditions += [("If-Modified-Since", task.last_modified)] if task.last_modified and not task.etag else []
    return Request(
        market=market.id,
        url=task.url,
        max_bytes=max_bytes,
        seconds=seconds,
        politeness=market.politeness,
        headers=tuple(conditions),
    )


def _fields(answer: Answer) -> dict[str, Any]:
    return {
        "final_url": answer.hop.url,
        "status": answer.status or None,  # a file has none
        "bytes": answer.length,
        "sha256": answer.sha256,
        "etag": answer.hop.get("ETag"),
        "last_modified": answer.hop.get("Last-Modified"),
        "capture": answer.capture,
    }


def tasks_of(market: Market, listings: Sequence[Listing], *, due: datetime) -> list[FrontierTask]:
    """What the listings give to visit: packages first, then icons and policies; each address once."""
    tasks: dict[tuple[TaskKind, str], FrontierTask] = {}

    def add(kind: TaskKind, url: str, listing: Listing, **expected: Any) -> None:
        task = FrontierTask(
            market=market.id, kind=kind, url=url, bucket=bucket_of(url), due=due, app=listing.app, **expected
        )
        tasks.setdefault((kind, url), task)

    for listing in listings:
        if listing.package_url:
            size = None if listing.package_bytes_rounded else listing.package_bytes
            expected = {"expected_sha256": listing.package_sha256, "expected_bytes": size}
            add(TaskKind.PACKAGE, _of_version(listing, listing.package_url), listing, **expected)
    for listing in listings:
        if listing.icon_url:
            add(TaskKind.ICON, listing.icon_url, listing)
        if listing.policy_url:
            add(TaskKind.POLICY, listing.policy_url, listing)
        if written := reviews.address_of(market, listing):
            add(TaskKind.REVIEWS, written, listing)
    return list(tasks.values())


def _of_version(listing: Listing, url: str) -> str:
    """The package's address; where no hash tells a new package from the old, its version is added as a fragment, which
    is never sent: many markets serve every version at one address."""
    version = listing.version_code or listing.version_name
    return url if listing.package_sha256 or not version or "#" in url else f"{url}#{quote(str(version))}"

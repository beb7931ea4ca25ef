"""From a page to the packages it leads to, link by link: page → redirect → image → QR code → package.

What comes in: an address and the market it belongs to. What goes out: a ``Chain``, in which every step names where it
was found and which capture shows it; packages are blobs then. Depth, width and visits are bounded, no address is
visited twice, and each step ends in an outcome of its own: a hostile page ends itself and nothing else.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

from finwatch.crawl import download, faults
from finwatch.crawl.beyond import itms, peek
from finwatch.crawl.beyond.codes import NotDecoded, codes_of
from finwatch.crawl.beyond.decode import text_of
from finwatch.crawl.beyond.deep_links import market_of
from finwatch.crawl.beyond.links import PACKAGE_NAME, TAGS, links_of
from finwatch.crawl.beyond.render import Rendered
from finwatch.crawl.body import Body
from finwatch.crawl.fetch import Fetcher
from finwatch.crawl.visit import Hop, Request, VisitFailed
from finwatch.limits import WEB, WebLimits
from finwatch.model.fetch import Market, OutcomeKind
from finwatch.model.web import Chain, HeaderAt, Link, LinkEnd, LinkKind, PixelsAt, SpanAt, WebAt

Renderer = Callable[[str], Awaitable[Rendered]]
"""Opens a page that needs script; raises ``VisitFailed``."""
_SHOWN: Final = 200
"""Characters of an address that is not followed (a ``data:`` address may be a whole file)."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A chain, and how its first page failed where it did."""

    chain: Chain
    failure: VisitFailed | None


@dataclass(frozen=True, slots=True)
class _Step:
    parent: int | None
    kind: LinkKind
    url: str
    depth: int
    found: WebAt | None = None


async def follow(
    url: str, *, market: Market, fetcher: Fetcher, render: Renderer | None = None, limits: WebLimits = WEB
) -> Followed:
    """Everything that ``url`` leads to, within ``limits``. Never raises ``VisitFailed``; ``LakeError`` ends it."""
    return await _Walk(market, fetcher, render, limits).run(url)


@dataclass(slots=True)
class _Walk:
    market: Market
    fetcher: Fetcher
    render: Renderer | None
    limits: WebLimits
    links: list[Link] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    waiting: deque[_Step] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    visits: int = 0
    failure: VisitFailed | None = None

    async def run(self, url: str) -> Followed:
        at = self.fetcher.now()
        self.waiting.append(_Step(None, LinkKind.START, url, 0))
        while self.waiting:
            await self._take(self.waiting.popleft())
        name = hashlib.sha256(f"{self.market.id}\n{url}\n{at.isoformat()}".encode()).hexdigest()[:32]
        chain = Chain(
            id=name, market=self.market.id, start=url, at=at, links=tuple(self.links), notes=tuple(self.notes)
        )
        return Followed(chain, self.failure)

    async def _take(self, step: _Step) -> None:
        """One step: what must not be followed ends at once, the rest is visited."""
        scheme = urlsplit(step.url).scheme.lower()
        if scheme == "itms-services" and (manifest := itms.manifest_url(step.url)):
            link = self.add(step, LinkEnd.MANIFEST)
            self.waiting.appendleft(_Step(link.number, LinkKind.ITMS, manifest, step.depth, step.found))
        elif place := market_of(step.url):
            self.add(step, LinkEnd.MARKET, app=place[1], message=f"It opens {place[1]} in the market {place[0]}.")
        elif scheme == "data" and step.kind is LinkKind.IMAGE:
            await self._inline_image(step)
        elif scheme not in {"http", "https"}:
            self.add(step, LinkEnd.REFUSED_SCHEME, message=f"{scheme or 'no scheme'}: is never followed.")
        elif _plain(step.url) in self.seen:
            self.add(step, LinkEnd.SEEN, message="The chain has been here before.")
        elif step.depth > self.limits.depth:
            self.add(step, LinkEnd.TOO_DEEP, message=f"Not visited: limit depth = {self.limits.depth}.")
        elif self.visits >= self.limits.visits:
            self.add(step, LinkEnd.TOO_MANY, message=f"Not visited: limit visits = {self.limits.visits}.")
        else:
            self.seen.add(_plain(step.url))
            self.visits += 1
            await self._go(_Way(self, step))

    async def _go(self, way: _Way) -> None:
        """A visit, whatever it ends in."""
        try:
            await self._visit(way)
        except _BeenThere:
            way.end(LinkEnd.SEEN, message="The chain has been here before.")
        except VisitFailed as failed:
            self._end_failed(way, failed)
            if way.first.kind is LinkKind.START:
                self.failure = failed

    async def _visit(self, way: _Way) -> None:
        if PACKAGE_NAME.search(way.step.url):
            first = await peek.first_bytes(self.fetcher, way.request(self.limits.page_bytes))
            if first.is_zip:
                await self._package(way, first)
                return
            way.url = first.hop.url
        try:
            hop, body = await self.fetcher.visit(way.request(self.limits.page_bytes), self._begin)
        except _MaybePackage as maybe:
            way.url = maybe.head.url
            first = await peek.first_bytes(self.fetcher, way.request(self.limits.page_bytes))
            if first.is_zip:
                await self._package(way, first)
            else:
                says = f"The head says package, the first bytes are {first.magic!r}."
                way.end(LinkEnd.OTHER, status=first.hop.status, capture=first.capture, message=says)
            return
        try:
            await self._read(way, hop, body)
        finally:
            body.discard()

    def _begin(self, hop: Hop) -> Body:
        """Where the body goes, by what the head says. Raises ``_MaybePackage`` before any of a package is read."""
        kind = peek.what(hop) if hop.status < 300 else "other"
        if kind == "package":
            raise _MaybePackage(hop)
        bound = {"page": self.limits.page_bytes, "image": self.limits.image_bytes}.get(kind, self.limits.manifest_bytes)
        partial = self.fetcher.blobs.partial
        return _Judged(
            hop, max_bytes=bound, spill=lambda: partial(f"beyond-{hashlib.sha256(hop.url.encode()).hexdigest()}")
        )

    async def _read(self, way: _Way, hop: Hop, body: Body) -> None:
        """What a page, an image or a manifest leads to."""
        data = body.inline if body.path is None else body.path.read_bytes()
        assert data is not None
        if body.path is not None:
            self.fetcher.blobs.adopt(body.path, body.sha256)
        capture = self.fetcher.record(self.market.id, hop, body)
        if hop.status >= 300:
            raise faults.status(hop, self.fetcher.now(), capture=capture, length=body.length, sha256=body.sha256)
        facts = {"status": hop.status, "capture": capture, "sha256": body.sha256, "bytes": body.length}
        kind = peek.what(hop)
        if kind == "image" or (way.step.kind is LinkKind.IMAGE and kind == "other"):
            await self._image(way, hop.url, data, facts)
        elif way.step.kind is LinkKind.ITMS or (kind == "manifest" and b"software-package" in data):
            self._manifest(way, hop.url, data, facts)
        elif kind in {"page", "manifest"}:
            await self._page(way, hop, data, facts)
        else:
            way.end(LinkEnd.OTHER, **facts, message=f"Content-Type {hop.get('Content-Type')} leads nowhere.")

    async def _page(self, way: _Way, hop: Hop, data: bytes, facts: dict[str, Any]) -> None:
        text, at, capture = text_of(data, hop.get("Content-Type")), hop.url, facts["capture"]
        rendered = False
        if self.render is not None:
            shown = await self.render(hop.url)
            text, at, capture, rendered = shown.text, shown.url, shown.capture, True
            self.notes += [f"{at}: {note}" for note in shown.notes]
        link = way.end(LinkEnd.PAGE, **facts | {"capture": capture}, rendered=rendered)
        found, cut = links_of(text, at)
        if cut:
            self.notes.append(f"{at}: what stands after its first {TAGS:,} tags was not looked at.")
        for one in found[: self.limits.width]:
            place = SpanAt(url=at, capture=capture, start=one.start, end=one.end)
            self.waiting.append(_Step(link.number, one.kind, one.url, way.step.depth + 1, place))
        if len(found) > self.limits.width:
            left = len(found) - self.limits.width
            self.notes.append(f"{at}: {left:,} further addresses were not followed: limit width = {self.limits.width}.")

    async def _image(self, way: _Way, url: str, data: bytes, facts: dict[str, Any]) -> None:
        try:
            codes = await asyncio.to_thread(codes_of, data, limits=self.limits)
        except NotDecoded as error:
            way.end(LinkEnd.NOT_DECODED, **facts, message=f"The image was not decoded: {error}.")
            return
        link = way.end(LinkEnd.IMAGE, **facts, message=f"{len(codes)} QR codes.")
        for code in codes:
            place = PixelsAt(
                url=url[:_SHOWN],
                capture=facts["capture"],
                left=code.left,
                top=code.top,
                right=code.right,
                bottom=code.bottom,
            )
            self.waiting.append(_Step(link.number, LinkKind.QR_CODE, code.text.strip(), way.step.depth + 1, place))

    async def _inline_image(self, step: _Step) -> None:
        """An image that stands in the page itself (RFC 2397)."""
        head, _, content = step.url.partition(",")
        way = _Way(self, step)
        try:
            if len(content) > 2 * self.limits.image_bytes:
                raise ValueError("it is larger than the limit image_bytes")
            octets = unquote_to_bytes(content)
            data = base64.b64decode(octets, validate=False) if head.lower().endswith(";base64") else octets
        except (ValueError, binascii.Error) as error:
            way.end(LinkEnd.NOT_DECODED, message=f"The image in the page was not decoded: {error}.")
            return
        capture = step.found.capture if step.found is not None else None
        facts = {"capture": capture, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        await self._image(way, step.url, data, facts)

    def _manifest(self, way: _Way, url: str, data: bytes, facts: dict[str, Any]) -> None:
        try:
            assets = itms.assets_of(data)
        except ValueError as error:
            way.end(LinkEnd.OTHER, **facts, message=f"The manifest cannot be read: {error}.")
            return
        link = way.end(LinkEnd.MANIFEST, **facts, app=assets[0].bundle_id)
        text = text_of(data)
        for asset in assets[: self.limits.width]:
            start = max(text.find(asset.url), 0)
            place = SpanAt(url=url, capture=facts["capture"], start=start, end=start + len(asset.url))
            self.waiting.append(_Step(link.number, LinkKind.ITMS, asset.url, way.step.depth + 1, place))

    async def _package(self, way: _Way, first: peek.First) -> None:
        way.url, way.peeked = first.hop.url, first.capture
        limits = self.fetcher.limits
        answer = await download.package(
            self.fetcher,
            way.request(limits.package_bytes, seconds=limits.package_seconds),
            expected_sha256=None,
            expected_bytes=None,
        )
        way.end(
            LinkEnd.PACKAGE, status=answer.status, capture=answer.capture, sha256=answer.sha256, bytes=answer.length
        )

    def add(self, step: _Step, end: LinkEnd, **facts: Any) -> Link:
        """The next link of the chain."""
        url = step.url if len(step.url) <= _SHOWN or end not in _UNFOLLOWED else f"{step.url[:_SHOWN]}…"
        link = Link(
            number=len(self.links), parent=step.parent, kind=step.kind, url=url, found=step.found, end=end, **facts
        )
        self.links.append(link)
        return link

    def _end_failed(self, way: _Way, failed: VisitFailed) -> None:
        """The last step of a visit, failed: after redirects it is the one that they led to."""
        refused = urlsplit(way.step.url).scheme.lower() not in {"http", "https"}
        way.end(
            LinkEnd.REFUSED_SCHEME if refused else LinkEnd.FAILED,
            outcome=failed.kind.value,
            message=failed.message,
            status=failed.hop.status if failed.hop is not None else None,
            capture=failed.capture,
        )


_UNFOLLOWED: Final = frozenset({LinkEnd.REFUSED_SCHEME, LinkEnd.NOT_DECODED, LinkEnd.IMAGE})


class _MaybePackage(VisitFailed):
    """Ends a visit whose head says that the body is a package."""

    def __init__(self, hop: Hop) -> None:
        super().__init__(OutcomeKind.OK, "The first bytes are read before the whole.", hop=hop)
        self.head = hop


class _Judged(Body):
    """A body that is left when it begins like a package, whatever its head said."""

    def __init__(self, hop: Hop, *, max_bytes: int, spill: Callable[[], Path]) -> None:
        super().__init__(max_bytes=max_bytes, spill=spill)
        self._hop = hop

    def write(self, piece: bytes) -> None:
        """Adds ``piece``. Raises ``_MaybePackage`` when it is the beginning of a ZIP file."""
        if self.length == 0 and self._hop.status < 300 and piece.startswith(peek.ZIP):
            raise _MaybePackage(self._hop)
        super().write(piece)


class _BeenThere(VisitFailed):
    """Ends a visit that was redirected to where the chain has been."""


def _plain(url: str) -> str:
    """An address without its fragment, which is never sent."""
    return url.partition("#")[0]


class _Way:
    """The way of one step through its redirects, each of which becomes a link."""

    def __init__(self, walk: _Walk, step: _Step) -> None:
        self._walk = walk
        self._been = {_plain(step.url)}
        self.first = step
        self.step = step
        self.url = step.url
        self.peeked: str | None = None

    def request(self, max_bytes: int, *, seconds: float | None = None) -> Request:
        """What is asked next."""
        return Request(
            market=self._walk.market.id,
            url=self.url,
            max_bytes=max_bytes,
            seconds=seconds or self._walk.fetcher.limits.page_seconds,
            politeness=self._walk.market.politeness,
            passed=self._passed,
        )

    def _passed(self, hop: Hop, capture: str) -> None:
        link = self._walk.add(
            _Step(self.step.parent, self.step.kind, hop.url, self.step.depth, self.step.found),
            LinkEnd.REDIRECTED,
            status=hop.status,
            capture=capture,
        )
        target = urljoin(hop.url, (hop.get("Location") or "").strip()).partition("#")[0]
        place = HeaderAt(url=hop.url, capture=capture, name="Location")
        self.step = _Step(link.number, LinkKind.REDIRECT, target, self.step.depth, place)
        if target in self._walk.seen and target not in self._been:
            raise _BeenThere(OutcomeKind.OK, f"{target} was visited before.")
        self._been.add(target)
        self._walk.seen.add(target)

    def end(self, end: LinkEnd, **facts: Any) -> Link:
        """The link at the end of the way."""
        return self._walk.add(self.step, end, peeked=self.peeked, **facts)

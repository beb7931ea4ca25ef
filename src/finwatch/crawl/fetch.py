"""Visits to the outside: one address asked for politely, its redirects followed by hand, every answer captured.

What comes in: a ``Request``. What goes out: an ``Answer``, or ``VisitFailed`` with the kind of outcome and a message
for a person. Before each hop the scope, the host's robots.txt and its rate are heeded; while a body arrives its size
and time are bounded, as declared and as found.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from yarl import URL

from finwatch.crawl import faults
from finwatch.crawl.body import Body, Decoder
from finwatch.crawl.connect import PeerResponse, ScopedResolver, session
from finwatch.crawl.politeness.budget import Budget
from finwatch.crawl.politeness.rate import Rate
from finwatch.crawl.politeness.robots import Robots, RobotsAnswer
from finwatch.crawl.politeness.scope import Scope
from finwatch.crawl.ports import Blobs, Captures
from finwatch.crawl.visit import Answer, Hop, Request, VisitFailed
from finwatch.errors import LakeError, NotFound
from finwatch.limits import FETCH, FetchLimits
from finwatch.model.fetch import MarketId, OutcomeKind, Politeness
from finwatch.settings import Settings

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_AS_GET: Final = frozenset({301, 302, 303})
"""Redirects after which a POST goes on as a GET (RFC 9110 §15.4.2 to §15.4.4); 307 and 308 keep it."""
_ROBOTS_BYTES: Final = 5 << 20
_ERROR_BYTES: Final = 256 << 10
"""Of an error page or a redirect's page no more than this is read and kept."""


def bucket_of(url: str) -> str:
    """``host:port`` of an address: the unit of politeness."""
    parts = urlsplit(url)
    return f"{(parts.hostname or '').lower()}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


class Fetcher:
    """Makes visits. Use it as an asynchronous context manager; one is enough for a process."""

    def __init__(
        self,
        settings: Settings,
        *,
        blobs: Blobs,
        captures: Captures,
        limits: FetchLimits = FETCH,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self.blobs = blobs
        self._captures = captures
        self.limits = limits
        self.now = now
        self._sleep = sleep
        self._monotonic = monotonic
        self._rate = Rate()
        self.budget = Budget()
        self._robots = Robots(self._ask_robots, now=now)
        proxy = (bucket_of(settings.proxy),) if settings.proxy else ()
        self._proxy_bucket = proxy
        self._resolver = ScopedResolver(settings.resolve, Scope((*settings.allow_private, *proxy)))
        for bucket in proxy:  # an address is granted by being judged; a name will be, when it is resolved
            host, _, port = bucket.rpartition(":")
            self._resolver.literal(host, int(port))
        self._session: aiohttp.ClientSession | None = None
        self._pages = itertools.count()

    async def __aenter__(self) -> Self:
        self._session = session(self._resolver, limits=self.limits)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def page(self, request: Request) -> Answer:
        """The answer to ``request``, whole and captured; a body above ``INLINE`` is a blob.

        304 is an answer too. Raises ``VisitFailed`` for everything else, with the capture of what was answered.
        """
        body: Body | None = None

        def begin(hop: Hop) -> Body:
            nonlocal body
            limit = request.max_bytes if hop.status < 300 else min(request.max_bytes, _ERROR_BYTES)
            body = Body(max_bytes=limit, spill=self._page_file)
            return body

        try:
            hop, whole = await self.visit(request, begin)
            if whole.path is not None:
                self.blobs.adopt(whole.path, whole.sha256)
            capture = self.record(request.market, hop, whole)
            if hop.status >= 300 and hop.status != 304:
                failure = faults.status(hop, self.now(), capture=capture, length=whole.length, sha256=whole.sha256)
                failure.body = whole.inline
                raise failure
            return Answer(hop, whole.sha256, whole.length, whole.inline, capture)
        finally:
            if body is not None:
                body.discard()

    def captured(self, capture_id: str) -> Answer | None:
        """The answer that ``page`` gave earlier, from its capture; ``None`` where the lake has it no more."""
        try:
            capture, payload = self._captures.read(capture_id)
            if capture.stored_as == "none":
                return None
            if capture.stored_as == "blob":
                self.blobs.path(capture.payload_sha256)
        except (NotFound, LakeError):
            return None
        hop = Hop(
            url=capture.url,
            at=capture.at,
            request=b"",
            status=capture.status,
            status_line=f"HTTP/1.1 {capture.status}",
            headers=capture.headers,
            peer=capture.peer,
            tls=capture.tls,
        )
        body = payload if capture.stored_as == "warc" else None
        return Answer(hop, capture.payload_sha256, capture.payload_bytes, body, capture_id)

    async def visit(self, request: Request, begin: Callable[[Hop], Body]) -> tuple[Hop, Body]:
        """The head of the last answer and its body, closed, after at most ``limits.redirects`` redirects.

        ``begin`` is called with the head and gives the body to fill; it may refuse with ``VisitFailed``. The last
        answer is not captured yet, unless this fails half-way: then the failure carries its capture.
        """
        url, seen = request.url.partition("#")[0], []  # a fragment is never sent (RFC 3986 §3.5)
        while True:
            await self._gate(url, request)
            seen.append(url)
            hop, body, target = await self._hop(url, request, begin)
            if body is not None:
                return hop, body
            assert target is not None
            if target in seen:
                raise VisitFailed(
                    OutcomeKind.REDIRECT_LOOP,
                    f"{request.url} leads in a circle: {' → '.join([*seen, target])}. Tell the operator.",
                    hop=hop,
                )
            if len(seen) > self.limits.redirects:
                raise VisitFailed(
                    OutcomeKind.REDIRECT_LOOP,
                    f"{request.url} was still redirected after {self.limits.redirects} redirects, last to {target}. "
                    "Register the address it ends at.",
                    hop=hop,
                )
            url = target
            if hop.status in _AS_GET:
                request = replace(request, method="GET", body=None)

    async def _gate(self, url: str, request: Request) -> None:
        """Waits until ``url`` may be asked for. Raises ``VisitFailed`` when it must not be."""
        parts = urlsplit(url)
        bucket = bucket_of(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise VisitFailed(
                OutcomeKind.MALFORMED,
                f"{request.url} leads to {url!r}, which is no http or https address. Correct the link.",
            )
        try:
            self._resolver.literal(parts.hostname, int(bucket.rpartition(":")[2]))
        except OSError as error:
            raise faults.of(error, url) from error
        if bucket in self._proxy_bucket:
            raise VisitFailed(OutcomeKind.PRIVATE_ADDRESS, f"{url} is the proxy itself, which is not visited.")
        if request.polite and request.politeness.obey_robots:
            verdict = await self._robots.verdict(url, user_agent=self.agent(request.politeness), market=request.market)
            if verdict.crawl_delay_s is not None:
                self._rate.crawl_delay(bucket, float(verdict.crawl_delay_s))
            if not verdict.allowed:
                raise VisitFailed(
                    OutcomeKind.ROBOTS,
                    f"{url} was not visited: {verdict.reason}. Ask the operator for permission, or register the market "
                    "with obey_robots = false if you have it.",
                    final_url=url,
                )
        if bound := self.budget.exhausted(bucket, request.politeness, at=self.now()):
            raise VisitFailed(
                OutcomeKind.OVER_BUDGET,
                f"{url} was not visited: {bucket} was asked {bound}. It is asked again tomorrow; raise the market's "
                "requests_per_day or bytes_per_day if its operator agrees.",
                final_url=url,
            )
        per_second = request.politeness.requests_per_second
        wait = self._rate.reserve(bucket, now=self._monotonic(), per_second=per_second)
        if wait > 0:
            await self._sleep(wait)
        self._rate.sent(bucket, now=self._monotonic(), per_second=per_second)

    async def _hop(
        self, url: str, request: Request, begin: Callable[[Hop], Body]
    ) -> tuple[Hop, Body | None, str | None]:
        """One exchange: the body, or where the answer redirects to."""
        assert self._session is not None, "use the fetcher as a context manager"
        headers = {
            "User-Agent": self.agent(request.politeness),
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate" if request.coded else "identity",
            **dict(request.headers),
        }
        at = self.now()
        hop: Hop | None = None
        body: Body | None = None
        received = 0
        try:
            async with (
                asyncio.timeout(request.seconds),
                self._session.request(
                    request.method,
                    URL(url, encoded=True),
                    headers=headers,
                    data=request.body,
                    allow_redirects=False,
                    proxy=self._settings.proxy,
                ) as response,
            ):
                hop = _head(response, url, at, sent=request.body or b"")
                self._rate.sent(
                    bucket_of(url), now=self._monotonic(), per_second=request.politeness.requests_per_second
                )
                target = _target(hop)
                body = begin(hop) if target is None else self._side_page()
                try:
                    await self._fill(body, response, hop, declared=target is None and hop.status < 300)
                finally:
                    received = response.content.total_bytes
        except (aiohttp.ClientError, OSError, TimeoutError, VisitFailed, ValueError) as error:
            failure = (
                error if isinstance(error, VisitFailed) else faults.of(error, url, hop=hop, seconds=request.seconds)
            )
            raise self._kept(request.market, failure, hop, body) from error
        finally:
            self.budget.spend(bucket_of(url), at=at, received=received)
        if target is None:
            return hop, body, None
        capture = self.record(request.market, hop, body)
        body.discard()
        if request.passed is not None:
            request.passed(hop, capture)
        return hop, None, target

    async def _fill(self, body: Body, response: aiohttp.ClientResponse, hop: Hop, *, declared: bool) -> None:
        """Reads the answer into ``body``. An error page that is too long is cut; what was asked for is refused."""
        decoder = Decoder(hop)
        length = response.content_length
        if declared and length is not None and length > body.max_bytes:
            raise faults.too_large(hop, f"declares {length:,} bytes", body.max_bytes)
        try:
            async for chunk in response.content.iter_chunked(self.limits.chunk_bytes):
                for piece in decoder.pieces(chunk):
                    if body.length + len(piece) > body.max_bytes:
                        if not declared:
                            response.close()
                            return
                        raise faults.too_large(hop, _found(decoder, response, body), body.max_bytes)
                    body.write(piece)
            for piece in decoder.tail():
                if body.length + len(piece) > body.max_bytes:
                    raise faults.too_large(hop, _found(decoder, response, body), body.max_bytes)
                body.write(piece)
        finally:
            body.close()

    def _kept(self, market: MarketId, failure: VisitFailed, hop: Hop | None, body: Body | None) -> VisitFailed:
        """``failure`` with the capture of the half answer, where there is one."""
        if hop is not None:
            failure.hop = hop
            failure.final_url = hop.url
            if body is not None:
                failure.bytes_read, failure.sha256 = body.length, body.sha256
            failure.capture = self.record(market, hop, body)
        return failure

    def record(self, market: MarketId, hop: Hop, body: Body | None) -> str:
        """The id of the capture made of an exchange. A body on disk that is no blob is recorded by its digest alone."""
        payload = body.inline if body is not None else b""
        for certificate in hop.certificates:
            self.blobs.put(certificate)
        return self._captures.append(
            market=market,
            url=hop.url,
            at=hop.at,
            request=hop.request,
            status_line=hop.status_line,
            headers=[_archived(name, value) for name, value in hop.headers],
            payload=payload,
            blob_sha256=body.sha256 if body is not None and payload is None else None,
            payload_bytes=body.length if body is not None else 0,
            peer=hop.peer,
            tls=hop.tls,
        ).id

    def hold(self, url: str, seconds: float) -> None:
        """Asks nothing of the host of ``url`` for ``seconds``."""
        self._rate.hold(bucket_of(url), until=self._monotonic() + seconds)

    def agent(self, politeness: Politeness) -> str:
        """The name under which a market is visited."""
        return politeness.user_agent or self._settings.user_agent

    def _page_file(self) -> Path:
        return self.blobs.partial(f"page-{os.getpid()}-{next(self._pages)}")

    def _side_page(self) -> Body:
        return Body(max_bytes=_ERROR_BYTES, spill=self._page_file)

    async def _ask_robots(self, url: str, market: MarketId) -> RobotsAnswer:
        request = Request(
            market=market,
            url=url,
            max_bytes=_ROBOTS_BYTES,
            seconds=self.limits.page_seconds,
            politeness=Politeness(obey_robots=False, requests_per_second=0),
            polite=False,
        )
        try:
            answer = await self.page(request)
        except VisitFailed as failure:
            answered = failure.hop.status if failure.hop is not None and failure.hop.status >= 400 else None
            return RobotsAnswer(answered, why=failure.message)
        return RobotsAnswer(
            answer.status, answer.body if answer.body is not None else self.blobs.path(answer.sha256).read_bytes()
        )


def _head(response: aiohttp.ClientResponse, url: str, at: datetime, *, sent: bytes) -> Hop:
    version = response.version
    protocol = f"HTTP/{version.major}.{version.minor}" if version else "HTTP/1.1"
    asked = response.request_info
    lines = [f"{asked.method} {asked.url.raw_path_qs} HTTP/1.1", *(f"{n}: {v}" for n, v in asked.headers.items())]
    return Hop(
        url=url,
        at=at,
        request=("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape") + sent,
        status=response.status,
        status_line=f"{protocol} {response.status} {response.reason or ''}".rstrip(),
        headers=tuple(
            (name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in response.raw_headers
        ),
        peer=response.peer if isinstance(response, PeerResponse) else None,
        tls=response.tls if isinstance(response, PeerResponse) else None,
        certificates=response.certificates if isinstance(response, PeerResponse) else (),
    )


def _target(hop: Hop) -> str | None:
    """Where an answer redirects to (RFC 9110 §15.4), without the fragment; ``None`` = it does not."""
    location = hop.get("Location")
    if hop.status not in _REDIRECTS or not location:
        return None
    try:
        return urljoin(hop.url, location.strip()).partition("#")[0]
    except ValueError as error:
        raise VisitFailed(
            OutcomeKind.MALFORMED, f"{hop.url} redirects to {location!r}, which is no address.", hop=hop
        ) from error


def _archived(name: str, value: str) -> tuple[str, str]:
    """A field as it is kept: those that describe a coding which was taken off are renamed, as archives do."""
    if name.lower() in {"content-encoding", "transfer-encoding"}:
        return f"X-Archive-Orig-{name}", value
    return name, value


def _found(decoder: Decoder, response: aiohttp.ClientResponse, body: Body) -> str:
    if decoder.coded:
        read = response.content.total_bytes
        return f"unpacks {read:,} compressed bytes to more than {body.length:,}"
    return f"goes on after {body.length:,} bytes"

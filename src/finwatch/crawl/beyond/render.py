"""A page that needs script, opened in a Chromium without a network; only where the descriptor says ``render = true``.

Every request of the page is taken from the browser and made by the ``Fetcher``: so scope, robots.txt and rate hold,
every answer is captured, and no name is resolved by the browser at all. Only GET, only the page's own hosts and those
that the descriptor names; no downloads, no service workers, no sockets, bounded in time, answers and bytes. What goes
out is the text of the page as it stood at the end, captured with a mark that it was rendered.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from finwatch.crawl.body import Body
from finwatch.crawl.fetch import Fetcher
from finwatch.crawl.visit import Answer, Hop, Request, VisitFailed
from finwatch.errors import SettingError
from finwatch.limits import WEB, WebLimits
from finwatch.model.fetch import Market, OutcomeKind

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Route

MARK: Final = "X-Finwatch-Rendered"
"""Header of the capture of a rendered page: the browser and its version."""
_DROPPED: Final = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie", "alt-svc", "link"}
)
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_NO_PEERS: Final = "for (let n of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport']) delete window[n];"
"""Connections that no route sees."""
_ARGUMENTS: Final = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--no-pings",
    "--disable-gpu",
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as it stood after its scripts ran."""

    url: str
    text: str
    capture: str
    notes: tuple[str, ...] = ()
    """Requests of the page that were not made, and why."""


class Renderer:
    """Opens pages of one market. Use it as an asynchronous context manager; the browser starts with the first page."""

    def __init__(self, market: Market, *, fetcher: Fetcher, limits: WebLimits = WEB) -> None:
        self._market = market
        self._fetcher = fetcher
        self._limits = limits
        self._open = contextlib.AsyncExitStack()
        self._browser: Browser | None = None

    async def __aenter__(self) -> Renderer:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def __call__(self, url: str) -> Rendered:
        """The page at ``url`` after its scripts ran. Raises ``VisitFailed``, or ``SettingError`` without a browser."""
        if self._browser is None:
            self._browser = await self._open.enter_async_context(_browser())
        view = _View(self._market, self._fetcher, self._limits, url)
        context = await self._browser.new_context(
            accept_downloads=False,
            service_workers="block",
            user_agent=self._fetcher.agent(self._market.politeness),
            permissions=[],
            java_script_enabled=True,
        )
        try:
            async with asyncio.timeout(self._limits.render_seconds):
                await context.route("**/*", view.route)
                await context.route_web_socket("**/*", lambda socket: socket.close())
                await context.add_init_script(_NO_PEERS)
                page = await context.new_page()
                page.on("dialog", lambda dialog: dialog.dismiss())
                text, at = await self._text(page, url, view)
        except TimeoutError as error:
            seconds = self._limits.render_seconds
            raise VisitFailed(
                OutcomeKind.TIMEOUT, f"{url}: its scripts did not end within {seconds:g} seconds.", final_url=url
            ) from error
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(10):
                    await context.close()
        return self._kept(at, text, view, self._browser.version)

    async def _text(self, page: Page, url: str, view: _View) -> tuple[str, str]:
        from playwright.async_api import Error  # noqa: PLC0415 - an extra
        from playwright.async_api import TimeoutError as TooLong  # noqa: PLC0415

        try:
            await page.goto(url, wait_until="load", timeout=self._limits.render_seconds * 1000)
            with contextlib.suppress(TooLong):  # a page that never falls silent is read as it stands
                await page.wait_for_load_state("networkidle", timeout=self._limits.render_seconds * 250)
            length = await page.evaluate("document.documentElement.outerHTML.length")
            if length > self._limits.page_bytes:
                raise VisitFailed(
                    OutcomeKind.TOO_LARGE,
                    f"{url} grew to {length:,} characters; the limit page_bytes is {self._limits.page_bytes:,}.",
                    final_url=url,
                )
            return await page.content(), page.url
        except Error as error:
            if view.failure is not None:
                raise view.failure from error
            reason = str(error).partition("\n")[0]
            raise VisitFailed(
                OutcomeKind.MALFORMED, f"{url} could not be rendered ({reason}). Look at it by hand.", final_url=url
            ) from error

    def _kept(self, url: str, text: str, view: _View, version: str) -> Rendered:
        data = text.encode("utf-8", "replace")
        body = Body(max_bytes=len(data), spill=lambda: self._fetcher.blobs.partial(f"rendered-{os.getpid()}"))
        body.write(data)
        body.close()
        if body.path is not None:
            self._fetcher.blobs.adopt(body.path, body.sha256)
        hop = Hop(
            url=url,
            at=self._fetcher.now(),
            request=f"GET {url} HTTP/1.1\r\n\r\n".encode("utf-8", "surrogateescape"),
            status=200,
            status_line="HTTP/1.1 200 Rendered",
            headers=(("Content-Type", "text/html; charset=utf-8"), (MARK, f"chromium/{version}")),
            peer=None,
        )
        return Rendered(url, text, self._fetcher.record(self._market.id, hop, body), tuple(view.notes))


@dataclass
class _View:
    """What one page may load, and what it has loaded. (Playwright marks the owner of a handler: no slots.)"""

    market: Market
    fetcher: Fetcher
    limits: WebLimits
    start: str
    answers: int = 0
    loaded: int = 0
    notes: list[str] = field(default_factory=list)
    failure: VisitFailed | None = None
    """How the page itself failed."""

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that may be asked."""
        named = self.market.web.hosts if self.market.web is not None else ()
        return frozenset({urlsplit(self.start).netloc.lower(), *(host.lower() for host in named)})

    async def route(self, route: Route) -> None:
        """Answers a request of the page through the fetcher, or refuses it."""
        asked = route.request
        main = asked.is_navigation_request() and asked.frame.parent_frame is None
        reason = self._refusal(asked.url, asked.method)
        if reason is None:
            try:
                await self._fulfil(route)
                return
            except VisitFailed as failed:
                reason = failed.message
                if main:
                    self.failure = failed
        if len(self.notes) < self.limits.render_requests:
            self.notes.append(f"not loaded: {asked.url[:200]} ({reason})")
        await route.abort("blockedbyclient")

    def _refusal(self, url: str, method: str) -> str | None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"}:
            return "only http and https"
        if parts.netloc.lower() not in self.hosts:
            return "another host"
        if method != "GET":
            return f"{method} is never sent"
        if self.answers >= self.limits.render_requests:
            return f"limit render_requests = {self.limits.render_requests}"
        if self.loaded >= self.limits.render_bytes:
            return f"limit render_bytes = {self.limits.render_bytes}"
        return None

    async def _fulfil(self, route: Route) -> None:
        self.answers += 1
        answer = await self.fetcher.page(
            Request(
                market=self.market.id,
                url=route.request.url,
                max_bytes=self.limits.page_bytes,
                seconds=self.limits.render_seconds,
                politeness=self.market.politeness,
                passed=self._passed,
            )
        )
        self.loaded += answer.length
        await route.fulfill(status=answer.status, headers=_headers(answer), body=self._whole(answer))

    def _passed(self, hop: Hop, _: str) -> None:
        target = urljoin(hop.url, hop.get("Location") or "")
        if urlsplit(target).netloc.lower() not in self.hosts:
            raise VisitFailed(OutcomeKind.REFUSED, f"{hop.url} redirects to another host, {target[:200]}.", hop=hop)

    def _whole(self, answer: Answer) -> bytes:
        return answer.body if answer.body is not None else self.fetcher.blobs.path(answer.sha256).read_bytes()


def _headers(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.hop.headers if name.lower() not in _DROPPED}


@contextlib.asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    """A Chromium that resolves no name. Raises ``SettingError`` when there is none."""
    try:
        from playwright.async_api import Error, async_playwright  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SettingError(
            "A descriptor says render = true, and Playwright is not installed.",
            todo="Install finwatch[render] and Chromium (Debian: apt-get install chromium), or set render = false.",
        ) from error
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(
                executable_path=found,
                args=list(_ARGUMENTS),
                chromium_sandbox=os.geteuid() != 0,
            )
        except Error as error:
            raise SettingError(
                f"A descriptor says render = true, and Chromium does not start: {str(error).partition(chr(10))[0]}.",
                todo="Install Chromium (Debian: apt-get install chromium), or set render = false.",
            ) from error
        try:
            yield browser
        finally:
            await browser.close()

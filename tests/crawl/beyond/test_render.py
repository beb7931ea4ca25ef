"""A page that needs script, in a real Chromium that has no network but the crawl's own."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Callable
from typing import Any

import pytest

from finwatch.crawl.beyond.follow import follow
from finwatch.crawl.beyond.render import MARK, Rendered, Renderer
from finwatch.crawl.visit import VisitFailed
from finwatch.errors import SettingError
from finwatch.lake.local import LocalLake
from finwatch.limits import WebLimits
from finwatch.model.fetch import OutcomeKind, Politeness
from finwatch.model.web import LinkEnd, SpanAt, WebSource
from tests.kit import hostile, web
from tests.kit.crawling import Clock, fetcher, market
from tests.kit.hostile import Server, serving

HTML = "text/html; charset=utf-8"
NAME = "fin.example"
pytestmark = pytest.mark.browser


def rendered(
    lake: LocalLake,
    prepare: Callable[[Server], None],
    *,
    limits: WebLimits | None = None,
    robots: bool = False,
    hosts: tuple[str, ...] = (),
) -> tuple[Rendered, Server]:
    """The page ``http://fin.example/`` of a server on loopback."""

    async def go() -> tuple[Rendered, Server]:
        async with serving() as server:
            prepare(server)
            shop = market(
                f"http://{NAME}/",
                protocol="web",
                web=WebSource(kind="landing", render=True, hosts=hosts),
                politeness=Politeness(requests_per_second=0, obey_robots=robots),
            )
            resolve = {NAME: server.host, "cdn.example": server.host}
            async with (
                fetcher(lake, NAME, "cdn.example", resolve=resolve, clock=Clock()) as one,
                Renderer(shop, fetcher=one, limits=limits or WebLimits()) as render,
            ):
                return await render(f"http://{NAME}/"), server

    return asyncio.run(go())


def script(code: str) -> bytes:
    return f"<!doctype html><title>x</title><div id=at></div><script>{code}</script>".encode()


def test_what_a_script_writes_is_read_and_captured_as_rendered(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        server.serve("/", b'<!doctype html><body><div id="at"></div><script src="/a.js"></script>', Content_Type=HTML)
        code = "fetch('/data.json').then(r => r.json()).then(d => {at.innerHTML = `<a href='${d.u}'>下载</a>`})"
        server.serve("/a.js", code.encode(), Content_Type="text/javascript; charset=utf-8")
        server.serve("/data.json", b'{"u": "/x.apk"}', Content_Type="application/json")

    page, server = rendered(lake, prepare)
    assert '<a href="/x.apk">下载</a>' in page.text
    capture, payload = lake.captures.read(page.capture)
    assert payload.decode() == page.text
    assert dict(capture.headers)[MARK].startswith("chromium/")
    assert capture.status == 200
    assert {one.path for one in server.log} >= {"/", "/a.js", "/data.json"}
    assert all("Finwatch" in (one["User-Agent"] or "") for one in server.log)


def test_nothing_but_its_own_host_is_reached(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        tries = (
            f"fetch('http://127.0.0.1:{server.port}/private').catch(() => 0);"
            f"fetch('http://localhost:{server.port}/private').catch(() => 0);"
            "fetch('http://cdn.example/other').catch(() => 0);"
            f"new WebSocket('ws://127.0.0.1:{server.port}/private');"
            "fetch('/form', {method: 'POST', body: 'a'}).catch(() => 0);"
            "fetch('/away').catch(() => 0);"
            "let i = new Image(); i.src = 'file:///etc/hostname';"
            "let f = document.createElement('iframe'); f.src = 'http://169.254.169.254/'; document.body.append(f);"
        )
        server.serve("/", b"<!doctype html><body>" + script(tries), Content_Type=HTML)
        server.routes["/away"] = hostile.redirect("http://cdn.example/other")

    page, server = rendered(lake, prepare)
    assert {one.path for one in server.log} <= {"/", "/away", "/favicon.ico"}
    assert [one.method for one in server.log if one.method != "GET"] == []
    told = "\n".join(page.notes)
    for said in ("/private (another host)", "cdn.example/other (another host)", "POST is never sent", "redirects to"):
        assert said in told


class Datagrams(asyncio.DatagramProtocol):
    """Counts what arrives."""

    def __init__(self) -> None:
        self.arrived: list[bytes] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.arrived.append(data)


def test_no_datagram_leaves_a_page(lake: LocalLake) -> None:
    async def go() -> tuple[Rendered, list[bytes]]:
        loop = asyncio.get_running_loop()
        transport, counting = await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        code = (
            f"let c = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{port}'}}]}});"
            "c.createDataChannel('x'); c.onicegatheringstatechange = () => at.append(c.iceGatheringState);"
            "c.createOffer().then(o => c.setLocalDescription(o));"
        )
        frame = f"try {{ {code} }} catch (e) {{ at.append('refused') }}"
        async with serving() as server:
            server.serve("/", script(frame), Content_Type=HTML)
            shop = market(server.url(), protocol="web", web=WebSource(kind="landing", render=True))
            async with fetcher(lake, server.host) as one, Renderer(shop, fetcher=one) as render:
                page = await render(server.url("/"))
        transport.close()
        return page, counting.arrived

    page, arrived = asyncio.run(go())
    assert arrived == []
    assert "refused" in page.text


def test_a_host_that_the_descriptor_names_is_reached(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        server.serve("/", b"<!doctype html><body><script src=http://cdn.example/c.js></script>", Content_Type=HTML)
        server.serve("/c.js", b"document.body.append('from the other')", Content_Type="text/javascript")

    assert "from the other" in rendered(lake, prepare, hosts=("cdn.example",))[0].text


def test_robots_hold_for_what_a_page_loads(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        server.serve("/robots.txt", b"User-agent: *\nDisallow: /hidden", Content_Type="text/plain")
        server.serve("/", script("fetch('/hidden/a').catch(() => at.append('refused'))"), Content_Type=HTML)

    page, server = rendered(lake, prepare, robots=True)
    assert server.asked("/hidden/a") == []
    assert "refused" in page.text


@pytest.mark.parametrize(
    ("code", "limits", "kind"),
    [
        ("for (;;) {}", WebLimits(render_seconds=4), OutcomeKind.TIMEOUT),
        ("at.append('x'.repeat(300000))", WebLimits(page_bytes=100_000), OutcomeKind.TOO_LARGE),
    ],
)
def test_a_page_that_goes_too_far_ends(lake: LocalLake, code: str, limits: WebLimits, kind: OutcomeKind) -> None:
    with pytest.raises(VisitFailed) as caught:
        rendered(lake, lambda server: server.serve("/", script(code), Content_Type=HTML), limits=limits)
    assert caught.value.kind is kind


def test_a_page_loads_no_more_than_its_share(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        server.serve("/", script("for (let n = 0; n < 30; n++) fetch('/n' + n).catch(() => 0)"), Content_Type=HTML)

    page, server = rendered(lake, prepare, limits=WebLimits(render_requests=6))
    assert len([one for one in server.log if one.path.startswith("/n")]) <= 6
    assert any("limit render_requests = 6" in note for note in page.notes)


def test_a_download_in_a_page_is_not_kept_by_the_browser(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        click = "let a = document.createElement('a'); a.href = '/f.zip'; a.download = 'f.zip'; a.click();"
        click += "at.append('here')"
        server.serve("/", script(click), Content_Type=HTML)
        server.serve("/f.zip", web.package(), Content_Type="application/zip")

    page, _ = rendered(lake, prepare, limits=WebLimits(render_seconds=20))
    assert "here" in page.text
    assert page.url == f"http://{NAME}/"


def test_a_chain_through_a_rendered_page(lake: LocalLake) -> None:
    async def go() -> Any:
        async with serving() as server:
            server.serve("/", script("at.innerHTML = '<a href=/x.apk>装</a>'"), Content_Type=HTML)
            server.serve("/x.apk", web.package(), etag='"1"')
            shop = market(server.url(), protocol="web", web=WebSource(kind="landing", render=True))
            async with fetcher(lake, server.host) as one, Renderer(shop, fetcher=one) as render:
                return await follow(server.url("/"), market=shop, fetcher=one, render=render)

    chain = asyncio.run(go()).chain
    assert [(link.end, link.rendered) for link in chain.links] == [(LinkEnd.PAGE, True), (LinkEnd.PACKAGE, False)]
    place = chain.links[1].found
    assert isinstance(place, SpanAt)
    text = lake.captures.read(place.capture or "")[1].decode()
    assert text[place.start : place.end] == "/x.apk"


def test_without_playwright_the_error_says_what_to_do(lake: LocalLake, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("playwright"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(SettingError, match=r"finwatch\[render\]"):
        rendered(lake, lambda server: server.serve("/", b"x"))

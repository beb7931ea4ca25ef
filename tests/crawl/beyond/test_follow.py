"""Chains from a landing page to a package, against a real server on loopback; hostile pages end themselves alone."""

from __future__ import annotations

import asyncio
import hashlib
import plistlib
from collections.abc import Callable

import pytest

from finwatch.crawl.beyond.follow import Followed, follow
from finwatch.lake.local import LocalLake
from finwatch.limits import FetchLimits, WebLimits
from finwatch.model.fetch import Politeness
from finwatch.model.web import HeaderAt, LinkEnd, LinkKind, PixelsAt, SpanAt
from tests.kit import hostile, web
from tests.kit.crawling import fetcher, market
from tests.kit.hostile import Server, serving
from tests.kit.web import told

APK = web.package()
SHA256 = hashlib.sha256(APK).hexdigest()
HTML = "text/html; charset=utf-8"


def html(body: str) -> bytes:
    return f"<!doctype html><html><head><title>某某贷</title></head><body>{body}</body></html>".encode()


def followed(
    lake: LocalLake,
    prepare: Callable[[Server], None],
    *,
    start: str = "/",
    limits: WebLimits | None = None,
    fetch: FetchLimits | None = None,
    robots: bool = False,
) -> tuple[Followed, Server]:
    async def go() -> tuple[Followed, Server]:
        async with serving() as server:
            prepare(server)
            shop = market(
                server.url(),
                protocol="web",
                web=web.LANDING,
                politeness=Politeness(requests_per_second=0, obey_robots=robots),
            )
            async with fetcher(lake, server.host, limits=fetch or FetchLimits()) as one:
                found = await follow(server.url(start), market=shop, fetcher=one, limits=limits or WebLimits())
            return found, server

    return asyncio.run(go())


def test_page_redirect_code_package(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        server.serve("/robots.txt", b"User-agent: *\nDisallow: /admin/\n", Content_Type="text/plain")
        server.routes["/"] = hostile.redirect("/landing", 301)
        server.serve("/landing", html('<p>您好</p><img class="qr" src="/img/code.png">'), Content_Type=HTML)
        server.serve("/img/code.png", web.qr(server.url("/go?c=7")), Content_Type="image/png")
        server.routes["/go?c=7"] = hostile.redirect("/files/app.apk")
        server.serve("/files/app.apk", APK, etag='"1"', Content_Type="application/vnd.android.package-archive")

    found, server = followed(lake, prepare, robots=True)
    chain = found.chain
    assert found.failure is None
    assert told(chain) == [
        (None, "start", "/", "redirected"),
        (0, "redirect", "/landing", "page"),
        (1, "image", "/img/code.png", "image"),
        (2, "qr_code", "/go?c=7", "redirected"),
        (3, "redirect", "/files/app.apk", "package"),
    ]
    assert chain.packages == (SHA256,)
    assert lake.blobs.read(SHA256) == APK
    assert [link.number for link in chain.way_to(4)] == [0, 1, 2, 3, 4]

    places = [link.found for link in chain.links]
    assert places[0] is None
    assert places[1] == HeaderAt(url=server.url("/"), capture=chain.links[0].capture, name="Location")
    page = lake.captures.read(chain.links[1].capture or "")[1].decode()
    assert isinstance(places[2], SpanAt)
    assert places[2].capture == chain.links[1].capture
    assert page[places[2].start : places[2].end] == "/img/code.png"
    assert isinstance(places[3], PixelsAt)
    assert places[3].capture == chain.links[2].capture
    assert 0 < places[3].left < places[3].right
    assert isinstance(places[4], HeaderAt)

    last = chain.links[4]
    assert last.peeked is not None
    assert lake.captures.read(last.peeked)[1] == b"PK\x03\x04"
    assert lake.captures.read(last.capture or "")[0].payload_sha256 == SHA256
    assert [one["Range"] for one in server.asked("/files/app.apk")] == [None, "bytes=0-3", None]
    assert len(server.asked("/robots.txt")) == 1


def test_first_bytes_decide_before_a_download(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        server.serve("/", html('<a href="/a.apk">下载</a><a href="/b.apk">下载</a>'), Content_Type=HTML)
        server.serve("/a.apk", html("<a href='/c.apk'>下载</a>"), Content_Type=HTML)
        server.serve("/b.apk", b"MZ" + bytes(100_000), etag='"b"', Content_Type="application/octet-stream")
        server.serve("/c.apk", APK, etag='"c"')

    found, server = followed(lake, prepare)
    assert told(found.chain) == [
        (None, "start", "/", "page"),
        (0, "anchor", "/a.apk", "page"),
        (0, "anchor", "/b.apk", "other"),
        (1, "anchor", "/c.apk", "package"),
    ]
    assert "MZ" in found.chain.links[2].message
    ranged = [one["Range"] for one in server.asked("/c.apk")]
    assert ranged == ["bytes=0-3", None]


def test_a_server_without_ranges_is_left_after_the_first_bytes(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        server.serve("/", html('<a href="/big.apk">下载</a>'), Content_Type=HTML)
        server.routes["/big.apk"] = hostile.endless(b"MZ" + bytes(65_534))

    found, _ = followed(lake, prepare)
    link = found.chain.links[1]
    assert link.end is LinkEnd.OTHER
    assert "MZ" in link.message
    assert lake.captures.read(link.capture or "")[1][:2] == b"MZ"
    assert len(lake.captures.read(link.capture or "")[1]) == 4


@pytest.mark.parametrize(
    "route",
    [
        hostile.plain(APK, etag='"d"', Content_Disposition='attachment; filename="fin.apk"', Content_Type="text/html"),
        hostile.plain(APK, etag='"d"', Content_Type="application/octet-stream"),
        hostile.plain(APK, Content_Type="application/zip"),
        hostile.plain(APK, etag='"d"', Content_Type="text/html"),
        hostile.plain(APK, Content_Type="image/png"),
    ],
)
def test_the_head_or_the_first_bytes_say_package(lake: LocalLake, route: hostile.Route) -> None:
    def prepare(server: Server) -> None:
        server.serve("/", html('<a href="/d?id=1">立即下载</a>'), Content_Type=HTML)
        server.routes["/d?id=1"] = route

    found, _ = followed(lake, prepare)
    assert found.chain.packages == (SHA256,)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('<meta http-equiv="Refresh" content="0; url=/x.apk">', "meta_refresh"),
        ("<script>setTimeout(function(){location.href='/x.apk'},1)</script>", "script"),
        ('<script>window.location = "\\/x.apk"</script>', "script"),
        ("<button onclick=\"location.replace('/x.apk')\">装</button>", "script"),
        ('<script>var u = {android: "/x.apk"}</script>', "script"),
        ('<iframe src="/x.apk"></iframe>', "frame"),
        ('<div data-url="/x.apk">装</div>', "anchor"),
        ('<base href="/deep/"><a href="../x.apk">装</a>', "anchor"),
    ],
)
def test_ways_to_name_an_address(lake: LocalLake, body: str, kind: str) -> None:
    def prepare(server: Server) -> None:
        server.serve("/", html(body), Content_Type=HTML)
        server.serve("/x.apk", APK, etag='"x"')

    found, _ = followed(lake, prepare)
    assert told(found.chain)[1:] == [(0, kind, "/x.apk", "package")]
    place = found.chain.links[1].found
    assert isinstance(place, SpanAt)


def test_commented_out_and_ordinary_links_are_left(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        body = '<!-- <a href="/x.apk">下载</a> --><a href="/about">关于我们</a><a href="#top">下载</a>'
        server.serve("/", html(body), Content_Type=HTML)

    found, _ = followed(lake, prepare)
    assert told(found.chain) == [(None, "start", "/", "page")]


def test_itms_services_names_the_package_of_its_manifest(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        target = server.url("/m.plist?v=1")
        server.serve("/", html(f'<a href="itms-services://?action=download-manifest&amp;url={target}">iOS</a>'))
        asset = {"kind": "software-package", "url": server.url("/fin.ipa")}
        manifest = {"items": [{"assets": [asset], "metadata": {"bundle-identifier": "com.example.fictional"}}]}
        server.serve("/m.plist?v=1", plistlib.dumps(manifest), Content_Type="text/xml")
        server.serve("/fin.ipa", APK, etag='"i"', Content_Type="application/octet-stream")

    found, _ = followed(lake, prepare)
    links = found.chain.links
    assert [(one.kind, one.end) for one in links] == [
        (LinkKind.START, LinkEnd.PAGE),
        (LinkKind.ITMS, LinkEnd.MANIFEST),
        (LinkKind.ITMS, LinkEnd.MANIFEST),
        (LinkKind.ITMS, LinkEnd.PACKAGE),
    ]
    assert links[2].app == "com.example.fictional"
    place = links[3].found
    assert isinstance(place, SpanAt)
    text = lake.captures.read(place.capture or "")[1].decode()
    assert text[place.start : place.end] == links[3].url


def test_market_links_are_leads_not_visits(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        body = (
            '<a href="market://details?id=com.example.fin">安装</a>'
            '<a href="https://apps.apple.com/cn/app/fin/id1234567">App Store 下载</a>'
        )
        server.serve("/", html(body), Content_Type=HTML)

    found, _ = followed(lake, prepare)
    assert [(one.end, one.app) for one in found.chain.links[1:]] == [
        (LinkEnd.MARKET, "com.example.fin"),
        (LinkEnd.MARKET, "1234567"),
    ]


def test_a_code_inside_the_page_itself(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        image = web.data_url(web.qr(server.url("/x.apk"), form="GIF"), "image/gif")
        server.serve("/", html(f'<img src="{image}" alt="扫码">'), Content_Type=HTML)
        server.serve("/x.apk", APK, etag='"x"')

    found, _ = followed(lake, prepare)
    assert [one.end for one in found.chain.links] == [LinkEnd.PAGE, LinkEnd.IMAGE, LinkEnd.PACKAGE]
    assert len(found.chain.links[1].url) <= 201


def test_hostile_pages_each_end_in_their_own_way(lake: LocalLake) -> None:
    """One page that leads to everything bad at once, and to a package: the package is found all the same."""

    def prepare(server: Server) -> None:
        private = f"http://127.0.0.1:{server.port + 1 if server.port < 65535 else 1}/admin"
        body = (
            '<a href="/r0">下载</a><a href="file:///etc/passwd">下载</a><a href="data:text/html,hi">下载</a>'
            '<a href="/inner">下载</a><img src="/qr.png"><img src="/bomb.png"><img src="/x.svg"><img src="/torn.png">'
            '<a href="/endless">下载</a><a href="/toFile">下载</a><a href="/forbidden/app">下载</a>'
            '<a href="/loop">下载</a><a href="/none">下载</a><a href="/app.apk">下载</a>'
        )
        server.serve("/robots.txt", b"User-agent: *\nDisallow: /forbidden/\n", Content_Type="text/plain")
        server.serve("/", html(body), Content_Type=HTML)
        for number in range(40):
            server.routes[f"/r{number}"] = hostile.redirect(f"/r{number + 1}")
        server.routes["/inner"] = hostile.redirect(private)
        server.routes["/toFile"] = hostile.redirect("file:///etc/passwd")
        server.serve("/qr.png", web.qr("file:///etc/passwd"), Content_Type="image/png")
        server.serve("/bomb.png", web.bomb(60_000), Content_Type="image/png")
        server.serve("/x.svg", b"<svg/>", Content_Type="image/svg+xml")
        server.serve("/torn.png", web.qr("https://a.example/")[:150], Content_Type="image/png")
        server.routes["/endless"] = hostile.endless(b"<p>more</p>" * 6000)
        server.serve("/loop", html('<a href="/">下载</a><a href="/loop">下载</a>'), Content_Type=HTML)
        server.serve("/app.apk", APK, etag='"x"')

    found, server = followed(lake, prepare, robots=True)
    ends = {
        one.url.removeprefix(server.url("/").rstrip("/")): (one.end.value, one.outcome)
        for one in found.chain.links
        if one.end is not LinkEnd.REDIRECTED
    }
    inner = next(url for url in ends if url.endswith("/admin"))
    assert ends.pop(inner) == ("failed", "private_address")
    code = next(one for one in found.chain.links if one.kind is LinkKind.QR_CODE)
    assert (code.url, code.end) == ("file:///etc/passwd", LinkEnd.REFUSED_SCHEME)
    to_file = next(one for one in found.chain.links if one.kind is LinkKind.REDIRECT and one.url.startswith("file"))
    assert (to_file.end, to_file.outcome) == (LinkEnd.REFUSED_SCHEME, "malformed")
    assert ends == {
        "/": ("seen", None),
        "/r9": ("failed", "redirect_loop"),
        "file:///etc/passwd": ("refused_scheme", None),
        "data:text/html,hi": ("refused_scheme", None),
        "/qr.png": ("image", None),
        "/bomb.png": ("not_decoded", None),
        "/x.svg": ("not_decoded", None),
        "/torn.png": ("not_decoded", None),
        "/endless": ("failed", "too_large"),
        "/forbidden/app": ("failed", "robots"),
        "/loop": ("seen", None),
        "/none": ("failed", "gone"),
        "/app.apk": ("package", None),
    }
    assert "pixels" in next(one.message for one in found.chain.links if one.url.endswith("/bomb.png"))
    assert len(server.asked("/r9")) == 0
    assert all(one.message for one in found.chain.links if one.end in {LinkEnd.FAILED, LinkEnd.NOT_DECODED})


def test_depth_width_and_visits_are_bounded(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        for number in range(30):
            links = "".join(f'<a href="/{number * 7 + step}">下载</a>' for step in range(1, 8))
            server.serve(f"/{number or ''}", html(links), Content_Type=HTML)

    found, _ = followed(lake, prepare, limits=WebLimits(depth=2, width=3, visits=8))
    ends = [one.end for one in found.chain.links]
    visited = [one for one in ends if one in {LinkEnd.PAGE, LinkEnd.FAILED}]
    assert len(visited) == 8
    assert ends.count(LinkEnd.TOO_MANY) == 5
    assert any("limit width = 3" in note for note in found.chain.notes)


def test_a_start_that_fails_is_told_and_kept(lake: LocalLake) -> None:
    found, _ = followed(lake, lambda server: server.routes.update({"/": hostile.redirect("/")}))
    assert found.failure is not None
    assert found.failure.kind == "redirect_loop"
    assert [one.end for one in found.chain.links] == [LinkEnd.REDIRECTED, LinkEnd.FAILED]


def test_a_redirect_to_where_the_chain_has_been_is_not_asked_again(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        server.serve("/", html('<a href="/back">下载</a>'), Content_Type=HTML)
        server.routes["/back"] = hostile.redirect("/")

    found, server = followed(lake, prepare)
    assert told(found.chain) == [
        (None, "start", "/", "page"),
        (0, "anchor", "/back", "redirected"),
        (1, "redirect", "/", "seen"),
    ]
    assert len(server.asked("/")) == 1


def test_a_page_of_countless_tags_is_looked_at_in_part(lake: LocalLake) -> None:
    def prepare(server: Server) -> None:
        server.serve("/", b"<a href=/x.apk>a</a>" + b"<p>" * 30_000 + b"<a href=/y.apk>b</a>", Content_Type=HTML)
        server.serve("/x.apk", APK, etag='"1"')

    found, server = followed(lake, prepare)
    assert found.chain.packages == (SHA256,)
    assert server.asked("/y.apk") == []
    assert any("20,000 tags" in note for note in found.chain.notes)

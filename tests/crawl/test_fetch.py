"""Visits against a server that answers badly: each fault has its kind, its sentence, its capture."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import tracemalloc
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from finwatch.crawl.connect import ScopedResolver
from finwatch.crawl.visit import Answer, VisitFailed
from finwatch.lake.local import LocalLake
from finwatch.limits import FetchLimits
from finwatch.model.fetch import OutcomeKind, Politeness
from tests.kit import hostile
from tests.kit.crawling import AT, PATIENT, Clock, fetcher, request
from tests.kit.hostile import Route, Server, serving


def visit(lake: LocalLake, route: Route, *, limits: FetchLimits | None = None, **changes: object) -> Answer:
    """The answer of a server that has one route."""

    async def go() -> Answer:
        async with serving() as server:
            server.routes["/x"] = route
            async with fetcher(lake, server.host, limits=limits or FetchLimits()) as one:
                return await one.page(request(server.url("/x"), **changes))

    return asyncio.run(go())


def failure(lake: LocalLake, route: Route, *, limits: FetchLimits | None = None, **changes: object) -> VisitFailed:
    with pytest.raises(VisitFailed) as caught:
        visit(lake, route, limits=limits, **changes)
    assert "http://127.0.0.1" in caught.value.message
    assert list((Path(lake.address) / "partial").glob("*")) == []
    return caught.value


def test_an_answer_is_whole_and_captured(lake: LocalLake) -> None:
    answer = visit(lake, hostile.plain(b"hello", Content_Type="text/plain"))
    assert (answer.body, answer.status, answer.length) == (b"hello", 200, 5)
    capture, payload = lake.captures.read(answer.capture or "")
    assert payload == b"hello"
    assert (capture.status, capture.peer, capture.content_type, capture.at) == (200, "127.0.0.1", "text/plain", AT)


def test_a_large_body_becomes_a_blob_in_flat_memory(lake: LocalLake) -> None:
    piece, times = bytes(range(256)) * 256, 48 << 4  # 48 MiB
    tracemalloc.start()
    answer = visit(lake, hostile.long(piece, times), max_bytes=64 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.body is None
    assert answer.sha256 == hashlib.sha256(piece * times).hexdigest()
    assert lake.blobs.path(answer.sha256).stat().st_size == len(piece) * times
    assert lake.captures.read(answer.capture or "")[0].stored_as == "blob"
    assert peak < 8 << 20


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda data: zlib.compress(data)[2:-4]])
def test_a_coding_is_taken_off_and_kept_in_name(lake: LocalLake, pack: object) -> None:
    packed = pack(b"words " * 1000)  # type: ignore[operator]
    coding = "gzip" if packed[:2] == b"\x1f\x8b" else "deflate"
    answer = visit(lake, hostile.plain(packed, Content_Encoding=coding))
    assert answer.body == b"words " * 1000
    capture, payload = lake.captures.read(answer.capture or "")
    assert payload == answer.body
    assert ("X-Archive-Orig-Content-Encoding", coding) in capture.headers


def test_gzip_in_two_members_is_one_body(lake: LocalLake) -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two")
    assert visit(lake, hostile.plain(packed, Content_Encoding="gzip")).body == b"one two"


def test_a_gzip_bomb_is_stopped_while_it_unpacks(lake: LocalLake) -> None:
    layer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(layer.compress(b"\0" * (1 << 20)) for _ in range(200)) + layer.flush()
    assert len(bomb) < 300_000
    tracemalloc.start()
    failed = failure(lake, hostile.plain(bomb, Content_Encoding="gzip"), max_bytes=4 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert failed.kind is OutcomeKind.TOO_LARGE
    assert "compressed bytes" in failed.message
    assert peak < 16 << 20


@pytest.mark.parametrize(
    ("route", "kind", "says"),
    [
        (hostile.plain(b"", status=404), OutcomeKind.GONE, "404 Not Found"),
        (hostile.plain(b"", status=410), OutcomeKind.GONE, "410"),
        (hostile.plain(b"", status=403), OutcomeKind.REFUSED, "operator"),
        (hostile.plain(b"", status=451), OutcomeKind.REFUSED, "451"),
        (hostile.plain(b"", status=429, Retry_After="7"), OutcomeKind.THROTTLED, "in 7 s"),
        (hostile.plain(b"", status=503, Retry_After="60"), OutcomeKind.THROTTLED, "in 60 s"),
        (hostile.plain(b"", status=503), OutcomeKind.SERVER_ERROR, "503"),
        (hostile.plain(b"oops", status=500), OutcomeKind.SERVER_ERROR, "500"),
        (hostile.plain(b"", status=300), OutcomeKind.MALFORMED, "300"),
        (hostile.cut(b"x" * 1000, after=10), OutcomeKind.TRUNCATED, "ended early"),
        (hostile.cut(b"x" * 1000, after=10, chunked=True), OutcomeKind.TRUNCATED, "ended early"),
        (hostile.reset(), OutcomeKind.UNREACHABLE, "cut before an answer"),
        (hostile.raw(b"hello, who is there?\r\n\r\n"), OutcomeKind.MALFORMED, "not HTTP"),
        (hostile.plain(b"not gzip", Content_Encoding="gzip"), OutcomeKind.MALFORMED, "gzip"),
        (hostile.plain(gzip.compress(b"w" * 99)[:-9], Content_Encoding="gzip"), OutcomeKind.TRUNCATED, "end mark"),
        (hostile.plain(b"?", Content_Encoding="br"), OutcomeKind.MALFORMED, "'br'"),
        (hostile.plain(b"x" * 70_000), OutcomeKind.TOO_LARGE, "declares 70,000 bytes"),
        (hostile.endless(), OutcomeKind.TOO_LARGE, "goes on after"),
        (hostile.redirect("/x"), OutcomeKind.REDIRECT_LOOP, "circle"),
        (hostile.redirect("ftp://elsewhere/x"), OutcomeKind.MALFORMED, "no http"),
        (hostile.redirect("http://[bad/x"), OutcomeKind.MALFORMED, "no address"),
        (hostile.raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n"), OutcomeKind.MALFORMED, "HTTP"),
    ],
)
def test_each_fault_has_its_kind(lake: LocalLake, route: Route, kind: OutcomeKind, says: str) -> None:
    failed = failure(lake, route, max_bytes=65_536)
    assert failed.kind is kind, failed.message
    assert says in failed.message


def test_an_error_page_is_captured_too(lake: LocalLake) -> None:
    failed = failure(lake, hostile.plain(b"<h1>Maintenance</h1>", status=500))
    capture, payload = lake.captures.read(failed.capture or "")
    assert (capture.status, payload) == (500, b"<h1>Maintenance</h1>")


def test_half_a_body_is_captured_as_far_as_it_came(lake: LocalLake) -> None:
    failed = failure(lake, hostile.cut(b"x" * 1000, after=10))
    assert failed.bytes_read == 10
    assert lake.captures.read(failed.capture or "")[1] == b"x" * 10


def test_a_refused_giant_leaves_only_its_digest(lake: LocalLake) -> None:
    failed = failure(lake, hostile.endless(), max_bytes=3 << 20)
    capture, payload = lake.captures.read(failed.capture or "")
    assert (capture.stored_as, payload) == ("none", b"")
    assert 0 < capture.payload_bytes <= 3 << 20


@pytest.mark.parametrize("limits", [FetchLimits(read_seconds=0.2), FetchLimits()])
def test_a_slow_drip_ends_in_time(lake: LocalLake, limits: FetchLimits) -> None:
    failed = failure(lake, hostile.drip(asyncio.Event()), limits=limits, seconds=0.5)
    assert failed.kind is OutcomeKind.TIMEOUT
    assert failed.bytes_read == 1


def test_a_closed_port_is_unreachable(lake: LocalLake) -> None:
    async def go() -> None:
        async with serving() as server:
            port = server.port
        async with fetcher(lake, f"127.0.0.1:{port}") as one:
            await one.page(request(f"http://127.0.0.1:{port}/"))

    with pytest.raises(VisitFailed) as caught:
        asyncio.run(go())
    assert caught.value.kind is OutcomeKind.UNREACHABLE


def test_a_name_without_address_is_unreachable(lake: LocalLake) -> None:
    async def go() -> None:
        async with fetcher(lake) as one:
            await one.page(request("http://no-such-host.invalid/"))

    with pytest.raises(VisitFailed, match="no address") as caught:
        asyncio.run(go())
    assert caught.value.kind is OutcomeKind.UNREACHABLE


def test_redirects_are_followed_and_each_is_captured(lake: LocalLake) -> None:
    async def go() -> tuple[Answer, Server]:
        async with serving() as server:
            server.routes["/a"] = hostile.redirect("b", 301)
            server.routes["/b"] = hostile.redirect(server.url("/c#part"), 307)
            server.serve("/c", b"end")
            async with fetcher(lake, server.host) as one:
                return await one.page(request(server.url("/a"))), server

    answer, server = asyncio.run(go())
    assert (answer.body, answer.hop.url) == (b"end", server.url("/c"))
    lake.close()
    rows = lake.tables.read("captures", columns=["url", "status"]).to_pylist()
    assert [(row["url"], row["status"]) for row in rows] == [
        (server.url("/a"), 301),
        (server.url("/b"), 307),
        (server.url("/c"), 200),
    ]


def test_a_chain_of_redirects_has_an_end(lake: LocalLake) -> None:
    async def go() -> None:
        async with serving() as server:
            for n in range(20):
                server.routes[f"/{n}"] = hostile.redirect(f"/{n + 1}")
            async with fetcher(lake, server.host) as one:
                try:
                    await one.page(request(server.url("/0")))
                finally:
                    assert len(server.log) == 9

    with pytest.raises(VisitFailed, match="after 8 redirects") as caught:
        asyncio.run(go())
    assert caught.value.kind is OutcomeKind.REDIRECT_LOOP


def test_a_condition_that_holds_gives_no_body(lake: LocalLake) -> None:
    route = hostile.plain(b"same", etag='"1"')
    answer = visit(lake, route, headers=(("If-None-Match", '"1"'),))
    assert (answer.status, answer.body) == (304, b"")


@pytest.mark.parametrize(
    ("target", "resolve"),
    [
        ("http://127.0.0.1:{other}/secret", {}),
        ("http://localhost:{other}/secret", {}),
        ("http://[::1]:{other}/secret", {}),
        ("http://[::ffff:127.0.0.1]:{other}/secret", {}),
        ("http://169.254.169.254/latest/meta-data/", {}),
        ("http://inner.example/secret", {"inner.example": "127.0.0.1:{other}"}),
        ("http://inner.example/secret", {"inner.example": "[::ffff:127.0.0.1]:{other}"}),
        ("http://2130706433:{other}/secret", {}),
        ("http://127.1:{other}/secret", {}),
    ],
)
def test_a_redirect_into_the_own_network_goes_nowhere(lake: LocalLake, target: str, resolve: dict[str, str]) -> None:
    async def go() -> list[hostile.Asked]:
        async with serving() as outside, serving() as inside:
            place = target.format(other=inside.port)
            fixed = {name: value.format(other=inside.port) for name, value in resolve.items()}
            outside.routes["/x"] = hostile.redirect(place)
            inside.serve("/secret", b"secret")
            async with fetcher(lake, outside.host, resolve=fixed) as one:
                with pytest.raises(VisitFailed) as caught:
                    await one.page(request(outside.url("/x")))
            assert caught.value.kind in {OutcomeKind.PRIVATE_ADDRESS, OutcomeKind.MALFORMED}, caught.value.message
            assert caught.value.final_url == place
            return inside.log

    assert asyncio.run(go()) == []


def test_the_socket_itself_is_judged(lake: LocalLake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where everything before it was fooled."""
    monkeypatch.setattr(ScopedResolver, "judge", lambda *_: True)

    async def go() -> list[hostile.Asked]:
        async with serving() as inside:
            async with fetcher(lake) as one:
                with pytest.raises(VisitFailed) as caught:
                    await one.page(request(inside.url("/secret")))
            assert caught.value.kind is OutcomeKind.PRIVATE_ADDRESS
            return inside.log

    assert asyncio.run(go()) == []


def test_a_private_host_needs_its_name_in_the_setting(lake: LocalLake) -> None:
    async def go(*allow: str) -> bytes | None:
        async with serving() as server:
            server.serve("/", b"in")
            fixed = {"shop.example": f"127.0.0.1:{server.port}"}
            async with fetcher(lake, *allow, resolve=fixed) as one:
                return (await one.page(request("http://shop.example/"))).body

    assert asyncio.run(go("shop.example")) == b"in"
    assert asyncio.run(go("shop.example:80")) == b"in"
    with pytest.raises(VisitFailed, match=r"FINWATCH_ALLOW_PRIVATE") as caught:
        asyncio.run(go("shop.example:81", "other.example"))
    assert caught.value.kind is OutcomeKind.PRIVATE_ADDRESS


def test_the_rate_is_kept_per_host(lake: LocalLake) -> None:
    clock = Clock()

    async def go() -> None:
        async with serving() as server, fetcher(lake, server.host, clock=clock) as one:
            server.serve("/", b"")
            slow = Politeness(requests_per_second=0.5, obey_robots=False)
            for _ in range(3):
                await one.page(request(server.url("/"), politeness=slow))
            assert len(server.log) == 3

    asyncio.run(go())
    assert clock.slept == [2.0, 2.0]


def test_the_interval_runs_from_when_a_request_is_known_to_have_arrived(lake: LocalLake) -> None:
    clock = Clock()
    at_once = hostile.plain(b"")

    async def late(asked: hostile.Asked, writer: asyncio.StreamWriter) -> None:
        clock.time += timedelta(seconds=0.7)  # on the way
        await at_once(asked, writer)

    async def go() -> None:
        async with serving() as server, fetcher(lake, server.host, clock=clock) as one:
            server.routes["/"] = late
            slow = Politeness(requests_per_second=1, obey_robots=False)
            for _ in range(3):
                await one.page(request(server.url("/"), politeness=slow))

    asyncio.run(go())
    assert clock.slept == [1.0, 1.0]


def test_robots_are_asked_first_and_obeyed(lake: LocalLake) -> None:
    clock = Clock()

    async def go() -> Server:
        async with serving() as server, fetcher(lake, server.host, clock=clock, user_agent="Finwatch/1") as one:
            rules = b"User-agent: finwatch\nDisallow: /private\nCrawl-delay: 3\n"
            server.serve("/robots.txt", rules)
            server.serve("/open", b"")
            polite = Politeness(requests_per_second=0)
            await one.page(request(server.url("/open"), politeness=polite))
            await one.page(request(server.url("/open"), politeness=polite))
            with pytest.raises(VisitFailed, match="forbids") as caught:
                await one.page(request(server.url("/private/1"), politeness=polite))
            assert caught.value.kind is OutcomeKind.ROBOTS
            return server

    server = asyncio.run(go())
    assert [asked.path for asked in server.log] == ["/robots.txt", "/open", "/open"]
    assert {asked["User-Agent"] for asked in server.log} == {"Finwatch/1"}
    assert clock.slept == [3.0]


@pytest.mark.parametrize(
    ("route", "allowed"),
    [
        (hostile.plain(b"", status=404), True),
        (hostile.plain(b"", status=403), True),
        (hostile.plain(b"", status=429), False),
        (hostile.plain(b"", status=500), False),
        (hostile.reset(), False),
        (hostile.plain(b"\xff\xfe\0garbage"), True),
    ],
)
def test_robots_that_cannot_be_read_mean_what_the_standard_says(lake: LocalLake, route: Route, allowed: bool) -> None:
    async def go() -> None:
        async with serving() as server, fetcher(lake, server.host) as one:
            server.routes["/robots.txt"] = route
            server.serve("/page", b"page")
            await one.page(request(server.url("/page"), politeness=PATIENT.model_copy(update={"obey_robots": True})))

    if allowed:
        asyncio.run(go())
    else:
        with pytest.raises(VisitFailed, match="left alone") as caught:
            asyncio.run(go())
        assert caught.value.kind is OutcomeKind.ROBOTS


def test_a_redirect_to_another_host_asks_its_robots(lake: LocalLake) -> None:
    async def go() -> list[str]:
        async with serving() as first, serving() as second, fetcher(lake, first.host, second.host) as one:
            first.routes["/x"] = hostile.redirect(second.url("/y"))
            second.serve("/robots.txt", b"User-agent: *\nDisallow: /")
            second.serve("/y", b"")
            with pytest.raises(VisitFailed, match="forbids"):
                await one.page(request(first.url("/x"), politeness=Politeness(requests_per_second=0)))
            return [asked.path for asked in second.log]

    assert asyncio.run(go()) == ["/robots.txt"]


def test_no_proxy_of_the_environment_is_used(lake: LocalLake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert visit(lake, hostile.plain(b"direct")).body == b"direct"


def test_a_proxy_of_the_settings_is_used_and_is_no_way_in(lake: LocalLake) -> None:
    async def go() -> list[str]:
        async with serving() as proxy:
            proxy.serve("http://shop.example/a", b"through")
            async with fetcher(lake, proxy=proxy.url("/")) as one:
                assert (await one.page(request("http://shop.example/a"))).body == b"through"
                for private in (proxy.url("/a"), "http://127.0.0.1:1/", "http://[::1]/"):
                    with pytest.raises(VisitFailed) as caught:
                        await one.page(request(private))
                    assert caught.value.kind is OutcomeKind.PRIVATE_ADDRESS
            return [asked.path for asked in proxy.log]

    assert asyncio.run(go()) == ["http://shop.example/a"]


def test_no_cookie_is_kept(lake: LocalLake) -> None:
    async def go() -> list[hostile.Asked]:
        async with serving() as server, fetcher(lake, server.host) as one:
            server.serve("/", b"", Set_Cookie="id=1")
            await one.page(request(server.url("/")))
            await one.page(request(server.url("/")))
            return server.log

    assert [asked["Cookie"] for asked in asyncio.run(go())] == [None, None]

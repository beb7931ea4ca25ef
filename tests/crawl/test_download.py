"""Packages: resumed over cut connections and killed processes, adopted only when they are right."""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from finwatch.crawl import download
from finwatch.crawl.visit import Answer, VisitFailed
from finwatch.lake.local import LocalLake
from finwatch.model.fetch import OutcomeKind
from tests.kit import hostile
from tests.kit.crawling import fetcher, request
from tests.kit.hostile import Asked, Route, Server, serving

BODY = bytes(range(256)) * 4096  # 1 MiB
SHA256 = hashlib.sha256(BODY).hexdigest()
ROOT = Path(__file__).parents[2]


def attempts(lake: LocalLake, *routes: Route, **expected: Any) -> list[Answer | VisitFailed]:
    """What each attempt gave, one route an attempt."""
    return asyncio.run(_attempts(lake, Server(), *routes, **expected))


async def _attempts(lake: LocalLake, out: Server, *routes: Route, **expected: Any) -> list[Answer | VisitFailed]:
    found: list[Answer | VisitFailed] = []
    async with serving() as server:
        out.log = server.log
        for route in routes:
            server.routes["/app.apk"] = route
            async with fetcher(lake, server.host) as one:
                asked = request(server.url("/app.apk"), max_bytes=expected.get("max_bytes", 8 << 20))
                try:
                    found.append(
                        await download.package(
                            one,
                            asked,
                            expected_sha256=expected.get("sha256", SHA256),
                            expected_bytes=expected.get("size", len(BODY)),
                        )
                    )
                except VisitFailed as failure:
                    found.append(failure)
    return found


def partials(lake: LocalLake) -> list[Path]:
    return sorted((Path(lake.address) / "partial").glob("*"))


def resumed(lake: LocalLake, *routes: Route, **expected: Any) -> tuple[list[Answer | VisitFailed], list[Asked]]:
    server = Server()
    found = asyncio.run(_attempts(lake, server, *routes, **expected))
    return found, server.log


def test_a_package_is_adopted_and_its_capture_names_the_blob(lake: LocalLake) -> None:
    (answer,) = attempts(lake, hostile.plain(BODY))
    assert isinstance(answer, Answer)
    assert lake.blobs.read(SHA256) == BODY
    capture, payload = lake.captures.read(answer.capture or "")
    assert (capture.stored_as, payload) == ("blob", BODY)
    assert partials(lake) == []


@pytest.mark.parametrize(
    "headers", [{"etag": '"1"'}, {"etag": '"1"', "Last_Modified": "Sun, 22 Nov 2026 08:00:00 GMT"}]
)
def test_after_a_cut_only_the_rest_is_asked_for(lake: LocalLake, headers: dict[str, str]) -> None:
    (broken, whole), asked = resumed(lake, hostile.cut(BODY, after=300_000, **headers), hostile.plain(BODY, **headers))
    assert isinstance(broken, VisitFailed)
    assert broken.kind is OutcomeKind.TRUNCATED
    assert isinstance(whole, Answer)
    assert (asked[1]["Range"], asked[1]["If-Range"]) == ("bytes=300000-", '"1"')
    assert whole.status == 206
    assert lake.blobs.read(SHA256) == BODY


def test_without_a_validator_the_index_hash_is_enough(lake: LocalLake) -> None:
    async def rest(asked: Asked, writer: asyncio.StreamWriter) -> None:
        assert asked["If-Range"] is None
        start = int((asked["Range"] or "").removeprefix("bytes=").rstrip("-"))
        part = BODY[start:]
        hostile.write_head(
            writer,
            206,
            Content_Length=str(len(part)),
            Content_Range=f"bytes {start}-{len(BODY) - 1}/{len(BODY)}",
        )
        writer.write(part)

    (_, whole), asked = resumed(lake, hostile.cut(BODY, after=300_000), rest)
    assert isinstance(whole, Answer), whole
    assert asked[1]["Range"] == "bytes=300000-"


def test_without_validator_and_hash_it_begins_again(lake: LocalLake) -> None:
    (_, whole), asked = resumed(lake, hostile.cut(BODY, after=300_000), hostile.plain(BODY), sha256=None, size=None)
    assert isinstance(whole, Answer)
    assert asked[1]["Range"] is None


@pytest.mark.parametrize(
    "second",
    [
        hostile.plain(BODY),  # does not know ranges: 200
        hostile.plain(BODY, etag='"2"'),  # has changed: If-Range fails, 200
    ],
)
def test_a_server_that_sends_the_whole_again_is_taken_at_its_word(lake: LocalLake, second: Route) -> None:
    (_, whole), asked = resumed(lake, hostile.cut(BODY, after=300_000, etag='"1"'), second)
    assert isinstance(whole, Answer)
    assert (whole.status, len(asked)) == (200, 2)
    assert lake.blobs.read(SHA256) == BODY


def wrong_range(asked: Asked, writer: asyncio.StreamWriter) -> Any:
    """Another part than the one asked for; the whole when none is asked for."""

    async def answer() -> None:
        if asked["Range"]:
            hostile.write_head(writer, 206, Content_Length="10", Content_Range=f"bytes 0-9/{len(BODY)}", etag='"1"')
            writer.write(BODY[:10])
        else:
            await hostile.plain(BODY)(asked, writer)

    return answer()


def test_another_range_than_asked_begins_again(lake: LocalLake) -> None:
    (_, whole), asked = resumed(lake, hostile.cut(BODY, after=300_000, etag='"1"'), wrong_range)
    assert isinstance(whole, Answer)
    assert [one["Range"] for one in asked] == [None, "bytes=300000-", None]
    assert lake.blobs.read(SHA256) == BODY


def test_a_range_beyond_the_end_begins_again(lake: LocalLake) -> None:
    short = BODY[:1000]
    expected = {"sha256": None, "size": None}
    (_, whole), asked = resumed(
        lake, hostile.cut(BODY, after=5000, etag='"1"'), hostile.plain(short, etag='"1"'), **expected
    )
    assert isinstance(whole, Answer)
    assert lake.blobs.read(whole.sha256) == short
    assert [one["Range"] for one in asked] == [None, "bytes=5000-", None]


def test_all_there_but_not_adopted_costs_one_byte(lake: LocalLake) -> None:
    """As a process killed after the last byte leaves it."""

    async def go() -> list[Asked]:
        async with serving() as server, fetcher(lake, server.host) as one:
            server.routes["/app.apk"] = hostile.plain(BODY, etag='"1"')
            url = server.url("/app.apk")
            key = hashlib.sha256(f"shop {url}".encode()).hexdigest()
            lake.blobs.partial(key).write_bytes(BODY)
            note = {"url": url, "validator": '"1"', "expected_sha256": SHA256}
            lake.blobs.partial(f"{key}.note").write_text(json.dumps(note), "utf-8")
            asked = request(url, max_bytes=8 << 20)
            await download.package(one, asked, expected_sha256=SHA256, expected_bytes=len(BODY))
            return server.log

    assert [asked["Range"] for asked in asyncio.run(go())] == [f"bytes={len(BODY) - 1}-"]
    assert lake.blobs.read(SHA256) == BODY


def test_spoilt_beginnings_are_noticed(lake: LocalLake) -> None:
    """What stands on the disk is hashed again before it is relied on."""

    async def go() -> list[Answer | VisitFailed]:
        found: list[Answer | VisitFailed] = []
        async with serving() as server, fetcher(lake, server.host) as one:
            sound = hostile.plain(BODY, etag='"1"')
            for route in (hostile.cut(BODY, after=300_000, etag='"1"'), sound, sound):
                server.routes["/app.apk"] = route
                asked = request(server.url("/app.apk"), max_bytes=8 << 20)
                try:
                    found.append(await download.package(one, asked, expected_sha256=SHA256, expected_bytes=len(BODY)))
                except VisitFailed as failure:
                    found.append(failure)
                for part in partials(lake):
                    if not part.name.endswith(".note"):
                        with part.open("r+b") as stream:
                            stream.write(b"spoilt")
        return found

    cut, spoilt, whole = asyncio.run(go())
    assert isinstance(cut, VisitFailed)
    assert isinstance(spoilt, VisitFailed)
    assert spoilt.kind is OutcomeKind.HASH_MISMATCH
    assert isinstance(whole, Answer)
    assert lake.blobs.read(SHA256) == BODY


def test_other_bytes_than_the_index_names_are_thrown_away(lake: LocalLake) -> None:
    other = bytes(len(BODY))
    (failure,) = attempts(lake, hostile.plain(other))
    assert isinstance(failure, VisitFailed)
    assert failure.kind is OutcomeKind.HASH_MISMATCH
    assert SHA256 in failure.message
    capture, payload = lake.captures.read(failure.capture or "")
    assert (capture.stored_as, payload, capture.payload_sha256) == ("none", b"", hashlib.sha256(other).hexdigest())
    assert not lake.blobs.has(capture.payload_sha256)
    assert partials(lake) == []


@pytest.mark.parametrize(
    ("route", "kind", "says"),
    [
        (hostile.plain(BODY + b"x"), OutcomeKind.HASH_MISMATCH, "declares 1,048,577 bytes"),
        (hostile.endless(), OutcomeKind.HASH_MISMATCH, "goes on after the 1,048,576 bytes"),
        (hostile.plain(b"", status=404), OutcomeKind.GONE, "404"),
        (hostile.plain(b"", status=503, Retry_After="9"), OutcomeKind.THROTTLED, "9 s"),
        (hostile.plain(BODY[:1000]), OutcomeKind.HASH_MISMATCH, "declares 1,000 bytes"),
        (hostile.redirect("/app.apk"), OutcomeKind.REDIRECT_LOOP, "circle"),
        (hostile.redirect("http://10.0.0.1/app.apk"), OutcomeKind.PRIVATE_ADDRESS, "10.0.0.1"),
        (hostile.raw(b"HTTP/1.0 200 OK\r\n\r\n" + BODY[:1000]), OutcomeKind.TRUNCATED, "1,000 of 1,048,576 bytes"),
    ],
)
def test_each_fault_has_its_kind(lake: LocalLake, route: Route, kind: OutcomeKind, says: str) -> None:
    (failure,) = attempts(lake, route)
    assert isinstance(failure, VisitFailed)
    assert failure.kind is kind, failure.message
    assert says in failure.message
    assert not any(path.suffix == ".error" for path in partials(lake))


@pytest.mark.parametrize("declared", [True, False])
def test_five_gigabytes_are_refused(lake: LocalLake, declared: bool) -> None:
    """Declared: before the first byte. Undeclared: at the bound."""

    async def giant(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if declared:
            hostile.write_head(writer, 200, Content_Length=str(5 << 30))
            writer.write(b"\0" * 65536)
        else:
            await hostile.endless()(asked, writer)

    tracemalloc.start()
    (failure,) = attempts(lake, giant, sha256=None, size=None, max_bytes=64 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(failure, VisitFailed)
    assert failure.kind is OutcomeKind.TOO_LARGE
    assert ("declares 5,368,709,120 bytes" in failure.message) is declared
    assert failure.bytes_read <= (0 if declared else 64 << 20)
    assert partials(lake) == []
    assert peak < 8 << 20


CHILD = """
import asyncio, sys
from pathlib import Path
from finwatch.crawl import download
from finwatch.lake.local import LocalLake
from tests.kit.crawling import fetcher, request
async def main():
    lake = LocalLake(Path(sys.argv[1]))
    async with fetcher(lake, sys.argv[2]) as one:
        await download.package(one, request(f"http://{sys.argv[2]}/app.apk", max_bytes=8 << 20),
            expected_sha256=sys.argv[3], expected_bytes=int(sys.argv[4]))
asyncio.run(main())
"""


def test_a_killed_process_loses_nothing_of_a_download(lake: LocalLake) -> None:
    sent = 600_000

    async def go() -> list[Asked]:
        async with serving() as server:
            reached = asyncio.Event()

            async def stall(asked: Asked, writer: asyncio.StreamWriter) -> None:
                hostile.write_head(writer, 200, Content_Length=str(len(BODY)), ETag='"1"')
                writer.write(BODY[:sent])
                await writer.drain()
                reached.set()
                await asyncio.Event().wait()

            server.routes["/app.apk"] = stall
            child = subprocess.Popen(
                [sys.executable, "-c", CHILD, lake.address, server.host, SHA256, str(len(BODY))], cwd=ROOT
            )
            await reached.wait()
            key = hashlib.sha256(f"shop {server.url('/app.apk')}".encode()).hexdigest()
            part = lake.blobs.partial(key)
            while not part.exists() or part.stat().st_size < sent // 2:
                await asyncio.sleep(0.01)
            child.kill()
            assert await asyncio.to_thread(child.wait) == -signal.SIGKILL
            held = part.stat().st_size
            server.routes["/app.apk"] = hostile.plain(BODY, etag='"1"')
            async with fetcher(lake, server.host) as one:
                await download.package(
                    one,
                    request(server.url("/app.apk"), max_bytes=8 << 20),
                    expected_sha256=SHA256,
                    expected_bytes=len(BODY),
                )
            assert server.log[-1]["Range"] == f"bytes={held}-"
            return server.log

    assert len(asyncio.run(go())) == 2
    assert lake.blobs.read(SHA256) == BODY
    assert lake.captures.index() == 0

"""A reading of many pages that is killed goes on where it was; one that is done, or went wrong, begins anew."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from finwatch.crawl.runner import Runner
from finwatch.crawl.sources.declared.checkpoint import KEPT, Checkpoint
from finwatch.crawl.sources.descriptor import read
from finwatch.crawl.visit import VisitFailed
from finwatch.errors import LakeError
from finwatch.flow.collect import LakeSink
from finwatch.lake.local import LocalLake
from finwatch.model.fetch import FrontierTask, OutcomeKind, TaskKind
from tests.kit import crawling
from tests.kit.hostile import Asked, Server, plain, serving
from tests.kit.replaying import PagesOnly

DESCRIPTOR = """
[[market]]
id = "long"
name = {{ zh = "市场", en = "Market" }}
protocol = "pages"
address = "{url}/list"
politeness = {{ requests_per_second = 1000 }}
[[market.source.lists]]
url = "{url}/list?page={{page}}"
items = "apps"
paging = {{ by = "page" }}
[market.source.lists.fields]
app = "app"
store_id = "id"
[market.source.detail]
url = "{url}/app/{{store_id}}"
[market.source.detail.fields]
name = "name"
"""
PAGES, EACH = 3, 10


def shop(server: Server) -> list[str]:
    """A market of 30 apps; the paths of its pages."""
    for page in range(1, PAGES + 2):
        ids = range((page - 1) * EACH, page * EACH) if page <= PAGES else ()
        told = {"apps": [{"app": f"example.app{at}", "id": at} for at in ids]}
        server.serve(f"/list?page={page}", json.dumps(told).encode())
    for at in range(PAGES * EACH):
        server.serve(f"/app/{at}", json.dumps({"name": f"App {at}"}).encode())
    return [path for path in server.routes if path != "/robots.txt"]


def listings(home: Path) -> list[tuple[Any, ...]]:
    rows = LocalLake(home / "lake").tables.read("listings").to_pylist()
    return [(row["app"], row["names"], row["store_url"]) for row in rows]


async def begin(folder: Path, home: str, server: Server, *more: str) -> asyncio.subprocess.Process:
    (folder / "long.toml").write_text(DESCRIPTOR.format(url=server.url("").rstrip("/")), "utf-8")
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "finwatch", "crawl", "long.toml", *more),
        env=crawling.fetching(folder / home, server.host),
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )


async def crawled(folder: Path, home: str, server: Server, *more: str) -> Counter[str]:
    """What a crawl that nobody kills asks for."""
    server.log.clear()
    process = await begin(folder, home, server, *more)
    _, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return Counter(one.path for one in server.log if one.path != "/robots.txt")


@pytest.mark.parametrize("moment", ["/list?page=2", "/app/17"])
def test_a_killed_reading_goes_on_after_the_page_that_it_had_last(tmp_path: Path, moment: str) -> None:
    async def story() -> None:
        async with serving() as server:
            paths = shop(server)
            assert await crawled(tmp_path, "calm", server) == Counter(paths)

            reached, usual = asyncio.Event(), server.routes[moment]

            async def stand(asked: Asked, writer: asyncio.StreamWriter) -> None:
                reached.set()
                await reader_is_gone.wait()

            reader_is_gone = asyncio.Event()
            server.routes[moment] = stand
            server.log.clear()
            process = await begin(tmp_path, "killed", server)
            await asyncio.wait_for(reached.wait(), 60)
            process.kill()
            await process.communicate()
            reader_is_gone.set()
            first = Counter(one.path for one in server.log if one.path != "/robots.txt")

            server.routes[moment] = usual
            second = await crawled(tmp_path, "killed", server)
            assert first[moment] == second[moment] == 1
            assert first + second == Counter(paths) + Counter([moment]), "a page was asked for again, or never"
            assert len(first) > 1
            assert listings(tmp_path / "killed") == listings(tmp_path / "calm")

            assert await crawled(tmp_path, "killed", server, "--again") == Counter(paths), "an old page was taken"

    asyncio.run(story())


def task(**changes: Any) -> FrontierTask:
    values = {"market": crawling.SHOP, "kind": TaskKind.INDEX, "url": "http://shop.example/", "bucket": "shop:80"}
    return FrontierTask(**values | {"due": crawling.AT, "attempts": 1} | changes)


def test_what_a_later_attempt_may_take(tmp_path: Path) -> None:
    async def story() -> None:
        async with serving() as server:
            server.routes["/page"] = plain(b"{}", Content_Type="application/json", ETag="x")
            lake, clock = crawling.lake_at(tmp_path), crawling.Clock()
            async with crawling.fetcher(lake, server.host, clock=clock) as fetcher:
                market, asked = crawling.market(server.url("/")), crawling.request(server.url("/page"))

                def attempt(number: int) -> Checkpoint:
                    return Checkpoint(market, task(attempts=number), fetcher)

                answer = await fetcher.page(asked)
                attempt(1).keep(asked, answer)
                held = attempt(2).recall(asked)
                assert held is not None
                assert (held.body, held.sha256, held.capture) == (answer.body, answer.sha256, answer.capture)
                assert held.hop.get("content-type") == "application/json"
                assert held.hop.at == answer.hop.at
                assert attempt(2).recall(crawling.request(server.url("/page"), method="POST", body=b"1")) is None

                attempt(2).failed(VisitFailed(OutcomeKind.THROTTLED, "later"))
                (path,) = (tmp_path / "lake" / "partial").glob("reading-*")
                path.write_bytes(path.read_bytes() + b'{"asked": "cut o')
                assert attempt(2).recall(asked) is not None
                clock.time += KEPT + timedelta(seconds=1)
                assert attempt(2).recall(asked) is None, "it is too old"

                attempt(1).keep(asked, await fetcher.page(asked))
                attempt(2).failed(VisitFailed(OutcomeKind.CHANGED_SHAPE, "another shop"))
                assert attempt(2).recall(asked) is None

                attempt(1).keep(asked, await fetcher.page(asked))
                assert attempt(1).recall(asked) is None, "a new visit begins anew"

                attempt(1).keep(asked, await fetcher.page(asked))
                lake.captures.close()
                for segment in (tmp_path / "lake" / "captures").rglob("*.warc.gz"):
                    segment.unlink()
                assert attempt(2).recall(asked) is None, "what is not there cannot be taken"

    asyncio.run(story())


class DiesOnce(LakeSink):
    """The process ends after the listings were kept, before the task is."""

    died = False

    def snapshot(self, *args: Any, **more: Any) -> None:
        super().snapshot(*args, **more)
        if not self.died:
            self.died = True
            raise LakeError("killed")


def test_listings_kept_before_the_process_died_are_not_kept_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with serving() as server:
            shop(server)
            (tmp_path / "long.toml").write_text(DESCRIPTOR.format(url=server.url("").rstrip("/")), "utf-8")
            (market,) = read(tmp_path / "long.toml")
            lake, clock, frontier = crawling.lake_at(tmp_path), crawling.Clock(), PagesOnly()
            sink = DiesOnce(lake)

            async def crawl() -> None:
                async with crawling.fetcher(lake, server.host, clock=clock) as fetcher:
                    runner = Runner([market], frontier=frontier, fetcher=fetcher, sink=sink, sleep=clock.sleep)
                    runner.seed()
                    await runner.run()

            with pytest.raises(LakeError):
                await crawl()
            clock.time += timedelta(minutes=5)
            await crawl()
            assert [one.kind for one in frontier.outcomes] == [OutcomeKind.OK]
            assert (len(lake.tables.read("listings")), len(lake.tables.read("visits"))) == (PAGES * EACH, 1)
            lake.close()

    asyncio.run(story())

"""A described market replayed: its recorded answers from a server on loopback, through the real fetcher and runner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from finwatch.crawl.runner import Runner, Tally
from finwatch.crawl.sources.descriptor import built_in
from finwatch.lake.local import LocalLake
from finwatch.model.fetch import FrontierTask, Market, MarketId, Outcome, TaskKind
from finwatch.model.listing import Listing, Review
from tests.kit.crawling import PATIENT, Clock, fetcher
from tests.kit.frontier import MemoryFrontier, MemorySink
from tests.kit.hostile import Route, Server, plain, serving


class PagesOnly(MemoryFrontier):
    """Takes on what a market's own pages are asked for, no package, icon or policy elsewhere."""

    def add(self, tasks: Sequence[FrontierTask]) -> int:
        return super().add([task for task in tasks if task.kind in {TaskKind.INDEX, TaskKind.REVIEWS}])


@dataclass
class Replay:
    """A market on loopback, over any number of runs."""

    lake: LocalLake
    server: Server
    market: Market
    clock: Clock = field(default_factory=Clock)
    frontier: MemoryFrontier = field(default_factory=PagesOnly)
    sink: MemorySink = field(default_factory=MemorySink)

    async def run(self, **changes: Any) -> Tally:
        """One run of the crawl."""
        hosts = hosts_of(self.market)
        resolve = {host: self.server.host for host in hosts if ":" not in host}
        async with fetcher(self.lake, self.server.host, *hosts, clock=self.clock, resolve=resolve) as one:
            runner = Runner(
                [self.market], frontier=self.frontier, fetcher=one, sink=self.sink, sleep=self.clock.sleep, **changes
            )
            runner.seed()
            return await runner.run()

    @property
    def listings(self) -> list[Listing]:
        return self.sink.last

    @property
    def reviews(self) -> list[Review]:
        return [review for written in self.sink.written.values() for review in written]

    @property
    def outcomes(self) -> list[Outcome]:
        return self.frontier.outcomes

    @property
    def asked(self) -> list[str]:
        return [asked.path for asked in self.server.log]


def hosts_of(market: Market) -> list[str]:
    """The hosts that the market's descriptor names."""
    assert market.source is not None
    pages = [*market.source.lists, market.source.detail, market.source.reviews]
    urls = [market.address, *(page.url for page in pages if page is not None)]
    return sorted({urlsplit(url).hostname or "" for url in urls if "://" in url} - {"127.0.0.1"})


def on_loopback(name: str, **each: Any) -> Market:
    """The built-in market ``name``, asked over plain HTTP, so that its hosts can be played on loopback.

    ``each`` replaces the values that its lists are asked for with.
    """
    market = next(one for one in built_in() if one.id == name)
    assert market.source is not None

    def plain_http(page: Any) -> Any:
        if page is None:
            return None
        changes: dict[str, Any] = {"url": page.url.replace("https://", "http://")}
        if hasattr(page, "each"):
            changes["each"] = {key: each.get(key, values) for key, values in page.each.items()}
        return page.model_copy(update=changes)

    source = market.source.model_copy(
        update={
            "lists": tuple(plain_http(page) for page in market.source.lists),
            "detail": plain_http(market.source.detail),
            "reviews": plain_http(market.source.reviews),
        }
    )
    address = market.address.replace("https://", "http://")
    return market.model_copy(
        update={"id": MarketId(name), "address": address, "source": source, "politeness": PATIENT, "enabled": True}
    )


async def replayed(lake: LocalLake, market: Market, routes: Mapping[str, bytes | Route]) -> Replay:
    """The market after one run against ``routes`` (path and query → answer)."""
    async with serving() as server:
        for path, answer in routes.items():
            server.routes[path] = plain(answer) if isinstance(answer, bytes) else answer
        replay = Replay(lake, server, market)
        await replay.run()
        return replay

"""The crawl at work: a whole market, its faults, its changes, and a process that dies on the way."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from finwatch.crawl.beat import LEASE_S
from finwatch.crawl.runner import Runner, Tally
from finwatch.errors import LakeError
from finwatch.lake.local import LocalLake
from finwatch.limits import FetchLimits
from finwatch.model.fetch import FrontierTask, Market, OutcomeKind, Politeness, TaskKind
from finwatch.model.listing import Listing
from tests.kit import hostile
from tests.kit.crawling import AT, SHOP, Clock, fetcher, market
from tests.kit.frontier import MemoryFrontier, MemorySink
from tests.kit.hostile import Server, serving
from tests.kit.signed import Repository

INDEX, PACKAGE = TaskKind.INDEX, TaskKind.PACKAGE
OK = OutcomeKind.OK


class World:
    """A repository behind a server, and everything a run needs."""

    def __init__(self, lake: LocalLake, server: Server) -> None:
        self.lake = lake
        self.server = server
        self.shop = Repository()
        self.frontier = MemoryFrontier()
        self.sink = MemorySink()
        self.clock = Clock()
        self.market = market(server.url("/repo"))
        self.hashes = [self.shop.add(f"cn.app{n}", 1, b"package %d" % n * 1000) for n in range(3)]
        self.publish(1_000)

    def publish(self, timestamp: int) -> None:
        self.shop.publish(timestamp)
        for name, data in self.shop.files.items():
            self.server.serve(f"/repo{name}", data, etag=f'"{hash(data)}"')
        self.server.log.clear()

    async def run(self, *markets: Market, limits: FetchLimits | None = None, **changes: Any) -> Tally:
        async with fetcher(self.lake, self.server.host, clock=self.clock, limits=limits or FetchLimits()) as one:
            runner = Runner(
                markets or [self.market],
                frontier=self.frontier,
                fetcher=one,
                sink=changes.pop("sink", self.sink),
                sleep=self.clock.sleep,
                **changes,
            )
            runner.seed()
            return await runner.run()

    def tomorrow(self) -> None:
        self.clock.time += timedelta(days=1, minutes=1)
        self.server.log.clear()

    @property
    def asked(self) -> list[str]:
        return [asked.path.removeprefix("/repo") for asked in self.server.log]


def crawl(lake: LocalLake, story: Callable[[World], Any]) -> World:
    async def go() -> World:
        async with serving() as server:
            world = World(lake, server)
            await story(world)
            return world

    return asyncio.run(go())


def test_a_market_is_taken_in_whole(lake: LocalLake) -> None:
    progress: list[int] = []

    async def story(world: World) -> None:
        tally = await world.run(progress=lambda one: progress.append(one.done))
        assert (tally.outcomes, tally.listings) == ({OK: 4}, 3)

    world = crawl(lake, story)
    assert world.frontier.kinds() == [(INDEX, OK), *[(PACKAGE, OK)] * 3]
    assert all(lake.blobs.has(sha256) for sha256 in world.hashes)
    assert world.frontier.examine == [(sha256, f"cn.app{n}") for n, sha256 in enumerate(world.hashes)]
    assert len(world.sink.last) == 3
    assert progress == [1, 2, 3, 4]
    assert all(outcome.capture for outcome in world.frontier.outcomes)
    assert world.asked == ["/entry.jar", "/index-v2.json", "/cn.app0_1.apk", "/cn.app1_1.apk", "/cn.app2_1.apk"]


def test_a_second_day_asks_for_what_is_new(lake: LocalLake) -> None:
    async def story(world: World) -> None:
        await world.run()
        world.shop.add("cn.app0", 2, b"new")
        del world.shop.index["packages"]["cn.app2"]
        world.publish(2_000)
        world.tomorrow()
        await world.run()
        assert world.asked == ["/entry.jar", "/diff/1000.json", "/cn.app0_2.apk"]
        assert [(one.app, one.version_code) for one in world.sink.last] == [
            ("cn.app0", 1),
            ("cn.app0", 2),
            ("cn.app1", 1),
        ]
        world.tomorrow()
        await world.run()
        assert world.asked == ["/entry.jar"]
        assert world.frontier.kinds()[-1] == (INDEX, OutcomeKind.NOT_MODIFIED)
        assert len(world.sink.visits) == 2

    crawl(lake, story)


def test_bytes_already_held_are_not_fetched(lake: LocalLake) -> None:
    async def story(world: World) -> None:
        for n in range(3):
            lake.blobs.put(b"package %d" % n * 1000)
        await world.run()
        assert world.asked == ["/entry.jar", "/index-v2.json"]

    world = crawl(lake, story)
    assert len(world.frontier.examine) == 3


FAULTS = {
    "gone": (lambda world: hostile.plain(b"", status=404), OutcomeKind.GONE),
    "other bytes": (lambda world: hostile.plain(b"x" * 9_000), OutcomeKind.HASH_MISMATCH),
    "other size": (lambda world: hostile.plain(b"x"), OutcomeKind.HASH_MISMATCH),
    "loop": (lambda world: hostile.redirect("/repo/cn.app1_1.apk"), OutcomeKind.REDIRECT_LOOP),
    "private": (lambda world: hostile.redirect("http://192.168.0.1/x"), OutcomeKind.PRIVATE_ADDRESS),
    "login": (lambda world: hostile.plain(b"", status=403), OutcomeKind.REFUSED),
    "giant": (lambda world: hostile.plain(b"x" * 70_000), OutcomeKind.TOO_LARGE),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_one_bad_package_stops_nothing_else(lake: LocalLake, fault: str) -> None:
    route, kind = FAULTS[fault]

    async def story(world: World) -> None:
        world.server.routes["/repo/cn.app1_1.apk"] = route(world)
        await world.run(limits=FetchLimits(package_bytes=65_536))

    world = crawl(lake, story)
    assert sorted(world.frontier.kinds()) == sorted([(INDEX, OK), (PACKAGE, OK), (PACKAGE, kind), (PACKAGE, OK)])
    (bad,) = [outcome for outcome in world.frontier.outcomes if outcome.kind is kind]
    assert "cn.app1_1.apk" in bad.message or "192.168" in bad.message
    assert not lake.blobs.has(world.hashes[1])
    assert [sha256 for sha256, _ in world.frontier.examine] == [world.hashes[0], world.hashes[2]]


@pytest.mark.parametrize(
    ("route", "kind"),
    [
        (hostile.plain(b"", status=500), OutcomeKind.SERVER_ERROR),
        (hostile.plain(b"", status=429, Retry_After="20"), OutcomeKind.THROTTLED),
        (hostile.reset(), OutcomeKind.UNREACHABLE),
        (hostile.cut(b"package 1" * 1000, after=100), OutcomeKind.TRUNCATED),
    ],
)
def test_what_may_pass_is_tried_again_a_few_times(lake: LocalLake, route: hostile.Route, kind: OutcomeKind) -> None:
    async def story(world: World) -> None:
        world.server.routes["/repo/cn.app1_1.apk"] = route
        await world.run()

    world = crawl(lake, story)
    tries = [outcome for outcome in world.frontier.outcomes if outcome.kind is kind]
    assert [outcome.attempt for outcome in tries] == [1, 2, 3, 4]
    waits = [later.started - earlier.started for earlier, later in itertools.pairwise(tries)]
    assert waits == sorted(waits)
    if kind is OutcomeKind.THROTTLED:
        assert min(waits) >= timedelta(seconds=20)
    (task,) = [task for task in world.frontier.tasks.values() if task and task.url.endswith("cn.app1_1.apk")]
    assert task.due > world.clock.now() + timedelta(hours=23)


def test_a_cut_download_goes_on_within_the_run(lake: LocalLake) -> None:
    whole = b"package 1" * 1000

    async def story(world: World) -> None:
        async def once(asked: hostile.Asked, writer: asyncio.StreamWriter) -> None:
            route = hostile.plain(whole, etag='"1"') if asked["Range"] else hostile.cut(whole, after=4_000, etag='"1"')
            await route(asked, writer)

        world.server.routes["/repo/cn.app1_1.apk"] = once
        await world.run()
        ranges = [asked["Range"] for asked in world.server.asked("/repo/cn.app1_1.apk")]
        assert ranges == [None, "bytes=4000-"]

    world = crawl(lake, story)
    assert lake.blobs.read(world.hashes[1]) == whole


def test_one_bad_market_stops_no_other(lake: LocalLake) -> None:
    async def story(world: World) -> None:
        bad = market(world.server.url("/nowhere"), id="bad")
        await world.run(bad, world.market)

    world = crawl(lake, story)
    assert {(outcome.market, outcome.kind) for outcome in world.frontier.outcomes} == {
        ("bad", OutcomeKind.GONE),
        ("shop", OK),
    }
    assert len(world.sink.last) == 3


def test_another_runs_market_is_left_alone(lake: LocalLake) -> None:
    async def story(world: World) -> None:
        url = world.server.url("/other")
        world.frontier.add([FrontierTask(market="other", kind=TaskKind.PAGE, url=url, bucket="x", due=AT)])
        await world.run()
        assert "/other" not in world.asked

    crawl(lake, story)


def test_icons_and_policies_are_kept_and_asked_for_conditionally(lake: LocalLake) -> None:
    async def story(world: World) -> None:
        world.server.serve("/privacy", b"<p>We collect</p>", etag='"p"')
        world.server.serve("/repo/icons/a.png", b"icon")
        icon = {"en-US": {"name": "/icons/a.png", "sha256": "", "size": 4}}
        world.shop.add("cn.app0", 1, b"package 0" * 1000, icon=icon, webSite=world.server.url("/privacy"))
        world.publish(1_500)
        await world.run()
        policy = next(outcome for outcome in world.frontier.outcomes if outcome.task is TaskKind.POLICY)
        assert lake.blobs.read(policy.sha256 or "") == b"<p>We collect</p>"
        assert (TaskKind.ICON, OK) in world.frontier.kinds()
        world.clock.time += timedelta(days=8)
        await world.run()
        assert world.server.asked("/privacy")[-1]["If-None-Match"] == '"p"'
        assert world.frontier.kinds()[-1] == (TaskKind.POLICY, OutcomeKind.NOT_MODIFIED)

    crawl(lake, story)


def test_a_host_is_asked_no_faster_and_no_more_at_once_than_allowed(lake: LocalLake) -> None:
    at_once: list[int] = []

    async def story(world: World) -> None:
        active = 0

        def counted(route: hostile.Route) -> hostile.Route:
            async def answer(asked: hostile.Asked, writer: asyncio.StreamWriter) -> None:
                nonlocal active
                active += 1
                at_once.append(active)
                await asyncio.sleep(0.01)
                await route(asked, writer)
                active -= 1

            return answer

        world.server.routes = {path: counted(route) for path, route in world.server.routes.items()}
        slow = world.market.model_copy(update={"politeness": Politeness(requests_per_second=0.5, obey_robots=True)})
        await world.run(slow)
        assert world.asked[0] == "/robots.txt"

    world = crawl(lake, story)
    assert set(at_once) == {1}
    assert [asked.path for asked in world.server.log].count("/robots.txt") == 1
    assert world.clock.slept == [2.0] * 4


def test_a_stop_leaves_a_download_to_be_gone_on_with(lake: LocalLake) -> None:
    whole = b"package 1" * 1000

    async def story(world: World) -> None:
        stalled = asyncio.Event()

        async def stall(asked: hostile.Asked, writer: asyncio.StreamWriter) -> None:
            hostile.write_head(writer, 200, Content_Length=str(len(whole)), ETag='"1"')
            writer.write(whole[:5000])
            await writer.drain()
            stalled.set()
            await asyncio.Event().wait()

        world.server.routes["/repo/cn.app1_1.apk"] = stall

        async def kill() -> None:
            await stalled.wait()
            while not [path for path in lake.blobs.partial("x").parent.glob("*") if path.stat().st_size == 5000]:
                await asyncio.sleep(0.01)
            os.kill(os.getpid(), signal.SIGTERM)

        killing = asyncio.create_task(kill())
        await world.run()
        await killing
        assert (PACKAGE, OutcomeKind.OK) in world.frontier.kinds()
        world.server.serve("/repo/cn.app1_1.apk", whole, etag='"1"')
        world.clock.time += timedelta(minutes=5)
        await world.run()
        assert world.server.asked("/repo/cn.app1_1.apk")[-1]["Range"] == "bytes=5000-"

    world = crawl(lake, story)
    assert all(lake.blobs.has(sha256) for sha256 in world.hashes)


def test_a_lost_lease_keeps_no_outcome(lake: LocalLake) -> None:
    class Thief(MemoryFrontier):
        def finish(self, task: FrontierTask, outcome: Any, **more: Any) -> bool:
            if task.kind is PACKAGE:
                self.tasks[task.market, task.kind, task.url] = None
                return False
            return super().finish(task, outcome, **more)

    async def story(world: World) -> None:
        world.frontier = Thief()
        tally = await world.run()
        assert (tally.lost, tally.outcomes) == (3, {OK: 1})

    crawl(lake, story)


def test_beats_keep_a_lease_for_longer_than_it_lasts(lake: LocalLake) -> None:
    """The answer comes after three beats; a visit whose lease another has by then is broken off, and not counted."""

    async def story(world: World, thief: bool) -> Tally:
        beaten, (path, *_) = threading.Event(), [one for one in world.server.routes if one.endswith("app0_1.apk")]
        usual = world.server.routes[path]

        class Counted(MemoryFrontier):
            beats = 0

            def extend(self, tasks: Any, **more: Any) -> frozenset[int]:
                self.beats += any(task.kind is PACKAGE for task in tasks)
                if self.beats >= 3:
                    beaten.set()
                return frozenset() if thief and self.beats else super().extend(tasks, **more)

        async def late(asked: hostile.Asked, writer: asyncio.StreamWriter) -> None:
            await asyncio.to_thread(beaten.wait, 60)
            await usual(asked, writer)

        world.server.routes[path] = late
        world.frontier = Counted()
        return await world.run(lease_s=0.06)

    async def kept(world: World) -> None:
        assert (tally := await story(world, False)).lost == 0
        assert tally.outcomes == {OK: 4}

    async def robbed(world: World) -> None:
        tally = await story(world, True)
        assert tally.lost >= 1
        (once,) = [one for one in world.frontier.outcomes if one.url.endswith("app0_1.apk")]
        assert once.attempt > 1, "what was broken off is nobody's outcome; it is due again when its lease has run out"

    crawl(lake, kept)
    other = LocalLake(Path(lake.address) / "other")
    crawl(other, robbed)
    other.close()


def test_a_lake_that_fails_ends_the_run(lake: LocalLake) -> None:
    class Full(MemorySink):
        def snapshot(self, market: Market, listings: Any, *, visit: str, at: Any) -> None:
            raise LakeError("The disk is full.")

    async def story(world: World) -> None:
        with pytest.raises(LakeError):
            await world.run(sink=Full())
        assert world.frontier.outcomes == []
        assert world.frontier.states == {}
        world.clock.time += timedelta(minutes=5)
        await world.run()
        assert len(world.sink.last) == 3

    crawl(lake, story)


def test_a_fault_of_our_own_in_one_market_waits_for_the_others(lake: LocalLake) -> None:
    class Odd(MemorySink):
        def snapshot(self, market: Market, listings: list[Listing], *, visit: str, at: Any) -> None:  # type: ignore[override]
            if market.id == "odd":
                raise ZeroDivisionError
            super().snapshot(market, listings, visit=visit, at=at)

    async def story(world: World) -> None:
        world.sink = Odd()
        begun = world.clock.time
        with pytest.raises(ZeroDivisionError):
            await world.run(world.market.model_copy(update={"id": "odd"}), world.market)
        assert world.clock.time - begun < timedelta(seconds=LEASE_S), "it came back to what is broken"
        assert len(world.sink.last) == 3
        assert all(lake.blobs.has(sha256) for sha256 in world.hashes)

    crawl(lake, story)


def test_seeding_twice_adds_nothing(lake: LocalLake) -> None:
    async def story(world: World) -> None:
        await world.run()
        assert sum(1 for key in world.frontier.tasks if key[1] is INDEX) == 1
        assert world.frontier.tasks[SHOP, INDEX, world.server.url("/repo/entry.jar")] is not None

    crawl(lake, story)

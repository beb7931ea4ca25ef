"""Two crawlers on one PostgreSQL store, one killed: nothing lost, nothing fetched twice while it was leased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from finwatch.crawl.beat import LEASE_S
from finwatch.crawl.sources import descriptor
from finwatch.lake import open_lake
from finwatch.model.fetch import Market, MarketId, OutcomeKind
from finwatch.store import Store, open_store
from finwatch.store.queue import EXAMINE
from tests.kit import postgres
from tests.kit.nights import ROOT, Turnstile, World, kill, world

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(postgres.absent() is not None, reason=postgres.absent() or ""),
]
HOSTS = 5


def markets() -> list[Market]:
    """The sample market under several names: each its own host, each with the same packages."""
    base = descriptor.read(ROOT / "samples" / "market" / "descriptor.toml")[0]
    return [
        base.model_copy(update={"id": MarketId(f"m{at}"), "address": f"http://m{at}.finwatch.example/repo"})
        for at in range(HOSTS)
    ]


def register(here: World) -> None:
    with open_store(here.store) as store:
        for one in markets():
            store.markets.register(one, now=datetime.now(UTC))


def names(here: World) -> dict[str, str]:
    hosts = [urlsplit(one.address).hostname or "" for one in markets()]
    return {
        "FINWATCH_RESOLVE": ",".join(f"{host}=127.0.0.1:{here.server.port}" for host in hosts),
        "FINWATCH_ALLOW_PRIVATE": ",".join(hosts),
    }


def left(store: Store, here: World) -> dict[str, Any]:
    lake = open_lake(here.lake)
    rows = lake.tables.read("listings").to_pylist()
    visits = lake.tables.read("visits").to_pylist()
    done = Counter((one.market, one.url) for _, one in store.outcomes(limit=9_999) if one.kind is OutcomeKind.OK)
    jobs = store.queue.backlog(EXAMINE, now=datetime.now(UTC))
    lake.close()
    return {
        "listings": sorted((row["market"], row["app"], row["package_sha256"]) for row in rows),
        "visits": sorted(row["market"] for row in visits),
        "done": done,
        "jobs": jobs.ready,
        "due": sorted((one.market, one.kind) for market in markets() for one in store.frontier.tasks(market.id)),
    }


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.serving() as running:
        yield running


def test_one_of_two_crawlers_is_killed(tmp_path: Path, server: postgres.Server) -> None:
    with world(tmp_path / "calm", store=server.address(server.database())) as calm:
        register(calm)
        assert calm.run("crawl", **names(calm)).returncode == 0
        with open_store(calm.store) as store:
            undisturbed = left(store, calm)
        assert set(undisturbed["done"].values()) == {1}
        asked = sorted(calm.asked())

    with world(tmp_path / "two", store=server.address(server.database())) as here:
        register(here)
        log = here.server.requests = Turnstile(at=HOSTS * 3)
        both = [here.start("crawl", "--patience", "0", **names(here)) for _ in range(2)]
        assert log.reached.wait(120)
        with open_store(here.store) as store:
            holders = {name.partition("#")[0] for name in leases(store).values()}
            assert holders, "nobody was at work"
            victim = next(process for process in both if any(f"/{process.pid}/" in name for name in holders))
            kill(victim)
            cut = {url for url, name in leases(store).items() if f"/{victim.pid}/" in name}
            log.go.set()
            (other,) = (process for process in both if process is not victim)
            _, err = other.communicate(timeout=200)
            assert other.returncode == 0, err
            if cut and leases(store):  # it had ended before the other was killed
                assert here.run("crawl", **names(here)).returncode == 0
            assert left(store, here) == undisturbed
            check(here, cut, asked)


def leases(store: Store) -> dict[str, str]:
    """Addresses that are leased, and by whom."""
    tasks = [task for market in markets() for task in store.frontier.tasks(market.id)]
    return {task.url: task.lease for task in tasks if task.lease is not None}


def check(here: World, cut: set[str], undisturbed: list[tuple[str, str]]) -> None:
    """Sees to it that only what was being asked for when its process died was asked for twice."""
    twice = {f"http://{host}{path}" for (host, path), count in Counter(here.asked()).items() if count > 1}
    indexes = {url for url in cut if not url.endswith(".apk") and "/icons" not in url}
    assert {url for url in twice if not any(url.startswith(one) for one in indexes)} <= cut
    # Which host a package comes from is chance: one that the lake holds is not asked for again.
    assert {path for _, path in here.asked()} == {path for _, path in undisturbed}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_a_machine_held_that_went_down_is_taken_over(tmp_path: Path, server: postgres.Server, kind: str) -> None:
    def address() -> str | None:
        return server.address(server.database()) if kind == "postgresql" else None

    with world(tmp_path / "calm", store=address()) as calm:
        register(calm)
        assert calm.run("crawl", **names(calm)).returncode == 0
        with open_store(calm.store) as store:
            undisturbed = left(store, calm)
        asked = sorted(calm.asked())

    with world(tmp_path / "down", store=address()) as here:
        register(here)
        log = here.server.requests = Turnstile(at=2)
        victim = here.start("crawl", module="tests.kit.elsewhere", **names(here))
        assert log.reached.wait(120)
        kill(victim)
        log.go.set()
        with open_store(here.store) as store:
            held = leases(store)
            assert held, "the kill came too late to matter"
            assert all(name.startswith("elsewhere.example/") for name in held.values())
            assert store.frontier.release_gone() == 0, "nobody can see from here that it is gone"
            until = store.frontier.leased_until(now=datetime.now(UTC))
            assert until is not None
            assert until - datetime.now(UTC) < timedelta(seconds=LEASE_S)
            survivor = here.run("crawl", **names(here))
            assert survivor.returncode == 0, survivor.stderr
            assert leases(store) == {}
            assert left(store, here) == undisturbed
            check(here, set(held), asked)

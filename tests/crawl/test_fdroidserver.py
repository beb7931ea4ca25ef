"""A real repository, made by fdroidserver and served by nginx, through the real frontier and lake: two days of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from finwatch.flow.collect import Collected, collect
from finwatch.flow.publish import publish
from finwatch.lake import Lake, open_lake
from finwatch.model.base import Text
from finwatch.model.fetch import Market, MarketId, OutcomeKind, Politeness
from finwatch.model.listing import EventKind
from finwatch.settings import Settings
from finwatch.store import Store, open_store
from tests.kit import fdroid_server
from tests.kit.corpora import ABSENT, PACKAGES
from tests.kit.crawling import AT

pytestmark = [
    pytest.mark.shared,
    pytest.mark.server,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not PACKAGES.is_dir(), reason=ABSENT),
    pytest.mark.skipif(fdroid_server.missing() is not None, reason=str(fdroid_server.missing())),
]

SHOP = MarketId("shop")
POLITE, POLITE_NEW, KEPT, REMOVED = (
    "politedroid_3.apk",
    "politedroid_4.apk",
    "jizhang_account.apk",
    "hello_world.apk",
)


class Day:
    """A shop, a lake and a store."""

    def __init__(self, folder: Path) -> None:
        self.maker = fdroid_server.Maker.begin(folder / "shop")
        self.nginx = fdroid_server.Nginx(folder / "shop", folder / "nginx")
        self.lake: Lake = open_lake(str(folder / "lake"))
        self.store: Store = open_store(f"sqlite:///{folder / 'store.sqlite'}")
        market = Market(
            id=SHOP,
            name=Text(zh="商店", en="Shop"),
            protocol="fdroid",
            address=f"{self.nginx.address}/repo",
            politeness=Politeness(requests_per_second=100, parallel=2),
        )
        self.store.markets.register(market, now=AT)

    def crawl(self) -> tuple[Collected, list[tuple[str, int]]]:
        """What a crawl did, and what nginx was asked: without robots.txt and icons."""
        allowed = Settings(allow_private=(f"127.0.0.1:{self.nginx.port}",))
        with self.nginx.serving():
            done = collect(self.store, self.lake, settings=allowed, again=True)
        asked = [(path, status) for path, status in self.nginx.asked() if "icons" not in path]
        return done, [(path, status) for path, status in asked if path != "/robots.txt"]

    def close(self) -> None:
        self.lake.close()
        self.store.close()


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    one = Day(tmp_path)
    yield one
    one.close()


def sha256(name: str) -> str:
    return hashlib.sha256((PACKAGES / name).read_bytes()).hexdigest()


def test_a_real_repository_is_taken_in_and_then_only_what_changed(day: Day) -> None:
    for name in (POLITE, KEPT, REMOVED):
        day.maker.put(PACKAGES / name)
    day.maker.publish()

    done, asked = day.crawl()
    assert done.failures == {}
    assert sorted(asked) == sorted(
        (f"/repo/{name}", 200) for name in ("entry.jar", "index-v2.json", POLITE, KEPT, REMOVED)
    )
    assert all(day.lake.blobs.has(sha256(name)) for name in (POLITE, KEPT, REMOVED))
    assert list(day.lake.blobs.verify()) == []
    assert day.lake.tables.read("listings").num_rows == 3

    day.maker.put(PACKAGES / POLITE_NEW)
    day.maker.remove(REMOVED)
    day.maker.publish()

    done, asked = day.crawl()
    assert done.failures == {}
    (entry, diff, package) = asked
    assert (entry, package) == (("/repo/entry.jar", 200), (f"/repo/{POLITE_NEW}", 200))
    assert diff[0].startswith("/repo/diff/")
    assert diff[1] == 200
    assert day.lake.blobs.has(sha256(POLITE_NEW))
    assert day.lake.blobs.has(sha256(REMOVED)), "what was seen stays"

    publish(day.store, day.lake)
    shown = {(row.event.app, row.event.kind) for row in day.store.events(after=None, limit=50).rows}
    assert shown >= {
        ("com.politedroid", EventKind.NEW_VERSION),
        ("com.chenremmyexample.helloworld", EventKind.APP_GONE),
    }

    done, asked = day.crawl()
    assert asked == [("/repo/entry.jar", 304)]
    assert (done.visits, done.failures) == (1, {})

    folder = day.maker.folder / "repo"
    entry = (folder / "entry.jar").read_bytes()
    (folder / "entry.jar").write_bytes(entry.replace(b"META-INF/MANIFEST.MF", b"META-INF/MANIFEST.MX"))
    done, asked = day.crawl()
    assert done.failures == {OutcomeKind.BAD_SIGNATURE: 1}
    assert asked == [("/repo/entry.jar", 200)]
    assert day.lake.tables.read("visits").num_rows == 2

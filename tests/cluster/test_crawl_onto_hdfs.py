"""A real repository, made by fdroidserver and served by nginx, crawled onto HDFS while its servers fail, and examined.

The same two days are crawled onto a lake in a folder: every row of every table is the same on both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from finwatch.flow.collect import Collected, collect
from finwatch.flow.publish import publish
from finwatch.flow.worker import work
from finwatch.lake import Lake, open_lake
from finwatch.lake.hdfs.lake import HdfsLake
from finwatch.lake.schemas import SCHEMAS
from finwatch.model.base import Text
from finwatch.model.fetch import Market, MarketId, Politeness
from finwatch.settings import Settings
from finwatch.store import open_store
from tests.kit import fdroid_server
from tests.kit.corpora import PACKAGES
from tests.kit.crawling import AT
from tests.kit.hadoop import jars, servers
from tests.kit.hadoop.cluster import Cluster, serving
from tests.kit.hdfs_lake import after_bytes, lake_at

pytestmark = [
    pytest.mark.server,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(jars.missing() is not None, reason=str(jars.missing())),
    pytest.mark.skipif(fdroid_server.missing() is not None, reason=str(fdroid_server.missing())),
]

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "samples" / "packages").glob("*.apk"))[:12]
LARGE = ["yosemite_netease.apk", "uniapp_shuzixiangcun.apk", "apidemos_5.0.0.apk", "hello_world.apk"]
"""Real packages of 1 to 24 MB, where they are beside the repository."""
SHOP = MarketId("shop")
_OF_THE_RUN = {
    *("at", "seen", "started", "took_ms", "first_seen", "last_seen", "gone_at", "previous_at"),
    *("visit", "previous", "file"),
}
"""When a run took place, and the names that are made of that."""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with serving() as one:
        yield one


@pytest.fixture
def repository(tmp_path: Path) -> tuple[fdroid_server.Maker, fdroid_server.Nginx]:
    maker = fdroid_server.Maker.begin(tmp_path / "shop")
    for package in (*SAMPLES, *(PACKAGES / name for name in LARGE if (PACKAGES / name).is_file())):
        maker.put(package)
    maker.publish()
    return maker, fdroid_server.Nginx(tmp_path / "shop", tmp_path / "nginx")


class Watcher:
    """A lake and a store of its own, and what one does with them in a night."""

    def __init__(self, lake: Lake, folder: Path, nginx: fdroid_server.Nginx) -> None:
        self.lake = lake
        self._nginx = nginx
        self._store = open_store(f"sqlite:///{folder}.sqlite")
        market = Market(
            id=SHOP,
            name=Text(zh="商店", en="Shop"),
            protocol="fdroid",
            address=f"{nginx.address}/repo",
            politeness=Politeness(requests_per_second=100, parallel=2),
        )
        self._store.markets.register(market, now=AT)

    def crawl(self) -> Collected:
        with self._nginx.serving():
            allowed = Settings(allow_private=(f"127.0.0.1:{self._nginx.port}",))
            return collect(self._store, self.lake, settings=allowed, again=True)

    def examine(self) -> None:
        publish(self._store, self.lake)
        done = work(self._store, self.lake, processes=2)
        assert done.failed == 0
        publish(self._store, self.lake)

    def close(self) -> None:
        self.lake.close()
        self._store.close()


def rows(lake: Lake) -> dict[str, list[str]]:
    """Every row of every table, in an order of its own, without what tells of the hour of the run."""
    captures = {row["id"]: row for row in lake.tables.read("captures").to_pylist()}

    def plain(value: Any) -> Any:
        """``value`` without what tells of the hour, and with what was captured instead of a capture's id."""
        if isinstance(value, dict):
            kept = {name: plain(one) for name, one in value.items() if name not in _OF_THE_RUN}
            if value.get("capture"):
                seen = captures[value["capture"]]
                kept["capture"] = [seen["url"], seen["status"], seen["payload_sha256"]]
            return kept
        return [plain(one) for one in value] if isinstance(value, list) else value

    def told(name: str, row: dict[str, Any]) -> str:
        kept = plain(row)
        if name == "captures":
            kept |= {"id": None, "headers": [pair for pair in json.loads(row["headers"]) if pair[0] != "Date"]}
        if name == "examinations":
            kept |= {"document": plain(json.loads(row["document"]))}
        return json.dumps(kept, sort_keys=True, default=str)

    return {name: sorted(told(name, row) for row in lake.tables.read(name).to_pylist()) for name in SCHEMAS}


def first_difference(there: list[str], here: list[str]) -> str:
    """The columns in which the first two rows that differ do."""
    pairs = [(json.loads(one), json.loads(other)) for one, other in zip(there, here, strict=False) if one != other]
    if not pairs:
        return f"{len(there)} rows and {len(here)}"
    one, other = pairs[0]
    return str({column: (one.get(column), other.get(column)) for column in one if one.get(column) != other.get(column)})


def test_a_crawl_onto_hdfs_whose_servers_fail_gives_the_rows_of_a_crawl_onto_a_folder(
    cluster: Cluster,
    repository: tuple[fdroid_server.Maker, fdroid_server.Nginx],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    maker, nginx = repository
    monkeypatch.setenv("FINWATCH_SPOOL", str(tmp_path / "spool"))
    on_hdfs = Watcher(open_lake(f"{cluster.address}/finwatch"), tmp_path / "hdfs", nginx)
    on_disk = Watcher(open_lake(str(tmp_path / "lake")), tmp_path / "disk", nginx)
    assert isinstance(on_hdfs.lake, HdfsLake)

    killed = after_bytes(on_hdfs.lake, 200_000, cluster.datanodes[2].kill, monkeypatch)
    for one in (on_hdfs, on_disk):
        assert one.crawl().failures == {}
    assert killed == [True]

    damaged = cluster.block_files(0)[0]
    damaged.chmod(0o644)
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2] + bytes(1) * (len(whole) - len(whole) // 2))
    assert damaged.read_bytes() != whole

    maker.remove(SAMPLES[0].name)
    maker.publish()
    for one in (on_hdfs, on_disk):
        assert one.crawl().failures == {}
        one.examine()

    there, here = rows(on_hdfs.lake), rows(on_disk.lake)
    packages = len(list((maker.folder / "repo").glob("*.apk"))) + 1
    counts = {name: len(found) for name, found in here.items() if found}
    assert counts["listings"] == 2 * packages - 1
    assert counts["examinations"] == packages
    for name in SCHEMAS:
        assert there[name] == here[name], f"{name}: {first_difference(there[name], here[name])}"

    elsewhere = lake_at(cluster, tmp_path / "another machine")
    assert list(elsewhere.blobs.verify()) == []
    for row in on_disk.lake.tables.read("captures").to_pylist():
        if row["stored_as"] == "blob":
            bytes_there = elsewhere.blobs.path(row["payload_sha256"]).read_bytes()
            assert hashlib.sha256(bytes_there).hexdigest() == row["payload_sha256"]
    for row in elsewhere.tables.read("captures").to_pylist():
        assert elsewhere.captures.read(row["id"])[0].payload_sha256 == row["payload_sha256"]
    assert on_hdfs.lake.waiting() == {"blobs": 0, "appends": 0, "segments": 0}

    cluster.datanodes[2].start()
    cluster.add_datanode()
    cluster.scan(0)
    cluster.settle(datanodes=4)
    servers.until(
        lambda: cluster.whole() and (not damaged.exists() or damaged.read_bytes() == whole),
        "the damaged block was found and replaced, and every block has three replicas again",
        servers=cluster.running(),
    )
    assert "is HEALTHY" in cluster.check()
    assert list(elsewhere.blobs.verify()) == []
    assert rows(lake_at(cluster, tmp_path / "a third machine")) == here
    for one in (on_hdfs, on_disk):
        one.close()

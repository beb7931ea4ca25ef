"""Servers of a real HDFS are killed, frozen and filled, a block is damaged on disk: nothing is lost or doubled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from finwatch.errors import LakeError
from tests.kit.hadoop import jars, servers
from tests.kit.hadoop.cluster import Cluster, serving
from tests.kit.hdfs_lake import DAY, after_bytes, exchange, lake_at, package, visit

pytestmark = [
    pytest.mark.server,
    pytest.mark.timeout(600),
    pytest.mark.skipif(jars.missing() is not None, reason=str(jars.missing())),
]


@pytest.fixture(scope="module")
def servers_of_all() -> Iterator[Cluster]:
    with serving() as one:
        yield one


@pytest.fixture
def cluster(servers_of_all: Cluster) -> Cluster:
    """A cluster in which everything runs, whatever the test before did."""
    for server in (*servers_of_all.namenodes, *servers_of_all.datanodes):
        if server.pid is None:
            server.start()
    servers_of_all.settle()
    return servers_of_all


def test_a_datanode_dies_in_mid_write_and_a_block_is_damaged_and_everything_still_reads(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = lake_at(cluster, tmp_path / "a")
    hashes = [lake.blobs.adopt(*package(lake, seed, 3 << 20)).name for seed in range(3)]
    for number in range(5):
        lake.tables.append("visits", [visit(f"v{number}")], key=f"v{number}", dt=DAY, market="shop")
    first = lake.captures.append(**exchange(b"before"))

    lost = after_bytes(lake, 6 << 20, cluster.datanodes[0].kill, monkeypatch)
    partial, sha256 = package(lake, 9, 12 << 20)
    hashes.append(lake.blobs.adopt(partial, sha256).name)
    assert lost == [True]
    assert hashes[-1] == sha256
    second = lake.captures.append(**exchange(b"after"))
    lake.close()
    lake.tables.append("visits", [visit("v5")], key="v5", dt=DAY, market="shop")

    damaged = cluster.block_files(1)[0]
    damaged.chmod(0o644)
    whole = damaged.read_bytes()
    with damaged.open("r+b") as block:
        block.seek(len(whole) // 2)
        block.write(bytes(byte ^ 0xFF for byte in block.read(4096)))

    def everything(machine: str) -> None:
        other = lake_at(cluster, tmp_path / machine)
        for one in hashes:
            assert hashlib.sha256(other.blobs.path(one).read_bytes()).hexdigest() == one
        assert list(other.blobs.verify()) == []
        assert sorted(other.tables.read("visits")["visit"].to_pylist()) == [f"v{n}" for n in range(6)]
        assert other.captures.read(first.id) == (first, b"before")
        assert other.captures.read(second.id) == (second, b"after")

    everything("while two of three DataNodes are left, one with a damaged block")

    cluster.datanodes[0].start()
    cluster.add_datanode()  # three good replicas need three good places: HDFS removes a bad one last of all
    cluster.scan(1)
    cluster.settle(datanodes=4)
    servers.until(
        lambda: cluster.whole() and (not damaged.exists() or damaged.read_bytes() == whole),
        "the damaged block was found and replaced, and every block has three replicas again",
        servers=cluster.running(),
        seconds=120,
    )
    assert "is HEALTHY" in cluster.check()
    everything("after replication recovered")


def test_without_its_namenode_everything_is_kept_here_and_goes_in_once_later(cluster: Cluster, tmp_path: Path) -> None:
    lake = lake_at(cluster, tmp_path / "a", root="/missing", patience_s=2.0)
    capture = lake.captures.append(**exchange(b"before it went"))
    cluster.namenodes[0].kill()

    partial, sha256 = package(lake, 1, 5 << 20)
    with pytest.raises(LakeError, match=r"NameNode cannot be reached.*are kept in .*Start it, or check FINWATCH_LAKE"):
        lake.blobs.adopt(partial, sha256)
    assert not partial.exists()
    assert hashlib.sha256(lake.blobs.path(sha256).read_bytes()).hexdigest() == sha256
    with pytest.raises(LakeError, match=r"NameNode cannot be reached.*rows are kept in .*Start it"):
        lake.tables.append("visits", [visit("v")], key="v", dt=DAY, market="shop")
    late = lake.captures.append(**exchange(b"while it was away"))
    with pytest.raises(LakeError, match=r"NameNode cannot be reached.*captures are kept in .*Start it"):
        lake.captures.close()
    assert lake.captures.read(late.id) == (late, b"while it was away")
    assert lake.waiting() == {"blobs": 1, "appends": 1, "segments": 1}
    with pytest.raises(LakeError, match="NameNode cannot be reached"):
        lake_at(cluster, tmp_path / "a", root="/missing")

    cluster.namenodes[0].start()
    cluster.settle()
    opened = lake_at(cluster, tmp_path / "a", root="/missing")  # as the next run does
    assert opened.waiting() == {"blobs": 0, "appends": 0, "segments": 0}
    elsewhere = lake_at(cluster, tmp_path / "b", root="/missing")
    assert hashlib.sha256(elsewhere.blobs.path(sha256).read_bytes()).hexdigest() == sha256
    assert elsewhere.tables.read("visits").to_pylist() == [visit("v")]
    assert not elsewhere.tables.append("visits", [visit("v")], key="v", dt=DAY, market="shop"), "it is there once"
    assert elsewhere.captures.read(capture.id)[1] == b"before it went"
    assert elsewhere.captures.read(late.id) == (late, b"while it was away")
    assert sorted(elsewhere.tables.read("captures")["id"].to_pylist()) == sorted([capture.id, late.id])


def test_a_frozen_namenode_is_given_up(cluster: Cluster, tmp_path: Path) -> None:
    lake = lake_at(cluster, tmp_path, root="/frozen", patience_s=1.0, answer_s=2.0)
    partial, sha256 = package(lake, 1, 1 << 20)
    cluster.namenodes[0].suspend()
    try:
        with pytest.raises(LakeError, match=r"no answer within 2 s.*Start it"):
            lake.blobs.adopt(partial, sha256)
    finally:
        cluster.namenodes[0].resume()
    cluster.settle()
    assert lake_at(cluster, tmp_path, root="/frozen").waiting()["blobs"] == 0
    assert [one.name for one in lake._files.entries("blobs", deep=True)] == [sha256]


def test_safe_mode_is_told_and_waited_out(cluster: Cluster, tmp_path: Path) -> None:
    lake = lake_at(cluster, tmp_path, root="/safe", patience_s=1.0)
    partial, sha256 = package(lake, 1, 1 << 20)
    cluster.admin("-safemode", "enter")
    try:
        with pytest.raises(LakeError, match=r"read-only: its NameNode is in safe mode.*kept in .*safemode get"):
            lake.blobs.adopt(partial, sha256)
        reading = lake_at(cluster, tmp_path, root="/safe", patience_s=1.0)
        assert reading.waiting()["blobs"] == 1
        assert reading.tables.read("visits").num_rows == 0, "who only reads is not stopped"
    finally:
        cluster.admin("-safemode", "leave")
    assert lake_at(cluster, tmp_path, root="/safe").waiting()["blobs"] == 0


def test_a_quota_that_is_used_up_is_told(cluster: Cluster, tmp_path: Path) -> None:
    lake = lake_at(cluster, tmp_path, root="/quota", patience_s=1.0)
    cluster.admin("-setSpaceQuota", "14m", "/quota")  # three replicas of one block of 4 MB, and no second one
    partial, sha256 = package(lake, 1, 9 << 20)
    with pytest.raises(LakeError, match=r"quota of that folder is used up.*kept in .*setSpaceQuota"):
        lake.blobs.adopt(partial, sha256)
    assert not lake._files.entries("tmp"), "what was begun is removed again"
    cluster.admin("-clrSpaceQuota", "/quota")
    assert lake_at(cluster, tmp_path, root="/quota").waiting()["blobs"] == 0


def test_a_full_hdfs_is_told(tmp_path: Path) -> None:
    with serving(datanodes=1, settings={"dfs.datanode.du.reserved": str(1 << 60)}) as full:
        lake = lake_at(full, tmp_path, patience_s=1.0)
        partial, sha256 = package(lake, 1, 1 << 20)
        with pytest.raises(
            LakeError, match=r"HDFS is full: no DataNode takes another block.*kept in .*dfsadmin -report"
        ):
            lake.blobs.adopt(partial, sha256)
        assert lake.blobs.path(sha256).stat().st_size == 1 << 20

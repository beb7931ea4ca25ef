"""Two NameNodes with shared edits in three JournalNodes: one takes over in the middle of a write; nothing is lost."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.hadoop import jars
from tests.kit.hadoop.cluster import Cluster, configured, serving
from tests.kit.hdfs_lake import DAY, after_bytes, exchange, lake_at, package, visit

pytestmark = [
    pytest.mark.server,
    pytest.mark.timeout(600),
    pytest.mark.skipif(jars.missing() is not None, reason=str(jars.missing())),
]


@pytest.fixture(scope="module")
def pair() -> Iterator[Cluster]:
    with serving(namenodes=2, settings={"dfs.permissions.enabled": "false"}) as one, configured(one.conf):
        yield one


def test_a_planned_failover_in_mid_write_is_survived(
    pair: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = lake_at(pair, tmp_path / "a")
    old = pair.active()
    moved = after_bytes(lake, 5 << 20, lambda: pair.fail_over(old, 1 - old), monkeypatch)
    partial, sha256 = package(lake, 1, 12 << 20)
    lake.blobs.adopt(partial, sha256)
    assert moved == [True]
    assert pair.active() == 1 - old
    elsewhere = lake_at(pair, tmp_path / "b")
    assert hashlib.sha256(elsewhere.blobs.path(sha256).read_bytes()).hexdigest() == sha256
    assert elsewhere.address == "hdfs://finwatch/finwatch"


def test_a_namenode_that_dies_in_mid_write_is_replaced_by_the_other(
    pair: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = lake_at(pair, tmp_path / "a")
    old = pair.active()
    for number in range(3):
        lake.tables.append("visits", [visit(f"before-{number}")], key=f"before-{number}", dt=DAY, market="shop")
    capture = lake.captures.append(**exchange(b"in mid write"))
    promoted = threading.Thread(target=lambda: pair.activate(1 - old, though_the_other_is_gone=True))

    def die() -> None:
        pair.namenodes[old].kill()
        promoted.start()  # somebody makes the other one active, a few seconds later

    died = after_bytes(lake, 5 << 20, die, monkeypatch)
    partial, sha256 = package(lake, 2, 12 << 20)
    lake.blobs.adopt(partial, sha256)
    promoted.join()
    assert died == [True]
    assert (pair.namenodes[old].pid, pair.active()) == (None, 1 - old)
    lake.tables.append("visits", [visit("after")], key="after", dt=DAY, market="shop")
    lake.close()

    elsewhere = lake_at(pair, tmp_path / "b")
    assert hashlib.sha256(elsewhere.blobs.path(sha256).read_bytes()).hexdigest() == sha256
    held = elsewhere.tables.read("visits")["visit"].to_pylist()
    assert held == ["before-0", "before-1", "before-2", "after"]
    assert elsewhere.captures.read(capture.id) == (capture, b"in mid write")
    assert elsewhere.waiting() == lake.waiting() == {"blobs": 0, "appends": 0, "segments": 0}
    pair.namenodes[old].start()
    pair.settle()

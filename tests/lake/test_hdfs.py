"""A lake in a real HDFS, seen from several machines: whole or not there, once per key, large files, ids that hold."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from warcio.archiveiterator import ArchiveIterator

from finwatch.engine import LocalEngine
from finwatch.errors import LakeError, NotFound
from finwatch.lake import copies, open_lake
from finwatch.lake.hdfs.cache import Cache
from finwatch.lake.hdfs.lake import HdfsLake
from finwatch.lake.hdfs.log import Log
from finwatch.lake.schemas import SCHEMAS
from tests.kit.hadoop.cluster import Cluster
from tests.kit.hadoop.fixtures import hadoop_cluster
from tests.kit.hdfs_lake import AT, DAY, LATER, exchange, lake_at, package, visit

__all__ = ["hadoop_cluster"]
pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]


@pytest.fixture
def root(request: pytest.FixtureRequest) -> str:
    """A lake of its own for each test."""
    return f"/{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]}"


@pytest.fixture
def lake(hadoop_cluster: Cluster, tmp_path: Path, root: str) -> HdfsLake:
    return lake_at(hadoop_cluster, tmp_path / "one", root=root, patience_s=10.0)


@pytest.fixture
def other(hadoop_cluster: Cluster, tmp_path: Path, root: str, lake: HdfsLake) -> HdfsLake:
    """The same lake from another machine."""
    return lake_at(hadoop_cluster, tmp_path / "other", root=root, patience_s=10.0)


# ── blobs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_blob_is_there_for_every_machine_and_only_once(lake: HdfsLake, other: HdfsLake) -> None:
    partial, sha256 = package(lake, 1, 9 << 20)
    place = lake.blobs.adopt(partial, sha256)
    assert (place.name, partial.exists(), lake.waiting()["blobs"]) == (sha256, False, 0)
    assert other.blobs.has(sha256)
    with other.blobs.open(sha256) as stream:
        stream.seek(5_000_000)
        part = stream.read(100)
    whole = other.blobs.path(sha256).read_bytes()
    assert hashlib.sha256(whole).hexdigest() == sha256
    assert part == whole[5_000_000:5_000_100]
    again, _ = package(other, 1, 9 << 20)
    other.blobs.adopt(again, sha256)
    assert other.blobs.put(b"small") == lake.blobs.put(b"small")
    assert len(lake._files.entries("blobs", deep=True)) == 2
    assert lake._files.entries("tmp") == []
    assert list(other.blobs.verify(since=sha256)) == []


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64])
def test_what_is_not_there_is_said(lake: HdfsLake, name: str) -> None:
    for ask in (lake.blobs.path, lake.blobs.open, lake.blobs.read):
        with pytest.raises(NotFound):
            ask(name)


def test_bytes_that_are_not_what_their_name_says_are_not_given_out(lake: HdfsLake, other: HdfsLake) -> None:
    sha256 = lake.blobs.put(b"what it should be")
    path = f"blobs/{sha256[:2]}/{sha256[2:4]}/{sha256}"
    lake._files.remove(path)
    lake._files.write(b"something else", path)
    with pytest.raises(LakeError, match=r"holds bytes with SHA-256 .*hdfs fsck"):
        other.blobs.path(sha256)
    assert not list(other.spool.rglob(sha256))
    (damage,) = other.blobs.verify()
    assert (damage.sha256, damage.found) == (sha256, hashlib.sha256(b"something else").hexdigest())


def test_a_source_that_fails_half_way_publishes_nothing(lake: HdfsLake) -> None:
    def half() -> Iterator[bytes]:
        yield b"x" * 5_000_000
        raise LakeError("the disk below failed")

    with pytest.raises(LakeError, match="the disk below failed"):
        lake._files.publish(half, "blobs/half")
    assert lake._files.entry("blobs/half") is None
    assert lake._files.entries("tmp") == []


def test_a_large_package_is_never_whole_in_memory(hadoop_cluster: Cluster, tmp_path: Path, root: str) -> None:
    script = f"""
import hashlib, resource, sys
from pathlib import Path
from finwatch.lake.hdfs.files import Files
from finwatch.lake.hdfs.lake import HdfsLake
lake = HdfsLake(Files({hadoop_cluster.address!r}, {root!r}), spool=Path({str(tmp_path / "large")!r}), cache_bytes=1)
lake.open()
lake.blobs.put(b"warm")
partial = lake.blobs.partial("large")
digest = hashlib.sha256()
with partial.open("wb") as stream:
    for number in range(160):
        piece = bytes([number]) * (1 << 20)
        stream.write(piece)
        digest.update(piece)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
lake.blobs.adopt(partial, digest.hexdigest()).unlink()
lake.blobs.path(digest.hexdigest())
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 80, "megabytes more, for 160 MB there and back"


def test_a_process_that_was_forked_uses_a_client_of_its_own(hadoop_cluster: Cluster, tmp_path: Path, root: str) -> None:
    script = f"""
import os
from pathlib import Path
from finwatch.lake.hdfs.files import Files
from finwatch.lake.hdfs.lake import HdfsLake
lake = HdfsLake(Files({hadoop_cluster.address!r}, {root!r}), spool=Path({str(tmp_path / "fork")!r}), cache_bytes=1)
lake.open()
sha256 = lake.blobs.put(b"from the parent")
child = os.fork()
if not child:
    lake.blobs.put(b"from the child")
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
print(len(lake._files.entries("blobs", deep=True)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "2"


def test_copies_that_nobody_used_for_long_make_room(tmp_path: Path) -> None:
    now = AT.timestamp()
    cache = Cache(tmp_path, most_bytes=250, clock=lambda: now)
    for number, age in enumerate((9000, 8000, 7000, 10)):
        place = tmp_path / f"blobs/{number}"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(b"x" * 100)
        os.utime(place, (now - age, now - age))
    assert cache.trim() == 2
    assert sorted(path.name for path in (tmp_path / "blobs").iterdir()) == ["2", "3"]


# ── tables ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_rows_come_back_on_every_machine_and_a_key_counts_once(lake: HdfsLake, other: HdfsLake) -> None:
    assert lake.tables.append("visits", [visit("a")], key="a", dt=DAY, market="shop")
    assert not other.tables.append("visits", [visit("a")], key="a", dt=DAY, market="shop")
    assert other.tables.append("visits", [visit("b")], key="b / 商店", dt=DAY, market="shop")
    assert lake.tables.has("visits", "b / 商店")
    assert lake.tables.read("visits").to_pylist() == [visit("a"), visit("b")]
    assert lake.tables.read("visits", where={"visit": ["b"]}, columns=["market"]).to_pylist() == [{"market": "shop"}]
    assert lake.tables.read("listings").schema == SCHEMAS["listings"]
    with pytest.raises(LakeError, match="no column 'nonsense'"):
        lake.tables.append("visits", [{"nonsense": 1}], key="c", dt=DAY, market="shop")
    assert lake.waiting()["appends"] == 0, "what fits no table is not kept for later"


def test_other_tools_read_the_files_and_the_local_engine_asks_them(
    lake: HdfsLake, hadoop_cluster: Cluster, root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINWATCH_SPOOL", str(tmp_path / "engine"))
    opened = open_lake(f"{hadoop_cluster.address}{root}")
    for name in "ab":
        lake.tables.append("visits", [visit(name)], key=name, dt=DAY, market="shop")
    files = opened.tables.files("visits")
    assert all(
        file.startswith(f"{hadoop_cluster.address}{root}/tables/visits/dt=2026-11-22/market=shop/") for file in files
    )
    (count,) = duckdb.execute("SELECT count(*) FROM read_parquet(?)", [copies(files)]).fetchone() or ()
    assert count == 2
    told = LocalEngine(processes=1).ask("visits", opened.tables).to_pylist()
    assert sorted(row["visit"] for row in told) == ["a", "b"]


def test_four_processes_that_add_at_once_lose_nothing(hadoop_cluster: Cluster, tmp_path: Path, root: str) -> None:
    script = f"""
import sys
from pathlib import Path
from tests.kit.hdfs_lake import DAY, visit
from finwatch.lake.hdfs.files import Files
from finwatch.lake.hdfs.lake import HdfsLake
own = sys.argv[1]
lake = HdfsLake(Files({hadoop_cluster.address!r}, {root!r}), spool=Path({str(tmp_path)!r}, own), cache_bytes=1 << 30)
for number in range(12):
    mine = f"{{own}}-{{number}}"
    assert lake.tables.append("visits", [visit(mine)], key=mine, dt=DAY, market="shop")
    lake.tables.append("visits", [visit(f"common-{{number}}")], key=f"common-{{number}}", dt=DAY, market="shop")
"""
    writers = [subprocess.Popen([sys.executable, "-c", script, own]) for own in "abcd"]
    assert [writer.wait(300) for writer in writers] == [0, 0, 0, 0]
    names = [f"{own}-{number}" for own in ("a", "b", "c", "d", "common") for number in range(12)]
    held = lake_at(hadoop_cluster, tmp_path / "reader", root=root).tables
    assert sorted(held.read("visits")["visit"].to_pylist()) == sorted(names)


def test_a_commit_whose_answer_was_lost_is_one_s_own(lake: HdfsLake, monkeypatch: pytest.MonkeyPatch) -> None:
    write = lake._files.write
    lost: list[str] = []

    def losing(data: bytes, path: str) -> bool:
        done = write(data, path)
        if "/log/" in path and not lost:
            lost.append(path)
            return write(data, path)  # as a second try finds the file that the first one left
        return done

    monkeypatch.setattr(lake._files, "write", losing)
    assert lake.tables.append("visits", [visit("a")], key="a", dt=DAY, market="shop")
    assert lost
    assert lake.tables.read("visits").num_rows == 1
    assert [one.name for one in lake._files.entries("tables/visits/log")] == ["00000000000000000001.json"]


def test_a_long_log_is_read_by_its_checkpoint_and_a_hole_is_told(lake: HdfsLake, other: HdfsLake) -> None:
    for number in range(34):
        lake.tables.append("visits", [visit(f"{number}")], key=f"{number}", dt=DAY, market="shop")
    log = "tables/visits/log"
    assert lake._files.entry(f"{log}/{32:020}.checkpoint.json") is not None
    lake._files.remove(f"{log}/{7:020}.json")
    assert len(other.tables.read("visits")) == 34
    lake._files.remove(f"{log}/{33:020}.json")
    with pytest.raises(LakeError, match=r"has no commit 33, but later ones.*Restore"):
        Log(other._files, "tables/visits").read()


def test_small_files_are_joined_and_removed_a_day_later(lake: HdfsLake, other: HdfsLake) -> None:
    for name in "abc":
        lake.tables.append("visits", [visit(name)], key=name, dt=DAY, market="shop")
    stale = other.tables.files("visits")
    assert other.tidy(before=LATER).tables == 3
    assert len(lake.tables.files("visits")) == 1
    assert lake.tables.read("visits")["visit"].to_pylist() == ["a", "b", "c"]
    assert not lake.tables.append("visits", [visit("a")], key="a", dt=DAY, market="shop")
    stays = [file.removeprefix(f"{lake.address}/") for file in stale]
    assert all(lake._files.entry(path) for path in stays), "who began to read by the old list comes to an end"
    assert lake.tables.sweep(before=2e9) == 3
    assert not any(lake._files.entry(path) for path in stays)
    assert lake_at_again(lake).tables.read("visits").num_rows == 3


def lake_at_again(lake: HdfsLake) -> HdfsLake:
    """The same lake from a machine that has no copies."""
    again = HdfsLake(lake._files, spool=lake.spool.parent / "fresh", cache_bytes=1 << 30)
    again.open()
    return again


# ── captures ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_captures_are_packed_and_keep_their_ids(lake: HdfsLake, other: HdfsLake) -> None:
    written = []
    for night in range(3):
        for page in range(4):
            payload = f"night {night}, page {page}".encode()
            written.append((lake.captures.append(**exchange(payload)), payload))
        assert lake.captures.read(written[-1][0].id) == written[-1], "while it is still on this machine alone"
        lake.close()
    (day,) = lake._files.entries("captures")
    assert len(lake._files.entries(day.path)) == 3
    assert not list((lake.spool / "captures").glob("*/*"))

    assert other.captures.pack(before=LATER) == 3
    assert other.captures.pack(before=LATER) == 0
    index, pack = lake._files.entries(day.path)
    assert (index.name.endswith(".index.json"), pack.name.endswith(".warc.gz")) == (True, True)
    for capture, payload in written:
        assert other.captures.read(capture.id) == (capture, payload)
        assert lake.captures.read(capture.id) == (capture, payload)
    with lake._files.open(pack.path) as stream:
        kinds = [record.rec_type for record in ArchiveIterator(stream)]
    assert kinds == ["warcinfo", *["response", "request"] * 4] * 3
    assert gzip.decompress(lake._files.read(pack.path)).startswith(b"WARC/1.1")
    with pytest.raises(NotFound):
        other.captures.read(f"{written[0][0].id.partition('#')[0]}#x")
    with pytest.raises(LakeError, match="No whole response stands at byte 1 of"):
        other.captures.read(f"{written[0][0].id.partition('#')[0]}#1")


def test_a_pack_that_was_broken_off_is_done_again(lake: HdfsLake, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for night in range(2):
        written.append(lake.captures.append(**exchange(f"night {night}".encode())))
        lake.close()
    remove = lake._files.remove
    monkeypatch.setattr(lake._files, "remove", lambda path, **_: remove(path) if "finwatch-" not in path else None)
    lake.captures.pack(before=LATER)
    monkeypatch.undo()
    assert len(lake._files.entries(lake._files.entries("captures")[0].path)) == 4
    lake.captures.pack(before=LATER)
    assert len(lake._files.entries(lake._files.entries("captures")[0].path)) == 2
    assert [lake.captures.read(one.id)[1] for one in written] == [b"night 0", b"night 1"]


def test_the_segment_of_a_process_that_died_goes_in_with_the_next(
    lake: HdfsLake, other: HdfsLake, hadoop_cluster: Cluster, root: str
) -> None:
    script = f"""
import os
from pathlib import Path
from tests.kit.hdfs_lake import exchange
from finwatch.lake.hdfs.files import Files
from finwatch.lake.hdfs.lake import HdfsLake
lake = HdfsLake(Files({hadoop_cluster.address!r}, {root!r}), spool=Path({str(lake.spool)!r}), cache_bytes=1)
print(lake.captures.append(**exchange(b"last words")).id, flush=True)
os.kill(os.getpid(), 9)
"""
    died = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert died.returncode == -9
    (segment,) = lake.captures.waiting()
    with segment.open("ab") as stream:
        stream.write(b"\x1f\x8b half a record")
    assert lake.settle() == 1
    assert other.captures.read(died.stdout.strip())[1] == b"last words"
    assert other.tables.read("captures")["id"].to_pylist() == [died.stdout.strip()]


# ── versions ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("lake.json", b'{"schema": "finwatch.lake/2"}'),
        (f"tables/visits/log/{1:020}.json", b'{"schema": "finwatch.commit/2", "parts": {}}'),
        (f"tables/visits/log/{32:020}.checkpoint.json", b'{"schema": "finwatch.manifest/3", "files": {}}'),
    ],
)
def test_a_lake_that_a_newer_version_wrote_is_left_alone(
    hadoop_cluster: Cluster, tmp_path: Path, root: str, path: str, text: bytes
) -> None:
    lake = lake_at(hadoop_cluster, tmp_path, root=root)
    lake._files.remove(path)
    lake._files.write(text, path)
    before = lake._files.entries("", deep=True)
    with pytest.raises(LakeError, match=r"newer Finwatch.*Install that version or a later one"):
        lake_at(hadoop_cluster, tmp_path / "b", root=root).tables.append(
            "visits", [visit("a")], key="a", dt=DAY, market="shop"
        )
    assert lake._files.entries("", deep=True) == before
    assert not list((tmp_path / "b").rglob("rows/*")), "no retry would help: the caller is told, and keeps its task"


def test_two_lakes_share_a_machine_and_nothing_else(
    hadoop_cluster: Cluster, tmp_path: Path, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINWATCH_SPOOL", str(tmp_path / "spool"))
    one, two = (open_lake(f"{hadoop_cluster.address}{root}/{name}") for name in ("one", "two"))
    assert isinstance(one, HdfsLake)
    assert isinstance(two, HdfsLake)
    sha256 = one.blobs.put(b"of the first")
    one.tables.append("visits", [visit("v1")], key="v1", dt=DAY, market="shop")
    waits = one.blobs._waiting.put(b"waits for the first")
    assert (one.waiting()["blobs"], two.waiting()["blobs"]) == (1, 0)
    assert (two.settle(), one.settle()) == (0, 1)
    assert not any(two.blobs.has(blob) for blob in (sha256, waits))
    assert two.tables.read("visits").num_rows == 0
    assert two.tables.append("visits", [visit("v1")], key="v1", dt=DAY, market="shop"), "its keys are its own"
    assert one.tables.read("visits").num_rows == 1

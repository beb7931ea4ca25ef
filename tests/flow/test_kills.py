"""kill -9 at the worst moments: the next run completes, nothing is lost, nothing stands there twice."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from finwatch.flow.collect import collect
from finwatch.flow.worker import work
from finwatch.lake import Lake, open_lake
from finwatch.model.fetch import MarketId, Politeness
from finwatch.settings import Settings
from finwatch.store import Store, open_store
from finwatch.store.queue import EXAMINE, Job
from tests.kit import stalling
from tests.kit.dripping import DrippingServer, dripping
from tests.kit.stalling import REACHED
from tests.kit.store import START, market, sha, task

SAMPLES = Path(__file__).parents[2] / "samples" / "packages"
PACKAGES = [path.read_bytes() for path in sorted(SAMPLES.glob("*.apk"))[:4]]
CRAWL = """
import sys
from finwatch.flow.collect import collect
from finwatch.lake import open_lake
from finwatch.settings import Settings
from finwatch.store import open_store
home = sys.argv[1]
settings = Settings(allow_private=("127.0.0.1",))
collect(open_store(f"sqlite:///{home}/store.sqlite"), open_lake(f"{home}/lake"), settings=settings, patience_s=0)
"""


def opened(home: Path) -> tuple[Store, Lake]:
    return open_store(f"sqlite:///{home / 'store.sqlite'}"), open_lake(str(home / "lake"))


def fill_queue(home: Path) -> None:
    store, lake = opened(home)
    store.queue.add([Job(kind=EXAMINE, key=lake.blobs.put(data), due=START) for data in PACKAGES])
    store.close()


def state(home: Path) -> dict[str, Any]:
    """What a run leaves: every row of the lake's table once, and the queue. Times and durations aside."""
    store, lake = opened(home)
    rows = lake.tables.read("examinations").to_pylist()
    documents = []
    for row in rows:
        document = json.loads(row["document"])
        document["engine"]["took_ms"] = 0
        documents.append((row["sha256"], json.dumps(document, sort_keys=True)))
    left = store.queue.backlog(EXAMINE, now=START)
    store.close()
    return {"documents": sorted(documents), "queue": left.model_dump()}


def stalled(home: Path, point: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.kit.stalling", str(home), point], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == REACHED
    return process


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("undisturbed")
    fill_queue(home)
    store, lake = opened(home)
    worked = work(store, lake, processes=1)
    store.close()
    assert (worked.examined, worked.failed, worked.stopped) == (len(PACKAGES), 0, False)
    left = state(home)
    assert len({sha256 for sha256, _ in left["documents"]}) == len(PACKAGES)
    return left


@pytest.mark.parametrize("point", ["examining", "before", "between"])
def test_a_kill_in_an_examination(tmp_path: Path, point: str, undisturbed: dict[str, Any]) -> None:
    """While a package is read; when results wait to be written; when they are written and the jobs not ended."""
    fill_queue(tmp_path)
    process = stalled(tmp_path, point)
    orphans = children(process.pid)
    process.kill()
    process.communicate()
    store, lake = opened(tmp_path)
    worked = work(store, lake, processes=1)
    store.close()
    assert worked.failed == 0
    assert (worked.known > 0) == (point == "between")
    assert state(tmp_path) == undisturbed
    assert not any(Path(f"/proc/{pid}/cmdline").exists() and running(pid) for pid in orphans)


def running(pid: int) -> bool:
    try:
        return b"multiprocessing" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_sigterm_ends_a_run_and_gives_the_jobs_back(tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    fill_queue(tmp_path)
    process = stalled(tmp_path, "examining")
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate()
    worked = json.loads(out)
    assert (worked["stopped"], worked["examined"]) == (True, 2)
    store, lake = opened(tmp_path)
    left = store.queue.lease(EXAMINE, now=START, worker="w", seconds=1, limit=9)
    assert [job.attempts for job in left] == [1, 1]
    store.queue.give_back(left)
    assert work(store, lake, processes=1).examined == 2
    store.close()
    assert state(tmp_path) == undisturbed


def test_a_package_that_kills_its_process_has_a_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_queue(tmp_path)
    store, lake = opened(tmp_path)
    deadly = sorted(job.key for job in store.queue.lease(EXAMINE, now=START, worker="w", seconds=0, limit=9))[0]
    (tmp_path / "deadly").write_text(deadly)
    monkeypatch.setattr("finwatch.flow.worker.examine_batches", stalling.deadly_batches)
    worked = work(store, lake, processes=1)
    assert (worked.examined, worked.unreadable, worked.failed) == (len(PACKAGES), 1, 0)
    (row,) = lake.tables.read("examinations", where={"sha256": deadly}).to_pylist()
    (entry, *_) = json.loads(row["document"])["unreadable"]
    assert "ended by signal 9" in entry["reason"]
    assert row["band"] == "limited"
    assert store.queue.backlog(EXAMINE, now=START).done == len(PACKAGES)
    store.close()


def test_a_package_that_is_not_in_the_lake_is_tried_again(tmp_path: Path) -> None:
    store, lake = opened(tmp_path)
    store.queue.add([Job(kind=EXAMINE, key=sha("lost"), due=START)])
    worked = work(store, lake, processes=1)
    assert (worked.examined, worked.failed) == (0, 1)
    assert store.queue.backlog(EXAMINE, now=START).ready == 1
    store.close()


BIG = random.Random(4).randbytes(3 << 20)


def market_with_a_package(home: Path, server: DrippingServer) -> None:
    store, _ = opened(home)
    here = market(politeness=Politeness(requests_per_second=1000.0, parallel=2)).model_copy(
        update={"address": server.address}
    )
    store.markets.register(here, now=START)
    bucket = server.address.removeprefix("http://").removesuffix("/repo")
    packages = [
        task(f"{server.address}/{name}", bucket=bucket, expected_sha256=sha_of(body), app=f"cn.{name[0]}")
        for name, body in (("big.apk", BIG), ("small.apk", PACKAGES[0]))
    ]
    store.frontier.add(packages)
    store.close()


def sha_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def crawled(home: Path) -> dict[str, Any]:
    store, lake = opened(home)
    jobs = store.queue.lease(EXAMINE, now=START.replace(year=2100), worker="w", seconds=0, limit=9)
    visits = [(one.task, one.kind, one.url.rpartition("/")[2], one.sha256) for _, one in store.outcomes(limit=99)]
    left = [(one.kind, one.url.rpartition("/")[2]) for one in store.frontier.tasks(MarketId("shop"))]
    blobs = {sha256: lake.blobs.read(sha256) == body for sha256, body in ((sha_of(BIG), BIG),)}
    store.close()
    return {"jobs": sorted(job.key for job in jobs), "visits": sorted(map(str, visits)), "left": left, "blobs": blobs}


def test_a_kill_in_a_download(tmp_path: Path) -> None:
    with dripping({"big.apk": BIG, "small.apk": PACKAGES[0]}) as server:
        calm = tmp_path / "calm"
        market_with_a_package(calm, server)
        store, lake = opened(calm)
        collect(store, lake, settings=Settings(allow_private=("127.0.0.1",)), patience_s=0)
        store.close()
        undisturbed = crawled(calm)
        assert sha_of(BIG) in undisturbed["jobs"]

        home = tmp_path / "killed"
        market_with_a_package(home, server)
        server.stalling = True
        process = subprocess.Popen([sys.executable, "-c", CRAWL, str(home)], stderr=subprocess.DEVNULL)
        assert server.half.wait(60)
        process.kill()
        process.wait()
        server.stalling = False
        server.go.set()
        server.asked.clear()
        grown = sum(path.stat().st_size for path in (home / "lake" / "partial").glob("*") if path.is_file())

        store, lake = opened(home)
        collected = collect(store, lake, settings=Settings(allow_private=("127.0.0.1",)), patience_s=0)
        store.close()
        assert collected.lost == 0
        assert crawled(home) == undisturbed
        big = [wanted for path, wanted in server.asked if path.endswith("big.apk")]
        assert len(big) == 1
        resumed = big[0] is not None
        assert grown > 0 or not resumed
        # What had come in may be the small package alone: only beyond its size is it certainly the big one's.
        assert resumed or grown <= len(PACKAGES[0])

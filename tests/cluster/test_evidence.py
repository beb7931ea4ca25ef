"""Evidence of a lake in HDFS: sealed from any machine, verified where it lies, and what was altered there is named."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from finwatch.errors import LakeError, NotFound
from finwatch.lake.evidence import Altered, Outcome, Sealed, Verification, prove, seal, verify
from finwatch.lake.evidence.export import export
from finwatch.lake.hdfs.faults import HdfsFault
from finwatch.lake.hdfs.lake import HdfsLake
from finwatch.model.fetch import Capture
from finwatch.settings import Settings
from tests.kit.authority import LocalAuthority
from tests.kit.hadoop.cluster import Cluster
from tests.kit.hdfs_lake import AT, LATER, exchange, lake_at
from tests.kit.sealed import checked

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAuthority]:
    with LocalAuthority(tmp_path_factory.mktemp("authority")).serving() as serving:
        yield serving


class Made:
    """A lake in HDFS with captures, and ways to tamper with it."""

    def __init__(self, cluster: Cluster, folder: Path, root: str, authority: LocalAuthority) -> None:
        self.cluster, self.folder, self.root = cluster, folder, root
        self.settings = Settings(tsa_url=authority.url, tsa_certificate=authority.certificate)
        self.captures: list[Capture] = []
        self.lake = self.machine("one")

    def machine(self, name: str) -> HdfsLake:
        """The lake, opened from another machine."""
        return lake_at(self.cluster, self.folder / name, root=self.root, patience_s=10.0)

    def segment(self, *pages: bytes, blob: bytes | None = None, lake: HdfsLake | None = None) -> list[Capture]:
        lake = lake or self.lake
        made = []
        for number, page in enumerate(pages):
            changes = {"url": f"https://shop.example/{number}", "at": AT + timedelta(seconds=number)}
            if blob is not None:
                kept = {"payload": None, "blob_sha256": lake.blobs.put(blob), "payload_bytes": len(blob)}
                made.append(lake.captures.append(**exchange(page, **changes) | kept))
            else:
                made.append(lake.captures.append(**exchange(page, **changes)))
        lake.close()
        self.captures += made
        return made

    def seal(self, lake: HdfsLake | None = None) -> Sealed:
        return seal(lake or self.lake, self.settings, clock=lambda: AT + timedelta(days=1))

    def verify(self) -> Verification:
        """From a machine that has never seen the lake: nothing is in its cache."""
        fresh = self.machine(f"judge-{len(list(self.folder.iterdir()))}")
        return verify(fresh, self.settings)

    def paths(self, ending: str) -> list[str]:
        return [one.path for one in self.lake._files.entries("", deep=True) if one.path.endswith(ending)]

    def rewrite(self, path: str, change: Callable[[bytes], bytes]) -> None:
        """Puts other bytes in the place of a file, as somebody with the rights to the folder can."""
        data = self.lake._files.read(path)
        self.lake._files.remove(path)
        self.lake._files.write(change(data), path)


@pytest.fixture
def made(hadoop_cluster: Cluster, tmp_path: Path, authority: LocalAuthority, request: pytest.FixtureRequest) -> Made:
    root = f"/{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]}"
    return Made(hadoop_cluster, tmp_path, root, authority)


def flipped(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_what_is_sealed_in_hdfs_is_whole_provable_and_exported_from_another_machine(made: Made, tmp_path: Path) -> None:
    made.segment(*(b"page %d" % number for number in range(6)))
    made.segment(b"large", blob=bytes(3 << 20))
    first = made.seal()
    assert (first.batches, first.stamped, first.pending, first.number) == ((1, 2), (1, 2), (), 2)
    assert made.seal().batches == ()
    found = made.verify()
    assert (found.outcome, found.batches, found.stamps, found.unsealed, found.payloads) == (Outcome.WHOLE, 2, 2, 0, 1)
    assert found.head == first.head
    other = made.machine("other")
    proof = prove(other, made.settings, made.captures[3].id)
    assert (proof.whole, proof.capture) == (True, made.captures[3])
    target = tmp_path / "evidence.zip"
    export(other, made.settings, made.captures[3].id, target)
    assert "Verification: OK" in checked(target, tmp_path / "court")
    with pytest.raises(NotFound):
        prove(other, made.settings, "finwatch-20261122T000000000000Z-1.warc.gz#0")


def test_packing_moves_segments_and_changes_no_evidence(made: Made) -> None:
    for number in range(3):
        made.segment(b"a%d" % number, b"b%d" % number)
    made.seal()
    before = made.verify()
    roots = [prove(made.lake, made.settings, capture.id).batch.root for capture in made.captures]
    assert made.lake.captures.pack(before=LATER) == 3
    assert made.paths(".warc.gz")[0].rpartition("/")[2].startswith("pack-")
    assert len(made.paths(".warc.gz.sealed")) == 3
    assert made.verify() == before
    assert [prove(made.lake, made.settings, capture.id).batch.root for capture in made.captures] == roots
    assert made.lake.captures.pack(before=LATER) == 0
    made.segment(b"later")
    assert made.seal().batches == (4,)
    (pack,) = [path for path in made.paths(".warc.gz") if "/pack-" in path]
    segment, offset = made.captures[2].id.split("#")
    index = made.lake.captures._index(next(e for e in made.lake._files.entries(pack.rpartition("/")[0])
                                           if e.name.endswith(".index.json")))  # fmt: skip
    made.rewrite(pack, flipped(index.segments[segment][0] + int(offset) + 40))
    found = made.verify()
    (one,) = found.alterations
    assert (one.kind, one.segment, one.offset) == (Altered.RECORD, f"captures/{_day(segment)}/{segment}", int(offset))
    assert (one.url, found.outcome) == ("https://shop.example/0", Outcome.ALTERED)


def _day(segment: str) -> str:
    stamp = segment.removeprefix("finwatch-")[:8]
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:]}"


def _removed(ending: str) -> Callable[[Made], None]:
    return lambda made: made.lake._files.remove(made.paths(ending)[0])


def _rewritten(ending: str, change: Callable[[bytes], bytes]) -> Callable[[Made], None]:
    return lambda made: made.rewrite(made.paths(ending)[0], change)


@pytest.mark.parametrize(
    ("act", "kind", "batch"),
    [
        (_removed(".warc.gz"), Altered.SEGMENT, 1),
        (_rewritten(".warc.gz", lambda data: data + b"more"), Altered.SEGMENT, 1),
        (_rewritten("00000001.json", lambda data: data.replace(b'"records":', b'"records":1')), Altered.ROOT, 1),
        (_removed("00000001.json"), Altered.BATCH, 1),
        (_rewritten("00000001.leaves.jsonl", flipped(12)), Altered.LEAVES, 1),
        (_removed("00000001.tsr"), Altered.STAMP, 1),
        (_rewritten("00000002.tsr", flipped(200)), Altered.STAMP, 2),
        (_removed("head.json"), Altered.HEAD, None),
        (lambda made: made.rewrite(f"blobs/{_blob()[:2]}/{_blob()[2:4]}/{_blob()}", flipped(9)), Altered.PAYLOAD, 2),
        (lambda made: made.lake._files.remove(f"blobs/{_blob()[:2]}", deep=True), Altered.PAYLOAD, 2),
    ],
)
def test_what_was_altered_in_hdfs_is_named(
    made: Made, act: Callable[[Made], None], kind: Altered, batch: int | None
) -> None:
    made.segment(b"a", b"b")
    made.segment(b"c", blob=BLOB)
    made.seal()
    assert made.verify().outcome is Outcome.WHOLE
    act(made)
    found = made.verify()
    assert found.outcome is Outcome.ALTERED
    assert (kind, batch) in {(one.kind, one.batch) for one in found.alterations}, found.alterations


BLOB = b"payload " * 5000


def _blob() -> str:
    return hashlib.sha256(BLOB).hexdigest()


def test_machines_that_seal_at_the_same_time_make_one_chain(made: Made) -> None:
    machines = [made.machine(f"m{number}") for number in range(3)]
    for lake in machines:
        made.segment(b"x", b"y", lake=lake)
    done: list[Sealed] = []
    threads = [threading.Thread(target=lambda lake=lake: done.append(made.seal(lake))) for lake in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(number for one in done for number in one.batches) == [1, 2, 3]
    found = made.verify()
    assert (found.outcome, found.batches, found.unsealed) == (Outcome.WHOLE, 3, 0)


KILLED = """
import os, signal, sys
from pathlib import Path
from finwatch.lake.evidence import seal
from finwatch.lake.hdfs import shelf
from finwatch.settings import Settings
from tests.kit.hdfs_lake import lake_at
class Cluster:
    address = sys.argv[1]
lake = lake_at(Cluster, Path(sys.argv[2]), root=sys.argv[3])
real = shelf.HdfsShelf.replace
def replace(self, path, data):
    if path.endswith(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, path, data)
shelf.HdfsShelf.replace = replace
seal(lake, Settings())
"""


def test_a_machine_that_dies_while_it_seals_holds_the_others_up_for_a_minute_at_most(made: Made) -> None:
    made.segment(b"a")
    made.segment(b"b")
    arguments = [made.cluster.address, str(made.folder / "dying"), made.root, "head.json"]
    run = subprocess.run([sys.executable, "-c", KILLED, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == -9, run.stderr
    assert (made.paths("evidence/00000001.json"), made.paths("head.json")) == (["evidence/00000001.json"], [])
    impatient = made.machine("impatient")
    impatient.shelf._wait_s = 1.0
    impatient._files.patience_s = 1.0
    with pytest.raises(LakeError, match="another process"):
        made.seal(impatient)
    assert made.seal(made.machine("patient")).batches == (2,)
    found = made.verify()
    assert (found.outcome, found.batches, found.unsealed) == (Outcome.WHOLE, 2, 0)


def test_who_lost_the_lock_changes_nothing_any_more(made: Made) -> None:
    """A process that was frozen for longer than its lease lasts."""
    made.segment(b"a")
    with made.lake.shelf.changing():
        assert made.machine("thief")._files._client().recover_lease(f"{made.root}/evidence/lock") in {True, False}
        with pytest.raises(HdfsFault):
            made.lake.shelf.replace("evidence/head.json", b"stale")
    assert made.paths("head.json") == []

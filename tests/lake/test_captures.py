"""Captures: standard WARC, read again by id, whole after a kill."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from finwatch.errors import LakeError, NotFound
from finwatch.lake import warc
from finwatch.lake.captures import LocalCaptures
from finwatch.lake.local import LocalLake
from finwatch.lake.rows import capture_of
from finwatch.model.fetch import Capture, MarketId

AT = datetime(2026, 11, 22, 10, 30, 0, 123456, tzinfo=UTC)


def exchange(payload: bytes = b"<p>hi</p>", **changes: Any) -> dict[str, Any]:
    return {
        "market": MarketId("shop"),
        "url": "https://shop.example/a",
        "at": AT,
        "request": b"GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n",
        "status_line": "HTTP/1.1 200 OK",
        "headers": [("Content-Type", "text/html; charset=utf-8"), ("X-Twice", "1"), ("X-Twice", "2")],
        "payload": payload,
        "blob_sha256": None,
        "payload_bytes": len(payload),
        "peer": "192.0.2.7",
    } | changes


def test_an_exchange_comes_back_by_its_id(lake: LocalLake) -> None:
    first = lake.captures.append(**exchange())
    second = lake.captures.append(**exchange(b"other", url="https://shop.example/b"))
    assert first.payload_sha256 == hashlib.sha256(b"<p>hi</p>").hexdigest()
    assert (first.at, first.status, first.peer) == (AT, 200, "192.0.2.7")
    assert first.headers.count(("X-Twice", "1")) == first.headers.count(("X-Twice", "2")) == 1
    fresh = LocalLake(Path(lake.address))
    assert fresh.captures.read(first.id) == (first, b"<p>hi</p>")
    assert fresh.captures.read(second.id) == (second, b"other")


def test_other_tools_read_the_segment(lake: LocalLake) -> None:
    capture = lake.captures.append(**exchange())
    lake.close()
    (segment,) = (Path(lake.address) / "captures").glob("*/*.warc.gz")
    with segment.open("rb") as stream:
        records = [(r.rec_type, r.rec_headers.get_header("WARC-Target-URI")) for r in WarcioIterator(stream)]
    url = "https://shop.example/a"
    assert records == [("warcinfo", None), ("response", url), ("request", url)]
    with segment.open("rb") as stream:
        stream.seek(int(capture.id.partition("#")[2]))
        record = next(iter(ArchiveIterator(stream)))
        assert record.headers["WARC-Payload-Digest"] == f"sha256:{capture.payload_sha256}"
        assert record.headers["WARC-IP-Address"] == "192.0.2.7"
        assert record.headers["WARC-Date"] == "2026-11-22T10:30:00.123456Z"


def test_a_large_body_stays_a_blob(lake: LocalLake) -> None:
    body = b"x" * 5000
    sha256 = lake.blobs.put(body)
    capture = lake.captures.append(**exchange(blob_sha256=sha256, payload_bytes=5000) | {"payload": None})
    assert (capture.stored_as, capture.payload_bytes) == ("blob", 5000)
    assert lake.captures.read(capture.id) == (capture, body)
    (segment,) = (Path(lake.address) / "captures").glob("*/*.warc.gz")
    assert segment.stat().st_size < 3000


def test_a_refused_body_leaves_its_digest_alone(lake: LocalLake) -> None:
    capture = lake.captures.append(**exchange(blob_sha256="ab" * 32, payload_bytes=5 << 30) | {"payload": None})
    assert (capture.stored_as, capture.payload_bytes, capture.payload_sha256) == ("none", 5 << 30, "ab" * 32)
    assert lake.captures.read(capture.id) == (capture, b"")
    lake.close()
    assert lake.tables.read("captures", columns=["stored_as"]).to_pydict() == {"stored_as": ["none"]}


def test_closing_a_segment_puts_it_into_the_table(lake: LocalLake) -> None:
    one = lake.captures.append(**exchange())
    two = lake.captures.append(**exchange(market=MarketId("other")))
    assert lake.tables.read("captures").num_rows == 0
    lake.close()
    lake.close()
    rows = lake.tables.read("captures").to_pylist()
    assert {row["id"]: capture_of(row) for row in rows} == {one.id: one, two.id: two}
    assert lake.tables.read("captures", market="other", since=date(2026, 11, 22)).num_rows == 1


def test_a_full_segment_is_followed_by_another(lake: LocalLake) -> None:
    ticks = iter(range(10))
    captures = LocalCaptures(
        Path(lake.address),
        blobs=lake.blobs,
        tables=lake.tables,
        segment_bytes=1,
        now=lambda: AT.replace(microsecond=next(ticks)),
    )
    ids = [captures.append(**exchange(str(n).encode())).id for n in range(3)]
    captures.close()
    assert len({name.partition("#")[0] for name in ids}) == 3
    assert [captures.read(name)[1] for name in ids] == [b"0", b"1", b"2"]
    assert captures.index() == 0
    assert lake.tables.read("captures").num_rows == 3


KILLED = """
import os, signal, sys
from datetime import datetime, UTC
from finwatch.lake import open_lake
lake = open_lake(sys.argv[1])
for n in range(3):
    c = lake.captures.append(market="shop", url=f"https://shop.example/{n}", at=datetime.now(UTC),
        request=b"GET / HTTP/1.1\\r\\n\\r\\n", status_line="HTTP/1.1 200 OK",
        headers=[], payload=b"body %d" % n, blob_sha256=None, payload_bytes=6, peer=None)
    print(c.id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_wrote_is_indexed_without_its_broken_tail(lake: LocalLake) -> None:
    run = subprocess.run([sys.executable, "-c", KILLED, lake.address], capture_output=True, text=True, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr
    ids = run.stdout.split()
    (segment,) = (Path(lake.address) / "captures").glob("*/*.warc.gz")
    whole = segment.stat().st_size
    torn = warc.exchange(**exchange())[:150]
    with segment.open("ab") as stream:
        stream.write(torn)
    lake.captures.append(**exchange())
    assert lake.captures.index() == 1
    assert sorted(row["id"] for row in lake.tables.read("captures").to_pylist()) == sorted(ids)
    assert whole <= segment.stat().st_size < whole + len(torn)
    assert lake.captures.read(ids[2])[1] == b"body 2"
    assert lake.captures.index() == 0


def test_a_segment_in_use_is_left_alone(lake: LocalLake) -> None:
    lake.captures.append(**exchange())
    other = LocalLake(Path(lake.address))
    assert other.captures.index() == 0
    lake.close()
    assert lake.tables.read("captures").num_rows == 1


def test_a_forked_child_writes_a_segment_of_its_own(lake: LocalLake) -> None:
    mine = lake.captures.append(**exchange())
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, lake.captures.append(**exchange(b"child")).id.encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 200).decode()
    os.close(reading)
    os.close(writing)
    assert theirs.partition("#")[0] != mine.id.partition("#")[0]
    assert lake.captures.read(theirs)[1] == b"child"


def test_a_disk_that_refuses_leaves_the_segment_as_it_was(lake: LocalLake, monkeypatch: pytest.MonkeyPatch) -> None:
    first = lake.captures.append(**exchange())
    real = os.fsync

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LakeError, match="disk is full"):
        lake.captures.append(**exchange(b"lost"))
    monkeypatch.setattr(os, "fsync", real)
    second = lake.captures.append(**exchange(b"kept"))
    assert lake.captures.read(first.id)[1] == b"<p>hi</p>"
    assert lake.captures.read(second.id)[1] == b"kept"


def test_header_values_cannot_forge_records(lake: LocalLake) -> None:
    capture = lake.captures.append(**exchange(headers=[("X-Odd", "a\r\nSet-Cookie: b\udcff"), ("X-Zh", "银行")]))
    read, payload = lake.captures.read(capture.id)
    assert payload == b"<p>hi</p>"
    assert [name for name, _ in read.headers] == [name for name, _ in capture.headers]
    assert not any(name == "Set-Cookie" for name, _ in read.headers)


@pytest.mark.parametrize("name", ["x", "../../secret#0", "finwatch-20261122T000000Z-1.warc.gz#0", "finwatch-2026#-1"])
def test_an_unknown_capture_is_said(lake: LocalLake, name: str) -> None:
    with pytest.raises(NotFound):
        lake.captures.read(name)


def test_a_damaged_record_is_said(lake: LocalLake) -> None:
    capture: Capture = lake.captures.append(**exchange())
    lake.close()
    (segment,) = (Path(lake.address) / "captures").glob("*/*.warc.gz")
    name, _, offset = capture.id.partition("#")
    with segment.open("r+b") as stream:
        stream.seek(int(offset) + 40)
        stream.write(b"\0" * 40)
    with pytest.raises(LakeError, match=name):
        lake.captures.read(capture.id)

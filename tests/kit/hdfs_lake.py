"""Lakes in a test's HDFS: each with a spool of its own, as if it were opened on a machine of its own."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from finwatch.lake.hdfs.files import Files
from finwatch.lake.hdfs.lake import HdfsLake
from finwatch.model.fetch import MarketId
from tests.kit.hadoop.cluster import Cluster

AT = datetime(2026, 11, 22, 10, 30, 0, 123456, tzinfo=UTC)
DAY = date(2026, 11, 22)
LATER = date(2026, 12, 1)


def lake_at(
    cluster: Cluster, machine: Path, *, root: str = "/finwatch", patience_s: float = 60.0, answer_s: float = 60.0
) -> HdfsLake:
    """The lake ``root`` of a cluster, opened from a machine whose spool is the folder ``machine``."""
    files = Files(cluster.address, root, patience_s=patience_s, answer_s=answer_s)
    lake = HdfsLake(files, spool=machine, cache_bytes=1 << 30)
    lake.open()
    return lake


def after_bytes(lake: HdfsLake, count: int, act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Has ``act`` called once, in the middle of the next uploads of a lake: after ``count`` bytes. The list tells."""
    publish, done, left = lake._files.publish, [], count

    def publishing(pieces: Callable[[], Iterator[bytes]], path: str) -> bool:
        def counted() -> Iterator[bytes]:
            nonlocal left
            for piece in pieces():
                for begin in range(0, len(piece), 1 << 18):
                    part = piece[begin : begin + (1 << 18)]
                    yield part
                    left -= len(part)
                    if left <= 0 and not done:
                        done.append(True)
                        act()

        return publish(counted, path)

    monkeypatch.setattr(lake._files, "publish", publishing)
    return done


def package(lake: HdfsLake, seed: int, size: int) -> tuple[Path, str]:
    """A finished download of bytes that nothing compresses, and its SHA-256."""
    data = random.Random(seed).randbytes(size)
    partial = lake.blobs.partial(f"download-{seed}")
    partial.write_bytes(data)
    return partial, hashlib.sha256(data).hexdigest()


def visit(name: str, *, market: str = "shop") -> dict[str, Any]:
    """A row of the table ``visits``."""
    return {"visit": name, "market": market, "at": AT, "listings": 1, "apps": 1, "capture": None}


def exchange(payload: bytes = b"<p>hi</p>", **changes: Any) -> dict[str, Any]:
    """What ``Captures.append`` takes."""
    return {
        "market": MarketId("shop"),
        "url": "https://shop.example/a",
        "at": AT,
        "request": b"GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n",
        "status_line": "HTTP/1.1 200 OK",
        "headers": [("Content-Type", "text/html")],
        "payload": payload,
        "blob_sha256": None,
        "payload_bytes": len(payload),
        "peer": "192.0.2.7",
    } | changes

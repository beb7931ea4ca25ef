"""A visit over TLS leaves in its record what the server showed of itself."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from finwatch.crawl.visit import VisitFailed
from finwatch.lake.local import LocalLake
from finwatch.lake.rows import capture_of
from finwatch.model.fetch import OutcomeKind
from tests.kit import tls
from tests.kit.crawling import fetcher, request


@pytest.mark.server
@pytest.mark.parametrize(("path", "stored_as"), [("/small", "warc"), ("/large", "blob")])
def test_the_certificates_of_a_server_are_kept_with_the_answer(
    lake: LocalLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, stored_as: str
) -> None:
    with tls.serving(tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.root_file))
        capture_id = _visited(lake, server.address, f"https://{server.address}{path}")
    capture, payload = lake.captures.read(capture_id)
    assert capture.stored_as == stored_as
    assert hashlib.sha256(payload).hexdigest() == capture.payload_sha256
    assert capture.tls is not None
    assert capture.tls.protocol == "tls/1.3"
    assert capture.tls.cipher.startswith("TLS_")
    assert [lake.blobs.read(one) for one in capture.tls.chain] == list(server.chain)
    assert capture.peer == "127.0.0.1"
    lake.close()
    (row,) = lake.tables.read("captures", where={"id": capture_id}).to_pylist()
    assert capture_of(row) == capture
    name, _, offset = capture_id.partition("#")
    (segment,) = (Path(lake.address) / "captures").glob(f"*/{name}")
    with segment.open("rb") as stream:
        stream.seek(int(offset))
        response, asked = list(ArchiveIterator(stream))[:2]
        assert response.headers["WARC-Protocol"] == "tls/1.3"
        assert response.headers["WARC-Date"].endswith("Z")
        assert asked.headers["WARC-Concurrent-To"] == response.headers["WARC-Record-ID"]


@pytest.mark.server
def test_a_server_that_nobody_vouches_for_is_not_believed(lake: LocalLake, tmp_path: Path) -> None:
    with tls.serving(tmp_path) as server, pytest.raises(VisitFailed) as failed:
        _visited(lake, server.address, f"https://{server.address}/")
    assert failed.value.kind is OutcomeKind.UNREACHABLE


def _visited(lake: LocalLake, allow: str, url: str) -> str:
    async def visit() -> str | None:
        async with fetcher(lake, allow) as visits:
            return (await visits.page(request(url, max_bytes=8 << 20))).capture

    capture = asyncio.run(visit())
    assert capture is not None
    return capture

"""A capture's proof and its export, checked the way a court's expert would: with openssl and sha256sum alone."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from finwatch.errors import LakeError, NotFound
from finwatch.lake.evidence import Proof, prove
from finwatch.lake.evidence.export import export
from finwatch.settings import Settings
from finwatch.transparency import merkle
from tests.kit import tls
from tests.kit.authority import LocalAuthority
from tests.kit.crawling import fetcher, request
from tests.kit.sealed import SealedLake, checked, flip

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAuthority]:
    with LocalAuthority(tmp_path_factory.mktemp("authority")).serving() as serving:
        yield serving


@pytest.fixture
def sealed(tmp_path: Path, authority: LocalAuthority) -> SealedLake:
    made = SealedLake(tmp_path / "lake", authority)
    made.segment(*(b"page %d" % n for n in range(6)))
    made.seal()
    return made


def test_every_record_has_a_proof_that_leads_to_the_root(sealed: SealedLake) -> None:
    for position, capture in enumerate(sealed.captures):
        proof = prove(sealed.lake, sealed.settings, capture.id)
        assert proof.capture == capture
        assert proof.whole
        assert proof.response.index == 1 + 2 * position
        assert proof.request is not None
        assert proof.request.record.type == "request"
        assert proof.stamp is not None
        assert proof.stamp.imprint == hashlib.sha256(sealed.statement(1).read_bytes()).hexdigest()
        reached = merkle.climb(
            bytes.fromhex(proof.response.record.leaf),
            index=proof.response.index,
            size=proof.batch.records,
            path=[bytes.fromhex(step.hash) for step in proof.response.path],
        )
        assert reached is not None
        assert reached.hex() == proof.batch.root


def test_an_altered_record_has_no_proof_and_is_not_exported(sealed: SealedLake, tmp_path: Path) -> None:
    capture = sealed.captures[2]
    flip(sealed.segment_of(capture), int(capture.id.partition("#")[2]) + 100)
    proof = prove(sealed.lake, sealed.settings, capture.id)
    assert not proof.whole
    with pytest.raises(LakeError, match="does not lead to the root"):
        export(sealed.lake, sealed.settings, capture.id, tmp_path / "e.zip")
    assert not (tmp_path / "e.zip").exists()
    assert prove(sealed.lake, sealed.settings, sealed.captures[3].id).whole


def test_an_export_is_checked_with_openssl_and_sha256sum(sealed: SealedLake, tmp_path: Path) -> None:
    for position in (0, 3, 5):
        target = tmp_path / f"{position}.zip"
        proof = export(sealed.lake, sealed.settings, sealed.captures[position].id, target)
        printed = checked(target, tmp_path / f"out-{position}")
        assert printed.count(f"response.warc.gz: {proof.batch.root}") == 1
        assert printed.count(f"request.warc.gz: {proof.batch.root}") == 1
        assert f"page {position}" in printed
        assert "WARC-Target-URI: https://shop.example/0/" in printed
        held = json.loads((tmp_path / f"out-{position}" / "proof.json").read_bytes())
        assert Proof.model_validate(held) == proof


def test_the_same_lake_gives_the_same_export(sealed: SealedLake, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        export(sealed.lake, sealed.settings, sealed.captures[0].id, tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("name", ["response.warc.gz", "batch.json", "stamp.tsr"])
def test_the_commands_of_an_export_notice_what_was_changed(sealed: SealedLake, tmp_path: Path, name: str) -> None:
    export(sealed.lake, sealed.settings, sealed.captures[1].id, tmp_path / "e.zip")
    with zipfile.ZipFile(tmp_path / "e.zip") as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    data = bytearray(files[name])
    data[len(data) // 2] ^= 4
    files[name] = bytes(data)
    sums = "".join(f"{hashlib.sha256(b).hexdigest()}  {n}\n" for n, b in files.items() if n != "SHA256SUMS")
    files["SHA256SUMS"] = sums.encode()
    with zipfile.ZipFile(tmp_path / "forged.zip", "w") as archive:
        for one, content in files.items():
            archive.writestr(one, content)
    if name == "response.warc.gz":
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        try:
            printed = checked(tmp_path / "forged.zip", tmp_path / "out")
        except AssertionError as error:
            printed = str(error)
        root = json.loads(files["batch.json"])["root"]
        assert f"response.warc.gz: {root}" not in printed
        assert re.search(r"response\.warc\.gz: [0-9a-f]{64}", printed)
    else:
        with pytest.raises(AssertionError):
            checked(tmp_path / "forged.zip", tmp_path / "out")


def test_payload_and_certificates_of_a_visit_over_tls_are_in_the_export(
    tmp_path: Path, authority: LocalAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = SealedLake(tmp_path / "lake", authority)

    async def visit(address: str) -> str | None:
        async with fetcher(made.lake, address) as visits:
            return (await visits.page(request(f"https://{address}/large", max_bytes=8 << 20))).capture

    with tls.serving(tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.root_file))
        capture = asyncio.run(visit(server.address))
    assert capture is not None
    made.seal()
    assert made.verify().payloads == 3  # the page and two certificates
    export(made.lake, made.settings, capture, tmp_path / "e.zip")
    printed = checked(tmp_path / "e.zip", tmp_path / "out")
    assert hashlib.sha256(b"<h1>bank</h1>" * 200_000).hexdigest() + "  payload" in printed
    for one in server.chain:
        assert hashlib.sha256(one).hexdigest() in printed.replace(":", "").lower()
    flip(made.lake.blobs.path(hashlib.sha256(server.chain[1]).hexdigest()), 40)
    assert "blob" in made.verify().alterations[0].said


def test_a_proof_without_a_stamp_says_so(tmp_path: Path) -> None:
    made = SealedLake(tmp_path / "lake")
    (capture,) = made.segment(b"a")
    with pytest.raises(NotFound, match="not sealed yet"):
        prove(made.lake, made.settings, capture.id)
    made.seal()
    proof = export(made.lake, made.settings, capture.id, tmp_path / "e.zip")
    assert proof.stamp is None
    assert "pending" in proof.stamp_said
    assert "pending" in zipfile.ZipFile(tmp_path / "e.zip").read("README.txt").decode()


def test_a_stamp_is_shown_as_unverified_without_a_certificate(sealed: SealedLake) -> None:
    proof = prove(sealed.lake, Settings(), sealed.captures[0].id)
    assert proof.stamp is not None
    assert "not verified" in proof.stamp_said


def test_a_stamp_over_something_else_is_no_stamp(sealed: SealedLake) -> None:
    sealed.segment(b"b", day=1)
    sealed.seal()
    shutil.copy(sealed.stamp(1), sealed.stamp(2))
    proof = prove(sealed.lake, sealed.settings, sealed.captures[0].id)
    assert proof.stamp is None
    assert "something else" in proof.stamp_said


@pytest.mark.parametrize("name", ["x", "finwatch-1.warc.gz#0", "#5", "{segment}#1", "{segment}#x"])
def test_a_capture_that_is_not_there_is_said(sealed: SealedLake, name: str) -> None:
    with pytest.raises(NotFound):
        prove(sealed.lake, sealed.settings, name.format(segment=sealed.captures[0].id.partition("#")[0]))

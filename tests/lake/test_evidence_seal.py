"""Sealing: what is pending is said and tried again, what a killed process left is completed, nothing twice."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator

from finwatch.errors import LakeError, SettingError
from finwatch.lake.evidence import Altered, Outcome, authority, seal
from finwatch.lake.evidence.records import UNREADABLE, scan
from finwatch.settings import Settings
from finwatch.transparency import merkle
from tests.kit.authority import LocalAuthority
from tests.kit.sealed import SealedLake

pytestmark = pytest.mark.server


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[LocalAuthority]:
    with LocalAuthority(tmp_path / "authority").serving() as serving:
        yield serving


def test_leaves_are_the_records_without_a_gap(tmp_path: Path) -> None:
    made = SealedLake(tmp_path / "lake")
    captures = made.segment(b"one", b"two" * 50_000)
    path = made.segment_of(captures[0])
    with path.open("rb") as stream:
        leaves = list(scan(stream))
    data = path.read_bytes()
    assert [leaf.type for leaf in leaves] == ["warcinfo", "response", "request", "response", "request"]
    assert [leaf.offset for leaf in leaves[1::2]] == [int(one.id.partition("#")[2]) for one in captures]
    assert [leaf.url for leaf in leaves[1::2]] == [one.url for one in captures]
    assert sum(leaf.length for leaf in leaves) == len(data)
    for leaf in leaves:
        record = data[leaf.offset : leaf.offset + leaf.length]
        assert leaf.leaf == merkle.leaf_hash(record).hex()
        assert len(list(ArchiveIterator(BytesIO(record)))) == 1
    made.seal()
    (statement,) = (made.root / "evidence").glob("0*.json")
    by_hand = [merkle.leaf_hash(data[leaf.offset : leaf.offset + leaf.length]) for leaf in leaves]
    root = merkle.node_hash(
        merkle.node_hash(merkle.node_hash(*by_hand[:2]), merkle.node_hash(*by_hand[2:4])), by_hand[4]
    )
    assert json.loads(statement.read_bytes())["root"] == root.hex()


def test_bytes_that_are_no_record_are_sealed_as_such(tmp_path: Path) -> None:
    made = SealedLake(tmp_path / "lake")
    path = made.segment_of(made.segment(b"one")[0])
    whole = path.stat().st_size
    for rest in (b"x", b"\x1f\x8b\x08\x00 cut off", b"\0" * 200_000):
        broken = tmp_path / "broken"
        broken.write_bytes(path.read_bytes() + rest)
        with broken.open("rb") as stream:
            *_, leaf = scan(stream)
        assert (leaf.type, leaf.offset, leaf.length) == (UNREADABLE, whole, len(rest))


def test_batches_are_chained_and_name_the_stamps_before(tmp_path: Path, tsa: LocalAuthority) -> None:
    made = SealedLake(tmp_path / "lake", tsa)
    for day in range(3):
        made.segment(b"a", day=day)
        sealed = made.seal()
        assert (sealed.batches, sealed.stamped, sealed.pending, sealed.why) == ((day + 1,), (day + 1,), (), "")
    statements = [json.loads(made.statement(n).read_bytes()) for n in (1, 2, 3)]
    assert [one["previous"] for one in statements] == [
        None,
        *(subprocess.check_output(["sha256sum", made.statement(n)], text=True)[:64] for n in (1, 2)),
    ]
    assert [[held["number"] for held in one["stamps"]] for one in statements] == [[], [1], [2]]
    assert made.seal().batches == ()
    assert tsa.asked == 3


def test_openssl_itself_accepts_the_stamp(tmp_path: Path, tsa: LocalAuthority) -> None:
    made = SealedLake(tmp_path / "lake", tsa)
    made.segment(b"a")
    made.seal()
    command = ["openssl", "ts", "-verify", "-in", made.stamp(1), "-CAfile", tsa.certificate, "-data"]
    assert b"OK" in subprocess.run([*command, made.statement(1)], capture_output=True, check=True).stdout
    made.statement(1).write_bytes(made.statement(1).read_bytes() + b" ")
    assert subprocess.run([*command, made.statement(1)], capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("how", ["refused", "503"])
def test_an_authority_that_fails_leaves_the_stamp_pending_until_next_time(
    tmp_path: Path, tsa: LocalAuthority, how: str
) -> None:
    made = SealedLake(tmp_path / "lake", tsa)
    made.segment(b"a")
    made.segment(b"b", day=1)
    url, tsa.url, tsa.status = tsa.url, "http://127.0.0.1:1/tsr" if how == "refused" else tsa.url, 503
    sealed = made.seal()
    assert (sealed.batches, sealed.stamped, sealed.pending) == ((1, 2), (), (1, 2))
    assert ("could not be reached" if how == "refused" else "answered 503") in sealed.why
    assert tsa.asked == (0 if how == "refused" else 1)  # one failure is enough for one run
    found = made.verify()
    assert (found.outcome, found.pending, found.stamps) == (Outcome.WHOLE, (1, 2), 0)
    tsa.url, tsa.status = url, 200
    assert made.seal().stamped == (1, 2)
    found = made.verify()
    assert (found.outcome, found.pending, found.stamps) == (Outcome.WHOLE, (), 2)


def test_without_an_authority_everything_is_sealed_and_that_is_said(tmp_path: Path) -> None:
    made = SealedLake(tmp_path / "lake")
    made.segment(b"a")
    sealed = made.seal()
    assert (sealed.batches, sealed.pending) == ((1,), (1,))
    assert "FINWATCH_TSA_URL" in sealed.why
    assert made.verify().outcome is Outcome.WHOLE


def test_a_stamp_that_cannot_be_verified_is_not_taken(tmp_path: Path, tsa: LocalAuthority) -> None:
    made = SealedLake(tmp_path / "lake", tsa)
    made.segment(b"a")
    other = LocalAuthority(tmp_path / "other")
    settings = Settings(tsa_url=tsa.url, tsa_certificate=other.certificate)
    sealed = seal(made.lake, settings)
    assert (sealed.stamped, sealed.pending) == ((), (1,))
    assert "cannot be used" in sealed.why
    assert not made.stamp(1).exists()


def test_an_old_answer_is_not_taken(tsa: LocalAuthority) -> None:
    asking = authority.Authority(tsa.url, authority.Trust(tsa.certificate))
    old = asking.ask(b"statement")
    tsa.reply = lambda query: old  # type: ignore[method-assign]
    with pytest.raises(authority.NoStamp, match="answers another request"):
        asking.ask(b"statement")


def test_a_stamp_over_something_else_is_not_taken(tsa: LocalAuthority) -> None:
    asked, other = (hashlib.sha256(data).digest() for data in (b"statement", b"another"))
    real = tsa.reply
    tsa.reply = lambda query: real(query.replace(asked, other))  # type: ignore[method-assign]
    with pytest.raises(authority.NoStamp, match="answers another request"):
        authority.Authority(tsa.url, authority.Trust(tsa.certificate)).ask(b"statement")


def test_garbage_from_an_authority_is_no_stamp(tmp_path: Path, tsa: LocalAuthority) -> None:
    tsa.reply = lambda query: b"<html>hello</html>"  # type: ignore[method-assign]
    with pytest.raises(authority.NoStamp, match="no time-stamp reply"):
        authority.Authority(tsa.url, authority.Trust(tsa.certificate)).ask(b"x")
    tsa.reply = lambda query: b"0" * (1 << 20) + b"1"  # type: ignore[method-assign]
    with pytest.raises(authority.NoStamp, match="longer than"):
        authority.Authority(tsa.url, authority.Trust(tsa.certificate)).ask(b"x")


def test_user_and_password_of_the_address_go_into_a_header(tmp_path: Path, tsa: LocalAuthority) -> None:
    url = tsa.url.replace("http://", "http://us%40er:pa:ss@")
    authority.Authority(url, authority.Trust(tsa.certificate)).ask(b"x")
    assert tsa.authorization == "Basic " + base64.b64encode(b"us@er:pa:ss").decode()


@pytest.mark.parametrize("settings", [{"tsa_url": "http://a.example"}, {"tsa_url": "ftp://a.example"}])
def test_settings_that_cannot_work_are_said(tmp_path: Path, tsa: LocalAuthority, settings: dict[str, str]) -> None:
    made = SealedLake(tmp_path / "lake")
    more = {} if settings["tsa_url"].startswith("http") else {"tsa_certificate": tsa.certificate}
    with pytest.raises(SettingError, match="FINWATCH_TSA"):
        seal(made.lake, Settings.model_validate(settings | more))


KILLED = """
import os, signal, sys
from pathlib import Path
from finwatch.lake.evidence import chain, seal
from finwatch.lake.local import LocalLake
from finwatch.settings import Settings
from finwatch.lake import disk
root, url, pem, place = sys.argv[1:]
real = disk.write_new
def write_new(path, data):
    if path.name.endswith(place.removesuffix("+")):
        if place.endswith("+"):
            real(path, data)
        os.kill(os.getpid(), signal.SIGKILL)
    real(path, data)
disk.write_new = write_new
seal(LocalLake(Path(root)), Settings(tsa_url=url, tsa_certificate=Path(pem)))
"""


@pytest.mark.parametrize(
    "place", ["00000002.json", "00000002.json+", "day.sealed", ".sealed+", "head.json", "head.json+", ".tsr", ".tsr+"]
)
def test_a_process_killed_anywhere_leaves_what_the_next_one_completes(
    tmp_path: Path, tsa: LocalAuthority, place: str
) -> None:
    made = SealedLake(tmp_path / "lake", tsa)
    made.segment(b"a")
    made.seal()
    for day in (1, 2):
        made.segment(b"b", b"c", day=day)
    arguments = [str(made.root), tsa.url, str(tsa.certificate), place.replace("day.", ".")]
    run = subprocess.run([sys.executable, "-c", KILLED, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == -9, run.stderr
    found = made.verify()
    assert found.alterations == ()
    made.seal()
    found = made.verify()
    assert (found.outcome, found.batches, found.stamps, found.unsealed) == (Outcome.WHOLE, 3, 3, 0)
    segments = [json.loads(made.statement(n).read_bytes())["segment"] for n in (1, 2, 3)]
    assert len(set(segments)) == 3
    assert tsa.asked == (4 if place == ".tsr" else 3)  # a stamp that was received is not asked for again


def test_a_segment_being_written_is_not_sealed(tmp_path: Path) -> None:
    made = SealedLake(tmp_path / "lake")
    made.segment(b"a")
    other = SealedLake(made.root)
    held = other.lake.captures
    held.append(
        market="shop",  # type: ignore[arg-type]
        url="https://shop.example/",
        at=next(made._minutes),
        request=b"GET / HTTP/1.1\r\n\r\n",
        status_line="HTTP/1.1 200 OK",
        headers=[],
        payload=b"now",
        blob_sha256=None,
        payload_bytes=3,
        peer=None,
    )
    assert made.seal().batches == (1,)
    assert other.seal().batches == (2,)  # its own segment is ended first
    assert made.verify().outcome is Outcome.WHOLE


def test_a_disk_that_refuses_leaves_the_chain_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = SealedLake(tmp_path / "lake")
    made.segment(b"a")
    made.seal()
    made.segment(b"b", day=1)
    real = os.fsync

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LakeError, match="disk is full"):
        made.seal()
    monkeypatch.setattr(os, "fsync", real)
    assert made.verify().outcome is Outcome.WHOLE
    assert made.seal().batches == (2,)
    assert made.verify().outcome is Outcome.WHOLE


def test_a_statement_that_does_not_follow_stops_sealing(tmp_path: Path) -> None:
    made = SealedLake(tmp_path / "lake")
    made.segment(b"a")
    made.seal()
    made.statement(2).write_bytes(made.statement(1).read_bytes())
    with pytest.raises(LakeError, match="does not follow on batch 1"):
        made.seal()
    assert [one.kind for one in made.verify().alterations] != []
    assert Altered.ROOT in {one.kind for one in made.verify().alterations}

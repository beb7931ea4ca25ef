"""What is altered after sealing is named, and nothing else is."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from finwatch.errors import InputError, LakeError, SettingError
from finwatch.lake.evidence import Altered, Outcome, Verification, prove
from finwatch.settings import Settings
from tests.kit.authority import LocalAuthority
from tests.kit.sealed import SealedLake, flip

pytestmark = pytest.mark.server
PAGES = [b"page %d" % n for n in range(5)]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAuthority]:
    with LocalAuthority(tmp_path_factory.mktemp("authority")).serving() as serving:
        yield serving


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory, authority: LocalAuthority) -> SealedLake:
    made = SealedLake(tmp_path_factory.mktemp("pattern") / "lake", authority)
    for day in range(4):
        made.segment(*PAGES, day=day)
        made.seal()
    return made


@pytest.fixture
def sealed(tmp_path: Path, pattern: SealedLake) -> SealedLake:
    """Four stamped batches, a day apart."""
    shutil.copytree(pattern.root, tmp_path / "lake")
    made = SealedLake(tmp_path / "lake", pattern.authority)
    made.captures = pattern.captures
    return made


def kinds(found: Verification) -> list[tuple[Altered, int | None]]:
    return [(one.kind, one.batch) for one in found.alterations]


def test_what_was_not_touched_is_whole(sealed: SealedLake) -> None:
    found = sealed.verify()
    assert (found.outcome, found.alterations, found.unproven) == (Outcome.WHOLE, (), ())
    assert (found.batches, found.checked, found.stamps, found.pending, found.unsealed) == (4, 4, 4, (), 0)
    assert found.records == 4 * 11  # a head, then five answers and five requests
    assert found.bytes == sum(path.stat().st_size for path in sealed.root.glob("captures/*/*.gz"))


@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_one_byte_of_a_record_is_named(sealed: SealedLake, position: int, place: str) -> None:
    capture = sealed.captures[position]
    path, offset = sealed.segment_of(capture), int(capture.id.partition("#")[2])
    leaf = next(one for one in map(json.loads, sealed.leaves(4).read_text().splitlines()) if one["offset"] == offset)
    flip(path, offset + {"start": 3, "middle": leaf["length"] // 2, "end": leaf["length"] - 1}[place], bit=0x10)
    found = sealed.verify()
    (one,) = found.alterations
    assert found.outcome is Outcome.ALTERED
    assert (one.kind, one.batch, one.offset, one.url) == (Altered.RECORD, 4, offset, capture.url)
    assert one.segment == str(path.relative_to(sealed.root))
    assert one.at is not None
    assert one.at.startswith("2026-11-23T08:00")


@pytest.mark.parametrize("number", [1, 3, 4])
def test_one_byte_of_a_statement_is_named(sealed: SealedLake, number: int) -> None:
    place = sealed.statement(number).read_bytes().index(b'"root":"') + 12
    flip(sealed.statement(number), place)
    assert kinds(sealed.verify()) == [(Altered.ROOT, number)]


def test_every_byte_of_a_statement_counts(sealed: SealedLake) -> None:
    whole = sealed.statement(2).read_bytes()
    for place in range(0, len(whole), 7):
        flip(sealed.statement(2), place)
        found = sealed.verify(since=date(2027, 1, 1))
        assert (Altered.ROOT, 2) in kinds(found), whole[place - 10 : place + 10]
        assert {batch for _, batch in kinds(found)} == {2}
        sealed.statement(2).write_bytes(whole)


@pytest.mark.parametrize("number", [1, 4])
def test_every_byte_of_a_stamp_counts(sealed: SealedLake, number: int) -> None:
    whole = sealed.stamp(number).read_bytes()
    for place in [*range(0, len(whole), 29), len(whole) - 1]:
        flip(sealed.stamp(number), place)
        assert kinds(sealed.verify(since=date(2027, 1, 1))) == [(Altered.STAMP, number)], place
        sealed.stamp(number).write_bytes(whole)


def test_a_stamp_that_was_taken_away_is_missed(sealed: SealedLake) -> None:
    sealed.stamp(2).unlink()
    sealed.stamp(4).unlink()
    found = sealed.verify()
    assert kinds(found) == [(Altered.STAMP, 2), (Altered.STAMP, 4)]
    assert "taken away" in found.alterations[0].said
    assert found.pending == ()


def test_a_stamp_of_another_batch_is_named(sealed: SealedLake) -> None:
    sealed.stamp(2).write_bytes(sealed.stamp(3).read_bytes())
    assert kinds(sealed.verify()) == [(Altered.STAMP, 2)]


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_batch_that_was_removed_is_missed(sealed: SealedLake, number: int) -> None:
    segment = json.loads(sealed.statement(number).read_bytes())["segment"]
    for path in (sealed.statement(number), sealed.leaves(number), sealed.stamp(number)):
        path.unlink()
    found = sealed.verify()
    assert kinds(found) == [(Altered.BATCH, number)]
    assert found.alterations[0].segment == segment


def test_batches_cut_off_the_end_are_missed(sealed: SealedLake) -> None:
    noted = f"4:{sealed.verify().head}"
    for path in sealed.root.glob("evidence/*"):
        if path.name.startswith(("00000003", "00000004")):
            path.unlink()
    assert kinds(sealed.verify()) == [(Altered.BATCH, 3), (Altered.BATCH, 4)]
    assert (Altered.HEAD, 4) in kinds(sealed.verify(note=noted))


def test_a_chain_cut_off_with_its_head_is_missed_by_the_notes_beside_the_segments(sealed: SealedLake) -> None:
    head = json.loads((sealed.root / "evidence" / "head.json").read_text())
    for path in sealed.root.glob("evidence/00000004*"):
        path.unlink()
    before = json.loads(sealed.statement(3).read_text())
    sha256 = hashlib.sha256(sealed.statement(3).read_bytes()).hexdigest()
    stamps = [*before["stamps"], {"number": 3, "sha256": hashlib.sha256(sealed.stamp(3).read_bytes()).hexdigest()}]
    forged = head | {"number": 3, "sha256": sha256, "stamps": stamps[-1:]}
    (sealed.root / "evidence" / "head.json").write_text(json.dumps(forged))
    found = sealed.verify()
    assert kinds(found) == [(Altered.BATCH, 4)]
    assert found.alterations[0].segment == str(sealed.segment_of(sealed.captures[0]).relative_to(sealed.root))


def test_a_wrong_note_beside_a_segment_accuses_nobody(sealed: SealedLake) -> None:
    path = sealed.segment_of(sealed.captures[0])
    path.with_name(f"{path.name}.sealed").write_text("99\n")
    assert sealed.verify().outcome is Outcome.WHOLE
    path.with_name(f"{path.name}.sealed").write_text("2\n")
    assert sealed.verify().outcome is Outcome.WHOLE
    with pytest.raises(LakeError, match="not the one of"):
        prove(sealed.lake, sealed.settings, sealed.captures[0].id)


def test_an_end_noted_elsewhere_shows_a_chain_that_was_made_anew(sealed: SealedLake, tmp_path: Path) -> None:
    noted = f"4:{sealed.verify().head}"
    assert sealed.verify(note=noted).outcome is Outcome.WHOLE
    forged = SealedLake(tmp_path / "forged", sealed.authority)
    for day in range(4):
        forged.segment(*PAGES[1:], day=day)
        forged.seal()
    assert forged.verify().outcome is Outcome.WHOLE
    assert kinds(forged.verify(note=noted)) == [(Altered.HEAD, 4)]
    with pytest.raises(InputError, match="NUMBER:SHA256"):
        forged.verify(note="4:zz")


def test_a_stamp_put_where_none_was_received_is_named(sealed: SealedLake, tmp_path: Path) -> None:
    waiting = SealedLake(tmp_path / "waiting")
    waiting.segment(b"a")
    waiting.seal()
    waiting.authority = sealed.authority
    assert waiting.verify().pending == (1,)
    waiting.stamp(1).write_bytes(sealed.stamp(1).read_bytes())
    found = waiting.verify()
    assert kinds(found) == [(Altered.STAMP, 1)]
    assert "something else" in found.alterations[0].said
    assert waiting.seal().stamped == (1,)
    assert waiting.verify().outcome is Outcome.WHOLE


def test_a_head_put_back_from_earlier_is_named(sealed: SealedLake) -> None:
    path = sealed.root / "evidence" / "head.json"
    sha256 = hashlib.sha256(sealed.statement(2).read_bytes()).hexdigest()
    path.write_text(json.dumps(json.loads(path.read_text()) | {"number": 2, "sha256": sha256, "stamps": []}))
    assert kinds(sealed.verify()) == [(Altered.HEAD, None)]


@pytest.mark.parametrize(("one", "other"), [(2, 3), (1, 2), (3, 4)])
@pytest.mark.parametrize("whole", [True, False])
def test_two_batches_that_were_swapped_are_named(sealed: SealedLake, one: int, other: int, whole: bool) -> None:
    for of in [sealed.statement, sealed.leaves, sealed.stamp] if whole else [sealed.statement]:
        kept = of(one).read_bytes()
        of(one).write_bytes(of(other).read_bytes())
        of(other).write_bytes(kept)
    found = sealed.verify()
    assert [kind for kind in kinds(found) if kind[0] is Altered.BATCH] == [(Altered.BATCH, one), (Altered.BATCH, other)]
    assert "swapped" in found.alterations[0].said
    assert {batch for _, batch in kinds(found)} == {one, other}


def test_a_truncated_segment_is_named_with_the_first_record_lost(sealed: SealedLake) -> None:
    capture = sealed.captures[3]
    offset = int(capture.id.partition("#")[2])
    os.truncate(sealed.segment_of(capture), offset + 20)
    (one,) = sealed.verify().alterations
    assert (one.kind, one.batch, one.offset, one.url) == (Altered.SEGMENT, 4, offset, capture.url)
    assert f"ends at byte {offset + 20:,}" in one.said


def test_bytes_added_to_a_segment_are_named(sealed: SealedLake) -> None:
    path = sealed.segment_of(sealed.captures[0])
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() * 2)
    (one,) = sealed.verify().alterations
    assert (one.kind, one.offset) == (Altered.SEGMENT, size)
    path.unlink()
    (one,) = sealed.verify().alterations
    assert (one.kind, one.batch, one.said) == (Altered.SEGMENT, 4, "The segment is missing.")


def test_an_altered_list_is_told_from_an_altered_record(sealed: SealedLake) -> None:
    flip(sealed.leaves(3), sealed.leaves(3).read_bytes().index(b'"leaf":"') + 9)
    assert kinds(sealed.verify()) == [(Altered.LEAVES, 3)]
    sealed.leaves(3).unlink()
    assert kinds(sealed.verify()) == [(Altered.LEAVES, 3)]


def test_records_without_their_list_are_held_against_the_root(sealed: SealedLake) -> None:
    sealed.leaves(4).write_text("no list\n")
    capture = sealed.captures[2]
    flip(sealed.segment_of(capture), int(capture.id.partition("#")[2]) + 60)
    assert kinds(sealed.verify()) == [(Altered.LEAVES, 4), (Altered.SEGMENT, 4)]


@pytest.mark.parametrize("how", ["gone", "garbage", "number", "sha256"])
def test_an_altered_head_is_named(sealed: SealedLake, how: str) -> None:
    path = sealed.root / "evidence" / "head.json"
    text = path.read_text()
    if how == "gone":
        path.unlink()
    elif how == "garbage":
        path.write_text("{")
    elif how == "number":
        path.write_text(text.replace('"number":4', '"number":9', 1))
    else:
        held = json.loads(text)["sha256"]
        path.write_text(text.replace(held, held[::-1]))
    assert [kind for kind, _ in kinds(sealed.verify())] == [Altered.HEAD]


def test_a_payload_kept_as_a_blob_is_hashed_too(tmp_path: Path, authority: LocalAuthority) -> None:
    made = SealedLake(tmp_path / "lake", authority)
    (capture,) = made.segment(b"", blob=b"package" * 1000)
    made.seal()
    found = made.verify()
    assert (found.outcome, found.payloads) == (Outcome.WHOLE, 1)
    flip(made.lake.blobs.path(capture.payload_sha256), 100)
    (one,) = made.verify().alterations
    assert (one.kind, one.url) == (Altered.PAYLOAD, capture.url)
    assert made.verify(payloads=False).outcome is Outcome.WHOLE
    made.lake.blobs.path(capture.payload_sha256).unlink()
    assert "missing" in made.verify().alterations[0].said


def test_only_days_asked_for_are_hashed_again_but_the_chain_is_followed(sealed: SealedLake) -> None:
    first = min(sealed.root.glob("captures/*/*.gz"))
    flip(first, 700)
    found = sealed.verify(since=date(2026, 11, 22))
    assert (found.outcome, found.checked, found.batches) == (Outcome.WHOLE, 2, 4)
    assert sealed.verify().outcome is Outcome.ALTERED
    flip(sealed.statement(1), 200)
    assert (Altered.ROOT, 1) in kinds(sealed.verify(since=date(2026, 11, 22)))


def test_stamps_of_another_authority_are_not_called_altered(sealed: SealedLake, tmp_path: Path) -> None:
    other = LocalAuthority(tmp_path / "other")
    other.url, sealed.authority = "http://127.0.0.1:1/", other
    found = sealed.verify()
    assert (found.outcome, found.alterations, found.stamps) == (Outcome.UNUSABLE, (), 0)
    assert "FINWATCH_TSA_CERTIFICATE" in found.unproven[0]


def test_stamps_without_a_certificate_are_said_to_be_unverified(sealed: SealedLake) -> None:
    sealed.authority = None
    found = sealed.verify()
    assert (found.outcome, found.alterations) == (Outcome.UNUSABLE, ())
    assert found.unproven == (
        "4 time stamps were not verified: set FINWATCH_TSA_CERTIFICATE to a PEM file with the certificates of their "
        "authority.",
    )


def test_a_lake_in_which_nothing_was_sealed_is_not_called_whole(tmp_path: Path) -> None:
    made = SealedLake(tmp_path / "lake")
    made.segment(b"a")
    found = made.verify()
    assert (found.outcome, found.unsealed) == (Outcome.UNUSABLE, 1)
    assert "evidence seal" in found.unproven[0]


def test_a_certificate_file_that_cannot_be_used_is_said(tmp_path: Path, sealed: SealedLake) -> None:
    from finwatch.lake.evidence import verify

    for path, said in ((tmp_path / "none.pem", "cannot be read"), (tmp_path / "bad.pem", "no PEM certificate")):
        if path.name == "bad.pem":
            path.write_text("hello")
        with pytest.raises(SettingError, match=said):
            verify(sealed.lake, Settings(tsa_certificate=path))
    assert sealed.authority is not None
    with pytest.raises(SettingError, match="self-signed"):
        verify(sealed.lake, Settings(tsa_certificate=sealed.authority.folder / "tsa.pem"))


def test_nothing_is_sealed_on_a_chain_that_is_broken(sealed: SealedLake) -> None:
    (sealed.root / "evidence" / "head.json").unlink()
    with pytest.raises(LakeError, match=r"head\.json is missing"):
        sealed.seal()

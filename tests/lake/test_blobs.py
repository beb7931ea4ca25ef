"""Blobs: whole or not there, never written twice, told about when damaged."""

from __future__ import annotations

import errno
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from finwatch.errors import LakeError, NotFound
from finwatch.lake import disk
from finwatch.lake.local import LocalLake

HELLO = hashlib.sha256(b"hello").hexdigest()


def test_bytes_come_back_under_their_hash(lake: LocalLake) -> None:
    assert lake.blobs.put(b"hello") == HELLO
    assert lake.blobs.has(HELLO)
    assert lake.blobs.read(HELLO) == b"hello"
    with lake.blobs.open(HELLO) as stream:
        assert stream.read() == b"hello"
    assert lake.blobs.path(HELLO).parts[-3:] == (HELLO[:2], HELLO[2:4], HELLO)
    assert list((Path(lake.address) / "partial").iterdir()) == []


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64])
def test_what_is_not_there_is_said(lake: LocalLake, name: str) -> None:
    with pytest.raises(NotFound):
        lake.blobs.path(name)


def test_a_download_grows_over_restarts_and_is_adopted_once(lake: LocalLake) -> None:
    partial = lake.blobs.partial("download-1")
    partial.write_bytes(b"hel")
    again = LocalLake(Path(lake.address)).blobs.partial("download-1")
    with again.open("ab") as stream:
        stream.write(b"lo")
    place = lake.blobs.adopt(again, HELLO)
    assert place.read_bytes() == b"hello"
    assert not partial.exists()
    assert oct(place.stat().st_mode & 0o777) == "0o444"


def test_a_blob_already_there_is_kept(lake: LocalLake) -> None:
    lake.blobs.put(b"hello")
    before = lake.blobs.path(HELLO).stat().st_ino
    partial = lake.blobs.partial("second")
    partial.write_bytes(b"hello")
    lake.blobs.adopt(partial, HELLO)
    assert lake.blobs.path(HELLO).stat().st_ino == before
    assert not partial.exists()


def test_adoption_syncs_bytes_before_the_name_and_the_folder_after(
    lake: LocalLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    monkeypatch.setattr(disk, "sync_file", lambda path: steps.append("bytes"))
    monkeypatch.setattr(disk, "sync_folder", lambda path: steps.append("folder"))
    real = Path.rename
    monkeypatch.setattr(Path, "rename", lambda self, target: steps.append("name") or real(self, target))
    lake.blobs.put(b"hello")
    assert steps[:3] == ["bytes", "name", "folder"]


def test_a_key_cannot_leave_the_folder(lake: LocalLake) -> None:
    with pytest.raises(LakeError):
        lake.blobs.partial("../escape")


def test_damage_is_found_and_named(lake: LocalLake) -> None:
    lake.blobs.put(b"sound")
    lake.blobs.put(b"hello")
    place = lake.blobs.path(HELLO)
    place.chmod(0o644)
    place.write_bytes(b"hellO")
    (damage,) = lake.blobs.verify()
    assert (damage.sha256, damage.path) == (HELLO, str(place))
    assert damage.found == hashlib.sha256(b"hellO").hexdigest()
    assert list(lake.blobs.verify(since="f" * 64)) == []


def test_downloads_that_nobody_goes_on_with_are_swept(lake: LocalLake) -> None:
    old, young = lake.blobs.partial("old"), lake.blobs.partial("young")
    for partial, at in ((old, 1_000), (young, 3_000)):
        partial.write_bytes(b"part")
        os.utime(partial, (at, at))
    assert lake.blobs.sweep(before=datetime.fromtimestamp(2_000, UTC)) == 1
    assert (old.exists(), young.exists()) == (False, True)


def test_a_full_disk_loses_nothing_and_says_what_to_do(lake: LocalLake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.blobs.put(b"sound")
    partial = lake.blobs.partial("big")
    partial.write_bytes(b"hello")

    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(disk, "sync_file", full)
        with pytest.raises(LakeError, match="disk is full") as caught:
            lake.blobs.adopt(partial, HELLO)
    assert HELLO in str(caught.value)
    assert not lake.blobs.has(HELLO)
    assert lake.blobs.adopt(partial, HELLO).read_bytes() == b"hello"
    assert list(lake.blobs.verify()) == []


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("not a folder")
    with pytest.raises(LakeError, match=str(tmp_path)):
        LocalLake(tmp_path / "lake").blobs.put(b"hello")

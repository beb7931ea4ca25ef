"""The door: addresses that lead to a lake, and those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from finwatch.errors import LakeError, SettingError
from finwatch.lake import open_lake


def test_a_folder_is_a_lake(tmp_path: Path) -> None:
    sha256 = open_lake(str(tmp_path / "deep" / "lake")).blobs.put(b"1")
    assert open_lake(f"file://{tmp_path}/deep/lake").blobs.read(sha256) == b"1"


def test_the_cluster_needs_its_extra() -> None:
    with pytest.raises(SettingError, match="cluster extra"):
        open_lake("hdfs://name:8020/finwatch")


def test_another_kind_of_address_is_refused() -> None:
    with pytest.raises(SettingError, match="s3"):
        open_lake("s3://bucket")


def test_a_missing_disk_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LakeError, match="FINWATCH_LAKE"):
        open_lake(str(tmp_path / "file" / "lake"))

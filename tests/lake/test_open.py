"""The door: addresses that lead to a lake, and those that do not."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from finwatch.errors import LakeError, SettingError
from finwatch.lake import open_lake

AT = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_folder_is_a_lake(tmp_path: Path) -> None:
    sha256 = open_lake(str(tmp_path / "deep" / "lake")).blobs.put(b"1")
    assert open_lake(f"file://{tmp_path}/deep/lake").blobs.read(sha256) == b"1"


def test_the_cluster_needs_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINWATCH_SPOOL", str(tmp_path))
    monkeypatch.setitem(sys.modules, "hdfs_native", None)
    with pytest.raises(SettingError, match="cluster extra"):
        open_lake("hdfs://name:8020/finwatch")


@pytest.mark.parametrize("address", ["hdfs://", "hdfs://name:8020", "hdfs://name:8020/", "hdfs://name/a/../b"])
def test_an_address_without_a_folder_is_refused(address: str) -> None:
    with pytest.raises(SettingError, match="names no folder"):
        open_lake(address)


def test_a_lake_says_what_it_is_and_a_newer_one_is_left_alone(tmp_path: Path) -> None:
    open_lake(str(tmp_path))
    mark = tmp_path / "lake.json"
    assert mark.read_bytes() == b'{"schema": "finwatch.lake/1"}'
    mark.write_bytes(b'{"schema": "finwatch.lake/2", "more": [1]}')
    with pytest.raises(LakeError, match=r"newer Finwatch \(finwatch.lake/2.*Install that version"):
        open_lake(str(tmp_path))
    mark.write_bytes(b"what")
    with pytest.raises(LakeError, match="not the mark of a lake"):
        open_lake(str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lake.json"]


def test_a_newer_manifest_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "tables" / "visits").mkdir(parents=True)
    (tmp_path / "tables" / "visits" / "manifest.json").write_bytes(b'{"schema": "finwatch.manifest/2", "parts": []}')
    with pytest.raises(LakeError, match="newer Finwatch"):
        open_lake(str(tmp_path)).tables.read("visits")


def test_a_tidy_lake_has_one_file_a_market_and_day(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path))
    for day, key in ((21, "a"), (21, "b"), (22, "c"), (22, "d")):
        row = {"visit": key, "market": "shop", "at": AT, "listings": 1, "apps": 1, "capture": None}
        lake.tables.append("visits", [row], key=key, dt=date(2026, 11, day), market="shop")
    assert lake.tidy(before=date(2026, 11, 22)).tables == 2
    assert len(lake.tables.files("visits")) == 3
    assert lake.tables.read("visits")["visit"].to_pylist() == ["a", "b", "c", "d"]


def test_what_a_hold_keeps_is_left_file_by_file(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path))
    for market in ("shop", "held"):
        for key in ("a", "b"):
            row = {"visit": key, "market": market, "at": AT, "listings": 1, "apps": 1, "capture": None}
            lake.tables.append("visits", [row], key=f"{market}-{key}", dt=date(2026, 11, 21), market=market)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet") if "held" in str(path)}
    assert lake.tidy(before=date(2026, 11, 22), held={"held"}).tables == 2
    assert len(lake.tables.files("visits", market="held")) == 2
    assert len(lake.tables.files("visits", market="shop")) == 1
    assert {path: path.read_bytes() for path in before} == before


def test_another_kind_of_address_is_refused() -> None:
    with pytest.raises(SettingError, match="s3"):
        open_lake("s3://bucket")


def test_a_missing_disk_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LakeError, match="FINWATCH_LAKE"):
        open_lake(str(tmp_path / "file" / "lake"))

"""Tables: kept once per key, seen by other readers, never half there."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finwatch.errors import LakeError, NotFound
from finwatch.lake.local import LocalLake
from finwatch.lake.rows import event_of, event_row, listing_of, listing_row, outcome_of, outcome_row
from finwatch.lake.schemas import LISTINGS, SCHEMAS
from finwatch.lake.tables import LocalTables
from finwatch.model.fetch import MarketId, Outcome, OutcomeKind, TaskKind
from finwatch.model.listing import EventKind, Listing, ListingEvent

DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)


def visit(name: str, **changes: Any) -> dict[str, Any]:
    return {"visit": name, "market": "shop", "at": AT, "listings": 1, "apps": 1, "capture": None} | changes


def test_rows_come_back_and_a_key_counts_once(lake: LocalLake) -> None:
    assert lake.tables.append("visits", [visit("a")], key="a", dt=DAY, market="shop")
    assert not lake.tables.append("visits", [visit("a")], key="a", dt=date(2026, 11, 23), market="shop")
    assert lake.tables.has("visits", "a")
    assert lake.tables.read("visits").to_pylist() == [visit("a")]
    assert LocalLake(Path(lake.address)).tables.read("visits").schema == SCHEMAS["visits"]


def test_days_markets_columns_and_values_narrow_a_read(lake: LocalLake) -> None:
    for day in (20, 21, 22):
        for market in ("shop", "mall"):
            rows = [visit(f"{day}-{market}", market=market)]
            lake.tables.append("visits", rows, key=f"{day}{market}", dt=date(2026, 11, day), market=market)
    read = lake.tables.read("visits", market="mall", since=date(2026, 11, 21), columns=["visit"])
    assert read.to_pydict() == {"visit": ["21-mall", "22-mall"]}
    assert lake.tables.read("visits", until=date(2026, 11, 20)).num_rows == 2
    assert lake.tables.read("visits", where={"visit": "20-shop"}, columns=["market"]).to_pylist() == [
        {"market": "shop"}
    ]
    assert lake.tables.read("visits", where={"visit": ["20-shop", "22-mall"]}).num_rows == 2


def test_an_empty_table_has_its_schema(lake: LocalLake) -> None:
    assert lake.tables.read("listings").schema == LISTINGS
    assert lake.tables.files("listings") == []
    assert lake.tables.append("listings", [], key="none", dt=DAY, market="shop")
    assert lake.tables.read("listings").num_rows == 0


def test_duckdb_reads_the_files(lake: LocalLake) -> None:
    lake.tables.append("visits", [visit("a"), visit("b")], key="a", dt=DAY, market="shop")
    files = lake.tables.files("visits")
    with duckdb.connect() as connection:
        rows = connection.execute('select market, visit, "at" from read_parquet(?) order by visit', [files])
        found = rows.to_arrow_table().to_pydict()
    assert found == {"market": ["shop", "shop"], "visit": ["a", "b"], "at": [AT, AT]}
    (file,) = files
    assert "/dt=2026-11-22/market=shop/" in file
    assert pq.ParquetFile(file).metadata.row_group(0).column(0).compression == "ZSTD"


def test_a_file_outside_the_manifest_is_no_part(lake: LocalLake) -> None:
    lake.tables.append("visits", [visit("a")], key="a", dt=DAY, market="shop")
    (file,) = lake.tables.files("visits")
    stray = Path(file).with_name("stray.parquet")
    stray.write_bytes(Path(file).read_bytes())
    assert lake.tables.read("visits").num_rows == 1


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{**visit("a"), "colour": "red"}], "colour"),
        ([visit("a", at=None)], "'at'"),
        ([visit("a", listings="many")], "visits"),
    ],
)
def test_rows_that_do_not_fit_are_refused_whole(lake: LocalLake, rows: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(LakeError, match=says):
        lake.tables.append("visits", [visit("sound"), *rows], key="a", dt=DAY, market="shop")
    assert lake.tables.read("visits").num_rows == 0


@pytest.mark.parametrize("market", ["Shop", "shop/..", "商店", ""])
def test_a_partition_name_is_a_slug(lake: LocalLake, market: str) -> None:
    with pytest.raises(LakeError):
        lake.tables.append("visits", [visit("a")], key="a", dt=DAY, market=market)


def test_any_key_gives_a_plain_file_name(lake: LocalLake) -> None:
    for key in ("../../up", "键", "a/b#c", "k" * 500):
        lake.tables.append("visits", [visit(key[:5])], key=key, dt=DAY, market="shop")
    folder = Path(lake.address) / "tables" / "visits" / "dt=2026-11-22" / "market=shop"
    assert sum(1 for _ in folder.iterdir()) == 4
    assert all(name.name.isascii() for name in folder.iterdir())


def test_an_unknown_table_or_column_is_named(lake: LocalLake) -> None:
    with pytest.raises(NotFound, match="captures"):
        lake.tables.read("nonsense")
    with pytest.raises(NotFound, match="colour"):
        lake.tables.read("visits", columns=["colour"])


def test_small_files_join_and_keep_their_keys(lake: LocalLake) -> None:
    for name in "abc":
        lake.tables.append("visits", [visit(name)], key=name, dt=DAY, market="shop")
    before = lake.tables.files("visits")
    assert lake.tables.compact("visits", market="shop", dt=DAY) == 3
    assert len(lake.tables.files("visits")) == 1
    assert lake.tables.read("visits", columns=["visit"]).to_pydict() == {"visit": ["a", "b", "c"]}
    assert not lake.tables.append("visits", [visit("b")], key="b", dt=DAY, market="shop")
    assert lake.tables.compact("visits", market="shop", dt=DAY) == 0
    assert all(Path(file).exists() for file in before)


def test_a_column_added_later_reads_as_empty(tmp_path: Path) -> None:
    old = LocalTables(tmp_path, {"t": pa.schema([pa.field("a", pa.string())])})
    old.append("t", [{"a": "1"}], key="k", dt=DAY, market="shop")
    new = LocalTables(tmp_path, {"t": pa.schema([pa.field("b", pa.int64()), pa.field("a", pa.string())])})
    assert new.read("t").to_pylist() == [{"b": None, "a": "1"}]


WRITER = """
import sys
from datetime import date, datetime, UTC
from finwatch.lake import open_lake
lake, who = open_lake(sys.argv[1]), sys.argv[2]
for n in range(20):
    row = {"visit": f"{who}{n}", "market": "shop", "at": datetime.now(UTC), "listings": 0, "apps": 0, "capture": None}
    lake.tables.append("visits", [row], key=f"{who}{n}", dt=date(2026, 11, 22), market="shop")
"""


def test_two_processes_lose_nothing_of_each_other(lake: LocalLake) -> None:
    running = [subprocess.Popen([sys.executable, "-c", WRITER, lake.address, who]) for who in "xy"]
    assert [process.wait() for process in running] == [0, 0]
    assert lake.tables.read("visits").num_rows == 40


def test_a_broken_manifest_is_named(lake: LocalLake) -> None:
    lake.tables.append("visits", [visit("a")], key="a", dt=DAY, market="shop")
    manifest = Path(lake.address) / "tables" / "visits" / "manifest.json"
    manifest.write_text("{}}")
    with pytest.raises(LakeError, match=r"manifest\.json"):
        lake.tables.read("visits")


def test_a_broken_file_is_named(lake: LocalLake) -> None:
    lake.tables.append("visits", [visit("a")], key="a", dt=DAY, market="shop")
    Path(lake.tables.files("visits")[0]).write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(LakeError, match=r"a\.parquet"):
        lake.tables.read("visits")


def test_nouns_go_into_rows_and_out_again(lake: LocalLake) -> None:
    listing = Listing(
        market=MarketId("shop"),
        app="cn.bank",
        names={"zh-CN": "银行", "en-US": "Bank"},
        signer_sha256=("ab",),
        permissions=("android.permission.CAMERA",),
        published=AT,
        seen=AT,
    )
    outcome = Outcome(
        market=MarketId("shop"), kind=OutcomeKind.GONE, task=TaskKind.PACKAGE, url="u", started=AT, took_ms=3
    )
    event = ListingEvent(market=MarketId("shop"), app="cn.bank", kind=EventKind.NEW_APP, at=AT)
    lake.tables.append("listings", [listing_row(listing, visit="v")], key="1", dt=DAY, market="shop")
    lake.tables.append("outcomes", [outcome_row(outcome)], key="1", dt=DAY, market="shop")
    lake.tables.append("events", [event_row(event, visit="v")], key="1", dt=DAY, market="shop")
    assert listing_of(lake.tables.read("listings").to_pylist()[0]) == listing
    assert outcome_of(lake.tables.read("outcomes").to_pylist()[0]) == outcome
    assert event_of(lake.tables.read("events").to_pylist()[0]) == event

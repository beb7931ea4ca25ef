"""``finwatch tidy`` joins what past days left, and says how much."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from finwatch.cli.main import app
from finwatch.lake import open_lake


def test_small_files_of_past_days_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINWATCH_LAKE", str(tmp_path))
    lake = open_lake(str(tmp_path))
    for key in "abc":
        at = datetime(2026, 1, 2, tzinfo=UTC)
        row = {"visit": key, "market": "shop", "at": at, "listings": 1, "apps": 1, "capture": None}
        lake.tables.append("visits", [row], key=key, dt=date(2026, 1, 2), market="shop")
    told = CliRunner().invoke(app, ["tidy"])
    assert told.exit_code == 0, told.output
    assert "joined 3 files of tables" in told.output
    assert len(lake.tables.files("visits")) == 1
    assert lake.tables.read("visits").num_rows == 3

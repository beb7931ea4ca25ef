"""Tidying within the daily run: done, said, and never what ends a run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from finwatch.errors import LakeError
from finwatch.flow.nightly import nightly
from finwatch.flow.tidying import tidied
from finwatch.lake import Lake
from finwatch.lake.local import LocalLake
from finwatch.model.base import Text
from finwatch.model.run import RunState, StepName, StepState
from finwatch.settings import Settings
from finwatch.store import Store

DAY = date(2026, 11, 20)


def visit(lake: Lake, name: str) -> None:
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    row: dict[str, Any] = {"visit": name, "market": "shop", "at": at, "listings": 0, "apps": 0}
    lake.tables.append("visits", [row], key=name, dt=DAY, market="shop")


def test_the_files_of_past_days_are_joined_and_those_of_today_are_not(lake: Lake) -> None:
    for name in "abc":
        visit(lake, name)
    assert tidied(lake, before=DAY, note=lambda _: None) == {"settled": 0, "tables": 0, "segments": 0, "removed": 0}
    assert tidied(lake, before=date(2026, 11, 21), note=lambda _: None)["tables"] == 3
    assert len(lake.tables.files("visits")) == 1
    assert lake.tables.read("visits").num_rows == 3
    assert tidied(lake, before=date(2026, 11, 21), note=lambda _: None)["tables"] == 0


@pytest.mark.parametrize("fails", ["settle", "tidy"])
def test_a_lake_that_cannot_be_tidied_is_noted_and_the_run_is_done(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def refused(self: LocalLake, **_: Any) -> None:
        raise LakeError("HDFS is full.", zh="HDFS 已满。", todo="Free space.")

    lake = LocalLake(tmp_path / "lake")
    monkeypatch.setattr(LocalLake, fails, refused)
    run = nightly(store, lake, settings=Settings(home=tmp_path), patience_s=0.0)
    step = run.step(StepName.TIDY)
    assert (run.state, step.state, run.error) == (RunState.DONE, StepState.DONE, None)
    assert run.report is not None
    (note,) = step.notes
    assert ("HDFS is full" in note.en, "HDFS 已满" in note.zh, "next run" in note.en) == (True, True, True)
    assert isinstance(note, Text)
    monkeypatch.undo()
    assert nightly(store, lake, settings=Settings(home=tmp_path), patience_s=0.0).step(StepName.TIDY).notes == ()

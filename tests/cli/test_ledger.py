"""``finwatch ledger``: a messy sheet in, its errors cell by cell, all of it or nothing, and the same sheet out."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from finwatch.cli.main import app
from finwatch.model.access import Role
from finwatch.store import open_store
from finwatch.supervise.ledger.sheet import cells_of
from tests.kit import ledger as kit
from tests.kit.office import furnish, hire


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FINWATCH_HOME", str(tmp_path))
    monkeypatch.delenv("FINWATCH_STORE", raising=False)
    with open_store(f"sqlite:///{tmp_path / 'store.sqlite'}") as store:
        furnish(store)
        hire(store, "bank-a", Role.APP_OWNER, name="owner")
        hire(store, "lab", Role.TESTER, name="tester")
    return tmp_path


def told(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["ledger", *arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def test_a_sheet_goes_in_whole_or_not_at_all_and_comes_out_the_same(home: Path) -> None:
    file = home / "台账.xlsx"
    file.write_bytes(kit.workbook())
    said = told("import", str(file), "--as", "owner", "--lang", "zh", "--confirm", code=1)
    assert all(place in said for place in kit.WRONG)
    assert "import 1: faulty; 61 rows, 11 errors" in said
    assert told("list", "--as", "owner") == ""
    corrections = [part for place, text in kit.RIGHT.items() for part in ("--correct", f"{place}={text}")]
    said = told("import", str(file), "--as", "owner", "--confirm", *corrections)
    assert "import 2: imported; 61 rows, 0 errors; new 61" in said
    assert len(told("list", "--as", "owner").splitlines()) == 61
    assert "\toverdue\trisk assessment\t" in told("due", "--as", "owner", "--on", "2026-11-22", "--lang", "en", code=1)
    told("due", "--as", "owner", "--on", "2024-12-01", "--overdue")
    out = home / "out.xlsx"
    told("export", str(out), "--as", "owner", "--same", "2")
    before = {(sheet, cell): value for sheet, cell, value in cells_of(file.read_bytes())}
    after = {(sheet, cell): value for sheet, cell, value in cells_of(out.read_bytes())}
    changed = {"!".join(place) for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
    assert changed == set(kit.RIGHT)
    told("export", str(home / "all.csv"), "--as", "owner", "--lang", "zh")
    assert (home / "all.csv").read_bytes().startswith("\ufeff应用名称,".encode())


def test_who_may_not_and_what_is_not_there(home: Path) -> None:
    file = home / "台账.csv"
    file.write_text("x", "utf-8")
    for arguments, wanted in (
        (("list", "--as", "nobody"), "no account"),
        (("list", "--as", "tester"), "may not read"),
        (("import", str(home / "none.xlsx"), "--as", "owner"), "no file"),
        (("import", str(file), "--as", "owner", "--correct", "D7"), "no correction"),
    ):
        result = CliRunner().invoke(app, ["ledger", *arguments])
        assert wanted in str(result.exception), result.output

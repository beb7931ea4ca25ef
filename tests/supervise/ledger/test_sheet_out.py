"""A ledger goes out as it came in, cell by cell, and nothing in it runs when it is opened."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl

from finwatch.supervise.ledger.sheet import cells_of, open_book, plain_sheet, plain_text, read_book, same_sheet
from finwatch.supervise.ledger.sheet.writing import risky, safe_text
from tests.kit import ledger as kit
from tests.supervise.ledger.test_sheet_in import HEAD, OLD, TODAY, rows


def now(data: bytes, **corrections: str) -> dict[tuple[str, int], dict[str, Any]]:
    """The entries as an import of the file would make them."""
    reading = read_book(open_book(data), today=TODAY, corrections=corrections)
    return {(row.sheet, row.row): dict(row.values) for row in reading.rows}


def cells(data: bytes) -> dict[str, Any]:
    return {f"{sheet}!{cell}": value for sheet, cell, value in cells_of(data)}


def differing(one: bytes, other: bytes) -> set[str]:
    before, after = cells(one), cells(other)
    return {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}


def test_a_ledger_that_did_not_change_goes_out_cell_by_cell_as_it_came() -> None:
    data = kit.workbook(wrong=False)
    out, suffix = same_sheet(data, today=TODAY, places=now(data))
    assert suffix == ".xlsx"
    assert differing(data, out) == set()
    before, after = openpyxl.load_workbook(BytesIO(data)), openpyxl.load_workbook(BytesIO(out))
    for sheet in before.worksheets:
        again = after[sheet.title]
        assert sorted(map(str, sheet.merged_cells.ranges)) == sorted(map(str, again.merged_cells.ranges))
        assert {row for row, one in sheet.row_dimensions.items() if one.hidden} == {
            row for row, one in again.row_dimensions.items() if one.hidden
        }
        assert (sheet.sheet_state, sheet.freeze_panes) == (again.sheet_state, again.freeze_panes)
    assert [one.title for one in before.worksheets] == [one.title for one in after.worksheets]


def test_what_changed_stands_in_its_cell_in_the_unit_and_words_of_the_sheet() -> None:
    data = kit.workbook(wrong=False)
    places = now(data)
    places["移动App台账", 6] |= {"users": 77_000, "important_system": "yes", "last_assessment": "2025-02-01"}
    places["移动App台账", 6] |= {"platforms": ["ios"], "mlps_level": 4}
    out, _ = same_sheet(data, today=TODAY, places=places)
    told, changed = cells(out), differing(data, out)
    found = {place.split("!")[1]: told[place] for place in changed}
    assert found == {"L6": 7.7, "P6": "是", "S6": datetime(2025, 2, 1), "D6": "iOS", "O6": 4}  # noqa: DTZ001
    assert now(out)["移动App台账", 6]["users"] == 77_000


def test_one_row_of_a_merged_range_changes_alone() -> None:
    data = kit.workbook(wrong=False)
    places = now(data)
    places["移动App台账", 6] |= {"department": "信用卡中心"}
    out, _ = same_sheet(data, today=TODAY, places=places)
    assert differing(data, out) == {"移动App台账!I6"}


def test_new_entries_go_below_the_last_and_above_the_notes() -> None:
    data = kit.workbook(wrong=False)
    new = {"name": "青禾新应用", "kind": "app", "department": "网络金融部", "responsible": "王八方", "users": 5_000}
    mini = {"name": "青禾新小程序", "kind": "mini_program", "department": "网络金融部", "responsible": "王八方"}
    out, _ = same_sheet(data, today=TODAY, places=now(data), added=[new, mini])
    told = cells(out)
    assert (told["移动App台账!B51"], told["移动App台账!L51"], told["移动App台账!A51"]) == ("青禾新应用", 0.5, 46)
    assert told["移动App台账!A52"] == "合计"
    assert told["移动App台账!A54"] == told["移动App台账!K54"], "the merged note moved with its range"
    assert told["小程序和公众号!B21"] == "青禾新小程序"
    again = read_book(open_book(out), today=TODAY)
    assert again.errors == ()
    assert len(again.rows) == 63


def test_an_old_binary_workbook_goes_out_in_its_layout() -> None:
    out, suffix = same_sheet(OLD.read_bytes(), today=TODAY, places=now(OLD.read_bytes()))
    assert suffix == ".xlsx"
    assert differing(OLD.read_bytes(), out) == set()


def test_a_csv_goes_out_in_its_encoding() -> None:
    text = "\r\n".join(
        [",".join(HEAD), '青禾生活,App,网络金融部,赵一鸣,"1,200",2024年3月', "=危险(),小程序,-,钱二安,-5%,/", ""]
    )
    data = text.encode("gb18030")
    out, suffix = same_sheet(data, today=TODAY, places=now(data))
    assert suffix == ".csv"
    assert out.decode("gb18030") == text.replace("=危险()", "'=危险()")
    assert cells(out) == cells(data), "what protects a cell is not part of it"


FORMULAS = ["=cmd|'/c calc'!A1", "+8613800138000x", "-2+3+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1"]


def test_no_text_becomes_a_formula() -> None:
    assert all(map(risky, FORMULAS))
    assert [one for one in ("-", "-5", "+3.2%", "1-2", "a=b", "", "--") if risky(one)] == ["--"]
    entry = {"name": FORMULAS[0], "kind": "app", "department": FORMULAS[2], "responsible": FORMULAS[3]}
    sheet = openpyxl.load_workbook(BytesIO(plain_sheet([entry], language="zh", title="台账"))).active
    assert sheet is not None
    for cell in sheet[2]:
        assert cell.data_type != "f"
        assert not isinstance(cell.value, str) or not risky(cell.value) or cell.quotePrefix
    assert safe_text(FORMULAS[0]).startswith("'=")
    assert b"'=cmd" in plain_text([entry], language="en")
    data = rows(["x", "App", "a", "b", 1, "2024-03-05"])
    out, _ = same_sheet(data, today=TODAY, places={("Sheet", 2): {**entry, "users": 10_000}})
    written = openpyxl.load_workbook(BytesIO(out)).active
    assert written is not None
    assert (written["A2"].data_type, written["A2"].quotePrefix) == ("s", True)


def test_formulas_leave_by_value() -> None:
    data = kit.workbook(wrong=False)
    out, _ = same_sheet(data, today=TODAY, places=now(data))
    written = openpyxl.load_workbook(BytesIO(out))
    assert all(cell.data_type != "f" for sheet in written.worksheets for row in sheet.iter_rows() for cell in row)
    assert written["移动App台账"]["M6"].value == 1.56


def test_a_plain_export_reads_back_as_the_same_entries() -> None:
    entries = list(now(kit.workbook(wrong=False)).values())
    for language in ("zh", "en"):
        for data in (plain_sheet(entries, language=language, title="台账"), plain_text(entries, language=language)):
            again = read_book(open_book(data), today=date(2026, 11, 22))
            assert again.errors == ()
            told = [{name: value for name, value in one.items() if name != "extra"} for one in entries]
            assert [one.values for one in again.rows] == told

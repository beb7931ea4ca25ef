"""Sheets as banks keep them: what is read out of them, and what is said at which cell when it cannot be."""

from __future__ import annotations

import subprocess
import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finwatch.limits import SheetLimits
from finwatch.supervise.ledger.sheet import UnreadableSheet, open_book, read_book
from finwatch.supervise.ledger.sheet.days import day, past
from finwatch.supervise.ledger.sheet.headings import field_of
from finwatch.supervise.ledger.sheet.values import flag, level, many, phone, whole
from finwatch.supervise.ledger.sheet.words import Around, Wrong
from tests.kit import ledger as kit
from tests.kit.workbooks import encrypted

TODAY = date(2026, 11, 22)
HEAD = ["应用名称", "应用类型", "主管部门", "责任人", "用户数（万）", "最近风险评估日期"]
OLD = Path(__file__).with_name("old.xls")


def around(**more: Any) -> Around:
    return Around(TODAY, **more)


def rows(*lines: list[Any], head: list[Any] | None = None) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in (head or HEAD, *lines):
        book.active.append(line)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes, **more: Any) -> Any:
    return read_book(open_book(data), today=TODAY, **more)


# The messy sheet ----------------------------------------------------------------------------------------------------


def test_every_mistake_of_the_messy_sheet_is_said_at_its_cell_and_nothing_else_is() -> None:
    reading = read(kit.workbook())
    assert {f"{one.sheet}!{one.cell}" for one in reading.errors} == set(kit.WRONG)
    assert len(reading.rows) == kit.APPS + kit.OTHERS == 61
    assert all(one.says.zh and one.says.en and one.todo for one in reading.errors)
    assert [one.name for one in reading.sheets] == ["移动App台账", "小程序和公众号"]


def test_the_messy_sheet_without_its_mistakes_has_none() -> None:
    reading = read(kit.workbook(wrong=False))
    assert reading.errors == ()
    first = reading.rows[0].values
    assert first["users"] == 120_000, "约12万 under a heading in 万 says its unit itself"
    assert first["phone"] == "13800138000", "a float is put back into digits"
    assert (first["mlps_level"], first["important_system"], first["rating"]) == (3, "yes", 4.5)
    assert reading.rows[1].values["mau"] == 15_600, "a formula is read by its value, in the heading's unit"
    assert reading.rows[7].hidden, "hidden rows are read, and said to be hidden"
    assert {one.values["kind"] for one in reading.rows} == {"app", "mini_program", "official_account"}
    notes = " ".join(one.zh for one in reading.notes)
    assert "下拉选项" in notes and "填报说明" in notes and "合计" in notes  # noqa: PT018


def test_departments_that_are_merged_or_ditto_stand_in_every_row() -> None:
    reading = read(kit.workbook(wrong=False))
    assert len({one.values["department"] for one in reading.rows[:3]}) == 1
    assert reading.rows[3].values["department"] == reading.rows[2].values["department"], "同上"
    assert all(one.values["department"] for one in reading.rows)


def test_corrections_take_the_place_of_cells() -> None:
    assert read(kit.workbook(), corrections=kit.RIGHT).errors == ()
    still = read(kit.workbook(), corrections={**kit.RIGHT, kit.WRONG[0]: "三月"}).errors
    assert [(f"{one.sheet}!{one.cell}", one.value, one.corrected) for one in still] == [(kit.WRONG[0], "三月", True)]


# Dates, counts, and the rest ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [
        datetime(2024, 3, 5),  # noqa: DTZ001 - a workbook knows no zones
        45356, 45356.0, 45356.75, 20240305, "2024-03-05", "2024/3/5", "2024.3.5", "2024年3月5日",
        "２０２４．３．５", "20240305", " 2024-3-5 ", "2024-03-05 10:20:30", "2024-03-05T00:00:00", "5-Mar-2024",
        "Mar 5, 2024", "二〇二四年三月五日", "45356",
    ],
)  # fmt: skip
def test_one_day_in_many_forms(told: Any) -> None:
    assert day(told, around()) == date(2024, 3, 5)


def test_a_month_is_its_first_day_and_is_said() -> None:
    told = around()
    assert day("2024年3月", told) == day("2024.03", told) == day("2024-3", told) == date(2024, 3, 1)
    assert len(told.said) == 3


def test_serial_numbers_of_a_1904_workbook() -> None:
    assert day(43894, around(epoch_1904=True)) == date(2024, 3, 5)


@pytest.mark.parametrize(
    "told", ["2/3/2024", "24.3.5", 2024.1, "2024.1", "2024年", "三月", "2024.13.5", 7, True, "2024-02-30"]
)
def test_a_doubtful_date_is_refused(told: Any) -> None:
    with pytest.raises(Wrong):
        day(told, around())


def test_what_has_happened_is_not_in_the_future() -> None:
    with pytest.raises(Wrong, match="not happened"):
        past("2099-01-01", around())


@pytest.mark.parametrize(
    ("told", "value"),
    [("1.2万", 12_000), ("12,000", 12_000), ("１２０００", 12_000), (12000.0, 12_000), ("约3万", 30_000),
     ("1.5亿", 150_000_000),
     ("10万+", 100_000), ("3万余人", 30_000), ("0", 0)],
)  # fmt: skip
def test_counts(told: Any, value: int) -> None:
    assert whole(told, around()) == value


def test_a_count_in_the_unit_of_its_heading() -> None:
    assert whole(1.2, around(factor=10_000)) == 12_000
    assert whole("1.2万", around(factor=10_000)) == 12_000
    for wrong in ("很多", "-3", "1.5", True, 1e306, float("inf"), float("nan"), "9" * 400, "99999999亿"):
        with pytest.raises(Wrong):
            whole(wrong, around())


@pytest.mark.parametrize(
    ("told", "value"),
    [(13800138000.0, "13800138000"), ("138-0013-8000", "13800138000"), ("+86 138 0013 8000", "13800138000"),
     ("010-66001234", "010-66001234"), ("010-66001234转801", "010-66001234-801"), ("95588", "95588"),
     ("13800138000/13900139000", "13800138000、13900139000")],
)  # fmt: skip
def test_telephone_numbers(told: Any, value: str) -> None:
    assert phone(told, around()) == value


@pytest.mark.parametrize("told", ["1.38E+10", "1380013800", "请问前台", 1.5])
def test_half_a_telephone_number_is_refused(told: Any) -> None:
    with pytest.raises(Wrong):
        phone(told, around())


def test_yes_no_levels_and_lists() -> None:
    assert [flag(one, around()) for one in ("是", "√", "Y", True, "否", "×", "无")] == [True] * 4 + [False] * 3
    assert [level(one, around()) for one in ("三级", "第二级", 3, "4级", "等保三级")] == [3, 2, 3, 4, 3]
    assert many("地图SDK；推送SDK、人脸\n支付", around()) == ("地图SDK", "推送SDK", "人脸", "支付")
    with pytest.raises(Wrong):
        flag("待定中", around())


# Headings -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "field"),
    [("App 名称*", "name"), ("责任人联系电话", "phone"), ("注册用户数（万户）", "users"),
     ("是否属于重要信息系统", "important_system"),
     ("最近一次应急演练时间", "last_drill"), ("Responsible person", "responsible"), ("互金协会备案情况", "nifa_number"),
     ("风险评估结果", None), ("责任人邮箱", None), ("用户增长率", None), ("序号", None), ("今年的天气", None)],
)  # fmt: skip
def test_headings(heading: str, field: str | None) -> None:
    assert field_of(heading) == field


def test_an_english_sheet_with_its_columns_in_another_order() -> None:
    head = ["Owner", "Department", "Type", "App name", "Users (万)", "Something else"]
    reading = read(rows(["Zhao", "Retail", "mini program", "Hello", 2, "x"], head=head))
    assert reading.errors == ()
    assert reading.rows[0].values == {
        "responsible": "Zhao", "department": "Retail", "kind": "mini_program", "name": "Hello", "users": 20_000,
        "extra": [{"heading": "Something else", "value": "x"}],
    }  # fmt: skip


def test_a_sheet_without_a_heading_says_what_is_wanted() -> None:
    reading = read(rows(["2024", "总结"], head=["工作", "总结"]))
    assert reading.rows == () and "应用名称" in reading.notes[-1].zh  # noqa: PT018


# Files that cannot be read ------------------------------------------------------------------------------------------


def told(data: bytes, name: str = "台账.xlsx", **limits: int) -> str:
    with pytest.raises(UnreadableSheet) as caught:
        open_book(data, name=name, limits=SheetLimits(**limits))
    assert caught.value.says.en and caught.value.advice.zh  # noqa: PT018
    return caught.value.says.zh


def test_each_file_that_cannot_be_read_says_why() -> None:
    good = kit.workbook()
    assert "密码" in told(encrypted(good))
    assert "不完整或已损坏" in told(good[: len(good) // 2])
    assert "网页" in told("<html><table><tr><td>应用名称</td></tr></table></html>".encode(), "台账.xls")
    assert "网页" in told(b"\xef\xbb\xbf \r\n<table border=1>", "a.xls")
    assert "空的" in told(b"")
    assert "XML" in told(b'<?xml version="1.0"?><Workbook/>', "a.xls")
    assert "不是工作簿" in told(bytes(range(256)) * 40)
    assert "Word" in told(_zip({"word/document.xml": b"<x/>"}))


def test_a_workbook_that_declares_entities_is_refused() -> None:
    assert "entities" in told(_zip({"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><x/>'}))


def test_bounds_are_named() -> None:
    bomb = _zip({"xl/worksheets/sheet1.xml": b" " * 200_000_000})
    assert len(bomb) < 1 << 20
    assert "unpacked_bytes" in told(bomb)
    assert "file_bytes" in told(kit.workbook(), file_bytes=100)
    assert "sheet.rows" in told(kit.workbook(), rows=20)
    assert "sheet.columns" in told(kit.workbook(), columns=5)
    assert "sheet.cells" in told(kit.workbook(), cells=50)


def test_a_csv_in_gb18030_is_read_and_said() -> None:
    text = "\r\n".join(
        [",".join(HEAD), "青禾生活,App,网络金融部,赵一鸣,1.5,2024年3月", '青禾理财,小程序,网络金融部,钱二安,"1,200",无']
    )
    book = open_book(text.encode("gb18030"), name="台账.csv")
    assert book.encoding == "gb18030" and "GB18030" in book.notes[0].zh  # noqa: PT018
    reading = read_book(book, today=TODAY)
    assert [one.values["users"] for one in reading.rows] == [15_000, 12_000_000]
    assert reading.errors == ()


def test_a_name_that_lies_is_said_and_the_content_read() -> None:
    book = open_book(kit.workbook(), name="台账.xls")
    assert book.format == "xlsx" and ".xls" in book.notes[-1].zh  # noqa: PT018


def test_an_old_binary_workbook_reads_as_the_new_one() -> None:
    """``old.xls`` is the messy sheet without its mistakes, saved by LibreOffice Calc as Excel 97-2003."""
    old, new = read(OLD.read_bytes()), read(kit.workbook(wrong=False))
    assert old.format == "xls"
    assert [one.values for one in old.rows] == [one.values for one in new.rows]
    assert [one.hidden for one in old.rows] == [one.hidden for one in new.rows]


def test_libreoffice_and_we_read_the_same(tmp_path: Path) -> None:
    """What Calc saves again, in its own way, is the same ledger."""
    office = _office()
    (tmp_path / "in.xlsx").write_bytes(kit.workbook(wrong=False))
    command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "ods:calc8"]
    there = [*command, "--outdir", str(tmp_path), str(tmp_path / "in.xlsx")]
    subprocess.run(there, check=True, capture_output=True, timeout=200)
    back = ["--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(tmp_path / "in.ods")]
    subprocess.run([*command[:3], *back], check=True, capture_output=True, timeout=200)
    again = read((tmp_path / "out" / "in.xlsx").read_bytes())
    assert [one.values for one in again.rows] == [one.values for one in read(kit.workbook(wrong=False)).rows]


def _office() -> str:
    import shutil

    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-calc)")
    return office


def _zip(parts: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


STARTS = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1Workbook", b"\xff\xfe"]

# Anything -----------------------------------------------------------------------------------------------------------


def _read_or_refused(data: bytes) -> None:
    """A refusal says what happened, and what to do, in both languages."""
    told: UnreadableSheet | None = None
    try:
        read_book(open_book(data), today=TODAY)
    except UnreadableSheet as refusal:
        told = refusal
    assert told is None or (told.says.zh and told.says.en and told.advice.zh and told.advice.en)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(STARTS))
def test_any_bytes_are_read_or_refused(data: bytes, start: bytes) -> None:
    _read_or_refused(start + data)
    with pytest.raises(UnreadableSheet):
        open_book(b"")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 8_000), st.binary(min_size=1, max_size=6))
def test_a_workbook_with_damaged_bytes_is_read_or_refused(at: int, damage: bytes) -> None:
    good = rows(["青禾生活", "App", "网络金融部", "赵一鸣", 1.5, "2024年3月"])
    at %= len(good)
    _read_or_refused(good[:at] + damage + good[at + len(damage) :])
    assert open_book(good).sheets, "undamaged it is read"


VALUES = st.one_of(st.text(max_size=12), st.integers(), st.floats(), st.booleans(), st.dates().map(str))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(VALUES, min_size=6, max_size=6), max_size=6))
def test_any_cells_become_rows_or_problems(lines: list[list[Any]]) -> None:
    book = open_book(rows())
    from finwatch.supervise.ledger.sheet.book import Cell

    sheet = book.sheets[0]
    for number, line in enumerate(lines, start=2):
        for column, value in enumerate(line, start=1):
            if value != "":
                sheet.cells[number, column] = Cell(number, column, value)
    sheet.rows = len(lines) + 1
    reading = read_book(book, today=TODAY)
    for row in reading.rows:
        assert row.errors == sum(one.row == row.row for one in reading.errors)

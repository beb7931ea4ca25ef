"""Fictional notices in three forms give exactly these rows, and say what gave none."""

from __future__ import annotations

import zipfile
from io import BytesIO

import openpyxl
import pytest

from finwatch.crawl.beyond.grid import field_of
from finwatch.crawl.beyond.notices import read_notice
from finwatch.limits import WebLimits
from finwatch.model.web import CellAt, Notice
from tests.kit import notices
from tests.kit.crawling import AT

FIELDS = ("number", "app", "developer", "version", "store", "problem", "section")


def read(data: bytes, **changes: object) -> Notice:
    limits = WebLimits(**changes)  # type: ignore[arg-type]
    return read_notice(data, market="mb", url="http://mb.example/1", capture="w#1", seen=AT, limits=limits)


def rows(notice: Notice, *fields: str) -> list[tuple[str | None, ...]]:
    return [tuple(getattr(row, name) for name in fields or FIELDS) for row in notice.rows]


def faults(notice: Notice) -> list[tuple[str, str, int, int]]:
    return [
        (one.reason, one.at.table, one.at.row, one.at.column) for one in notice.faults if isinstance(one.at, CellAt)
    ]


def test_a_page_with_two_heading_rows_and_merged_cells() -> None:
    notice = read(notices.HTML.encode())
    assert (notice.form, notice.title) == ("html", "关于侵害用户权益行为的应用的通报（某年第三批）")
    market = "月牙应用市场"
    assert rows(notice) == [
        ("1", "星河贷", "星河（虚构）科技有限公司", "3.2.1", market, "违规收集个人信息 超范围收集个人信息", None),
        ("2", "云 杉记账", "云杉（虚构）信息有限公司", "1.0", market, "强制索取权限", None),
        ("6", "白露钱包", "白露（虚构）公司", "V5", "山海商店", "弹窗骚扰", "二、未完成整改的应用"),
    ]
    assert faults(notice) == [
        ("one cell in the row: taken as a heading", "table 2", 5, 1),
        ("the row has no app or developer: whom it is about cannot be told", "table 2", 6, 1),
        ("the row has more cells than the heading has columns", "table 2", 7, 7),
        ("one cell spans columns of different meaning", "table 2", 8, 2),
    ]
    merged = notice.rows[1].at["store"]
    assert merged == CellAt(url="http://mb.example/1", capture="w#1", table="table 2", row=3, column=3)


def test_a_page_in_gb18030_gives_the_same() -> None:
    text = notices.HTML.replace("utf-8", "gb2312")
    assert rows(read(text.encode("gb18030"))) == rows(read(notices.HTML.encode()))


def test_a_workbook_with_merged_cells_dates_and_a_hidden_sheet() -> None:
    notice = read(notices.workbook())
    fields = ("number", "developer", "decision", "problem", "penalty", "authority", "decided")
    assert rows(notice, *fields)[:2] == [
        (
            "1",
            "星河（虚构）支付有限公司",
            "虚银罚〔2026〕1号",
            "未按规定履行客户身份识别义务",
            "警告，罚款10万元",
            "某市监管分局",
            "2026年3月2日",
        ),
        (
            "2",
            "云杉（虚构）小额贷款公司",
            "虚银罚〔2026〕2号",
            "违规收集个人金融信息",
            "罚款5万元",
            "某市监管分局",
            None,
        ),
    ]
    assert rows(notice)[2:] == [(None, "白露钱包", None, "5", "山海商店", "弹窗骚扰", None)]
    assert faults(notice) == [
        ("the row has no developer: whom it is about cannot be told", "公示表", 6, 1),
        ("the sheet is hidden and was not read", "隐藏", 0, 0),
    ]
    assert notice.rows[1].at["authority"] == CellAt(
        url="http://mb.example/1", capture="w#1", table="公示表", row=3, column=6
    )


def test_a_pdf_over_two_pages() -> None:
    notice = read(notices.pdf(notices.PAGES))
    assert notice.form == "pdf"
    assert rows(notice, "number", "app", "developer", "version", "problem") == [
        ("1", "星河贷", "星河科技公司", "3.2.1", "违规收集个人信息，强制索取权限"),
        ("2", "云杉记账", "云杉信息公司", "1.0", "无"),
        ("3", "白露钱包", "白露公司", "V5", "弹窗骚扰"),
    ]
    assert faults(notice) == [
        ("the row has no app or developer: whom it is about cannot be told", "page 2", 2, 1),
        ("one cell in the row: taken as a heading", "page 2", 3, 1),
    ]
    assert notice.rows[2].at["app"] == CellAt(url="http://mb.example/1", capture="w#1", table="page 2", row=1, column=2)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<table><tr><td>x</td></tr></table>", "no table with a heading"),
        (b"", "no table with a heading"),
        (b"%PDF-1.7 broken", "cannot be opened"),
        (notices.pdf([[]]), "none of its pages has text"),
        (b"PK\x03\x04 broken", "ZIP directory"),
    ],
)
def test_what_cannot_be_read_is_said(data: bytes, says: str) -> None:
    notice = read(data)
    assert notice.rows == ()
    assert [says in fault.reason for fault in notice.faults] == [True]


def test_a_workbook_that_unpacks_to_too_much_is_not_opened() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(5 << 20))
    assert "limit unpacked_bytes" in read(out.getvalue(), unpacked_bytes=1 << 20).faults[0].reason


def test_merged_cells_over_the_whole_sheet_are_refused() -> None:
    book = openpyxl.Workbook()
    book.active.append(["应用名称", "问题"])
    out = BytesIO()
    book.save(out)
    bad = BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(bad, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
                text = text.replace(b"</sheetData>", merged)
            new.writestr(part, text)
    assert "merged cells cover 17,179,869,184 cells" in read(bad.getvalue()).faults[0].reason


def test_spans_of_a_page_are_bounded() -> None:
    page = "<table><tr><th>应用名称<th>问题</tr><tr><td rowspan=99999 colspan=99999>某某</td></tr></table>"
    notice = read(page.encode(), table_columns=8, table_rows=50)
    assert notice.rows == ()
    assert notice.faults[0].reason == "one cell in the row: taken as a heading"


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("APP 名称", "app"),
        ("应用\n名称（中文）", "app"),
        ("运营者*", "developer"),
        ("版　本", "version"),
        ("存在的主要问题", "problem"),
        ("备注", None),
        ("违规收集个人信息、超范围收集个人信息、强制频繁过度索取权限等问题的应用软件名单如下所示请各单位知悉", None),
    ],
)
def test_headings(heading: str, field: str | None) -> None:
    assert field_of(heading) == field


def test_a_heading_that_is_repeated_is_no_row() -> None:
    head = "<tr><td>应用名称</td><td>所涉问题</td></tr>"
    page = f"<table>{head}<tr><td>甲</td><td>一</td></tr>{head}<tr><td>乙</td><td>二</td></tr></table>"
    notice = read(page.encode())
    assert rows(notice, "app", "problem") == [("甲", "一"), ("乙", "二")]
    assert notice.faults == ()


def test_columns_of_a_pdf_follow_the_text_where_headings_stand_in_the_middle() -> None:
    page = [
        *((50, 740, "应用名称"), (300, 740, "开发者"), (500, 740, "主要问题")),
        *((50, 715, "星河贷"), (260, 715, "星河公司"), (380, 715, "无")),
        *((50, 690, "云杉记账"), (260, 690, "云杉公司"), (380, 690, "违规收集个人信息且拒不改正")),
    ]
    notice = read(notices.pdf([page]))
    assert rows(notice, "app", "developer", "problem") == [
        ("星河贷", "星河公司", "无"),
        ("云杉记账", "云杉公司", "违规收集个人信息且拒不改正"),
    ]

"""A fictional bank's ledger as such files come: 61 rows on two sheets, drawn over years, with and without mistakes."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

HEAD = [
    ("序号", None), ("应用名称", None), ("类型", None), ("运行平台", None), ("包名/BundleID", None),
    ("版本信息", "版本号"), ("版本信息", "发布日期"), ("上线时间", None), ("主管部门", None),
    ("责任人", "姓名"), ("责任人", "联系电话"),
    ("用户情况（万）", "注册用户数（万）"), ("用户情况（万）", "月活（万）"),
    ("商店评分", None), ("等保级别", None), ("是否重要信息系统", None), ("APP备案号", None), ("第三方SDK清单", None),
    ("风险评估", "日期"), ("风险评估", "结果"), ("审计日期", None), ("应急演练", None), ("外包商", None),
    ("合同编号", None), ("合同到期日", None), ("备注", None), ("科技条线评价", None),
]  # fmt: skip
SECOND = [
    "序号",
    "名称",
    "渠道平台",
    "AppID",
    "所属部门",
    "负责人",
    "联系方式",
    "关注数",
    "上线日期",
    "是否收集个人信息",
    "评估时间",
    "备注",
]
DEPARTMENTS = ["个人金融部", "网络金融部", "公司业务部", "信用卡中心", "普惠金融部", "运营管理部"]
PEOPLE = ["赵一鸣", "钱二安", "孙三立", "李四维", "周五福", "吴六合", "郑七星", "王八方"]
WORDS = ["手机银行", "企业银行", "信用卡", "生活", "直销银行", "厅堂", "移动展业", "贷记", "理财", "养老"]
DAYS: list[Any] = [
    datetime(2024, 3, 5),  # noqa: DTZ001 - a workbook knows no zones
    45356, "2024.3.5", "2024年3月", "２０２４-０４-０７", "2024/5/6", "20240607", "2024年7月8日",
    date(2024, 8, 9), "2024-09-10 00:00:00", "二〇二四年十月十一日", "5-Nov-2024",
]  # fmt: skip
FLAGS = ["是", "否", "√", "×", "Y", "N", True, False]
LEVELS = ["三级", "第二级", 3, "2级", "二级"]
PLATFORMS = ["Android/iOS", "安卓、苹果", "Android", "iOS", "安卓、iOS、鸿蒙"]
SDKS = ["友推SDK、图表SDK", "地图SDK；推送SDK", "无", "人脸识别SDK\n推送SDK", "/"]
APPS, OTHERS = 45, 16


def workbook(*, wrong: bool = True, users: dict[str, float] | None = None) -> bytes:
    """The file; with ``wrong`` eleven of its cells cannot be taken. ``users``: other values of the first sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "移动App台账"
    formulas = _first(sheet)
    _second(book.create_sheet("小程序和公众号"))
    lists = book.create_sheet("下拉选项")
    lists.append(["部门"])
    lists.sheet_state = "hidden"
    cover = book.create_sheet("填报说明")
    cover.append(["填报说明"])
    cover.append(["一、每季度末更新一次。"])
    for place, value in (users or {}).items():
        sheet[place] = value
    if wrong:
        _spoil(sheet, book["小程序和公众号"])
        formulas = {place: value for place, value in formulas.items() if place not in {"M16", "M22"}}
    out = BytesIO()
    book.save(out)
    return with_values(out.getvalue(), formulas)


def _first(sheet: Any) -> dict[str, float]:
    width = len(HEAD)
    for row, text in (
        (1, "青禾银行移动互联网应用程序台账"),
        (2, "填报单位：科技部　　填报日期：2024年12月　　单位：万户"),
    ):
        sheet.cell(row, 1, text).alignment = Alignment(horizontal="center")
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
    sheet["A1"].font = Font(size=16, bold=True)
    column = 1
    while column <= width:
        upper, lower = HEAD[column - 1]
        sheet.cell(3, column, upper)
        if lower is None:
            sheet.merge_cells(start_row=3, start_column=column, end_row=4, end_column=column)
            column += 1
            continue
        last = column
        while last <= width and HEAD[last - 1][0] == upper:
            sheet.cell(4, last, HEAD[last - 1][1])
            last += 1
        sheet.merge_cells(start_row=3, start_column=column, end_row=3, end_column=last - 1)
        column = last
    formulas: dict[str, float] = {}
    row = 5
    for number in range(APPS):
        if number == 30:
            sheet.cell(row, 1, "二、内部使用的应用")
            sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
            row += 1
        _app(sheet, row, number, formulas)
        row += 1
    for top in (5, 15):  # a department over three rows
        sheet.merge_cells(start_row=top, start_column=9, end_row=top + 2, end_column=9)
    sheet.cell(row, 1, "合计")
    sheet.cell(row, 12, 1234.5)
    sheet.cell(row + 2, 1, "注：1.用户数为注册用户，单位万户；2.隐藏行为已停用测试应用。")
    sheet.merge_cells(start_row=row + 2, start_column=1, end_row=row + 2, end_column=width)
    sheet.cell(row + 3, 1, "填表人：赵一鸣")
    sheet.cell(row + 3, 20, "审核人：钱二安")
    sheet.row_dimensions[12].hidden = True
    sheet.row_dimensions[13].hidden = True
    sheet.freeze_panes = "C5"
    return formulas


def _app(sheet: Any, row: int, number: int, formulas: dict[str, float]) -> None:
    users = round(3.5 + number * 1.7, 1)
    values: list[Any] = [
        number + 1,
        f"青禾{WORDS[number % 10]}{'' if number < 10 else chr(65 + number // 10)}",
        "App" if number % 3 else "移动应用",
        PLATFORMS[number % 5],
        f"com.qinghe.example.app{number:02d}",
        f"V{number % 7 + 1}.{number % 4}.{number % 9}",
        DAYS[number % 12],
        DAYS[(number + 5) % 12],
        DEPARTMENTS[number // 3 % 6] if number % 4 != 3 else "同上",
        PEOPLE[number % 8],
        13800138000.0 + number
        if number % 3 == 0
        else f"138 0013 {8000 + number}"
        if number % 3 == 1
        else "010-6600１２３４",
        users if number % 5 else "约12万",
        None,
        f"{4 + number % 10 / 10:.1f}分" if number % 2 else 4.5,
        LEVELS[number % 5],
        FLAGS[number % 8],
        f"京ICP备2024{number:05d}号-{number + 1}A",
        SDKS[number % 5],
        DAYS[(number + 2) % 12],
        ["合格", "基本合格", "—"][number % 3],
        DAYS[(number + 7) % 12],
        DAYS[(number + 9) % 12],
        ["无", "青禾科技示例公司", "/"][number % 3],
        f"HT-2023-{number:03d}" if number % 3 == 1 else "-",
        "2027.12.31" if number % 3 == 1 else None,
        ["", "待整合", "=老版本"][number % 3] if number % 9 != 8 else "+8 个网点试用",
        ["优", "良", "中"][number % 3],
    ]
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row, column, value)
        if isinstance(value, str) and value[:1] in {"=", "+"}:
            cell.data_type = "s"
    if number % 5 and number % 2:
        sheet.cell(row, 13, f"=ROUND(L{row}*0.3,2)")
        formulas[f"M{row}"] = round(users * 0.3, 2)
    else:
        sheet.cell(row, 13, round(users * 0.25, 2) if number % 5 else 2.5)
    for column in (7, 8, 19, 21, 22):
        if isinstance(sheet.cell(row, column).value, datetime | date):
            sheet.cell(row, column).number_format = "yyyy/m/d"


def _second(sheet: Any) -> None:
    sheet.append(["青禾银行小程序、公众号台账"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(SECOND))
    sheet.append(SECOND)
    row = 3
    for number in range(OTHERS):
        if number in {0, 9}:
            sheet.cell(row, 1, "（一）小程序" if number == 0 else "（二）公众号")
            sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(SECOND))
            row += 1
        values: list[Any] = [
            number + 1,
            f"青禾{WORDS[number % 10]}{'小程序' if number < 9 else '服务号'}",
            "微信" if number % 4 or number >= 9 else "支付宝",
            f"wx{number:016x}",
            DEPARTMENTS[number % 6],
            PEOPLE[(number + 3) % 8],
            13900139000 + number,
            12000 + 350 * number,
            DAYS[(number + 1) % 12],
            ["是", "√", "否"][number % 3],
            DAYS[(number + 4) % 12],
            None,
        ]
        for column, value in enumerate(values, start=1):
            sheet.cell(row, column, value)
        row += 1
    sheet.cell(row + 1, 1, "说明：关注数截至2024年12月。")


def _spoil(first: Any, second: Any) -> None:
    """The mistakes, one a line; ``WRONG`` names their cells."""
    first["G8"] = "2024.13.5"
    first["K9"] = "1.38E+10"
    first["B10"] = None
    first["C11"] = "网银"
    first["U14"] = "2099年1月1日"
    first["M16"] = "999"
    first["E20"], first["D20"] = first["E19"].value, first["D19"].value
    first["S21"] = "2/3/2024"
    first["M22"] = "=VLOOKUP(B22,'[旧台账.xlsx]Sheet1'!A:B,2,0)"
    second["F6"] = None
    second["K8"] = "上半年"


WRONG = tuple(
    [f"移动App台账!{cell}" for cell in ("G8", "K9", "B10", "C11", "U14", "M16", "E20", "S21", "M22")]
    + [f"小程序和公众号!{cell}" for cell in ("F6", "K8")]
)
RIGHT = {
    "移动App台账!G8": "2024-03-05", "移动App台账!K9": "13800138004", "移动App台账!B10": "青禾理财通",
    "移动App台账!C11": "App", "移动App台账!U14": "2024-01-01", "移动App台账!M16": "2.5",
    "移动App台账!E20": "com.qinghe.example.app15", "移动App台账!S21": "2024-02-03", "移动App台账!M22": "3.1",
    "小程序和公众号!F6": "李四维", "小程序和公众号!K8": "2024年6月",
}  # fmt: skip
"""What a person would type in place of each."""


def with_values(data: bytes, formulas: dict[str, float]) -> bytes:
    """The file as Excel saves it: each formula of the first sheet with its value."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for part in read.infolist():
            content = read.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                for place, value in formulas.items():
                    pattern = rf'(<c r="{place}"[^>]*><f>[^<]*</f>)(?:<v ?/>|<v></v>)'
                    said = f"<v>{value}</v>".encode()
                    content, count = re.subn(pattern.encode(), lambda found, said=said: found[1] + said, content)
                    assert count == 1, place
            written.writestr(part, content)
    return out.getvalue()


def letters(column: int) -> str:
    """The letters of a column."""
    return str(get_column_letter(column))

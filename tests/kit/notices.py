"""Fictional notices of a fictional regulator in three forms, and a small writer of PDFs."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import openpyxl

HTML = """<!doctype html><html><head><meta charset="utf-8"><title>通报</title></head><body>
<h1>关于侵害用户权益行为的应用的通报（某年第三批）</h1><p>附表如下。</p>
<table><tr><td><table><tr><td>页内菜单</td></tr></table></td></tr></table>
<table border=1>
<tr><th rowspan=2>序号</th><th colspan=3>应用信息</th><th rowspan=2>应用开发者</th><th rowspan=2>所涉问题</th></tr>
<tr><th>应用名称</th><th>应用来源</th><th>应用版本</th></tr>
<tr><td>1</td><td>星河贷</td><td rowspan=2>月牙应用市场</td><td>3.2.1</td><td>星河（虚构）科技有限公司</td>
    <td>违规收集个人信息<br>超范围收集个人信息</td></tr>
<tr><td>2</td><td>云 杉记账</td><td>1.0</td><td>云杉（虚构）信息有限公司</td><td>强制索取权限</td></tr>
<tr><td colspan=6>二、未完成整改的应用</td></tr>
<tr><td>3</td><td></td><td>月牙应用市场</td><td>2.0</td><td></td><td>违规收集个人信息</td></tr>
<tr><td>4</td><td>青禾分期</td><td></td><td></td><td>青禾（虚构）公司</td><td>强制索取权限</td><td>多出一格</td></tr>
<tr><td>5</td><td colspan=3>合并的一格</td><td>某某公司</td><td>问题</td></tr>
<tr><td>6</td><td>白露钱包</td><td>山海商店</td><td>V5</td><td>白露（虚构）公司</td><td>弹窗骚扰</td></tr>
<tr></tr>
</table></body></html>"""


def workbook() -> bytes:
    """A penalty table with two sheets, merged cells, dates and a hidden sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "公示表"
    rows = [
        ["某市监管分局行政处罚信息公示表", None, None, None, None, None, None],
        [
            "序号",
            "当事人名称",
            "行政处罚决定书文号",
            "违法行为类型",
            "行政处罚内容",
            "作出行政处罚决定机关名称",
            "作出行政处罚决定日期",
        ],
        [
            1,
            "星河（虚构）支付有限公司",
            "虚银罚〔2026〕1号",
            "未按规定履行客户身份识别义务",
            "警告，罚款10万元",
            "某市监管分局",
            "2026年3月2日",
        ],
        [2, "云杉（虚构）小额贷款公司", "虚银罚〔2026〕2号", "违规收集个人金融信息", "罚款5万元", None, None],
        [None, None, None, None, None, None, None],
        [3, None, "虚银罚〔2026〕3号", "未披露", "罚款", "某市监管分局", None],
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("A1:G1")
    sheet.merge_cells("F3:F4")
    other = book.create_sheet("应用")
    other.append(["App名称（中文）", "版 本", "下载平台", "存在问题", "备注"])
    other.append(["白露钱包", 5.0, "山海商店", "弹窗骚扰", "已整改"])
    hidden = book.create_sheet("隐藏")
    hidden.append(["应用名称", "问题"])
    hidden.append(["不应读到", "不应读到"])
    hidden.sheet_state = "hidden"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


Page = Sequence[tuple[float, float, str]]
"""Left, baseline, text; in points from the lower left corner."""

PAGES: list[Page] = [
    [
        (180, 780, "某省通信监管部门通报（虚构）"),
        (50, 740, "序号"), (110, 740, "应用名称"), (220, 740, "版本号"), (300, 740, "开发者"), (450, 740, "主要问题"),
        (56, 715, "1"), (100, 715, "星河贷"), (222, 715, "3.2.1"), (280, 715, "星河科技公司"),
        (420, 715, "违规收集个人信"),
        (420, 700, "息，强制索取权限"),
        (56, 675, "2"), (100, 675, "云杉记账"), (222, 675, "1.0"), (280, 675, "云杉信息公司"), (420, 675, "无"),
    ],
    [
        (56, 780, "3"), (100, 780, "白露钱包"), (222, 780, "V5"), (280, 780, "白露公司"), (420, 780, "弹窗骚扰"),
        (56, 755, "4"), (222, 755, "2.0"), (420, 755, "违规收集个人信息"),
        (50, 720, "注：本表所列应用、公司与部门均为虚构，仅用于软件测试，与任何真实主体无关。"),
    ],
]  # fmt: skip


def pdf(pages: Sequence[Page], *, size: int = 11) -> bytes:
    """A PDF with text at places, in a Chinese font that readers bring themselves (ISO 32000-2 §9.7.5.2)."""
    font = 3 + 2 * len(pages)
    kids = " ".join(f"{3 + 2 * index} 0 R" for index in range(len(pages)))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>"]
    for index, page in enumerate(pages):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F {font} 0 R>>>>"
            f"/Contents {4 + 2 * index} 0 R>>"
        )
        shown = "".join(f"BT /F {size} Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET\n" for x, y, text in page)
        objects.append(f"<</Length {len(shown)}>>stream\n{shown}endstream")
    objects.append(
        f"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[{font + 1} 0 R]>>"
    )
    objects.append(
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)"
        f"/Supplement 4>>/DW 1000/W[1 95 500]/FontDescriptor {font + 2} 0 R>>"
    )
    objects.append(
        "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
        "/Descent -120/CapHeight 880/StemV 93>>"
    )
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)

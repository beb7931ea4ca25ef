"""A letter as DOCX: for people who go on writing in it. Set by python-docx (MIT) in the fonts that the standard names.

Text goes in as text, never as fields or markup. The same letter gives the same bytes: the package is written again with
one date for all of its parts.
"""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from finwatch.report.letters.letter import DRAFT, Heading, Letter, Paragraph, Points, Table, chinese_day, marked

RED: Final = RGBColor(0xC0, 0x00, 0x00)
GREY: Final = RGBColor(0x6E, 0x6E, 0x6E)
LINE: Final = Pt(28.95)
"""225 mm in 22 lines."""
TITLE, BODY, KAI, HEI, SONG = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
_FACES: Final = {1: HEI, 2: KAI, 3: BODY}
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def docx(letter: Letter) -> bytes:
    """The letter as DOCX."""
    document = Document()
    _page(document, letter)
    _head(document, letter)
    for block, told in marked(letter.body):
        _block(document, block, told)
    _tail(document, letter)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = letter.title, letter.issuer, ""
    at = datetime(letter.day.year, letter.day.month, letter.day.day, tzinfo=UTC).replace(tzinfo=None)
    properties.created = properties.modified = at
    out = BytesIO()
    document.save(out)
    return _steady(out.getvalue())


def _page(document: Any, letter: Letter) -> None:
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    section.different_first_page_header_footer = letter.layout == "letter"
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(16)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), BODY)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    style.element.rPr.append(language)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(footer, "— ", SONG, 14)
    _page_number(footer)
    _run(footer, " —", SONG, 14)


def _page_number(paragraph: Any) -> None:
    """The field that counts pages: the only field of the document, and none of its text is ours."""
    run = _run(paragraph, "", SONG, 14)
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind is not None:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def _head(document: Any, letter: Letter) -> None:
    mark = letter.issuer if letter.layout == "letter" else f"{letter.issuer}文件"
    top = _line(document, align=WD_ALIGN_PARAGRAPH.CENTER, indent=False, exact=False)
    _run(top, mark, TITLE, 26 if len(letter.issuer) > 12 else 36, colour=RED, bold=True)
    number = letter.number or DRAFT
    if letter.layout == "letter":
        _red_line(top, "thickThinSmallGap", 24)
        _run(_line(document, align=WD_ALIGN_PARAGRAPH.RIGHT, indent=False), number)
    else:
        below = _line(document, align=WD_ALIGN_PARAGRAPH.CENTER, indent=False)
        _run(below, number)
        _red_line(below, "single", 12)
    _line(document)
    for one in letter.title.split("\n"):
        title = _line(document, align=WD_ALIGN_PARAGRAPH.CENTER, indent=False)
        _run(title, one, TITLE, 22, bold=True)
    _line(document)
    if letter.addressee is not None:
        _run(_line(document, indent=False), f"{letter.addressee}：")


def _block(document: Any, block: Any, told: str) -> None:
    if isinstance(block, Heading):
        _run(_line(document), told + block.text, _FACES[block.level])
    elif isinstance(block, Paragraph):
        for one in block.text.split("\n"):
            _run(_line(document), one)
    elif isinstance(block, Points):
        for number, one in enumerate(block.items, 1):
            _run(_line(document), f"{number}.{one}")
    else:
        _table(document, block)


def _table(document: Any, block: Table) -> None:
    if block.title:
        title = _line(document, align=WD_ALIGN_PARAGRAPH.CENTER, indent=False)
        title.paragraph_format.keep_with_next = True
        _run(title, block.title, HEI, 12)
    table = document.add_table(rows=1, cols=len(block.heads))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    total = sum(block.widths)
    widths = [Mm(156 * width / total) for width in block.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    head = table.rows[0]
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(repeat)
    for cells, row, face in ((head.cells, block.heads, HEI), *((None, row, BODY) for row in block.rows)):
        places = cells if cells is not None else table.add_row().cells
        for place, text, width in zip(places, row, widths, strict=True):
            place.width = width
            _run(place.paragraphs[0], text, face, 11)
    _line(document)


def _tail(document: Any, letter: Letter) -> None:
    for number, one in enumerate(letter.enclosures, 1):
        lead = "附件：" if number == 1 else "　　　"
        _run(_line(document), f"{lead}{f'{number}.' if len(letter.enclosures) > 1 else ''}{one}")
    _line(document)
    for text in (letter.signed, chinese_day(letter.day)):
        line = _line(document, align=WD_ALIGN_PARAGRAPH.RIGHT, indent=False)
        line.paragraph_format.right_indent = Pt(64)
        line.paragraph_format.keep_with_next = True
        _run(line, text)
    seal = _line(document, align=WD_ALIGN_PARAGRAPH.RIGHT, indent=False)
    seal.paragraph_format.right_indent = Pt(64)
    _run(seal, "（印章）", size=10, colour=GREY)
    if letter.note is not None:
        _run(_line(document), f"（{letter.note}）")
    if letter.copied:
        copied = _line(document, indent=False)
        _run(copied, f"抄送：{'，'.join(letter.copied)}。", size=14)


def _line(document: Any, *, align: Any = None, indent: bool = True, exact: bool = True) -> Any:
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    if exact:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    if indent:
        form.first_line_indent = Pt(32)
    if align is not None:
        form.alignment = align
    return paragraph


def _run(
    paragraph: Any, text: str, face: str = BODY, size: float = 16, *, colour: RGBColor | None = None, bold: bool = False
) -> Any:
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold = "Times New Roman", Pt(size), bold
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
    if colour is not None:
        run.font.color.rgb = colour
    return run


def _red_line(paragraph: Any, kind: str, size: int) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", kind), ("sz", str(size)), ("space", "6"), ("color", "C00000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _steady(data: bytes) -> bytes:
    """The same package with one date for every part."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            made.writestr(zipfile.ZipInfo(name, _EPOCH), given.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()

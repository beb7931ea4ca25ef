"""Documents: both forms print what was given; nothing of a text is obeyed; the layout is the standard's."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from docx import Document
from docx.shared import Mm

from finwatch import catalog
from finwatch.model.access import OrganisationId, PersonId
from finwatch.model.base import Text
from finwatch.model.case import Case, Due, Step
from finwatch.model.examination import Answer
from finwatch.model.view import Facet, Overview
from finwatch.report.letters import Letter, batch, docx, fonts, pdf
from finwatch.report.letters.letter import Heading, Paragraph, Points, Table, mark, marked, numeral, safe
from finwatch.report.letters.public import clarification, weekly
from finwatch.report.letters.register import returned
from finwatch.report.letters.supervision import bulletin, inspection, notice
from finwatch.supervise.supervision.sdks import told
from tests.kit import store as kit

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CLAUSES = catalog.load(None).clauses
ISSUER, BANK = "星河互联网金融协会", "青禾银行股份有限公司"


def printed(data: bytes) -> str:
    """Everything a PDF prints, without white space."""
    document = pypdfium2.PdfDocument(data)
    return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))


def written(data: bytes) -> str:
    """Everything a DOCX says, tables included, without white space."""
    document = Document(BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return re.sub(r"\s", "", "".join([one.text for one in document.paragraphs] + cells))


def letter(**changes: Any) -> Letter:
    values: dict[str, Any] = {
        "layout": "letter", "issuer": ISSUER, "number": "星协审函〔2026〕7号", "title": "关于补正材料的函",
        "addressee": BANK, "body": (Paragraph(text="正文。"),), "signed": ISSUER, "day": DAY,
    }  # fmt: skip
    return Letter(**values | changes)


def case(machine: str = "filing", **fields: Any) -> Case:
    values: dict[str, Any] = {
        "id": 17, "machine": machine, "state": "review_returned", "version": 3, "owner": OrganisationId("bank"),
        "region": "", "title": "青禾手机银行", "opened": AT, "changed": AT,
    }  # fmt: skip
    return Case(**values | fields)


def both(of: Letter) -> tuple[str, str]:
    return printed(pdf(of)), written(docx(of))


PROBLEM = {
    "check": "takes_data", "title": "未经同意收集设备标识", "clauses": ["191-3-1", "PIPL-13"], "decision": "confirmed",
    "evidence": ["classes.dex · La;->b()V", "classes.dex · Lc;->d()V"], "pieces": 9, "why": "已人工复核",
}  # fmt: skip


def test_a_letter_has_every_part_in_both_forms() -> None:
    one = letter(
        body=(
            Heading(text="情况"), Paragraph(text="第一段。\n第二段。"), Heading(level=2, text="细目"),
            Points(items=("甲事项", "乙事项")), Heading(text="附表"),
            Table(title="名单", heads=("序号", "名称"), widths=(1, 4), rows=(("1", "青禾"), ("2", "远山"))),
        ),
        enclosures=("比对表", "证据"), note="联系人：李审核", copied=("甲局", "乙局"),
    )  # fmt: skip
    for text in both(one):
        for part in (
            ISSUER, "星协审函〔2026〕7号", "关于补正材料的函", f"{BANK}：", "一、情况", "第一段。", "第二段。",
            "（一）细目", "1.甲事项", "2.乙事项", "二、附表", "名单", "远山", "附件：1.比对表", "2.证据",
            "2026年3月2日", "（联系人：李审核）", "抄送：甲局，乙局。", "（印章）",
        ):  # fmt: skip
            assert part in text, part


def test_a_draft_says_so() -> None:
    for text in both(letter(number=None)):
        assert "（草稿，未编号）" in text


EVIL = (
    '#import "letter.typ": *', "#sys.inputs", "$x^2$", "*粗* _斜_ `码`", "= 标题", "<label> @ref", "\\u{41} \\",
    "{{ 7*7 }} {% raw %}", "<w:p><w:r><w:t>x</w:t></w:r></w:p>", "&amp; ]]> <!-- -->", '=HYPERLINK("http://x")',
    "// 注释", "#read(\"/etc/passwd\")",
)  # fmt: skip


@pytest.mark.parametrize("text", EVIL)
def test_nothing_of_a_text_is_obeyed(text: str) -> None:
    """Markup of either setter stands as it was written, in every place a text can have."""
    one = letter(
        issuer=f"甲{text}", title=f"题{text}", addressee=f"收{text}", note=f"注{text}", copied=(f"抄{text}",),
        body=(
            Heading(text=f"头{text}"), Paragraph(text=f"段{text}"), Points(items=(f"点{text}",)),
            Table(title=f"表{text}", heads=(f"列{text}",), widths=(1,), rows=((f"格{text}",),)),
        ),
    )  # fmt: skip
    bare = re.sub(r"\s", "", text)
    for said in both(one):
        for place in "甲题收注抄头段点表列格":
            assert place + bare in said, (place, said)


def test_what_does_not_print_is_shown_as_such() -> None:
    one = letter(body=(Paragraph(text="a\x00b\x1bc\u202egpj.exe\u200bd\ud800e"),))
    assert one.body[0].text == "a\ufffdb\ufffdc\ufffdgpj.exe\ufffdd\ufffde"  # type: ignore[union-attr]
    docx(one)
    pdf(one)
    assert safe("x" * 30_000).endswith("……（其余略）")


def test_the_same_letter_is_the_same_file() -> None:
    assert docx(letter()) == docx(letter())
    assert pdf(letter()) == pdf(letter())
    assert pdf(letter()) != pdf(letter(title="别的"))


def test_the_page_is_that_of_the_standard() -> None:
    section = Document(BytesIO(docx(letter()))).sections[0]
    sizes = (section.page_width, section.page_height, section.top_margin, section.left_margin)
    assert [round(size.mm) for size in sizes] == [210, 297, 37, 28]
    assert round((section.page_width - section.left_margin - section.right_margin) / Mm(1)) == 156
    page = pypdfium2.PdfDocument(pdf(letter()))[0]
    assert [round(size / 72 * 25.4) for size in page.get_size()] == [210, 297]


def test_a_digest_stays_within_the_type_area() -> None:
    digest = "2bd82646bef27bd5cc35e5eefc46e216f6da8d3d3be37338614a1cb5f82aeaf3"
    address = "https://download.example.com/" + "a" * 200
    body = (
        Points(items=(f"证书（SHA-256：{digest}）不在其列。", address)),
        Table(heads=("甲", "乙"), widths=(1, 1), rows=((digest, address),)),
    )
    data = pdf(letter(body=body))
    assert printed(data).count(digest) == 2
    page = pypdfium2.PdfDocument(data)[0]
    text = page.get_textpage()
    right = max(text.get_charbox(at)[2] for at in range(text.count_chars()))
    assert right <= (210 - 26) / 25.4 * 72 + 1, "nothing runs over the edge"


def test_fonts_are_embedded_as_subsets() -> None:
    data = pdf(letter())
    assert b"/FontFile" in data
    assert re.search(rb"/FontName ?/[A-Z]{6}\+", data), "a subset has a tag of six letters"
    assert len(data) < 400_000, "a whole font of Chinese has megabytes"


def test_without_chinese_fonts_there_is_no_document_of_boxes() -> None:
    assert fonts.chosen(frozenset({"Times New Roman", "DejaVu Sans"})) is None
    some = fonts.chosen(frozenset({"Noto Serif CJK SC", "Liberation Serif"}))
    assert some is not None
    assert some["hei"] == ["Noto Serif CJK SC", "Liberation Serif"]
    named = fonts.chosen(frozenset({"Noto Serif CJK SC", "FangSong_GB2312"}))
    assert named is not None
    assert named["body"][0] == "FangSong_GB2312"


def test_headings_count_as_the_standard_says() -> None:
    assert [numeral(n) for n in (1, 10, 11, 20, 21, 99)] == ["一", "十", "十一", "二十", "二十一", "九十九"]
    assert (mark(1, 2), mark(2, 3), mark(3, 4)) == ("二、", "（三）", "4.")
    levels = [Heading(level=level, text="x") for level in (1, 2, 2, 1, 2)]  # type: ignore[arg-type]
    assert [told for _, told in marked(levels)] == ["一、", "（一）", "（二）", "二、", "（一）"]


# The kinds -----------------------------------------------------------------------------------------------------------


def test_a_return_letter_says_what_the_step_keeps() -> None:
    step = Step(
        case=17, seq=3, arc="return_first", before="first_review", after="review_returned", person=PersonId("p"),
        person_name="李审核", organisation=OrganisationId("assoc"), at=AT, comment="请补正",
        note={"letter": "包名不一致，请核对。\n\n另请说明版本。"},
    )  # fmt: skip
    one = returned(
        case(form={"name": "青禾手机银行", "version": "5.2"}), step, number=None, issuer=ISSUER, institution=BANK,
        day=DAY, due=date(2026, 3, 9),
    )  # fmt: skip
    for text in both(one):
        for part in (
            "1.包名不一致，请核对。",
            "2.另请说明版本。",
            "2026年3月9日前",
            "审核意见：请补正",
            "17-3",
            "版本5.2",
        ):
            assert part in text, part


def test_a_notice_has_every_problem_with_its_basis_and_the_day() -> None:
    due = Due(day=date(2026, 3, 23), start=DAY, days=15, kind="working", rule="notice.cac")
    form = {"name": "青禾", "package": "cn.q", "version_name": "5", "problems": [PROBLEM], "demand": "立即整改"}
    one = notice(
        case("notice", form=form, due=due), number="通〔2026〕1号", issuer=ISSUER, institution=BANK, day=DAY,
        clauses=CLAUSES,
    )  # fmt: skip
    for text in both(one):
        for part in (
            "存在1个问题",
            "整改要求：立即整改。请于2026年3月23日前",
            "未经同意收集设备标识",
            "2026年3月23日前（15个工作日）",
            "另有7处",
            "通〔2026〕1号",
        ):
            assert part in text, part
        assert "国信办秘字〔2019〕191号：" in text, "no number that nobody verified"
        assert "未核实" not in text, "and no talk of it in a letter"
    provisional = due.model_copy(update={"provisional": True})
    later = notice(
        case("notice", form=form, due=provisional), number=None, issuer=ISSUER, institution=BANK, day=DAY, clauses={}
    )
    assert "（15个工作日，暂定）" in written(docx(later))


def test_a_bulletin_has_the_columns_of_published_ones() -> None:
    notices = [
        case("notice", id=n, form={
            "name": f"应用{n}", "developer": "某公司", "markets": ["甲市场", "乙市场"], "version_name": f"{n}.0",
            "problems": [PROBLEM, PROBLEM | {"title": "强制索权"}],
        })
        for n in (1, 2, 3)
    ]  # fmt: skip
    report = {"apps": 215, "with_problems": 116, "notices": 116}
    one = bulletin(
        case("campaign", form={"name": "春季检查", "report": report}), notices, number=None, issuer=ISSUER, day=DAY
    )
    table = Document(BytesIO(docx(one))).tables[0]
    assert [cell.text for cell in table.rows[0].cells] == [
        "序号",
        "应用名称",
        "应用开发者",
        "应用来源",
        "应用版本",
        "所涉问题",
    ]
    assert len(table.rows) == 4
    assert [cell.text for cell in table.rows[2].cells][:5] == ["2", "应用2", "某公司", "甲市场、乙市场", "2.0"]
    for text in both(one):
        assert "共检查应用215款，其中116款存在问题，发出通报116份。以下3款" in text
        assert "2.强制索权" in text
        assert "关于“春季检查”中存在问题应用的通报" in text


def test_a_bulletin_names_no_problem_that_a_retest_saw_gone_and_the_sdks_of_the_others() -> None:
    gone = PROBLEM | {"title": "强制索权", "check": "b", "seen": "gone"}
    stands = PROBLEM | {"check": "a", "decision": "confirmed", "seen": "still"}
    sdk = {"check": "a", "name": "示例推送", "vendor": "某数据公司", "version": "3.1", "problem": PROBLEM["title"]}
    rows = [sdk, sdk | {"check": "b", "name": "另一组件"}]
    form = {"name": "应用一", "problems": [stands, gone | {"decision": "confirmed"}], "sdks": rows}
    one = bulletin(
        case("campaign", form={"name": "春季检查"}), [case("notice", form=form)], number=None, issuer=ISSUER, day=DAY,
        sdk_rows=told,
    )  # fmt: skip
    first, second = Document(BytesIO(docx(one))).tables[:2]
    assert "强制索权" not in first.rows[1].cells[5].text
    assert [cell.text for cell in second.rows[0].cells] == ["序号", "SDK名称", "开发者", "版本", "所涉问题", "所在应用"]
    assert [cell.text for cell in second.rows[1].cells] == [
        "1", "示例推送", "某数据公司", "3.1", PROBLEM["title"], "应用一",
    ]  # fmt: skip
    assert len(second.rows) == 2


def test_an_inspection_pack_counts_what_the_examination_holds() -> None:
    seen = kit.examination()
    form = {"name": "青禾", "package": "cn.q", "problems": [PROBLEM], "markets": [], "could_not": "部分代码加固"}
    one = inspection(
        case("inspection", form=form), number=None, issuer=ISSUER, day=DAY, examination=seen, clauses=CLAUSES
    )
    yes = sum(finding.outcome is Answer.YES for finding in seen.findings)
    for text in both(one):
        assert f"检查项{len(seen.findings)}项：是{yes}项" in text
        assert "红色，71.5分" in text
        assert "证据（共9处）" in text
        assert "结论：核实成立。已人工复核" in text
        assert "部分代码加固" in text


def test_a_clarification_names_what_is_not_the_institution_s() -> None:
    form = {
        "app": "青禾银行极速版",
        "package": "x.fake",
        "imitates": "青禾银行",
        "url": "https://x.example/a",
        "discovered": "2026-03-01",
    }
    for text in both(clarification(case("risk", form=form), number=None, institution=BANK, day=DAY)):
        for part in ("2026年3月1日，", "包名：x.fake", "出现位置：https://x.example/a", "并非本机构开发或发布"):
            assert part in text, part


def test_a_weekly_report_has_the_figures_of_the_first_page() -> None:
    overview = Overview(
        generation=7, published=AT, apps=1234, finance=321, gone=5, versions=2345, limited=12, unexamined=34,
        suspected=6, markets=3, events=7890, bands=(Facet(value="red", apps=17),),
        kinds=(Facet(value="bank", apps=99),),
        sdks=(), checks=(), recent=(),
    )  # fmt: skip
    states = [(Text(zh="待初审", en="first"), 42)]
    one = weekly(
        overview, [(Text(zh="App备案", en="filing"), states)], number=None, issuer=ISSUER, day=DAY,
        kinds={"bank": Text(zh="银行", en="bank")},
    )  # fmt: skip
    for text in both(one):
        for part in (
            "在册应用1,234",
            "其中金融类321",
            "红色17",
            "银行99",
            "市场变动7,890",
            "（一）App备案",
            "待初审42",
            "第7版",
        ):
            assert part in text, part


def test_a_batch_is_one_file_in_order_with_names_that_are_names() -> None:
    letters = [letter(number=f"星协审函〔2026〕{n}号", addressee=f"../机构{n}/\\:*?") for n in range(1, 13)]
    data = batch(letters, setter=docx, suffix="docx")
    assert data == batch(letters, setter=docx, suffix="docx")
    with zipfile.ZipFile(BytesIO(data)) as made:
        names = made.namelist()
        assert names[0] == "001-星协审函〔2026〕1号-_机构1.docx"
        assert len(names) == 12
        assert not any(".." in name or "/" in name for name in names)
        assert "星协审函〔2026〕12号" in written(made.read(names[11]))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed (libreoffice-writer-nogui)")
def test_libreoffice_opens_the_docx(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(docx(letter(body=(Points(items=tuple(EVIL)),))))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "a.docx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    text = printed((tmp_path / "a.pdf").read_bytes())
    assert "星协审函〔2026〕7号" in text
    assert "{{7*7}}" in text

"""Twenty broken texts: each says what was and what was not read. All of them are made here."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pypdfium2
import pytest
from PIL import Image

from finwatch.errors import UnreadablePolicy
from finwatch.limits import POLICY, PolicyLimits
from finwatch.model.policy import ParagraphKind, PolicyFormat
from finwatch.model.unread import note_text
from finwatch.policy import ocr, read_policy_text

SENTENCE = "我们收集您的姓名。"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(out, format="PNG")
    return out.getvalue()


def docx(body: str, *, more: dict[str, bytes] | None = None, head: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"{head}<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def paragraph(words: str, style: str = "") -> str:
    return f"<w:p><w:pPr>{style}</w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>"


def scanned() -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("policy.txt", SENTENCE)
    return out.getvalue()


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "is empty"),
    "only white space": (lambda: b" \r\n\t\0", "is empty"),
    "a picture named .txt": (png, "is a PNG picture; OCR is not installed"),
    "a scanned PDF": (scanned, "page 1 has no text.*OCR is not installed.*not read"),
    "a PDF cut short": (lambda: b"%PDF-1.7\n1 0 obj", "cannot be opened"),
    "a page of script alone": (lambda: b"<html><body><script>draw()</script></body></html>", "holds no words"),
    "a ZIP archive": (zipped, "without a DOCX document; nothing of it was read"),
    "a ZIP archive cut short": (lambda: docx(paragraph(SENTENCE))[:60], "without a DOCX document"),
    "a DOCX whose text is no XML": (lambda: docx("<w:p>"), "cannot be opened: word/document.xml"),
    "a DOCX with entities": (
        lambda: docx(paragraph("&a;"), head='<!DOCTYPE x [<!ENTITY a "aaaa">]>'),
        "declares entities",
    ),
    "a DOCX that unpacks without end": (lambda: docx(paragraph("好" * 300_000)), "unpacked_bytes = 100000"),
    "an RTF document": (lambda: b"{\\rtf1\\ansi policy}", "is an RTF document, not text; nothing of it was read"),
    "an old office file": (lambda: b"\xd0\xcf\x11\xe0" + bytes(600), "is an old office file"),
    "bytes of no encoding": (lambda: bytes(range(256)) * 40, "is not text in"),
    "a page of 40 MB": (lambda: b"<html><body>" + b"<p>collect</p>" * 3_000_000, "larger than the limit file_bytes"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_by_name_with_what_to_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "recogniser", lambda: None)
    make, says = REFUSED[name]
    limits = PolicyLimits(unpacked_bytes=100_000) if "without end" in name else POLICY
    with pytest.raises(UnreadablePolicy, match=says) as caught:
        read_policy_text(make(), name="shop/policy.txt", limits=limits)
    assert "shop/policy.txt" in caught.value.en
    assert caught.value.todo
    assert caught.value.zh != caught.value.en


def test_a_file_of_two_encodings_is_read_line_by_line_and_said_to_be() -> None:
    policy = read_policy_text("我们收集您的姓名。\n".encode() + "我们收集您的职业。\n".encode("gb18030"))
    assert policy.text == "我们收集您的姓名。\n我们收集您的职业。"
    assert policy.encoding == "utf-8, gb18030"
    assert any("mixes encodings" in note for note in policy.unreadable)


def test_damaged_characters_are_counted_in_what_was_not_read() -> None:
    policy = read_policy_text(SENTENCE.encode() * 40 + b"\xff" + "完".encode())
    assert any(note.startswith("1 characters could not be decoded") for note in policy.unreadable)


def test_a_page_nested_without_end_says_what_was_left_out() -> None:
    page = "<html><body><p>我们收集您的姓名。</p>" + "<div>" * 1_000_000 + "深处"
    policy = read_policy_text(page.encode())
    assert policy.text == SENTENCE
    assert policy.unreadable == ("elements deeper than limit html_depth = 512 were left out",)


def test_a_page_of_more_paragraphs_than_the_limit_is_cut_and_says_so() -> None:
    policy = read_policy_text(b"<html><body>" + b"<p>a</p>" * 60_000)
    assert len(policy.paragraphs) == 50_000
    assert policy.unreadable == ("the rest was left out: limit paragraphs = 50000",)


def test_a_document_of_words_and_pictures_is_read_and_its_pictures_named() -> None:
    data = docx(
        paragraph("一、收集", '<w:pStyle w:val="Heading1"/>')
        + paragraph(SENTENCE)
        + paragraph("手机号码", '<w:numPr><w:ilvl w:val="1"/></w:numPr>')
        + f"<w:tbl><w:tr><w:tc>{paragraph('组件')}</w:tc><w:tc>{paragraph('数据')}</w:tc></w:tr>"
        + f"<w:tr><w:tc>{paragraph('推送')}</w:tc><w:tc>{paragraph('IMEI')}</w:tc></w:tr></w:tbl>"
        + "<w:p><w:del><w:r><w:delText>旧文</w:delText></w:r></w:del></w:p>",
        more={"word/media/image1.png": png(), "word/footnotes.xml": b"<w/>"},
    )
    policy = read_policy_text(data, name="policy.docx")
    assert policy.format is PolicyFormat.DOCX
    assert policy.text == f"一、收集\n{SENTENCE}\n手机号码\n组件\n数据\n推送\nIMEI"
    assert [p.kind for p in policy.paragraphs][:3] == [ParagraphKind.HEADING, ParagraphKind.BODY, ParagraphKind.ITEM]
    assert [(p.row, p.column) for p in policy.paragraphs[3:]] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert policy.unreadable == ("1 pictures were not read", "footnotes were not read")


def test_a_picture_is_read_where_ocr_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        ocr, "recogniser", lambda: lambda picture: ([ocr.Line("隐私政策", 0.99), ocr.Line(SENTENCE, 0.8765)], 2)
    )
    policy = read_policy_text(png(), name="shot.txt")
    assert (policy.format, policy.text) == (PolicyFormat.IMAGE, f"隐私政策\n{SENTENCE}")
    assert policy.unreadable == (
        "shot.txt is a PNG picture, read by OCR: words may be wrong",
        "2 lines were too unsure to read",
    )
    assert policy.recognised == ((0, 4, 0.99), (5, 14, 0.876))
    scan = read_policy_text(scanned())
    assert scan.text == f"隐私政策\n{SENTENCE}"
    assert scan.unreadable == ("page 1 was read by OCR, 2 unsure lines left out",)


def test_answers_of_both_versions_of_the_ocr_engine_are_understood() -> None:
    class Answer:
        txts = ("姓名", "糊")
        scores = (0.9, 0.2)

    assert ocr.lines_of(Answer()) == ([ocr.Line("姓名", 0.9)], 1)
    assert ocr.lines_of(([[[0], "姓名", 0.9], [[0], "糊", 0.2]], [0.1])) == ([ocr.Line("姓名", 0.9)], 1)
    assert ocr.lines_of((None, None)) == ([], 0)


def test_cells_that_span_rows_keep_the_columns_of_those_below() -> None:
    page = (
        "<html><body><table><tr><th rowspan=2>a</th><th colspan=2>b</th></tr><tr><td>c</td><td>d</td></tr></table>"
        "<ul><li>一<ul><li>二</li></ul></li></ul></body></html>"
    )
    policy = read_policy_text(page.encode())
    cells = {policy.words(p): (p.table, p.row, p.column) for p in policy.paragraphs if p.row is not None}
    assert cells == {"a": (0, 0, 0), "b": (0, 0, 1), "c": (0, 1, 1), "d": (0, 1, 2)}
    assert [p.depth for p in policy.paragraphs if p.kind is ParagraphKind.ITEM] == [0, 1]


def test_every_note_of_a_broken_text_is_said_in_chinese_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "recogniser", lambda: lambda picture: ([ocr.Line(SENTENCE, 0.9)], 2))
    made = (
        "我们收集您的姓名。\n".encode() + "我们收集您的职业。\n".encode("gb18030"),
        SENTENCE.encode() * 40 + b"\xff" + "完".encode(),
        ("<html><body><p>我们收集您的姓名。</p>" + "<div>" * 2_000 + "深处").encode(),
        docx(paragraph(SENTENCE), more={"word/media/image1.png": png(), "word/footnotes.xml": b"<w/>"}),
        png(),
        scanned(),
    )
    notes = [note for data in made for note in read_policy_text(data, name="policy").unreadable]
    notes += read_policy_text(b"<html><body>" + b"<p>a</p>" * 60_000).unreadable
    assert len(notes) >= 9
    for note in notes:
        said = note_text(note)
        assert said.en == note
        assert said.zh != note
        assert not re.search(r"[a-z]{3,} [a-z]{3,}", said.zh), said.zh

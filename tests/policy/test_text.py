"""Bytes of a policy become text with places, whatever they were written in."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finwatch.errors import UnreadablePolicy
from finwatch.limits import PolicyLimits
from finwatch.model.policy import ParagraphKind, PolicyFormat, PolicyText
from finwatch.policy import read_policy_text

SAMPLES = Path(__file__).parents[2] / "samples" / "policies"
PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>隐私政策</title>
<style>p{{color:red}}</style></head>
<body><header>首页 <a href="/">产品</a></header><nav><ul><li>收集</li><li>共享</li></ul></nav>
<h1>某应用隐私政策</h1><h2>一、收集</h2><p>我们收集<b>手机</b>号码。<br>您可以拒绝。</p>
<ol><li>姓名</li><li>卡号</li></ol><table><tr><th>组件</th><td>推送</td></tr></table>
<script>document.write("不是正文")</script><noscript>也不是</noscript><footer>备案号</footer></body></html>"""


def kinds(policy: PolicyText, kind: ParagraphKind) -> list[str]:
    return [policy.words(paragraph) for paragraph in policy.paragraphs if paragraph.kind is kind]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_page_reads_the_same_in_every_encoding_whatever_it_declares(encoding: str) -> None:
    policy = read_policy_text(PAGE.format(charset="iso-8859-1" if "16" in encoding else "gb2312").encode(encoding))
    assert policy.format is PolicyFormat.HTML
    assert (policy.title, policy.language, policy.damaged) == ("隐私政策", "zh", 0)
    assert kinds(policy, ParagraphKind.HEADING) == ["某应用隐私政策", "一、收集"]
    assert kinds(policy, ParagraphKind.BODY) == ["我们收集手机号码。", "您可以拒绝。"]
    assert kinds(policy, ParagraphKind.ITEM) == ["姓名", "卡号"]
    assert kinds(policy, ParagraphKind.CELL) == ["组件", "推送"]


def test_navigation_is_kept_and_told_apart_and_scripts_are_not_text() -> None:
    policy = read_policy_text(PAGE.format(charset="utf-8").encode())
    assert kinds(policy, ParagraphKind.NAVIGATION) == ["首页 产品", "收集", "共享", "备案号"]
    assert "不是" not in policy.text


def test_headings_keep_their_depth() -> None:
    policy = read_policy_text(PAGE.format(charset="utf-8").encode())
    assert [p.level for p in policy.paragraphs if p.kind is ParagraphKind.HEADING] == [1, 2]


def test_plain_text_keeps_lines_and_numbered_headings() -> None:
    policy = read_policy_text(
        "隐私政策\r\n一、我们收集什么\r\n1、我们收集您的姓名。\r\n\r\n　　２０２６年　生效\r\n".encode("gbk")
    )
    assert (policy.format, policy.encoding) == (PolicyFormat.TEXT, "gb18030")
    assert policy.text == "隐私政策\n一、我们收集什么\n1、我们收集您的姓名。\n2026年 生效"
    assert kinds(policy, ParagraphKind.HEADING) == ["一、我们收集什么"]


def test_the_charset_of_the_answer_is_used_where_the_bytes_are_not_utf_8() -> None:
    body = ("Política de privacidad: recogemos su teléfono y su dirección para abrir la cuenta. " * 3).encode("latin-1")
    policy = read_policy_text(body, content_type="text/plain; charset=ISO-8859-1")
    assert "teléfono" in policy.text
    assert policy.language is None


def test_a_few_broken_bytes_are_counted_not_fatal() -> None:
    policy = read_policy_text("我们收集您的姓名。".encode() * 40 + b"\xff" + "完".encode())
    assert policy.damaged == 1
    assert "\ufffd" in policy.text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b" \r\n\0", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "PNG picture"),
        (b"PK\x03\x04" + bytes(64), "ZIP archive"),
        (bytes(range(256)) * 40, "is not text in"),
        (b"<html><body><script>render()</script></body></html>", "holds no words"),
        (b"%PDF-1.7 and then nothing", "cannot be opened"),
    ],
)
def test_what_is_no_policy_is_refused_by_name_with_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(UnreadablePolicy, match=says) as caught:
        read_policy_text(data, name="policies/example.txt")
    assert "policies/example.txt" in caught.value.en
    assert caught.value.todo


def test_a_pdf_reads_as_its_source_page_does() -> None:
    printed = read_policy_text((SAMPLES / "kelp-insurance.zh.pdf").read_bytes())
    source = read_policy_text((SAMPLES / "sources" / "kelp-insurance.zh.html").read_bytes())
    assert printed.format is PolicyFormat.PDF
    assert printed.text.replace(" ", "") == source.text.replace(" ", "")
    assert kinds(printed, ParagraphKind.HEADING) == kinds(source, ParagraphKind.HEADING)
    assert {paragraph.page for paragraph in printed.paragraphs} == {1}


def test_lines_of_an_english_pdf_are_joined_with_spaces() -> None:
    policy = read_policy_text((SAMPLES / "tundra-securities.en.pdf").read_bytes())
    assert (
        "name, identity card number and its validity, phone number, address, occupation, bank account," in policy.text
    )
    assert policy.language == "en"


def test_a_pdf_of_pictures_is_refused_and_each_page_named() -> None:
    document = pypdfium2.PdfDocument.new()
    for _ in range(2):
        document.new_page(200, 200)
    out = io.BytesIO()
    document.save(out)
    with pytest.raises(UnreadablePolicy, match=r"page 1 has no text.*page 2 has no text"):
        read_policy_text(out.getvalue())


def test_limits_are_named_where_they_cut() -> None:
    policy = read_policy_text("一\n二\n三".encode(), limits=PolicyLimits(paragraphs=2))
    assert policy.text == "一\n二"
    assert policy.unreadable == ("the rest was left out: limit paragraphs = 2",)
    with pytest.raises(UnreadablePolicy, match="file_bytes = 4"):
        read_policy_text("一二".encode(), limits=PolicyLimits(file_bytes=4))


def test_a_page_nested_without_end_is_cut_and_says_so() -> None:
    policy = read_policy_text(
        b"<html><body><p>outside</p>" + b"<div>" * 5_000 + b"inside", limits=PolicyLimits(html_depth=50)
    )
    assert policy.text == "outside"
    assert policy.unreadable == ("elements deeper than limit html_depth = 50 were left out",)


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1).filter(lambda text: any(c.isalnum() for c in text)))
def test_offsets_hold_for_any_text(text: str) -> None:
    try:
        policy = read_policy_text(text.encode("utf-8", "replace"))
    except UnreadablePolicy:
        return
    assert "\n".join(policy.words(paragraph) for paragraph in policy.paragraphs) == policy.text
    assert [paragraph.number for paragraph in policy.paragraphs] == list(range(len(policy.paragraphs)))
    assert all(policy.words(paragraph).strip() for paragraph in policy.paragraphs)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=2_000))
def test_any_bytes_give_a_text_or_a_named_refusal(data: bytes) -> None:
    said = ""
    try:
        said = read_policy_text(data, name="x").text
    except UnreadablePolicy as refusal:
        said = refusal.todo and refusal.en.partition("x is ")[2] + refusal.en.partition("x holds ")[2]
    assert said

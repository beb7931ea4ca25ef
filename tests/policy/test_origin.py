"""Every span leads back to the characters of the stored original."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finwatch.errors import UnreadablePolicy
from finwatch.model.policy import PolicyText
from finwatch.policy import read_policy_text
from finwatch.policy.normal import normalise, traced

FINANCE = Path(__file__).resolve().parents[3] / "shared" / "policies" / "finance"
PAGE = (
    "<!DOCTYPE html>\r\n<html><head><title>隐私&amp;政策</title><style>p{}</style></head>\r\n<body>\r\n"
    "<!-- 我们收集 -->\r\n<nav>首页</nav><h2>一、&nbsp;收集</h2>\r\n"
    "<p>我们会　收集您的<b>手机号码</b>、&#22995;&#21517;和　\r\n身份证号。<br>您可以拒绝&hellip;</p>\r\n"
    "<script>var x = '姓名';</script><table><tr><td>姓名</td><td>卡号</td></tr></table></body></html>"
)


def cited(policy: PolicyText, original: str, words: str) -> str:
    start = policy.text.index(words)
    first, last = policy.source_span(start, start + len(words))
    return original[first:last]


def test_a_span_of_a_page_counts_its_markup_and_entities() -> None:
    policy = read_policy_text(PAGE.encode("gb18030"))
    assert cited(policy, PAGE, "姓名和 身份证号") == "&#22995;&#21517;和　\r\n身份证号"
    assert cited(policy, PAGE, "手机号码") == "手机号码"
    assert cited(policy, PAGE, "卡号") == "卡号"
    assert cited(policy, PAGE, "一、 收集") == "一、&nbsp;收集"
    assert policy.source_span(policy.text.index("手机号码"), policy.text.index("手机号码") + 4)[0] == PAGE.index(
        "手机号码"
    )


def test_a_span_of_plain_text_counts_white_space_and_full_width_forms() -> None:
    original = "隐私政策\r\n\r\n　　我们收集（ＩＭＥＩ）\u200b、　　姓名…等。\r\n"
    policy = read_policy_text(original.encode("utf-16"))
    assert policy.text == "隐私政策\n我们收集(IMEI)、 姓名...等。"
    assert cited(policy, original, "IMEI") == "ＩＭＥＩ"
    assert cited(policy, original, "、 姓名") == "、　　姓名"
    assert cited(policy, original, "等") == "等"


def test_radicals_that_fonts_put_for_characters_are_read_as_those() -> None:
    assert normalise("⼿机号码、⻚⾯、⻓度") == "手机号码、页面、长度"


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_traced_text_is_the_normalised_text_and_its_offsets_never_fall(text: str) -> None:
    words, pairs = traced(text, ((0, 0, 1),))
    assert words == normalise(text)
    assert pairs == sorted(pairs)
    assert all(0 <= put < max(len(words), 1) and 0 <= source <= len(text) for put, source, _ in pairs)
    assert not words or pairs[0][0] == 0


LETTERS = "我们收集姓名ＡＢ 　\n&<>é…\u200b⼿ﬁ"


@settings(deadline=None, max_examples=150)
@given(st.lists(st.text(LETTERS, min_size=1, max_size=20), min_size=1, max_size=6))
def test_spans_of_any_page_read_back_as_the_same_words(parts: list[str]) -> None:
    page = "<html><body>" + "".join(f"<p>{html.escape(part)}</p>" for part in parts) + "</body></html>"
    try:
        policy = read_policy_text(page.encode())
    except UnreadablePolicy:
        return
    for paragraph in policy.paragraphs:
        first, last = policy.source_span(paragraph.start, paragraph.end)
        assert normalise(html.unescape(page[first:last])) == policy.words(paragraph)


@pytest.mark.shared
def test_spans_of_real_policies_read_back_as_the_same_words() -> None:
    if not FINANCE.is_dir():
        pytest.skip("the corpora of ../shared are not here")
    for path in sorted(FINANCE.glob("*.txt"))[:8]:
        original = path.read_bytes().decode("utf-8-sig")
        policy = read_policy_text(path.read_bytes())
        for paragraph in policy.paragraphs:
            first, last = policy.source_span(paragraph.start, paragraph.end)
            assert _unspaced(normalise(original[first:last])) == _unspaced(policy.words(paragraph))


def _unspaced(words: str) -> str:
    """Without spaces: a line broken inside a sentence is joined without one."""
    return words.replace(" ", "")

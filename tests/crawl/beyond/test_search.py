"""Result lists by selectors: exact candidates, and the ways in which there are none."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from finwatch.crawl.beyond.search import addresses_of, candidates_of
from finwatch.model.fetch import OutcomeKind
from finwatch.model.web import WebSource

SOURCE = WebSource(
    kind="search",
    keywords=("星河贷",),
    url="https://so.example/s?wd={keyword}&pn={offset}",
    pages=2,
    items="div.result",
    link="h3 a@href",
    title="h3",
    snippet="p",
    none="没有找到",
    challenge=("安全验证",),
)
PAGE = """<html><body><div class="ad"><h3><a href="/ad">广告</a></h3></div>
<div class="result"><h3><a href="/link?u=1&amp;k=2"><em>星河贷</em> 官方下载</a></h3><p>安卓版 下载</p></div>
<div class="result"><h3>没有链接</h3></div>
<div class="result"><h3><a href="https://xh.example/app#top">星河</a></h3></div>
<div class="result"><h3><a href="https://xh.example/app">星河（重复）</a></h3></div>
<div class="result"><h3><a href="javascript:void(0)">坏</a></h3></div></body></html>"""


def test_addresses() -> None:
    word = "%E6%98%9F%E6%B2%B3%E8%B4%B7"
    assert addresses_of(SOURCE, "星河贷") == [
        f"https://so.example/s?wd={word}&pn=0",
        f"https://so.example/s?wd={word}&pn=10",
    ]


def test_candidates_in_order_with_their_places() -> None:
    kind, found = candidates_of(PAGE, SOURCE, url="https://so.example/s", capture="w#9", keyword="星河贷")
    assert kind is OutcomeKind.OK
    assert [(one.rank, one.url, one.title, one.snippet) for one in found] == [
        (1, "https://so.example/link?u=1&k=2", "星河贷 官方下载", "安卓版 下载"),
        (2, "https://xh.example/app", "星河", ""),
    ]
    assert [PAGE[one.found.start : one.found.end] for one in found] == [
        "/link?u=1&amp;k=2",
        "https://xh.example/app#top",
    ]


def test_the_address_in_a_parameter() -> None:
    page = '<li class="b"><a href="/ck?u=https%3A%2F%2Fxh.example%2Fd&amp;p=1">星河</a></li>'
    source = SOURCE.model_copy(update={"items": "li.b", "link": "a@href", "title": "a", "query": "u"})
    assert [one.url for one in candidates_of(page, source, url="https://so.example/", capture=None)[1]] == [
        "https://xh.example/d"
    ]


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("<p>没有找到相关结果</p>", OutcomeKind.EMPTY),
        ("<p>请完成安全验证</p><div class=result><h3><a href=/a>x</a></h3></div>", OutcomeKind.CHALLENGE),
        ("<div class=other><a href=/a>x</a></div>", OutcomeKind.CHANGED_SHAPE),
    ],
)
def test_no_candidates(page: str, kind: OutcomeKind) -> None:
    assert candidates_of(page, SOURCE, url="https://so.example/", capture=None) == (kind, [])


def test_a_descriptor_without_a_keyword_in_its_address_is_refused() -> None:
    with pytest.raises(ValidationError, match="keyword"):
        WebSource(kind="search", keywords=("a",), url="https://so.example/", items="li")

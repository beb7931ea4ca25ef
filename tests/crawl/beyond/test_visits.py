"""Whole runs over markets of the protocol ``web``: the frontier, the sink and a real server on loopback."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

import pytest

from finwatch.crawl.runner import Runner
from finwatch.crawl.sources import descriptor
from finwatch.errors import InputError
from finwatch.flow.beyond import keep
from finwatch.lake.local import LocalLake
from finwatch.lake.web_rows import chain_of, lead_of, notice_of, policy_of
from finwatch.model.fetch import FrontierTask, Market, OutcomeKind, TaskKind
from finwatch.model.web import Chain, Lead, LeadReason, LinkEnd, Notice, PolicyPage, WebSource
from tests.kit import hostile, notices, web
from tests.kit.crawling import AT, SHOP, fetcher, market
from tests.kit.frontier import MemoryFrontier, MemorySink
from tests.kit.hostile import Server, serving

APK = web.package()
SHA256 = hashlib.sha256(APK).hexdigest()
HTML = "text/html; charset=utf-8"


def run(
    lake: LocalLake, prepare: Callable[[Server], WebSource], *, extra: Callable[[Server], FrontierTask] | None = None
) -> tuple[MemoryFrontier, MemorySink, Server]:
    async def go() -> tuple[MemoryFrontier, MemorySink, Server]:
        frontier, sink = MemoryFrontier(), MemorySink()
        async with serving() as server:
            shop: Market = market(server.url("/start"), protocol="web", web=prepare(server))
            if extra is not None:
                frontier.add([extra(server)])
            async with fetcher(lake, server.host) as one:
                runner = Runner([shop], frontier=frontier, fetcher=one, sink=sink, patience_s=0)
                runner.seed(now=AT)
                await runner.run()
        return frontier, sink, server

    return asyncio.run(go())


def test_results_lead_to_pages_and_pages_to_packages(lake: LocalLake) -> None:
    def prepare(server: Server) -> WebSource:
        entry = '<div class="r"><h3><a href="{}">{}</a></h3></div>'
        results = entry.format("/one", "星河贷下载") + entry.format("/two", "二")
        server.serve("/s?q=%E6%98%9F%E6%B2%B3", results.encode(), Content_Type=HTML)
        server.serve("/one", '<a href="/x.apk">下载</a>'.encode(), Content_Type=HTML)
        server.serve("/two", "<p>没有</p>".encode(), Content_Type=HTML)
        server.serve("/x.apk", APK, etag='"1"')
        return WebSource(
            kind="search",
            keywords=("星河",),
            url=server.url("/s?q={keyword}"),
            items="div.r",
            link="h3 a@href",
            title="h3",
        )

    frontier, sink, server = run(lake, prepare)
    assert frontier.kinds() == [
        (TaskKind.INDEX, OutcomeKind.OK),
        (TaskKind.PAGE, OutcomeKind.OK),
        (TaskKind.PAGE, OutcomeKind.EMPTY),
    ]
    assert frontier.examine == [(SHA256, "")]
    leads = [noun for noun in sink.observed if isinstance(noun, Lead)]
    assert [(one.url, one.reason, one.says) for one in leads] == [
        (server.url("/one"), LeadReason.SEARCH_RESULT, "Result 1 for 星河: 星河贷下载"),
        (server.url("/two"), LeadReason.SEARCH_RESULT, "Result 2 for 星河: 二"),
    ]
    chains = [noun for noun in sink.observed if isinstance(noun, Chain)]
    assert [chain.packages for chain in chains] == [(SHA256,), ()]


def test_a_word_that_a_lead_asks_for_is_searched_for_alone(lake: LocalLake) -> None:
    def prepare(server: Server) -> WebSource:
        server.serve("/s?q=a", b"<li><a href=/one>one</a></li>", Content_Type=HTML)
        server.serve("/s?q=b", b"<li><a href=/two>two</a></li>", Content_Type=HTML)
        return WebSource(kind="search", keywords=("a",), url=server.url("/s?q={keyword}"), items="li")

    def task(server: Server) -> FrontierTask:
        return FrontierTask(market=SHOP, kind=TaskKind.INDEX, url=server.url("/s?q=b"), bucket=server.host, due=AT)

    _, sink, server = run(lake, prepare, extra=task)
    assert sorted(one.path for one in server.log) == ["/one", "/s?q=a", "/s?q=b", "/two"]
    assert {(one.url, one.says) for one in sink.observed if isinstance(one, Lead)} == {
        (server.url("/one"), "Result 1 for a: one"),
        (server.url("/two"), "Result 1: two"),
    }


@pytest.mark.parametrize(
    ("page", "kind"),
    [("<p>请输入验证码</p>", OutcomeKind.CHALLENGE), ("<p>新版页面</p>", OutcomeKind.CHANGED_SHAPE)],
)
def test_a_search_that_gives_no_list(lake: LocalLake, page: str, kind: OutcomeKind) -> None:
    def prepare(server: Server) -> WebSource:
        server.serve("/s?q=a", page.encode(), Content_Type=HTML)
        return WebSource(
            kind="search", keywords=("a",), url=server.url("/s?q={keyword}"), items="li", challenge=("验证码",)
        )

    frontier, sink, _ = run(lake, prepare)
    assert [outcome.kind for outcome in frontier.outcomes] == [kind]
    assert frontier.outcomes[0].message
    assert frontier.outcomes[0].capture
    assert sink.observed == []


def test_a_list_of_notices_their_rows_and_attachments(lake: LocalLake) -> None:
    def prepare(server: Server) -> WebSource:
        listed = '<ul><li><a href="/n1">通报一</a></li><li><a href="/n2">公示</a></li></ul><a href="/other">其他</a>'
        server.serve("/start", listed.encode(), Content_Type=HTML)
        server.serve("/n1", notices.HTML.encode(), Content_Type=HTML)
        server.serve("/n2", '<h1>公示</h1><p>见<a href="/f/t.xlsx">附件</a></p>'.encode(), Content_Type=HTML)
        server.serve("/f/t.xlsx", notices.workbook())
        return WebSource(kind="notices", items="li", link="a@href")

    frontier, sink, server = run(lake, prepare)
    assert frontier.kinds() == [(TaskKind.INDEX, OutcomeKind.OK)] + [(TaskKind.PAGE, OutcomeKind.OK)] * 3
    found = {noun.url: noun for noun in sink.observed if isinstance(noun, Notice)}
    assert {url: len(notice.rows) for url, notice in found.items()} == {
        server.url("/n1"): 3,
        server.url("/n2"): 0,
        server.url("/f/t.xlsx"): 3,
    }
    assert server.asked("/other") == []
    assert lake.blobs.read(found[server.url("/f/t.xlsx")].sha256)[:2] == b"PK"


def test_a_landing_page_that_fails_keeps_its_chain(lake: LocalLake) -> None:
    def prepare(server: Server) -> WebSource:
        server.routes["/start"] = hostile.redirect("/a")
        server.routes["/a"] = hostile.redirect("/start")
        return web.LANDING

    frontier, sink, _ = run(lake, prepare)
    assert frontier.kinds() == [(TaskKind.INDEX, OutcomeKind.REDIRECT_LOOP)]
    (chain,) = sink.observed
    assert isinstance(chain, Chain)
    assert [link.end for link in chain.links] == [LinkEnd.REDIRECTED, LinkEnd.REDIRECTED, LinkEnd.FAILED]


def test_a_policy_is_kept_with_its_text(lake: LocalLake) -> None:
    page = "<html><body><h1>隐私政策</h1><p>我们收集您的手机号码。</p></body></html>"

    def prepare(server: Server) -> WebSource:
        server.serve("/start", b"<p>nothing</p>", Content_Type=HTML)
        server.serve("/p", page.encode(), Content_Type=HTML)
        return web.LANDING

    def task(server: Server) -> FrontierTask:
        return FrontierTask(
            market=SHOP, kind=TaskKind.POLICY, url=server.url("/p"), bucket=server.host, due=AT, app="com.example.fin"
        )

    _, sink, server = run(lake, prepare, extra=task)
    (policy,) = [noun for noun in sink.observed if isinstance(noun, PolicyPage)]
    broken = policy.model_copy(update={"sha256": lake.blobs.put(b"\x89PNG\r\n\x1a\n0000"), "url": "http://a/2"})
    for _ in range(2):
        keep(lake, SHOP, [policy, broken], at=AT)
    good, bad = sorted(lake.tables.read("policies").to_pylist(), key=lambda row: row["error"] or "")
    text = policy_of(good)
    assert text is not None
    assert [text.words(one) for one in text.paragraphs] == ["隐私政策", "我们收集您的手机号码。"]
    assert (good["app"], good["url"], good["error"]) == ("com.example.fin", server.url("/p"), None)
    assert policy_of(bad) is None
    assert "picture" in bad["error"]


def test_nouns_come_back_from_the_lake_as_they_were(lake: LocalLake) -> None:
    def prepare(server: Server) -> WebSource:
        server.routes["/start"] = hostile.redirect("/page")
        server.serve(
            "/page", f'<img src="/q.png"><a href="{server.url("/x.apk")}">下载</a>'.encode(), Content_Type=HTML
        )
        server.serve("/q.png", web.qr("file:///etc/passwd"), Content_Type="image/png")
        server.serve("/x.apk", APK, etag='"1"')
        return web.LANDING

    _, sink, _ = run(lake, prepare)
    (chain,) = sink.observed
    assert isinstance(chain, Chain)
    from finwatch.crawl.beyond.notices import read_notice

    notice = read_notice(notices.HTML.encode(), market=SHOP, url="http://mb.example/1", capture="w#1", seen=AT)
    lead = Lead(market=SHOP, kind="page", url="http://a/", reason=LeadReason.ENDPOINT, of="x", says="y", at=AT)
    for _ in range(2):
        keep(lake, SHOP, [chain, notice, lead], at=AT)
    tables = lake.tables
    assert chain_of(tables.read("chains").to_pylist()) == chain
    assert notice_of(tables.read("notices").to_pylist()[0], tables.read("notice_rows").to_pylist()) == notice
    assert [lead_of(row) for row in tables.read("leads").to_pylist()] == [lead]


DESCRIPTOR = """[[market]]
id = "so"
name = { zh = "搜索", en = "Search" }
protocol = "web"
address = "https://so.example/"
"""


def test_a_descriptor_of_pages_beyond_stores() -> None:
    (found,) = descriptor.parse(DESCRIPTOR + '[market.web]\nkind = "landing"\nrender = true\n', name="so.toml")
    assert found.web == WebSource(kind="landing", render=True)
    with pytest.raises(InputError, match=r"web: a \[market.web\] goes with protocol"):
        descriptor.parse(DESCRIPTOR, name="so.toml")
    with pytest.raises(InputError, match="keyword"):
        descriptor.parse(DESCRIPTOR + '[market.web]\nkind = "search"\n', name="so.toml")

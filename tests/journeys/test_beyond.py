"""Beyond stores, from a crawl of real servers to what Chromium shows: chains, notices, leads, ratings, reviews."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from finwatch.crawl.sources import descriptor
from finwatch.flow.collect import collect
from finwatch.flow.expand import grow
from finwatch.flow.publish import publish
from finwatch.flow.worker import work
from finwatch.lake import open_lake
from finwatch.model.fetch import MarketId
from finwatch.settings import Settings
from finwatch.store import open_store
from tests.crawl.sources.test_replay import APPLE
from tests.journeys.conftest import FINWATCH, ROOT, environment
from tests.journeys.test_browser import open_page, picture, violations
from tests.kit import hostile, notices, web
from tests.kit.hostile import Server
from tests.kit.replaying import hosts_of, on_loopback
from tests.kit.threaded import served

pytestmark = pytest.mark.server

LOAN = (ROOT / "samples" / "packages" / "example.paperkite.loan_314.apk").read_bytes()
PAGES = """[[market]]
id = "kite-page"
name = { zh = "纸鸢贷落地页", en = "Landing page" }
protocol = "web"
address = "http://kite.example/ad"
politeness = { requests_per_second = 1000 }
[market.web]
kind = "landing"

[[market]]
id = "notices"
name = { zh = "通报", en = "Notices" }
protocol = "web"
address = "http://regulator.example/notice.html"
politeness = { requests_per_second = 1000 }
[market.web]
kind = "notices"

[[market]]
id = "so"
name = { zh = "搜索", en = "Search" }
protocol = "web"
address = "http://so.example/"
politeness = { requests_per_second = 1000 }
[market.web]
kind = "search"
keywords = ["纸鸢贷"]
url = "http://so.example/s?wd={keyword}"
items = "div.result"
none = "没有找到"
"""
HOSTS = ["kite.example", "cdn.example", "regulator.example", "so.example"]
LISTS = ["/chains", "/notices", "/notices/rows", "/leads"]


@contextmanager
def played() -> Iterator[Server]:
    """The servers of a landing page, a regulator, a search engine and Apple's market, on one port of loopback."""
    with served() as server:
        server.routes["/ad"] = hostile.redirect("http://cdn.example/land")
        page = b'<html><img class="qr" src="/code.png"><img class="qr" src="/broken.png"></html>'
        server.serve("/land", page, Content_Type="text/html")
        server.serve("/code.png", web.qr("http://cdn.example/get"), Content_Type="image/png")
        server.serve("/broken.png", b"\x89PNG\r\n\x1a\nno picture", Content_Type="image/png")
        server.routes["/get"] = hostile.redirect("/v1/app.apk")
        server.serve("/v1/app.apk", LOAN, etag='"1"')
        server.serve("/notice.html", notices.HTML.encode(), Content_Type="text/html; charset=utf-8")
        for path, answer in APPLE.items():
            assert isinstance(answer, bytes)
            server.serve(path, answer, Content_Type="application/json")
        yield server


def crawled(home: Path) -> None:
    """Two readings, between which Apple's market shows another version with other stars; then all the daily steps."""
    file = home.parent / "pages.toml"
    file.write_text(PAGES, "utf-8")
    apple = on_loopback("apple-cn", keyword=("贷款",))
    with (
        played() as server,
        open_store(Settings(home=home).store_address) as store,
        closing(open_lake(Settings(home=home).lake_address)) as lake,
    ):
        hosts = [*HOSTS, *hosts_of(apple)]
        settings = Settings(home=home, allow_private=tuple(hosts), resolve=dict.fromkeys(hosts, server.host))
        for market in (*descriptor.read(file), apple):
            store.markets.register(market, now=datetime.now(UTC))
        collect(store, lake, settings=settings, patience_s=0)
        search = next(path for path in APPLE if path.startswith("/search"))
        answer = APPLE[search]
        assert isinstance(answer, bytes)
        assert b"4.81234" in answer
        server.serve(search, answer.replace(b"4.81234", b"3.9").replace(b'"7.2.1"', b'"7.3.0"'))
        collect(store, lake, settings=settings, markets=[MarketId("apple-cn")], again=True, patience_s=0)
        work(store, lake, catalog_folder=ROOT / "samples" / "catalog", processes=1)
        grow(store, lake)
        publish(store, lake)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("beyond") / "home"
    crawled(home)
    server = subprocess.Popen(
        [*FINWATCH, "serve", "--port", "0"], env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().split()[-1].rstrip("/")
    finally:
        server.terminate()
        server.wait(timeout=20)
        server.stdout.close()


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as opened:
        yield opened


def rows_of(page: str) -> list[str]:
    """The rows of the first table's body, without that of an empty one."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [row for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL) if 'class="empty"' not in row]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_number_opens_into_its_rows_and_every_row_into_its_capture(client: httpx.Client, language: str) -> None:
    overview = client.get(f"/beyond?lang={language}").text
    numbers = re.findall(r'class="number" href="([^"]+)"><span class="value">(\d+)<', overview)
    assert len(numbers) == 5
    reasons = re.findall(r'class="n"><a href="([^"]+)">(\d+)<', overview)
    assert reasons
    for link, number in [*numbers, *reasons]:
        page = client.get(unescape(link))
        assert page.status_code == 200
        assert len(rows_of(page.text)) == int(number) > 0, link
        assert len(client.get("/api/v1" + unescape(link)).json()["rows"]) == int(number)
    for path in ("/chains", "/notices", "/notices/rows"):
        for row in rows_of(client.get(path).text):
            (capture,) = re.findall(r'href="(/captures/[^"]+)"', row)
            assert client.get(capture).status_code == 200


def test_a_chain_is_shown_from_the_page_to_the_package(client: httpx.Client) -> None:
    (row,) = client.get("/api/v1/chains?packages=true").json()["rows"]
    page = client.get(f"/chains/{row['id']}?lang=en").text
    way = page.partition('class="way"')[2].partition("</ol>")[0]
    said = [re.sub(r"<[^>]+>", "", step) for step in re.findall(r"<li>(.*?)</li>", way, re.DOTALL)]
    kinds = [step.split()[0] for step in said]
    assert kinds == ["start", "redirect", "image", "QR", "redirect"], said
    assert "package" in said[-1]
    assert row["unseen"] == 1
    assert "image not decoded" in page
    captures = re.findall(r'href="(/captures/[^"]+)"', page)
    assert len(captures) > len(said)
    assert {client.get(capture).status_code for capture in captures} == {200}
    (package,) = set(re.findall(r'href="(/packages/[0-9a-f]{64})"', page))
    assert "example.paperkite.loan" in client.get(package).text, "the package was examined"
    assert client.get(f"/api/v1/chains?package={package.rpartition('/')[2]}").json()["rows"] == [row]


def test_a_notice_names_its_cells_and_what_gave_no_row(client: httpx.Client) -> None:
    (head,) = client.get("/api/v1/notices").json()["rows"]
    page = client.get(f"/notices/{head['id']}?lang=en").text
    assert "星河贷" in page
    assert "row 3, column" in page
    assert head["faults"] > 0
    faults = page.partition('id="faults"')[2]
    assert len(re.findall(r"<th scope=\"row\"", faults)) == head["faults"]
    assert "a person confirms it" in page
    assert len(rows_of(client.get("/notices/rows?q=星河贷").text)) == 1


def test_a_version_without_code_and_hash_and_its_stars_over_time(client: httpx.Client) -> None:
    listings = client.get("/api/v1/markets/apple-cn/listings").json()
    (bank,) = [row for row in listings["rows"] if row["listing"]["names"].get("zh-CN") == "清水银行"]
    assert (bank["listing"]["version_name"], bank["listing"]["rating"]) == ("7.3.0", 3.9)
    view = client.get(f"/api/v1/apps/{bank['app_id']}").json()
    spans = {one["listing"]["version_name"]: one["gone_at"] is None for one in view["listings"]}
    assert spans == {"7.3.0": True, "7.2.1": False}
    assert next(iter(spans)) == "7.3.0", "the newest first"
    assert [one["kind"] for one in view["events"]] == ["new_version"]
    assert view["row"]["pending"] is False, "there is no package that could be examined"
    (series,) = client.get(f"/api/v1/apps/{bank['app_id']}/ratings").json()
    assert [point["rating"] for point in series["points"]] == [4.8123, 3.9]
    page = client.get(f"/apps/{bank['app_id']}/ratings?lang=en").text
    months = re.findall(r'href="(/apps/[^"]+/reviews\?[^"]+)">(\d+)<', page)
    assert len(months) == 3
    for link, number in months:
        assert len(rows_of(client.get(unescape(link)).text)) == int(number)
    shown = client.get(f"/apps/{bank['app_id']}?lang=en").text.partition('id="listings"')[2]
    assert all(words in shown for words in ("3.9", "120,345", "财务; 商务", "182,345,728"))


def test_what_does_not_fit_is_said(client: httpx.Client) -> None:
    for path in ("/chains?packages=maybe", "/leads?reason=x", "/notices?after=x", "/apps/x/reviews?month=1"):
        assert client.get(path).status_code in {404, 422}, path
    for path in ("/chains/none", "/notices/none", "/markets/none/listings"):
        assert client.get(path).status_code == 404, path


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed (apt-get install chromium)")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_are_whole_and_accessible(
    browser: Browser, address: str, client: httpx.Client, language: str
) -> None:
    ask = client.get
    (chain,) = ask("/api/v1/chains?packages=true").json()["rows"]
    (notice,) = ask("/api/v1/notices").json()["rows"]
    app = ask("/api/v1/markets/apple-cn/listings").json()["rows"][0]["app_id"]
    subjects = [f"/chains/{chain['id']}", f"/notices/{notice['id']}", f"/apps/{app}/ratings", f"/apps/{app}/reviews"]
    for path in ["/beyond", *LISTS, *subjects, f"/apps/{app}", "/markets/apple-cn", "/markets/apple-cn/listings"]:
        problems: list[str] = []
        page = open_page(browser, address, problems, language=language)
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        picture(page, f"beyond-{re.sub(r'[^a-z]+', '-', path)[:30]}-{language}")
        assert violations(page) == [], path
        assert problems == [], path
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.context.close()


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed (apt-get install chromium)")
def test_the_pages_work_without_script_and_draw_with_it(browser: Browser, address: str, client: httpx.Client) -> None:
    problems: list[str] = []
    page = open_page(browser, address, problems, language="zh", script=False)
    page.goto("/beyond")
    page.locator(".number").nth(1).click()
    page.locator("tbody th a").first.click()
    expect(page.locator(".way li").last).to_contain_text("安装包")
    page.locator(".way li a").first.click()
    expect(page.locator("h1")).to_have_text("存档")
    (app,) = [
        row["app_id"]
        for row in client.get("/api/v1/markets/apple-cn/listings").json()["rows"]
        if row["listing"]["version_name"] == "7.3.0"
    ]
    page = open_page(browser, address, problems, language="zh")
    page.goto(f"/apps/{app}/ratings")
    expect(page.locator(".chart.drawn svg").first).to_be_visible()
    assert page.locator("table tbody tr").count() >= 5, "the table stays beside the chart"
    picture(page, "beyond-charts")
    assert problems == []

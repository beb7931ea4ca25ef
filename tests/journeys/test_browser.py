"""The pages in a real Chromium, in both languages, with and without script."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import CHROMIUM

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ["/", "/apps", "/findings", "/events", "/markets", "/checks", "/api/docs"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]


@pytest.fixture
def problems() -> list[str]:
    return []


def open_page(browser: Browser, address: str, problems: list[str], *, language: str, script: bool = True) -> Page:
    context = browser.new_context(
        base_url=address,
        locale="zh-CN" if language == "zh" else "en-US",
        java_script_enabled=script,
        viewport={"width": 1280, "height": 900},
    )
    page = context.new_page()
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith((address, "data:")) else problems.append(sent.url))
    return page


def picture(page: Page, name: str) -> None:
    """A screenshot for a person to look at, where ``FINWATCH_TEST_PICTURES`` names a folder."""
    folder = os.environ.get("TEST_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_accessible(
    browser: Browser, address: str, problems: list[str], language: str, path: str
) -> None:
    page = open_page(browser, address, problems, language=language)
    page.goto(path)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh" else "en")
    expect(page.locator("h1")).to_be_visible()
    picture(page, f"{path.strip('/').replace('/', '-') or 'overview'}-{language}")
    assert violations(page) == []
    assert problems == []


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA."""
    if not AXE.is_file():
        pytest.skip("axe-core was not fetched (make setup)")
    # The page's own policy forbids foreign script; the tool is put in from outside, as a person's extension would be.
    found = page.evaluate(
        AXE.read_text("utf-8")
        + """; axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})"""
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_red_app_opens_to_its_evidence(browser: Browser, address: str, problems: list[str], language: str) -> None:
    page = open_page(browser, address, problems, language=language)
    page.goto("/apps?band=red")
    page.locator("table.apps tbody th a").first.click()
    expect(page.locator("#why")).to_be_visible()
    page.locator("#why a").first.click()
    finding = page.locator("details.finding[open]").first
    expect(finding.locator(".evidence .place").first).to_be_visible()
    picture(page, f"app-{language}")
    assert violations(page) == []
    assert problems == []


def test_filters_narrow_without_loading_the_page_anew(browser: Browser, address: str, problems: list[str]) -> None:
    page = open_page(browser, address, problems, language="en")
    page.goto("/apps")
    before = page.locator("table.apps tbody tr").count()
    page.evaluate("window.stayed = true")
    page.locator("#f-band").select_option("red")
    page.wait_for_url("**/apps?*band=red*")
    expect(page.locator("table.apps .band-red").first).to_be_visible()
    after = page.locator("table.apps tbody tr").count()
    assert 0 < after < before
    assert page.locator("table.apps .band").count() == page.locator("table.apps .band-red").count()
    assert page.evaluate("window.stayed") is True
    assert problems == []


def test_everything_works_without_script(browser: Browser, address: str, problems: list[str]) -> None:
    page = open_page(browser, address, problems, language="zh", script=False)
    page.goto("/")
    page.locator(".number").first.click()
    page.locator("#f-band").select_option("red")
    page.locator(".filters button").click()
    expect(page.locator("table.apps .band-red").first).to_be_visible()
    page.locator("table.apps tbody th a").first.click()
    page.locator("details.finding summary").first.click()
    expect(page.locator("details.finding .evidence .place").first).to_be_visible()


def test_the_keyboard_reaches_the_content(browser: Browser, address: str, problems: list[str]) -> None:
    page = open_page(browser, address, problems, language="en")
    page.goto("/apps")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_narrow_screen_does_not_scroll_sideways(browser: Browser, address: str, problems: list[str]) -> None:
    page = open_page(browser, address, problems, language="zh")
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/", "/apps", "/markets"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path

"""A bank's messy sheet from upload to export in a real Chromium: errors at cells, correction, ledger, exit, advice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from finwatch.api.acting import SESSION
from finwatch.model.access import Role
from finwatch.store import open_store
from finwatch.supervise.ledger.sheet import cells_of
from tests.journeys.conftest import CHROMIUM, FINWATCH, ROOT, Demo, environment
from tests.journeys.test_browser import violations
from tests.kit import ledger as kit
from tests.kit.people import session_of, somebody
from tests.kit.workbooks import encrypted

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]


PATIENCE = 120_000
"""Milliseconds: other work may keep the machine busy."""
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Bank:
    """The demo's store, served, and the cookies of two people of one of its fictional banks."""

    address: str
    home: Path
    owner: str
    officer: str


@pytest.fixture(scope="module")
def bank(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    home = tmp_path_factory.mktemp("bank") / "home"
    shutil.copytree(demo.home, home)
    settings = environment(home)
    with open_store(f"sqlite:///{home / 'store.sqlite'}") as store:
        owner = session_of(store, somebody(store, "qinghe", Role.APP_OWNER))
        officer = session_of(store, somebody(store, "qinghe", Role.COMPLIANCE_OFFICER))
    server = subprocess.Popen(
        [*FINWATCH, "serve", "--port", "0"], env=settings, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        assert "http://127.0.0.1:" in line, line
        yield Bank(line.split()[-1].rstrip("/"), home, owner, officer)
    finally:
        server.terminate()
        server.wait(timeout=20)
        server.stdout.close()


def person(browser: Browser, bank: Bank, cookie: str, *, language: str = "zh") -> Page:
    """A browser of somebody of the bank."""
    context: BrowserContext = browser.new_context(
        base_url=bank.address, locale="zh-CN" if language == "zh" else "en-US", viewport={"width": 1400, "height": 900}
    )
    context.add_cookies([{"name": SESSION, "value": cookie, "url": bank.address}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def picture(page: Page, name: str) -> None:
    """A screenshot for a person to look at, where ``TEST_PICTURES`` names a folder."""
    if folder := os.environ.get("TEST_PICTURES"):
        page.screenshot(path=Path(folder) / f"ledger-{name}.png", full_page=True)


def both(browser: Browser, bank: Bank, path: str, name: str) -> None:
    """The page in both languages, whole and accessible."""
    for language in ("zh", "en"):
        page = person(browser, bank, bank.owner, language=language)
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        picture(page, f"{name}-{language}")
        assert violations(page) == []
        page.context.close()


def hand_in(page: Page, name: str, data: bytes) -> None:
    """Uploads a file."""
    page.goto("/ledger/import")
    page.locator("#file").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})
    page.get_by_role("button", name="读取并预览").click()


def test_a_messy_sheet_is_corrected_imported_kept_and_given_back(browser: Browser, bank: Bank, tmp_path: Path) -> None:
    sheet = kit.workbook()
    page = person(browser, bank, bank.owner)

    hand_in(page, "加密台账.xlsx", encrypted(sheet))
    expect(page.get_by_role("alert")).to_contain_text("设有打开密码")
    expect(page.get_by_role("alert")).to_contain_text("没有保存任何内容")
    picture(page, "encrypted-zh")

    hand_in(page, "2024台账.xlsx", sheet)
    wrong = page.locator("#errors tbody tr")
    expect(wrong).to_have_count(len(kit.WRONG))
    places = {
        f"{one.split(chr(10))[0].strip()}!{one.split(chr(10))[-1].strip()}"
        for one in wrong.locator("th").all_inner_texts()
    }
    assert places == set(kit.WRONG)
    expect(page.get_by_role("button", name=re.compile("确认导入"))).to_have_count(0)
    both(browser, bank, page.url.removeprefix(bank.address), "errors")

    for place, text in kit.RIGHT.items():
        page.locator(f'[name="cell:{place}"]').fill(text)
    first = next(iter(kit.RIGHT))
    page.locator(f'[name="cell:{first}"]').fill("三月")
    page.get_by_role("button", name="保存更正并重新读取").click()
    expect(page.locator("#errors tbody tr")).to_have_count(1)
    expect(page.locator(f'[name="cell:{first}"]')).to_have_value("三月")
    page.locator(f'[name="cell:{first}"]').fill(kit.RIGHT[first])
    page.get_by_role("button", name="保存更正并重新读取").click()
    expect(page.locator("#errors")).to_have_count(0)
    number = page.url.rsplit("/", 1)[-1]
    page.get_by_role("button", name="确认导入 61 行").click()
    expect(page).to_have_url(f"{bank.address}/ledger")
    expect(page.locator(".number .value").first).to_have_text("61")
    both(browser, bank, "/ledger", "list")
    both(browser, bank, "/ledger/duties", "duties")

    given_back(page, number, sheet, tmp_path)
    exit_of_an_entry(browser, bank, page)
    advised(browser, bank)

    hand_in(page, "2024台账.xlsx", kit.workbook(wrong=False, users={"L6": 6.6}))
    expect(page.locator("#differences tbody tr", has_text="66000")).to_have_count(1)
    picture(page, "differences-zh")


def given_back(page: Page, number: str, sheet: bytes, folder: Path) -> None:
    """The sheet as it came, cell by cell, but for what was corrected."""
    with page.expect_download() as caught:
        page.get_by_role("link", name=re.compile("按原表格式导出")).first.click()
    out = folder / caught.value.suggested_filename
    caught.value.save_as(out)
    assert out.name == "2024台账.xlsx"
    before = {(name, cell): value for name, cell, value in cells_of(sheet)}
    after = {(name, cell): value for name, cell, value in cells_of(out.read_bytes())}
    everywhere = before.keys() | after.keys()
    differing = {"!".join(place) for place in everywhere if before.get(place) != after.get(place)}
    assert differing == set(kit.RIGHT)


def proof(page: Page, name: str) -> str:
    """Uploads a file; its digest."""
    page.goto("/uploads")
    page.locator("#file").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": name.encode()})
    page.get_by_role("button", name="上传").click()
    return page.locator("tr", has_text=name).locator("code").first.inner_text()


def exit_of_an_entry(browser: Browser, bank: Bank, page: Page) -> None:
    """Four steps, each with its proof; without it nothing moves, and nobody closes their own."""
    page.goto("/ledger?q=app05")
    page.locator("tbody th a").first.click()
    address = page.url
    act(page, "启动退出", {"note.reason": "活跃度低，功能并入手机银行", "note.planned": "2026-12-31"})
    digest = proof(page, "风险评估报告.pdf")
    page.goto(address)
    step = {"note.on": "2024-11-01", "note.conclusion": "影响小", "note.proof": "0" * 64}
    act(page, "一、风险评估", step, refused=True)
    expect(page.locator("#problem-note-proof")).to_contain_text("没有这个文件")
    picture(page, "exit-refused-zh")
    page.goto(address)
    act(page, "一、风险评估", {**step, "note.proof": digest})
    moved = {
        "note.on": "2024-11-05",
        "note.moved_to": "手机银行",
        "note.personal_information": "删除",
        "note.proof": digest,
    }
    act(page, "二、数据迁移与个人信息处置", moved)
    act(page, "三、告知用户", {"note.on": "2024-11-06", "note.channels": "应用内公告\n网站", "note.proof": digest})
    removal = {"note.removals.0.store": "应用市场", "note.removals.0.on": "2024-12-01", "note.removals.0.proof": digest}
    act(page, "四、各渠道下架", removal)
    officer = person(browser, bank, bank.officer)
    officer.goto(address)
    act(officer, "办结退出", {}, refused=True)
    expect(officer.get_by_role("alert")).to_contain_text("市场复查")
    page.get_by_role("button", name="市场复查").click()
    officer.goto(address)
    act(officer, "办结退出", {})
    expect(officer.locator(".state").first).to_have_text("已终止")
    both(browser, bank, address.removeprefix(bank.address), "ended")


def act(page: Page, name: str, fields: dict[str, str], *, refused: bool = False) -> None:
    """Goes an arc by its form."""
    page.get_by_role("link", name=name, exact=True).click()
    for field, value in fields.items():
        page.locator(f'[name="{field}"]').fill(value)
    page.locator("form.casework button.main").click()
    expect(page.locator(".refused")).to_have_count(1 if refused else 0)


def advised(browser: Browser, bank: Bank) -> None:
    """Reasons with their grounds, and what a market shows that the ledger does not say."""
    page = person(browser, bank, bank.owner)
    page.goto("/ledger/advice")
    expect(page.locator(".advice").first).to_contain_text("没有新版本")
    expect(page.locator(".advice").first).to_contain_text("建议")
    page.goto("/ledger/markets")
    row = page.locator("tr", has_text="example.qinghe.bank").first
    expect(row).to_contain_text("不在台账中")
    expect(row).to_contain_text("声称的主体")
    both(browser, bank, "/ledger/advice", "advice")
    both(browser, bank, "/ledger/markets", "markets")

"""The bench in a real browser: compare, tick, edit, return; the letter as DOCX and PDF; nothing typed is lost."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from playwright.sync_api import Browser, BrowserContext, Page, expect

from finwatch.access.secrets import Sealer
from finwatch.api.acting import SESSION
from finwatch.lake import open_lake
from finwatch.model.access import Actor
from finwatch.store import Store, open_store
from finwatch.supervise.door import Door
from finwatch.supervise.login import Login
from tests.journeys.conftest import CHROMIUM, FINWATCH, ROOT, Demo, environment
from tests.journeys.test_browser import picture, violations
from tests.kit.benched import filed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def home(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's home with people in it; a copy, since whoever has people must log in."""
    copy = tmp_path_factory.mktemp("bench") / "home"
    shutil.copytree(demo.home, copy)
    return copy


@pytest.fixture(scope="module")
def store(home: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{home}/store.sqlite") as store:
        yield store


@pytest.fixture(scope="module")
def filing(home: Path, store: Store) -> tuple[int, dict[str, Actor]]:
    case, people = filed(store, open_lake(str(home / "lake")))
    return case.id, people


@pytest.fixture(scope="module")
def serving(home: Path, filing: object) -> Iterator[str]:
    server = subprocess.Popen(
        [*FINWATCH, "serve", "--port", "0"], env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        assert "http://127.0.0.1:" in line, line
        yield line.split()[-1].rstrip("/")
    finally:
        server.terminate()
        server.wait(timeout=20)
        server.stdout.close()


def entered(browser: Browser, serving: str, store: Store, who: Actor, *, language: str, script: bool) -> BrowserContext:
    """A browser in which somebody has logged in."""
    cookie = Login(Door(store, Sealer.fresh())).enter(store.accounts.person(who.person), next_=None)
    context = browser.new_context(
        base_url=serving,
        locale="zh-CN" if language == "zh" else "en-US",
        java_script_enabled=script,
        viewport={"width": 1400, "height": 900},
    )
    context.add_cookies([{"name": SESSION, "value": cookie, "url": serving}])
    return context


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in pages))


def test_a_filing_goes_back_with_the_letter_that_the_reviewer_made(
    browser: Browser, serving: str, store: Store, filing: tuple[int, dict[str, Actor]]
) -> None:
    number, people = filing
    context = entered(browser, serving, store, people["first"], language="zh", script=False)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"/cases/{number}")
    page.get_by_role("link", name="打开审核台").click()
    expect(page.get_by_text("安装包尚未检查。")).to_be_visible()
    page.get_by_role("button", name="检查所提交的安装包").click()
    # The page that waits loads itself again, without script, until the bench opens.
    expect(page.locator("#line-package-version")).to_contain_text("5.1.0", timeout=90_000)
    picture(page, "bench-zh")

    # Keyboard alone: untick one by Space, compose by Enter.
    ticks = page.locator("input[name=picked]")
    assert ticks.count() >= 8
    kept = page.locator("#line-package-name input[name=picked]")
    kept.focus()
    page.keyboard.press("Space")
    expect(kept).not_to_be_checked()
    page.get_by_role("button", name="将勾选的意见写入函件").focus()
    page.keyboard.press("Enter")
    letter = page.locator("#letter")
    expect(letter).to_have_value(re.compile("填报的软件版本为“5.1.0”"))
    assert "填报的软件名称为" not in letter.input_value()
    assert len(letter.input_value().splitlines()) == ticks.count() - 1

    # Refused without a comment: everything typed is still there.
    mine = "另请提供本版本的发布计划。"
    letter.fill(letter.input_value() + "\n" + mine)
    page.get_by_role("button", name="退回并发出函件").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert mine in page.locator("#letter").input_value()
    picture(page, "bench-refused-zh")
    page.locator("#comment").fill("请按函补正。")
    page.get_by_role("radio", name="协会退至金融机构").check()
    page.get_by_role("button", name="退回并发出函件").click()
    expect(page.locator("h1")).to_contain_text("晨光手机银行")
    page.goto(f"/cases/{number}")
    expect(page.locator(".steps")).to_contain_text(mine)
    step = store.cases.steps(number, scope=people["first"].scope)[-1]
    assert step.arc == "return_first"
    assert step.note["letter"].endswith(mine)
    assert any(one.startswith("package:version｜5.1.0 ≠ 5.2.0｜AndroidManifest.xml") for one in step.note["lines"])

    documents(page, number, mine)
    context.close()


def documents(page: Page, number: int, mine: str) -> None:
    """The letter as a draft, then with its number, as DOCX and PDF, the same words in both."""
    page.goto(f"/cases/{number}/documents")
    expect(page.get_by_text("草稿，未编号")).to_be_visible()
    page.get_by_role("button", name="编号").click()
    row = page.get_by_role("row").filter(has_text="关于补正")
    expect(row).to_contain_text("星河互联网金融协会审函〔")
    picture(page, "documents-zh")
    address = row.get_by_role("link", name="PDF").get_attribute("href")
    assert address is not None
    printed = text_of(page.request.get(address).body())
    word = page.request.get(address.replace(".pdf", ".docx")).body()
    written = re.sub(r"\s", "", "".join(one.text for one in Document(BytesIO(word)).paragraphs))
    for text in (mine, "填报的软件版本为“5.1.0”", "星河互联网金融协会审函〔", "晨光银行股份有限公司："):
        assert text in printed, text
        assert text in written, text
    if folder := os.environ.get("TEST_PICTURES"):
        Path(folder, "letter.docx").write_bytes(word)
        Path(folder, "letter.pdf").write_bytes(page.request.get(address).body())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_bench_and_the_documents_are_accessible(
    browser: Browser, serving: str, store: Store, filing: tuple[int, dict[str, Actor]], language: str
) -> None:
    number, people = filing
    context = entered(browser, serving, store, people["first"], language=language, script=True)
    page = context.new_page()
    page.set_default_timeout(120_000)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    for path in (f"/cases/{number}/bench", f"/cases/{number}/documents", "/documents", "/uploads"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        picture(page, f"{path.strip('/').replace('/', '-')}-{language}")
        assert violations(page) == [], path
    assert problems == []
    context.close()


def test_the_bench_is_for_reviewers(
    browser: Browser, serving: str, store: Store, filing: tuple[int, dict[str, Actor]]
) -> None:
    number, people = filing
    for who, status in (("owner-a", 403), ("owner-b", 403), ("supervisor", 403), ("certifier", 404)):
        context = entered(browser, serving, store, people[who], language="en", script=False)
        assert context.request.get(f"/cases/{number}/bench").status == status, who
        assert context.request.get(f"/api/v1/cases/{number}/bench").status == status, who
        context.close()


def test_a_file_field_uploads_by_itself(
    browser: Browser, serving: str, store: Store, filing: tuple[int, dict[str, Actor]], tmp_path: Path
) -> None:
    """Script or not, a file ends as the SHA-256 that the form's field takes."""
    _, people = filing
    package = tmp_path / "包.apk"
    package.write_bytes(os.urandom(20 << 20))
    sha256 = hashlib.sha256(package.read_bytes()).hexdigest()
    context = entered(browser, serving, store, people["owner-a"], language="zh", script=True)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto("/cases/new/filing/begin")
    page.get_by_label("安装包: 选择文件").set_input_files(package)
    expect(page.locator("#form-package_file")).to_have_value(sha256, timeout=120_000)
    assert violations(page) == []
    context.close()

    bare = entered(browser, serving, store, people["owner-a"], language="zh", script=False)
    page = bare.new_page()
    page.set_default_timeout(120_000)
    page.goto("/uploads")
    page.locator("#file").set_input_files({"name": "政策.txt", "mimeType": "text/plain", "buffer": "隐私政策".encode()})
    page.get_by_role("button", name="上传").click()
    row = page.get_by_role("row").filter(has_text="政策.txt")
    expect(row).to_contain_text(hashlib.sha256("隐私政策".encode()).hexdigest())
    expect(page.get_by_role("row").filter(has_text="包.apk")).to_contain_text(sha256)
    bare.close()

"""Access in a real Chromium: the first log-in, a session that ends in the middle of a form, a provider's log-in."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from finwatch.api.acting import SESSION
from finwatch.model.access import OrganisationId, OrganisationKind, Role
from finwatch.model.account import GroupRole
from finwatch.settings import Settings
from finwatch.store import Store, open_store, tables
from finwatch.store.dialect import writing
from finwatch.supervise import accounts
from finwatch.supervise.accounts import OPERATOR
from tests.journeys.conftest import CHROMIUM, FINWATCH, ROOT, environment
from tests.journeys.test_browser import open_page, violations
from tests.kit import provider as providers
from tests.kit.people import PASSWORD, org, session_of, somebody

expect.set_options(timeout=60_000)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]


@contextmanager
def served(home: Path, **more: str) -> Iterator[str]:
    """The address of ``finwatch serve`` over a home of its own."""
    told = {**environment(home), **more}
    server = subprocess.Popen(
        [*FINWATCH, "serve", "--port", "0"], env=told, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        assert "http://127.0.0.1:" in line, line
        yield line.split()[-1].rstrip("/")
    finally:
        server.terminate()
        assert server.wait(timeout=30) in (0, -15)
        server.stdout.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(home=tmp_path).store_address) as store:
        accounts.add_organisation(store, OPERATOR, org("reg", OrganisationKind.REGULATOR))
        yield store


def first_log_in(page: Page, account: str, password: str) -> str:
    """Goes through the first log-in with the keyboard's fields only; the TOTP secret."""
    page.goto("/login")
    page.get_by_label("Account", exact=True).fill(account)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("figure.code svg")).to_be_visible()
    assert violations(page) == []
    secret = re.sub(r"\s", "", page.locator("#secret").inner_text())
    page.locator("#new").fill(PASSWORD)
    page.locator("#again").fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    return secret


def test_password_second_factor_and_a_session_that_ends_in_a_form(
    browser: Browser, store: Store, tmp_path: Path
) -> None:
    _, first = accounts.add_person(
        store, OPERATOR, account="wang", name="王", organisation="reg", roles=(Role.ADMINISTRATOR,)
    )
    problems: list[str] = []
    with served(tmp_path) as address:
        page = open_page(browser, address, problems, language="en")
        page.set_default_timeout(120_000)
        first_log_in(page, "wang", first)
        codes = page.locator(".codes li").all_inner_texts()
        page.goto("/organisations/reg")
        assert violations(page) == []
        page.locator("#p-account").fill("zhao")
        page.locator("#p-name").fill("赵六，“引号” & <b>")
        page.get_by_label("analyst").check()
        with writing(store._engine) as connection:
            connection.execute(update(tables.session).values(seen=datetime.now(UTC) - timedelta(hours=1)))
        page.get_by_role("button", name="Register somebody").click()
        expect(page.get_by_role("status")).to_contain_text("What you typed is kept")
        assert store.accounts.by_account("zhao") is None
        page.get_by_label("Account", exact=True).fill("wang")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.get_by_label("Code", exact=True).fill(codes[0])
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("dl.form")).to_contain_text("赵六，“引号” & <b>")
        assert violations(page) == []
        page.get_by_role("button", name="Send it now").click()
        expect(page.locator("#first-password")).to_be_visible()
        made = store.accounts.by_account("zhao")
        assert made is not None
        assert (made.name, made.roles) == ("赵六，“引号” & <b>", (Role.ANALYST,))
        page.get_by_role("button", name="Log out").click()
        page.goto("/me")
        assert "/login" in page.url
    assert [one for one in problems if "429" not in one and "422" not in one] == []


def test_a_hold_is_placed_and_lifted_on_its_page(browser: Browser, store: Store, tmp_path: Path) -> None:
    person = somebody(store, "reg", Role.ADMINISTRATOR)
    problems: list[str] = []
    with served(tmp_path) as address:
        page = open_page(browser, address, problems, language="zh")
        page.context.add_cookies([{"name": SESSION, "value": session_of(store, person), "url": address}])
        page.goto("/me")
        page.get_by_role("link", name="保存期限与保全").click()
        expect(page.locator("#period-journal")).to_contain_text("个人信息保护法")
        assert violations(page) == []
        page.get_by_label("对象标识").fill("cn.qinghe.bank")
        page.get_by_label("最后一日").fill("2099-12-31")
        page.get_by_role("button", name="设置保全").click()
        expect(page.get_by_role("alert")).to_contain_text("须写明保全所为何事")
        expect(page.get_by_label("对象标识")).to_have_value("cn.qinghe.bank")
        expect(page.get_by_label("保全理由")).to_have_attribute("aria-invalid", "true")
        assert violations(page) == []
        page.get_by_label("保全理由").fill("法院 (2026) 7 号")
        page.get_by_role("button", name="设置保全").click()
        row = page.locator("#hold-1")
        expect(row).to_contain_text("法院 (2026) 7 号")
        assert violations(page) == []
        row.get_by_label("解除理由").fill("已结案")
        row.get_by_role("button", name="解除保全").click()
        expect(page.locator("#ended")).to_contain_text("已结案")
        assert violations(page) == []
    (hold,) = store.holds.all()
    assert (hold.key, hold.lift_reason, hold.lifted_by) == ("cn.qinghe.bank", "已结案", person.id)
    assert [one for one in problems if "422" not in one] == []


@pytest.mark.skipif(providers.absent() is not None, reason=providers.absent() or "")
def test_log_in_through_a_real_provider(browser: Browser, store: Store, tmp_path: Path) -> None:
    accounts.add_person(store, OPERATOR, account="wang", name="王", organisation="reg", roles=(Role.ADMINISTRATOR,))
    mapped = GroupRole(group="analysts", organisation=OrganisationId("reg"), role=Role.ANALYST)
    accounts.set_group(store, OPERATOR, mapped)
    secret = tmp_path / "client-secret"
    secret.write_text(providers.SECRET)
    with providers.serving() as provider:
        told = {
            "FINWATCH_OIDC_ISSUER": provider.issuer,
            "FINWATCH_OIDC_CLIENT": providers.CLIENT,
            "FINWATCH_OIDC_SECRET_FILE": str(secret),
            "FINWATCH_OIDC_SCOPE": "openid",
            "FINWATCH_OIDC_NAME": "Glewlwyd",
        }
        with served(tmp_path, **told) as address:
            provider.add_client(f"{address}/login/oidc/back")
            provider.add_user("zhao", groups=["analysts"])
            page = browser.new_context(base_url=address, locale="en-US").new_page()
            page.set_default_timeout(120_000)
            page.goto("/checks")
            page.get_by_role("link", name="Log in with Glewlwyd").click()
            page.wait_for_url(f"{provider.address}/**")
            page.locator("#username").fill("zhao")
            page.locator("#password").fill(providers.PASSWORD)
            page.locator("#password").press("Enter")
            go_on = page.get_by_role("button", name=re.compile("continue", re.IGNORECASE))
            go_on.or_(page.locator("h1", has_text="Checks")).first.wait_for()
            if go_on.count():
                go_on.click()
            page.wait_for_url(f"{address}/checks")
            expect(page.locator("nav.me")).to_contain_text("zhao of the provider")
            page.goto("/people")
            expect(page.locator("h1")).to_have_text("Not allowed")

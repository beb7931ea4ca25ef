"""Journeys in Chromium: a complaint of the public to its result, the sixth of a day; a risk sent, adopted, shared."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from finwatch.model.access import PersonId, Role
from finwatch.store import Store, open_store
from finwatch.store.case import CaseFilter
from finwatch.supervise.desk import SYSTEM
from finwatch.supervise.sharing import stix
from tests.journeys.conftest import FINWATCH, ROOT, environment
from tests.journeys.test_browser import violations
from tests.journeys.test_register import hand, stands, write
from tests.kit.office import furnish, hire
from tests.kit.people import session_of
from tests.supervise.public_cast import ALL, TOLD

pytestmark = [pytest.mark.browser, pytest.mark.server]
PEOPLE = {
    "manager": ("assoc", Role.ASSOCIATION_MANAGER),
    "banker": ("bank-a", Role.COMPLIANCE_OFFICER),
    "otherbank": ("bank-b", Role.COMPLIANCE_OFFICER),
    "watcher": ("monitor", Role.MONITOR),
}
WHAT = {
    "institution": "晨光银行股份有限公司",
    "app": "晨光钱包",
    "category": "charges",
    "content": "三月一日转账时被多扣了五元，客服没有答复。",
}
WHO = {"name": "林晓", "phone": "138 0013 8000", "home": "深圳"}


@dataclass(frozen=True)
class Hall:
    """A served store."""

    store: Store
    address: str

    def number(self, machine: str) -> int:
        """The newest case of a machine."""
        return self.store.cases.newest(CaseFilter(machine=machine), scope=SYSTEM.scope, limit=1).rows[0].id


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    home: Path = tmp_path_factory.mktemp("public")
    with open_store(f"sqlite:///{home / 'store.sqlite'}") as store:
        furnish(store)
        for name, (organisation, role) in PEOPLE.items():
            hire(store, organisation, role, name=name)
        command = [*FINWATCH, "serve", "--port", "0"]
        server = subprocess.Popen(command, env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        try:
            line = server.stdout.readline()
            assert "http://127.0.0.1:" in line, line
            yield Hall(store, line.split()[-1].rstrip("/"))
        finally:
            server.terminate()
            server.wait(timeout=20)
            server.stdout.close()


@pytest.fixture
def as_(browser: Browser, hall: Hall) -> Iterator[Callable[[str], Page]]:
    """A page of somebody; ``public`` = of nobody who has logged in."""
    pages: dict[str, Page] = {}

    def person(name: str) -> Page:
        if name not in pages:
            context = browser.new_context(
                base_url=hall.address, locale="zh-CN", viewport={"width": 1280, "height": 900}
            )
            context.set_default_timeout(60_000)
            if name != "public":
                cookie = session_of(hall.store, hall.store.accounts.person(PersonId(name)))
                context.add_cookies([{"name": "finwatch-session", "value": cookie, "url": hall.address}])
            pages[name] = context.new_page()
        return pages[name]

    yield person
    for page in pages.values():
        page.context.close()


def complain(page: Page, **more: Any) -> None:
    """Fills in the public's form and sends it."""
    page.goto("/complain")
    write(page, {**WHAT, **WHO, **more})
    page.locator("form.casework button.main").click()


def test_a_complaint_to_its_result_and_the_sixth_of_a_day(
    hall: Hall, as_: Callable[[str], Page], tmp_path: Path
) -> None:
    public, manager, banker = as_("public"), as_("manager"), as_("banker")
    complain(public, title="")
    expect(public.locator("#problem-form-title")).to_have_text("此项必填。")
    expect(public.locator("[name='form.content']")).to_have_value(WHAT["content"])
    assert violations(public) == []
    complain(public, title="多扣手续费")
    number = public.locator("main strong code").inner_text()
    case = hall.number("complaint")

    manager.goto("/desk")
    manager.locator("ol.messages a").first.click()
    stands(manager, case, "已发起")
    hand(manager, case, "forward", {"organisation": "bank-a"})
    stands(manager, case, "已转发")
    hand(banker, case, "accept")
    hand(banker, case, "answer", {"result": "handled", "explanation": "已退回五元。"})
    stands(banker, case, "已反馈结果")
    expect(banker.locator("main")).not_to_contain_text("林晓")
    hand(manager, case, "close")
    stands(manager, case, "已办结")

    public.goto("/complaint")
    public.locator("#number").fill(number.lower())
    public.locator("#phone").fill("13800138000")
    public.locator("form.casework button.main").click()
    expect(public.locator("section.panel")).to_contain_text("已退回五元。")
    public.screenshot(path=tmp_path / "complaint.png", full_page=True)

    for title in ("第二件", "第三件", "第四件", "第五件"):
        complain(public, title=title)
        expect(public.locator("[role=status] code")).to_be_visible()
    complain(public, title="第六件")
    expect(public.locator("#problem-note-phone")).to_contain_text("每天最多提交5件")
    expect(public.locator("[name='form.title']")).to_have_value("第六件")
    manager.goto(f"/cases/{hall.number('complaint')}")
    expect(manager.locator("main")).to_contain_text("可能相同的投诉")
    assert violations(manager) == []
    manager.goto(f"/cases/{case}/reporter")
    manager.locator("#reason").fill("回访")
    manager.locator("form.casework button.main").click()
    expect(manager.locator("dl.form")).to_contain_text("林晓")


def test_a_risk_is_sent_adopted_answered_and_told_to_all_without_names(hall: Hall, as_: Callable[[str], Page]) -> None:
    watcher, manager, banker, other = as_("watcher"), as_("manager"), as_("banker"), as_("otherbank")
    watcher.goto("/cases/new/risk/send")
    write(watcher, {**TOLD, "institution": "晨光银行股份有限公司"})
    watcher.locator("form.casework button.main").click()
    case = hall.number("risk")
    stands(watcher, case, "已接收")
    hand(manager, case, "remind")
    stands(manager, case, "已提醒，未处理")
    banker.goto("/desk")
    expect(banker.locator("ol.messages")).to_contain_text("风险提醒（高）：发现仿冒晨光钱包")
    assert violations(banker) == []
    hand(banker, case, "adopt", comment="已向应用商店投诉并发布澄清公告。")
    stands(banker, case, "已采纳")
    hand(manager, case, "share", {**ALL, "text": "晨光钱包助手是仿冒应用"})
    expect(manager.locator("#problem-note-text")).to_contain_text("晨光钱包助手")
    hand(manager, case, "share", ALL)
    stands(manager, case, "已采纳")
    shared = hall.number("common_risk")
    other.goto(f"/cases/{shared}")
    expect(other.locator("main")).to_contain_text(ALL["text"])
    for part in ("h1", "dl.form", "ol.steps"):
        expect(other.locator(part).first).not_to_contain_text("晨光")
    expect(other.locator("dl.facts")).not_to_contain_text("源自")
    assert other.goto(f"/cases/{case}").status == 404  # type: ignore[union-attr]
    hand(manager, case, "close")
    stands(manager, case, "已办结")

    manager.goto("/risks/stix")
    told = hall.store.cases.get(case, scope=SYSTEM.scope)
    manager.locator("#stix").fill(stix.bundle(stix.objects_of(told, author="瞭望监测中心", since=stix.FIRST)).decode())
    manager.locator("form.casework button.main").click()
    expect(manager.locator("[role=status]")).to_have_text("读出 1 条，0 条无法读取。")
    assert violations(manager) == []
    manager.locator("section.panel button").click()
    expect(manager.locator("[name='form.title']")).to_have_value("发现仿冒晨光钱包")

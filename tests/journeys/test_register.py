"""The register in a real browser: an institution files itself and an app, changes it, shares it, renews and ends it.

Pages are served by ``finwatch serve`` in a process of its own; seven people of six fictional organisations act in
Chromium only. The system's own acts (expiry) are gone by ``tick`` a year later.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from finwatch.lake import open_lake
from finwatch.model.access import EVERYTHING, PersonId
from finwatch.model.case import Case
from finwatch.store import Store, open_store
from finwatch.store.case import CaseFilter
from finwatch.supervise.clock import day_in_china
from finwatch.supervise.office import desk_of
from finwatch.supervise.register import numbering
from finwatch.supervise.ticking import tick
from tests.journeys.conftest import CHROMIUM, FINWATCH, ROOT, environment
from tests.journeys.test_browser import picture, violations
from tests.kit import register
from tests.kit.people import session_of
from tests.supervise.register_cast import CODES, NAMES, furnish_register

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.timeout(900),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]
PACKAGE = "example.dawn.bank"
UPLOADED = (
    *("business licence", "finance licence", "authorisation", "development", "operations", "security"),
    *("icon", "main", "funds", "policy", "data rules", "stamped test page", "certificate", "court order"),
    *(f"{PACKAGE} {version}" for version in ("1.0", "2.0")),
)

WALKED = [
    *("begin", "submit", "return_from_certification", "resubmit", "accept", "assign_lab", "report_test", "certify"),
    *("hand_to_association", "return_first", "resubmit", "pass_first", "approve", "take_change"),
    *("share", "unshare", "expire", "ask_cancel", "cancel"),
]
"""What happens to the filing of the long journey, in order."""


@dataclass(frozen=True)
class Office:
    """The store that the served pages write, and their address."""

    store: Store
    address: str

    def case(self, number: int) -> Case:
        """A case as it stands."""
        return self.store.cases.get(number, scope=EVERYTHING)

    def newest(self, machine: str) -> Case:
        """The newest case of a machine."""
        return self.store.cases.whole(CaseFilter(machine=machine), scope=EVERYTHING)[-1]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home: Path = tmp_path_factory.mktemp("register")
    lake = open_lake(str(home / "lake"))
    for name in UPLOADED:
        lake.blobs.put(name.encode())
    lake.close()
    with open_store(f"sqlite:///{home / 'store.sqlite'}") as store:
        furnish_register(store)
        command = [*FINWATCH, "serve", "--port", "0"]
        server = subprocess.Popen(command, env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        try:
            line = server.stdout.readline()
            assert "http://127.0.0.1:" in line, line
            yield Office(store, line.split()[-1].rstrip("/"))
        finally:
            server.terminate()
            server.wait(timeout=20)
            server.stdout.close()


@pytest.fixture
def as_(browser: Browser, office: Office) -> Iterator[Callable[[str], Page]]:
    """A page of somebody who has logged in; one browser context a person."""
    pages: dict[str, Page] = {}

    def person(name: str) -> Page:
        if name not in pages:
            context = browser.new_context(
                base_url=office.address, locale="zh-CN", viewport={"width": 1280, "height": 900}
            )
            context.set_default_timeout(90_000)
            cookie = session_of(office.store, office.store.accounts.person(PersonId(name)))
            context.add_cookies([{"name": "finwatch-session", "value": cookie, "url": office.address}])
            pages[name] = context.new_page()
        return pages[name]

    yield person
    for page in pages.values():
        page.context.close()


def flat(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A form as the names and texts of its controls."""
    for name, value in form.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for number, row in enumerate(value):
                yield from ((f"{name}.{number}.{column}", str(told)) for column, told in row.items())
        elif isinstance(value, list):
            yield name, "\n".join(value)
        elif value is not None:
            yield name, str(value)


def write(page: Page, form: Mapping[str, Any]) -> None:
    """Types a form, as a person would; a table gets more rows where it has too few."""
    for name, value in flat(form):
        control = page.locator(f"[name='note.{name}'], [name='form.{name}'], [name='form.{name}[]']")
        if not control.count():
            page.locator(f"button[name=more][value='form:{name.split('.')[0]}']").click()
        kind = control.last.evaluate("one => one.tagName + '/' + one.type")
        if kind.startswith("SELECT"):
            control.last.select_option(value)
        elif kind.endswith("checkbox"):
            for one in value.split("\n"):
                page.locator(f"[name='form.{name}[]'][value='{one}']").check()
        else:
            control.last.fill(value)


def lost(page: Page, form: Mapping[str, Any]) -> dict[str, str]:
    """What was typed and does not stand in the form that came back."""
    gone = {}
    for name, value in flat(form):
        control = page.locator(f"[name='form.{name}']")
        if control.count() == 1 and control.input_value().split() != value.split():
            gone[name] = value
    return gone


def hand(page: Page, number: int, arc: str, form: Mapping[str, Any] | None = None, *, comment: str = "") -> None:
    """Goes an arc from the case's page: its button, its form, and back on the case's page."""
    page.goto(f"/cases/{number}")
    page.locator(f"ul.actions a[href='/cases/{number}/{arc}']").click()
    write(page, form or {})
    if comment:
        page.locator("#comment").fill(comment)
    page.locator("form.casework button.main").click()


def stands(page: Page, number: int, state: str) -> None:
    """The case's page says so."""
    expect(page).to_have_url(re.compile(rf"/cases/{number}$"))
    expect(page.locator("dl.facts .state").first).to_have_text(state)


def go(page: Page, number: int, state: str, *arcs: str) -> None:
    """Goes arcs that ask for nothing."""
    for arc in arcs:
        hand(page, number, arc)
    stands(page, number, state)


def test_an_institution_files_itself_and_its_app_through_certification_and_two_reviews(
    office: Office, as_: Callable[[str], Page]
) -> None:
    file_institution(office, as_, "bank-a", "owner-a")
    number = begin(as_("owner-a"), office)
    certification(as_, number)
    reviews(office, as_, number)
    major_change(office, as_, number)
    linked_filing(office, as_, number)
    expiry_and_renewal(office, as_, number)
    cancellation(office, as_, number)
    assert [step.arc for step in office.store.cases.steps(number, scope=EVERYTHING)] == WALKED


def file_institution(office: Office, as_: Callable[[str], Page], institution: str, owner: str) -> None:
    page = as_(owner)
    page.goto("/cases/new/institution/begin")
    form = register.institution(NAMES[institution], CODES[institution])
    write(page, {"address": form["address"]})
    page.locator("form.casework button.main").click()
    number = office.newest("institution").id
    stands(page, number, "待提交")
    wrong = CODES[institution][:-1] + ("A" if CODES[institution][-1] != "A" else "B")
    hand(page, number, "submit", form | {"credit_code": wrong})
    expect(page.locator("#problem-form-credit_code")).to_be_visible()
    expect(page.locator("#form-credit_code")).to_have_value(wrong)
    expect(page.locator("#form-contact")).to_have_value(form["contact"])
    assert violations(page) == []
    picture(page, f"register-credit-code-{institution}")
    page.locator("#form-credit_code").fill(CODES[institution])
    page.locator("form.casework button.main").click()
    stands(page, number, "初审待审核")
    go(as_("first"), number, "复审待审核", "pass_first")
    go(as_("second"), number, "已备案", "approve")
    page.goto(f"/cases/{number}")
    shown = page.locator("h1 code").inner_text()
    assert numbering.is_number(shown)
    assert shown.startswith("FI")


def begin(page: Page, office: Office) -> int:
    page.goto("/desk")
    page.get_by_role("link", name="软件备案: 新增备案").click()
    write(page, {"name": "晨光手机银行", "package": PACKAGE, "platform": "android"})
    page.locator("form.casework button.main").click()
    number = office.newest("filing").id
    stands(page, number, "待提交")
    form = register.app(PACKAGE, certifier="明镜认证中心")
    other = register.sha(f"{PACKAGE} 2.0")
    hand(page, number, "submit", form | {"package_sha256": other})
    problem = page.locator("#problem-form-package_sha256")
    expect(problem).to_contain_text(other)
    expect(problem).to_contain_text(form["package_file"])
    expect(page.locator("#form-package_sha256")).to_have_attribute("aria-invalid", "true")
    assert lost(page, form | {"package_sha256": other}) == {}
    assert violations(page) == []
    picture(page, "register-package-differs")
    write(page, {"package_sha256": form["package_sha256"]})
    page.locator("form.casework button.main").click()
    stands(page, number, "待认证")
    return number


def certification(as_: Callable[[str], Page], number: int) -> None:
    certifier, owner, lab = as_("certifier"), as_("owner-a"), as_("tester")
    hand(certifier, number, "return_from_certification")
    expect(certifier.locator("#problem-comment")).to_be_visible()
    certifier.locator("#comment").fill("隐私政策未盖章，请补充。")
    certifier.locator("form.casework button.main").click()
    stands(certifier, number, "认证退至金融机构")
    owner.goto("/desk")
    expect(owner.locator("main")).to_contain_text("认证退至金融机构")
    owner.goto(f"/cases/{number}")
    expect(owner.locator("ol.steps")).to_contain_text("隐私政策未盖章，请补充。")
    go(owner, number, "待认证", "resubmit")
    go(certifier, number, "待提交检测", "accept")
    hand(certifier, number, "assign_lab", {"lab": "方圆检测实验室"})
    stands(certifier, number, "待检测")
    report = register.lab_report(register.app(PACKAGE))
    hand(lab, number, "report_test", report)
    stands(lab, number, "已检测待认证")
    today = day_in_china(datetime.now(UTC)).isoformat()
    hand(certifier, number, "certify", register.certified(today))
    stands(certifier, number, "已认证待初审")
    go(owner, number, "待初审", "hand_to_association")


def reviews(office: Office, as_: Callable[[str], Page], number: int) -> None:
    first, second, owner = as_("first"), as_("second"), as_("owner-a")
    letter = "请在隐私政策中列明第三方组件“样例推送”的用途。"
    hand(first, number, "return_first", {"letter": letter}, comment="见退回函")
    stands(first, number, "协会退至金融机构")
    owner.goto(f"/cases/{number}")
    expect(owner.locator("ol.steps")).to_contain_text(letter)
    expect(owner.locator("dl.facts .due")).to_be_visible()
    go(owner, number, "待初审", "resubmit")
    two_reviewers(as_, number)
    go(second, number, "已备案", "approve")
    filed = office.case(number)
    assert filed.number is not None
    assert numbering.is_number(filed.number)
    owner.goto(f"/cases/{number}")
    expect(owner.locator("h1 code")).to_have_text(filed.number)
    expect(owner.locator("main")).to_contain_text(filed.form["mark"])
    picture(owner, "register-filed")
    assert violations(owner) == []


def two_reviewers(as_: Callable[[str], Page], number: int) -> None:
    """Both have the form open; the second to decide is told who was first and where the case stands."""
    late = as_("first2")
    late.goto(f"/cases/{number}/return_first")
    late.locator("#comment").fill("我认为应当退回")
    go(as_("first"), number, "待复审", "pass_first")
    late.locator("form.casework button.main").click()
    expect(late.locator("main")).to_contain_text("已被first先行办理")
    late.goto(f"/cases/{number}")
    expect(late.locator("dl.facts .state").first).to_have_text("待复审")


def major_change(office: Office, as_: Callable[[str], Page], filing: int) -> None:
    owner = as_("owner-a")
    owner.goto("/cases/new/change/begin")
    write(owner, {"filing": filing, "change_kind": "major"})
    owner.locator("form.casework button.main").click()
    number = office.newest("change").id
    stands(owner, number, "待提交")
    today = day_in_china(datetime.now(UTC))
    form = register.app(PACKAGE, "2.0", certifier="cert") | {
        "reason": "新增资金归集功能",
        "triggers": ["function", "funds"],
    }
    hand(owner, number, "submit", form | {"planned": today.isoformat()})
    expect(owner.locator("#problem-form-planned")).to_contain_text("发布之前")
    write(owner, {"planned": (today + timedelta(days=30)).isoformat()})
    owner.locator("form.casework button.main").click()
    stands(owner, number, "待认证")
    go(as_("certifier"), number, "待提交检测", "accept")
    hand(as_("certifier"), number, "assign_lab", {"lab": "lab"})
    wrong = register.lab_report(register.app(PACKAGE, "1.0"))
    hand(as_("tester"), number, "report_test", wrong)
    expect(as_("tester").locator("#problem-form-lab_sha256")).to_contain_text(form["package_sha256"])
    write(as_("tester"), {"lab_sha256": form["package_sha256"]})
    as_("tester").locator("form.casework button.main").click()
    stands(as_("tester"), number, "已检测待认证")
    hand(as_("certifier"), number, "certify", register.certified(today.isoformat(), certificate="C-2026-2"))
    go(owner, number, "待初审", "hand_to_association")
    assert (office.case(filing).state, office.case(filing).form["version"]) == ("filed", "1.0")
    go(as_("first"), number, "待复审", "pass_first")
    go(as_("second"), number, "已变更", "approve")
    owner.goto(f"/cases/{filing}")
    expect(owner.locator("dl.facts .state").first).to_have_text("已备案")
    assert [one["version"] for one in office.case(filing).form["versions"]] == ["1.0", "2.0"]
    expect(owner.locator("main")).to_contain_text("变更生效")


def linked_filing(office: Office, as_: Callable[[str], Page], head: int) -> None:
    file_institution(office, as_, "bank-a-east", "owner-e")
    branch, owner = as_("owner-e"), as_("owner-a")
    form = {"head_number": office.case(head).number, "reason": "分行使用总行应用", "contact": "王经办"}
    branch.goto("/cases/new/linked/apply")
    write(branch, form)
    branch.locator("form.casework button.main").click()
    expect(branch.locator("#problem-form-head_number")).to_contain_text("尚未对该备案开放关联备案共享")
    go(owner, head, "已备案", "share")
    branch.locator("form.casework button.main").click()
    number = office.newest("linked").id
    go(branch, number, "待初审", "submit")
    go(as_("first"), number, "待复审", "pass_first")
    go(as_("second"), number, "已备案", "approve")
    owner.goto(f"/cases/{head}")
    expect(owner.locator("main")).to_contain_text("关联备案")
    hand(owner, head, "ask_cancel", {"stops_on": "2099-01-01"}, comment="停止服务")
    expect(owner.locator(".refused")).to_contain_text("请先关闭关联备案共享")
    hand(owner, head, "unshare", comment="不再共享")
    branch.goto(f"/cases/{number}")
    expect(branch.locator("dl.facts .state").first).to_have_text("已注销")
    expect(branch.locator("ol.steps")).to_contain_text("随总部终止")


def expiry_and_renewal(office: Office, as_: Callable[[str], Page], number: int) -> None:
    later = datetime.now(UTC) + timedelta(days=370)
    desk = desk_of(office.store, knows=lambda _: True, clock=lambda: later)
    assert tick(desk, now=later).overdue == 1
    page = as_("owner-a")
    page.goto(f"/cases/{number}")
    expect(page.locator("dl.facts .state").first).to_have_text("已过期")
    page.goto("/desk")
    expect(page.locator("main")).to_contain_text("备案已过期")


def cancellation(office: Office, as_: Callable[[str], Page], number: int) -> None:
    owner, manager = as_("owner-a"), as_("manager")
    today = day_in_china(datetime.now(UTC))
    hand(owner, number, "ask_cancel", {"stops_on": today.isoformat()}, comment="业务调整")
    expect(owner.locator("#problem-note-stops_on")).to_contain_text("停止服务之前")
    write(owner, {"stops_on": (today + timedelta(days=20)).isoformat()})
    owner.locator("form.casework button.main").click()
    stands(owner, number, "申请注销待办理")
    go(manager, number, "已注销", "cancel")
    expect(manager.locator("ul.actions")).to_have_count(0)
    assert office.case(number).closed is not None


def test_a_pilot_of_two_shows_who_is_late(office: Office, as_: Callable[[str], Page]) -> None:
    page = as_("manager")
    today = day_in_china(datetime.now(UTC))
    days = ("starts", "institution_by", "institution_filed_by", "app_by", "app_filed_by")
    wave = {name: (today + timedelta(days=10 * place - 25)).isoformat() for place, name in enumerate(days)}
    members = [{"organisation": NAMES[one], "sector": "bank", "wave": 1} for one in ("bank-a", "bank-b")]
    page.goto("/cases/new/cohort/plan")
    write(page, {"name": "首批试点", "waves": [{"number": 1, **wave}], "members": members})
    page.locator("form.casework button.main").click()
    number = office.newest("cohort").id
    go(page, number, "进行中", "start")
    late = page.locator("#late tbody tr")
    expect(late).to_have_count(1)
    expect(late).to_contain_text(NAMES["bank-b"])
    expect(late).to_contain_text("提交机构备案")
    expect(page.locator("#progress tbody tr")).to_have_count(2)
    picture(page, "register-cohort")
    assert violations(page) == []

"""In a real browser: a campaign of 215 apps, 116 with problems, to its closing report; a counterfeit out of markets.

Two fictional markets are crawled over loopback each night; pages are served by ``finwatch serve`` in a process of its
own. People act in Chromium only; the system acts in the night: it draws, attaches, retests, proves and ticks.
"""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from finwatch.model.access import EVERYTHING, PersonId, Role
from finwatch.model.case import Case
from finwatch.model.view import AppRow
from finwatch.store import open_store
from finwatch.store.case import CaseFilter
from tests.journeys.conftest import CHROMIUM, FINWATCH, ROOT, environment
from tests.journeys.test_browser import picture, violations
from tests.journeys.test_register import write
from tests.kit.campaign import (
    APPS,
    CATEGORIES,
    COUNTERFEIT,
    PROBLEMS,
    SURE,
    UNSURE,
    Country,
    code_of,
    counterfeit,
    country,
    package,
)
from tests.kit.office import hire
from tests.kit.people import session_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.timeout(900),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
]


PATIENCE = 120_000.0
"""Milliseconds: a draw of 215 apps and a batch of 116 notices are one answer each, on a machine that does much else."""
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    home = tmp_path_factory.mktemp("campaign")
    with open_store(f"sqlite:///{home / 'store.sqlite'}") as store, country(home, store) as made:
        yield made


@pytest.fixture(scope="module")
def served(field: Country) -> Iterator[str]:
    """The address of pages served from the field's home."""
    home: Path = field.settings.home
    command = [*FINWATCH, "serve", "--port", "0"]
    server = subprocess.Popen(command, env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        assert "http://127.0.0.1:" in line, line
        yield line.split()[-1].rstrip("/")
    finally:
        server.terminate()
        server.wait(timeout=20)
        server.stdout.close()


@pytest.fixture
def as_(browser: Browser, served: str, field: Country) -> Callable[[str], Page]:
    """A page of somebody who has logged in; one browser context a person."""
    pages: dict[str, Page] = {}

    def person(name: str) -> Page:
        if name not in pages:
            context = browser.new_context(base_url=served, locale="zh-CN", viewport={"width": 1280, "height": 900})
            known = field.store.accounts.person(PersonId(name))
            cookie = session_of(field.store, known)
            context.add_cookies([{"name": "finwatch-session", "value": cookie, "url": served}])
            context.set_default_timeout(PATIENCE)
            pages[name] = context.new_page()
        return pages[name]

    return person


def cases(field: Country, machine: str, *states: str) -> tuple[Case, ...]:
    return field.store.cases.whole(CaseFilter(machine=machine, states=states), scope=EVERYTHING)


def case(field: Country, number: int) -> Case:
    return field.store.cases.get(number, scope=EVERYTHING)


def do(page: Page, number: int, arc: str, comment: str = "", **note: str) -> None:
    """Goes an arc by its form; lands on the case's page."""
    page.goto(f"/cases/{number}")
    page.locator(f"ul.actions a[href='/cases/{number}/{arc}']").click()
    fill(page, comment, **note)
    page.locator("main form button.main, main form button[type=submit]:not([name=more])").last.click()


def fill(page: Page, comment: str = "", **note: str) -> None:
    for name, value in note.items():
        control = page.locator(f"[name='note.{name}'], [name='form.{name}']").last
        if control.evaluate("one => one.type") == "checkbox":
            control.check()
        else:
            control.fill(value)
    if comment:
        page.locator("[name=comment]").last.fill(comment)


def test_a_campaign_from_the_sample_to_the_closing_report(field: Country, as_: Callable[[str], Page]) -> None:
    first, second = as_("sup1"), as_("sup2")
    campaign = plan_and_draw(field, first)
    verify(field, first, campaign)
    notify(field, first, campaign)
    mended, contested, false, stubborn = four(field)
    extension(field, as_, mended)
    appeal(field, as_, contested)
    false_closure(field, as_, false)
    removal(field, as_, stubborn)
    everything_else_is_mended(field, {mended, contested, false, stubborn})
    assert case(field, mended).state == "closed"
    close(field, first, second, campaign)


def plan_and_draw(field: Country, page: Page) -> int:
    page.goto("/desk")
    page.get_by_role("link", name="专项检查: 新建专项检查").click()
    fill(
        page, name="二〇二六年金融应用安全专项", size=str(APPS), seed="立冬 2026", clock="notice.cac_short",
        demand="请在期限内整改并反馈",
    )  # fmt: skip
    page.locator("main form button[type=submit]:not([name=more])").last.click()
    expect(page.locator("h1")).to_contain_text("二〇二六年金融应用安全专项")
    page.get_by_role("link", name="打开").first.click()
    page.get_by_role("button", name="抽样").click()
    expect(page.locator(".number .value").first).to_have_text(str(APPS))
    strata = page.get_by_role("table").filter(has=page.get_by_role("columnheader", name="抽取")).locator("tbody tr")
    expect(strata).to_have_count(len(CATEGORIES))
    picture(page, "campaign-drawn")
    assert violations(page) == []
    (made,) = cases(field, "campaign")
    assert len(cases(field, "inspection")) == APPS
    assert len(cases(field, "inspection", "suspected")) == SURE + UNSURE
    assert len(cases(field, "inspection", "clean")) == APPS - SURE - UNSURE
    return made.id


def verify(field: Country, page: Page, campaign: int) -> None:
    page.goto(f"/campaigns/{campaign}")
    page.get_by_role("link", name="批量核实").click()
    for check in PROBLEMS:
        page.locator(f"#pick-{check}").check()
    page.get_by_role("button", name="预览").click()
    expect(page.get_by_role("status")).to_contain_text(f"将核实 {SURE + UNSURE} 款中的 {SURE} 款")
    assert len(cases(field, "inspection", "verified")) == 0, "a preview writes nothing"
    assert violations(page) == []
    page.get_by_role("button", name=f"核实 {SURE} 款").click()
    expect(page.get_by_role("status")).to_contain_text(f"已核实 {SURE + UNSURE} 款中的 {SURE} 款")
    confirmed, refuted = cases(field, "inspection", "suspected")
    page.goto(f"/cases/{confirmed.id}")
    expect(page.get_by_text("仅为疑似").first).to_be_visible()
    picture(page, "inspection")
    page.get_by_label("成立", exact=True).check()
    page.get_by_role("button", name="提交核实").click()
    expect(page.locator(".problem").first).to_contain_text("仅为疑似")  # it wants the evidence opened
    page.goto(f"/cases/{confirmed.id}")
    page.get_by_label("成立", exact=True).check()
    page.get_by_label("已逐条打开疑似问题的证据").check()
    page.get_by_role("button", name="提交核实").click()
    assert case(field, confirmed.id).state == "verified"
    page.goto(f"/cases/{refuted.id}")
    page.get_by_label("不成立").check()
    page.locator("#verify-comment").fill("该方法从未被调用")
    page.get_by_role("button", name="提交核实").click()
    assert case(field, refuted.id).state == "dismissed"


def notify(field: Country, page: Page, campaign: int) -> None:
    page.goto(f"/campaigns/{campaign}/notify")
    expect(page.get_by_role("alert")).to_contain_text("静水小额贷款有限公司没有登记负责人，未发送任何内容")
    expect(page.get_by_role("button", name=re.compile("发出"))).to_have_count(0)
    assert cases(field, "notice") == ()
    hire(field.store, "quiet", Role.APP_OWNER, name="owner-quiet", now=field.clock.at)
    page.reload()
    expect(page.get_by_role("status")).to_contain_text(f"共 {SURE + 1} 份通报，涉及 {len(CATEGORIES)} 个类别")
    assert violations(page) == []
    picture(page, "batch")
    page.get_by_role("button", name=f"发出 {SURE + 1} 份通报").click()
    expect(page.get_by_text(f"{SURE + 1}份通报")).to_be_visible()
    sent = cases(field, "notice", "sent")
    assert len(sent) == SURE + 1
    steps = field.store.cases.steps(campaign, scope=EVERYTHING)
    assert steps[-1].note["notices"] == SURE + 1
    assert len({one.number for one in sent}) == SURE + 1


def four(field: Country) -> list[int]:
    """Four notices to one institution, for the four stories."""
    mine = [one for one in cases(field, "notice") if one.owner == "bank-a"]
    return [one.id for one in mine[:4]]


def number_of(notice: Case) -> int:
    return int(notice.form["package"].removeprefix("cn.example.app"))


def extension(field: Country, as_: Callable[[str], Page], notice: int) -> None:
    owner, supervisor = as_("owner-a"), as_("sup1")
    before = case(field, notice).due
    assert before is not None
    do(owner, notice, "receive")
    do(owner, notice, "ask_more", days="5", reason="外部组件待更新")
    expect(owner.locator("main")).to_contain_text("外部组件待更新")
    do(supervisor, notice, "extend", "同意，理由充分", days="5")
    after = case(field, notice).due
    assert after is not None
    assert after.days == before.days + 5
    assert after.day > before.day
    expect(supervisor.locator("main")).to_contain_text(after.day.isoformat())
    supervisor.goto("/deadlines")
    expect(supervisor.locator("h1")).to_have_text("期限墙")
    assert violations(supervisor) == []


def appeal(field: Country, as_: Callable[[str], Page], notice: int) -> None:
    owner, verifier, other = as_("owner-a"), as_("sup1"), as_("sup2")
    owner.goto(f"/cases/{notice}")
    owner.get_by_role("link", name="提出异议").click()
    fill(owner, notice=str(notice), grounds="证据所指的类属于未启用的组件")
    owner.locator("main form button[type=submit]:not([name=more])").last.click()
    (filed,) = cases(field, "appeal")
    do(verifier, filed.id, "accept")
    expect(verifier.locator(".problem").first).to_contain_text("核实该问题的人不能决定")
    do(other, filed.id, "accept", pause="on")
    due = case(field, notice).due
    assert due is not None
    assert due.paused is not None
    do(other, filed.id, "uphold", "经复核，该组件确未启用")
    assert case(field, filed.id).state == "upheld"
    owner.goto(f"/cases/{notice}")
    expect(owner.locator(".state").first).to_have_text("已撤销")


def false_closure(field: Country, as_: Callable[[str], Page], notice: int) -> None:
    owner, supervisor = as_("owner-a"), as_("sup1")
    do(owner, notice, "reply", text="已发布2.0版，问题修复", version_name="2.0", version_code="2")
    do(supervisor, notice, "accept", "材料齐全，认可")
    assert case(field, notice).state == "closed"
    seen_false(field, supervisor, notice)


def seen_false(field: Country, supervisor: Page, notice: int) -> None:
    number = number_of(case(field, notice))
    field.publish_version(package(number, 2), code=code_of(number))
    assert field.night().retests.reopened == 1
    supervisor.goto(f"/cases/{notice}")
    expect(supervisor.locator(".state").first).to_have_text("虚假整改，重新立案")
    alert = supervisor.get_by_role("alert")
    expect(alert).to_contain_text("版本由1.0升至2.0，代码未改动（100.0%相同）")
    picture(supervisor, "false-closure")
    assert violations(supervisor) == []
    field.publish_version(package(number, 3, fixed=True), code=code_of(number, changed=True))
    field.night()
    assert (case(field, notice).state, case(field, notice).form["closed_as"]) == ("closed", "retest")


def removal(field: Country, as_: Callable[[str], Page], notice: int) -> None:
    other = as_("sup2")
    field.night(days=40)
    assert case(field, notice).state == "overdue"
    do(other, notice, "publish", "逾期未整改")
    do(other, notice, "order_removal", "公开通报后仍未整改", markets="greenbird\nbluefish")
    orders = {one.form["market"]: one.id for one in cases(field, "removal")}
    name = case(field, notice).form["package"]
    del field.shops.offers["bluefish"][name]
    assert field.night().retests.proven == 1
    assert case(field, orders["bluefish"]).state == "proven"
    green = as_("green")
    do(green, orders["greenbird"], "carry_out", text="已下架")
    field.publish_version(package(APPS - 1, 2), code=code_of(APPS - 1))  # a list that did not change is no new visit
    field.night(days=10)
    assert case(field, orders["greenbird"]).state == "still_there", "the market's word proves nothing"
    del field.shops.offers["greenbird"][name]
    field.night()
    assert case(field, notice).state == "removed"
    offered = package(number_of(case(field, notice)), 1)
    field.shops.offer(offered, "bluefish")
    assert field.night().retests.found_again == 1
    assert case(field, notice).state == "removal"
    del field.shops.offers["bluefish"][name]
    field.night()
    other.goto(f"/cases/{notice}")
    expect(other.locator(".state").first).to_have_text("已下架")
    expect(other.locator("main")).to_contain_text("复查确认已下架")


def everything_else_is_mended(field: Country, told: set[int]) -> None:
    for notice in cases(field, "notice"):
        if notice.state in ("withdrawn", "removed", "closed"):
            continue
        number = number_of(notice)
        field.publish_version(package(number, 2, fixed=True), code=code_of(number, changed=True))
    field.night()
    assert len(cases(field, "notice", "closed")) == SURE + 1 - 2
    assert told <= {one.id for one in cases(field, "notice")}


def close(field: Country, page: Page, other: Page, campaign: int) -> None:
    do(page, campaign, "close")
    assert case(field, campaign).state == "closed"
    page.goto(f"/campaigns/{campaign}/report")
    expect(page.locator(".summary")).to_have_text(
        "共检查 13 个类别的 215 款应用，116 款有问题；发出通报 116 份，"
        f"完成整改 {SURE + 1 - 2} 款，下架 1 款，撤销 1 份。"
    )
    facts = page.locator("dl.facts")
    expect(facts).to_contain_text("延期1")
    expect(facts).to_contain_text("虚假整改重新立案1")
    expect(facts).to_contain_text("公开通报1")
    removals = page.get_by_role("table").filter(has=page.get_by_role("columnheader", name="再次上架"))
    expect(removals.locator("tbody tr")).to_have_count(2)
    sdks = page.get_by_role("table").filter(has=page.get_by_role("columnheader", name="SDK名称")).locator("tbody tr")
    expect(sdks).to_have_count(sum(1 for one in cases(field, "notice") if number_of(one) % 5 == 0))
    picture(page, "closing-report")
    assert violations(page) == []
    english = other
    english.goto(f"/campaigns/{campaign}/report?lang=en")
    expect(english.locator(".summary")).to_contain_text("215 apps in 13 categories were checked, 116 had problems")


def test_a_counterfeit_is_clarified_removed_and_found_again_under_a_new_signer(
    field: Country, as_: Callable[[str], Page], tmp_path: Path
) -> None:
    """Seen by the monitor, confirmed and clarified by the bank, ordered out, proven gone by visits, and back."""
    code = code_of(1_000)
    field.publish_version(counterfeit("stranger"), code=code)
    field.night()
    (seen,) = field.store.apps_of(packages=(COUNTERFEIT,), names=())
    risk = reported_and_confirmed(field, as_, seen)
    clarified(as_("officer-a"), risk, tmp_path)
    orders = ordered_out(field, as_("sup1"), risk, seen.id)

    del field.shops.offers["bluefish"][COUNTERFEIT]
    field.night()
    assert case(field, orders["bluefish"]).state == "proven"
    assert case(field, risk).state == "removal", "one market still offers it"
    del field.shops.offers["greenbird"][COUNTERFEIT]
    field.night()
    assert case(field, risk).state == "removed"

    field.publish_version(counterfeit("another stranger"), "greenbird", code=code)
    assert field.night().retests.found_again == 1
    assert [case(field, orders[market]).state for market in ("bluefish", "greenbird")] == ["proven", "back"]
    found_again(field, as_, risk, orders, seen.id)


def reported_and_confirmed(field: Country, as_: Callable[[str], Page], seen: AppRow) -> int:
    watcher, manager, officer = as_("watcher"), as_("manager"), as_("officer-a")
    as_("sup1").goto(f"/apps/{seen.id}")
    expect(as_("sup1").locator("main")).to_contain_text("疑似仿冒")
    watcher.goto("/cases/new/risk/send")
    write(
        watcher,
        {
            "type": "counterfeit_app",
            "level": "high",
            "institution": "晨光银行股份有限公司",
            "title": "发现仿冒示例金融000",
            "detail": "名称与图标相同，签名不同。",
            "app": "示例金融000助手",
            "package": COUNTERFEIT,
            "imitates": "示例金融000",
            "evidence": f"应用 {seen.id}",
        },
    )
    watcher.locator("form.casework button.main").click()
    expect(watcher.locator("h1")).to_contain_text("发现仿冒示例金融000")
    (told,) = cases(field, "risk")
    do(manager, told.id, "remind")
    officer.goto("/desk")
    expect(officer.locator("ol.messages")).to_contain_text("发现仿冒示例金融000")
    do(officer, told.id, "adopt", "经核实，该应用与本机构无关")
    expect(officer.locator(".state").first).to_have_text("已采纳")
    return told.id


def clarified(officer: Page, risk: int, folder: Path) -> None:
    """The institution numbers its clarification and takes it as a document."""
    officer.goto(f"/cases/{risk}/documents")
    row = officer.locator("tr", has_text="澄清声明")
    row.get_by_role("button").click()
    expect(row).to_contain_text("声明〔")
    with officer.expect_download() as caught:
        row.get_by_role("link", name="DOCX").click()
    caught.value.save_as(folder / "clarification.docx")
    with zipfile.ZipFile(folder / "clarification.docx") as archive:
        text = re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())
    assert "关于仿冒应用的澄清声明" in text
    assert COUNTERFEIT in text
    assert violations(officer) == []


def ordered_out(field: Country, supervisor: Page, risk: int, app: str) -> dict[str, int]:
    """The authority orders it out of both markets; what is an institution's own is refused first."""
    supervisor.goto(f"/cases/{risk}")
    expect(supervisor.get_by_role("table").first).to_contain_text("不属于任何登记机构")
    original = package(0).package
    own = f"{original.id}~{original.signers[0].sha256[:12]}"
    do(supervisor, risk, "order_removal", "机构已确认", app=own, markets="greenbird\nbluefish")
    expect(supervisor.locator("#problem-note-app")).to_contain_text("包名与本风险所述不同")
    assert cases(field, "removal", "ordered") == ()
    do(supervisor, risk, "order_removal", "机构已确认", app=app, markets="greenbird\nbluefish")
    expect(supervisor.locator(".state").first).to_have_text("下架处置中")
    return {one.form["market"]: one.id for one in cases(field, "removal") if one.parent == risk}


def found_again(field: Country, as_: Callable[[str], Page], risk: int, orders: dict[str, int], app: str) -> None:
    """Everybody concerned is told, and the page says under whose hand it came back."""
    other = next(row.id for row in field.store.apps_of(packages=(COUNTERFEIT,), names=()) if row.id != app)
    supervisor, officer, green = as_("sup1"), as_("officer-a"), as_("green")
    supervisor.goto(f"/cases/{risk}")
    expect(supervisor.locator(".state").first).to_have_text("下架处置中")
    expect(supervisor.locator("tr", has_text=f"另一签名者 {other}")).to_contain_text("再次上架")
    (visit,) = [
        one for one in case(field, orders["greenbird"]).form["visits"] if "另一签名者" in (one["version"] or "")
    ]
    assert visit["capture"], "what was seen is kept"
    picture(supervisor, "counterfeit-again")
    assert violations(supervisor) == []
    officer.goto("/desk")
    expect(officer.locator("ol.messages li").first).to_contain_text("仿冒应用再次上架")
    green.goto("/desk")
    expect(green.locator("ol.messages")).to_contain_text("再次上架")

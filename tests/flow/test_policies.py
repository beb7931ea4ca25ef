"""The policy that a crawl fetched is read when the package is examined, and the page shows both sides."""

from __future__ import annotations

from pathlib import Path

import pytest

from finwatch import catalog, checks
from finwatch.flow.beyond import keep
from finwatch.flow.publish import publish
from finwatch.flow.worker import work
from finwatch.lake import Lake
from finwatch.model.disclosure import Disclosed
from finwatch.model.examination import Answer, Examination
from finwatch.model.fetch import MarketId
from finwatch.model.listing import Listing
from finwatch.model.web import PolicyPage
from finwatch.store import Store
from finwatch.store.queue import EXAMINE, Job
from finwatch.web.pages import Site
from tests.kit.observed import visit
from tests.kit.store import MARKET, START, later, market
from tests.web.test_runs import Client

SAMPLES = Path(__file__).parents[2] / "samples"
URL = "https://policies.example/paperkite-loan.zh.html"


def examined(store: Store, lake: Lake, policy: bytes | None, *, url: str | None = URL) -> Examination:
    key = lake.blobs.put((SAMPLES / "packages/example.paperkite.loan_314.apk").read_bytes())
    listing = Listing(
        market=MarketId(MARKET),
        app="example.paperkite.loan",
        names={"zh-CN": "纸鸢小贷"},
        version_code=314,
        package_sha256=key,
        policy_url=url,
        seen=START,
    )
    visit(lake, [listing], START)
    if policy is not None:
        page = PolicyPage(
            market=MARKET,
            app=listing.app,
            url=URL,
            capture=None,
            sha256=lake.blobs.put(policy),
            content_type="text/html",
            seen=START,
        )
        keep(lake, MarketId(MARKET), [page], at=START)
    store.queue.add([Job(kind=EXAMINE, key=key, due=START)])
    assert work(store, lake, catalog_folder=SAMPLES / "catalog", clock=lambda: later(1)).examined == 1
    (row,) = lake.tables.read("examinations").to_pylist()
    return Examination.model_validate_json(row["document"])


def said(document: Examination) -> dict[str, Answer]:
    return {finding.check: finding.outcome for finding in document.findings}


def test_a_fetched_policy_is_set_beside_the_package(store: Store, lake: Lake) -> None:
    document = examined(store, lake, (SAMPLES / "policies/paperkite-loan.zh.html").read_bytes())
    assert document.disclosure is not None
    assert document.disclosure.origin == URL
    outcomes = {row.id: row.outcome for row in document.disclosure.rows if row.subject == "item"}
    assert outcomes == dict.fromkeys(("contacts", "call_log", "sms"), Disclosed.UNDISCLOSED)
    assert said(document)["takes_what_its_policy_omits"] is Answer.YES
    assert said(document)["offers_no_privacy_policy"] is Answer.NO


def test_a_policy_that_could_not_be_read_is_said_and_accuses_nobody(store: Store, lake: Lake) -> None:
    document = examined(store, lake, b"\x89PNG\r\n\x1a\n" + bytes(64))
    assert document.disclosure is not None
    assert document.disclosure.rows == ()
    assert "PNG" in document.disclosure.unread[0].en
    about = {check: answer for check, answer in said(document).items() if check.startswith("policy_")}
    assert set(about.values()) == {Answer.NOT_AVAILABLE}


def test_a_linked_policy_that_nobody_fetched_is_no_missing_policy(store: Store, lake: Lake) -> None:
    document = examined(store, lake, None)
    assert document.disclosure is None
    assert said(document)["offers_no_privacy_policy"] is Answer.NOT_AVAILABLE


def test_a_market_page_without_a_link_is_a_suspicion(store: Store, lake: Lake) -> None:
    document = examined(store, lake, None, url=None)
    assert said(document)["offers_no_privacy_policy"] is Answer.YES


@pytest.mark.parametrize(("language", "words"), [("zh", "未告知"), ("en", "not told")])
def test_the_page_of_an_examination_shows_both_sides(
    store: Store, lake: Lake, tmp_path: Path, language: str, words: str
) -> None:
    document = examined(store, lake, (SAMPLES / "policies/paperkite-loan.zh.html").read_bytes())
    store.markets.register(market(), now=START)
    publish(store, lake, clock=lambda: later(2))
    knowledge = catalog.load(SAMPLES / "catalog")
    definitions = tuple(check.definition for check in checks.load())
    site = Site(
        store=store,
        lake=lake,
        knowledge=knowledge,
        checks=definitions,
        language=language,
    )
    page = Client(site).get(f"/packages/{document.package.sha256}").text
    assert 'id="disclosure"' in page
    assert words in page
    extent = {"zh": "全文 208 字、9 段", "en": ": the whole text, 208 characters in 9 paragraphs"}
    assert f"paperkite-loan.zh.html{' ' if language == 'zh' else ''}{extent[language]}" in page

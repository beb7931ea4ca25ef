"""The page and the API of retention: what would end and why, holds placed and lifted, by those who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import insert

from finwatch import catalog
from finwatch.catalog.retention import periods
from finwatch.cli.application import application
from finwatch.lake import open_lake
from finwatch.model.access import EVERYTHING, Role
from finwatch.model.retention import HoldKind
from finwatch.settings import Settings
from finwatch.store import Store, tables
from finwatch.store.dialect import writing
from finwatch.supervise import retention
from finwatch.web.pages import Site
from tests.kit.people import Browser, founded, session_of, somebody, token_of
from tests.kit.store import market

PLACED = {"kind": "app", "key": "cn.qinghe.bank", "reason": "法院 (2026) 7 号", "until": "2099-12-31"}


@pytest.fixture
def keeper(app: FastAPI, store: Store) -> Browser:
    """The browser of the association's administrator."""
    return Browser(app, cookies={"finwatch-session": session_of(store, somebody(store, "nifa", Role.ADMINISTRATOR))})


def aged(store: Store, rows: int, *, market_id: str = "shop") -> None:
    """Visits that are older than their period."""
    store.markets.register(market(market_id), now=datetime.now(UTC))
    old = datetime.now(UTC) - timedelta(days=periods()["visits"].days + 1)
    visit = {
        "market": market_id,
        "kind": "ok",
        "task": "t",
        "url": "https://shop.example/",
        "message": "",
        "started": old,
    }
    with writing(store._engine) as connection:
        connection.execute(insert(tables.outcome), [{**visit, "took_ms": 1, "bytes": 1, "attempt": 1}] * rows)


def standing(store: Store) -> list[tuple[HoldKind, str]]:
    return [(one.kind, one.key) for one in store.holds.all(at=datetime.now(UTC))]


def test_the_page_says_what_would_go_and_why_in_both_languages(keeper: Browser, store: Store) -> None:
    aged(store, 3)
    page = keeper.get("/retention?lang=en")
    assert page.status_code == 200
    line = page.text.partition('id="period-visits"')[2].partition("</tr>")[0]
    assert '<td class="n">400</td>' in line
    assert line.rstrip().endswith('<td class="n">3</td><td class="n">0</td>')
    assert "《中华人民共和国网络安全法》第二十一条第（三）项" in line
    assert "采集访问记录" in keeper.get("/retention?lang=zh").text
    assert 'href="/retention"' in keeper.get("/me").text
    for one in periods().values():
        assert f'id="period-{one.id}"' in page.text


def test_rows_are_counted_up_to_a_bound(keeper: Browser, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST", 2)
    aged(store, 4)
    line = keeper.get("/retention").text.partition('id="period-visits"')[2].partition("</tr>")[0]
    assert '<td class="n">2+</td><td class="n">0</td>' in line
    visits = next(
        one for one in store.retention.plan(periods(), now=datetime.now(UTC), most=2).going if one.period == "visits"
    )
    assert visits.rows == 3, "one more than the bound says that there are more; no more are counted"


def test_a_hold_is_placed_keeps_and_is_lifted(keeper: Browser, store: Store) -> None:
    aged(store, 3)
    keeper.get("/retention")
    asked = {**PLACED, "kind": "market", "key": "shop"}
    assert keeper.post("/retention/holds", **asked).headers["location"] == "/retention#holds"
    (hold,) = store.holds.all()
    assert (hold.kind, hold.key, hold.reason, hold.placed_by) == (
        HoldKind.MARKET,
        "shop",
        PLACED["reason"],
        "p-nifa-administrator",
    )
    assert hold.until == datetime(2099, 12, 31, 16, tzinfo=UTC), "its last day is over at midnight in China"
    page = keeper.get("/retention").text
    assert PLACED["reason"] in page
    assert '<td class="n">0</td><td class="n">3</td>' in page.partition('id="period-visits"')[2].partition("</tr>")[0]
    assert keeper.post(f"/retention/holds/{hold.id}/lift", reason="结案").status_code == 303
    assert standing(store) == []
    page = keeper.get("/retention").text
    assert "结案" in page.partition('id="ended"')[2]
    seen = [one.action for one in store.cases.journal(scope=EVERYTHING, resource="market:shop")]
    assert seen == ["hold:lift", "hold:place"]


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"reason": " "}, "reason", "Say which matter"),
        ({"key": ""}, "key", "Give a package name"),
        ({"kind": "case", "key": "one"}, "key", "no number of a case"),
        ({"kind": "organisation", "key": "nobody"}, "key", "There is no organisation"),
        ({"kind": "galaxy"}, "kind", "Choose what it is about"),
        ({"until": "2020-01-01"}, "until", "This day is over"),
        ({"until": "soon"}, "until", "No day"),
        ({"until": "9999-12-31"}, "until", "No day"),
    ],
)
def test_a_form_that_does_not_fit_says_so_at_the_field_and_keeps_what_was_typed(
    keeper: Browser, store: Store, wrong: dict[str, str], field: str, told: str
) -> None:
    keeper.get("/retention?lang=en")
    given = {**PLACED, **wrong}
    answer = keeper.post("/retention/holds", **given)
    assert answer.status_code == 422
    at_field = answer.text.partition(f'id="problem-{field}"')[2].partition("</p>")[0]
    assert told in at_field
    marked = answer.text.partition(f'id="{field}" name="{field}"')[2].partition(">")[0]
    assert f'aria-invalid="true" aria-describedby="problem-{field}"' in marked
    for name in ("key", "reason", "until"):
        assert given[name] in answer.text, f"{name} is kept"
    assert standing(store) == []


def test_lifting_needs_a_reason_and_is_done_once(keeper: Browser, store: Store) -> None:
    keeper.get("/retention?lang=en")
    keeper.post("/retention/holds", **PLACED)
    answer = keeper.post("/retention/holds/1/lift", reason="")
    assert answer.status_code == 422
    assert "Say why it may go" in answer.text.partition('id="problem-lift-1"')[2].partition("</p>")[0]
    assert standing(store) == [(HoldKind.APP, "cn.qinghe.bank")]
    assert keeper.post("/retention/holds/1/lift", reason="settled").status_code == 303
    assert keeper.post("/retention/holds/1/lift", reason="again").status_code == 422
    assert keeper.post("/retention/holds/99/lift", reason="x").status_code == 404


def test_a_regional_administrator_and_other_roles_are_kept_out(app: FastAPI, store: Store) -> None:
    regional = somebody(store, "reg-east", Role.ADMINISTRATOR)
    for person in (regional, somebody(store, "qinghe", Role.ADMINISTRATOR), somebody(store, "reg", Role.SUPERVISOR)):
        browser = Browser(app, cookies={"finwatch-session": session_of(store, person)})
        assert browser.get("/retention").status_code == 403
        browser.get("/me")
        assert browser.post("/retention/holds", **PLACED).status_code == 403
        assert 'href="/retention"' not in browser.get("/me").text
    assert standing(store) == []


def test_the_api_does_the_same(app: FastAPI, store: Store) -> None:
    aged(store, 3)
    token = token_of(store, somebody(store, "reg", Role.ADMINISTRATOR))
    program = Browser(app)

    def ask(method: str, path: str, **more: object) -> object:
        answer = program.ask(method, f"/api/v1{path}", headers={"authorization": f"Bearer {token}"}, **more)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    endings = {one["period"]["id"]: (one["rows"], one["held"]) for one in ask("GET", "/retention")}  # type: ignore[attr-defined]
    assert endings["visits"] == (3, 0)
    assert endings.keys() == periods().keys()
    made = ask("POST", "/holds", json={**PLACED, "kind": "market", "key": "shop"})
    assert ask("GET", "/holds") == {"standing": [made], "ended": []}
    lifted = ask("POST", f"/holds/{made['id']}/lift", json={"reason": "settled"})  # type: ignore[index]
    assert ask("GET", "/holds") == {"standing": [], "ended": [lifted]}


def test_the_page_shows_the_operators_own_periods(store: Store, settings: Settings, tmp_path: Path) -> None:
    over = tmp_path / "over"
    over.mkdir()
    (over / "retention.toml").write_text(
        '[[period]]\nid = "visits"\nzh = "访问"\nen = "Visits"\ndays = 777\nwhy_zh = "另行规定"\n'
        'why_en = "By our own rule"\nsource = "—"\n',
        "utf-8",
    )
    founded(store)
    site = Site(store=store, lake=open_lake(settings.lake_address), knowledge=catalog.load(None), checks=())
    told = Settings(home=settings.home, catalog=over)
    cookie = session_of(store, somebody(store, "nifa", Role.ADMINISTRATOR))
    page = Browser(application(site, settings=told), cookies={"finwatch-session": cookie}).get("/retention?lang=en")
    line = page.text.partition('id="period-visits"')[2].partition("</tr>")[0]
    assert '<td class="n">777</td><td>By our own rule</td>' in line

"""Leads follow from what is known, with their reasons, within a budget; nobody is searched for without one."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest

from finwatch.flow.beyond import keep
from finwatch.flow.expand import Budget, Expansion, KnownApp, Named, expand, grow, policies_of
from finwatch.flow.expand import _listing as listing_as_read
from finwatch.lake import Lake
from finwatch.model.base import Text
from finwatch.model.examination import Endpoint
from finwatch.model.fetch import Market, MarketId, TaskKind
from finwatch.model.listing import Listing
from finwatch.model.locator import FileAt
from finwatch.model.web import Chain, LeadReason, Link, LinkEnd, LinkKind, Notice, NoticeRow, WebSource
from finwatch.store import Store
from tests.kit.observed import examined, visit
from tests.kit.store import START, examination, later, listing
from tests.kit.store import market as store_market

NAME = Text(zh="网", en="Web")
LANDING = Market(
    id=MarketId("pages"), name=NAME, protocol="web", address="https://l.example/", web=WebSource(kind="landing")
)
SEARCH = Market(
    id=MarketId("so"),
    name=NAME,
    protocol="web",
    address="https://so.example/",
    web=WebSource(kind="search", keywords=("贷",), url="https://so.example/s?q={keyword}", items="li"),
)
SHOP = Market(id=MarketId("shop"), name=NAME, protocol="fdroid", address="https://shop.example/repo")
ALL = (LANDING, SEARCH, SHOP)
APP = KnownApp(
    sha256="a" * 64,
    app="com.fin.loan",
    market=MarketId("shop"),
    label="星河贷",
    signers=("5" * 64,),
    addresses=("https://xh.example/download/1", "https://xh.example/v1/api", "https://xh.example/a.apk#x"),
    policies=("https://xh.example/privacy.html",),
)


def sold(app: str, **changes: object) -> Listing:
    values = {
        "market": "shop",
        "app": app,
        "developer": "星河 科技",
        "package_url": f"https://shop.example/{app}.apk",
        "package_sha256": app[-1] * 64,
        "seen": START,
    }
    return Listing.model_validate(values | changes)


OWN = sold("com.fin.loan", package_sha256="a" * 64)


def leads(expansion: Expansion) -> list[tuple[str, str, str, str]]:
    return [(lead.reason.value, lead.market, lead.kind, lead.url) for lead in expansion.leads]


def grown(
    apps: tuple[KnownApp, ...] = (APP,),
    listings: tuple[Listing, ...] = (OWN,),
    named: tuple[Named, ...] = (),
    markets: tuple[Market, ...] = ALL,
    known: frozenset[tuple[str, str, str]] = frozenset(),
    budget: Budget | None = None,
) -> Expansion:
    return expand(
        apps, listings=listings, named=named, markets=markets, known=known, at=START, budget=budget or Budget()
    )


def test_every_reason() -> None:
    listings = (
        OWN,
        sold("com.fin.two", developer="星河科技"),
        sold("com.fin.thr", developer="别家", signer_sha256=("5" * 64,), package_bytes=9),
        sold("com.fin.fou", developer="别家"),
    )
    named = (Named("com.other.app", LeadReason.MARKET_LINK, "https://l.example/"),)
    found = grown(listings=listings, named=named)
    base = "https://so.example/s?q="
    assert leads(found) == [
        ("keyword", "so", "index", f"{base}%E6%98%9F%E6%B2%B3%E8%B4%B7"),
        ("developer", "so", "index", f"{base}%E6%98%9F%E6%B2%B3+%E7%A7%91%E6%8A%80"),
        ("developer", "shop", "package", "https://shop.example/com.fin.two.apk"),
        ("signer", "shop", "package", "https://shop.example/com.fin.thr.apk"),
        ("endpoint", "pages", "page", "https://xh.example/a.apk"),
        ("endpoint", "pages", "page", "https://xh.example/download/1"),
        ("policy", "shop", "policy", "https://xh.example/privacy.html"),
        ("market_link", "so", "index", f"{base}com.other.app"),
    ]
    assert all(lead.says and lead.of for lead in found.leads)
    signer = next(lead for lead in found.leads if lead.reason is LeadReason.SIGNER)
    assert (signer.app, signer.of, signer.expected_sha256, signer.expected_bytes) == (
        "com.fin.thr",
        "5" * 64,
        "r" * 64,
        9,
    )


def test_the_same_knowledge_in_any_order_gives_the_same_leads() -> None:
    listings = (OWN, sold("com.fin.two"), sold("com.fin.thr"))
    assert grown(listings=listings) == grown(listings=listings[::-1])


def test_what_is_known_is_not_said_again() -> None:
    first = grown()
    known = frozenset((lead.market, lead.kind, lead.url) for lead in first.leads)
    assert first.leads
    assert grown(known=known).leads == ()


def test_developers_who_name_nobody_lead_nowhere() -> None:
    own, other = sold("com.fin.loan", package_sha256="a" * 64, developer="个人"), sold("com.x", developer="个人")
    assert [lead.reason for lead in grown(listings=(own, other)).leads if lead.reason is LeadReason.DEVELOPER] == []


def test_the_budget_holds_and_what_is_above_it_is_said() -> None:
    many = KnownApp(
        sha256="b" * 64,
        app="com.many",
        market=MarketId("shop"),
        label=None,
        signers=(),
        addresses=tuple(f"https://h{number}.example/" for number in range(30)),
        policies=(),
    )
    found = grown(apps=(many,), listings=(), budget=Budget(per_origin=4))
    assert len(found.leads) == 4
    assert found.notes == ("26 further leads are above the budget; they come the next time.",)
    assert len(grown(apps=(many,), listings=(), budget=Budget(per_origin=30, total=7)).leads) == 7
    assert len(grown(apps=(many,), listings=(), budget=Budget(per_origin=30, per_reason=9)).leads) == 9


def test_without_markets_to_ask_it_says_so() -> None:
    found = grown(markets=(SHOP,))
    assert [lead.reason for lead in found.leads] == [LeadReason.POLICY]
    assert len(found.notes) == 2


def test_policies_in_strings() -> None:
    value = "见https://a.example/privacy.html，或 https://b.example/p"
    facts = {"code": {"strings": [{"watch": "policy.url", "value": value}, {"watch": "endpoint.url", "value": value}]}}
    assert policies_of(facts) == ("https://a.example/privacy.html", "https://b.example/p")
    assert policies_of({}) == ()


def test_leads_become_tasks_once_with_their_reasons_in_the_lake(lake: Lake, store: Store) -> None:
    one = examination("cn.loan")
    at = FileAt(path="classes.dex")
    ends = (
        Endpoint(url="https://own.example/download", host="own.example", owner="app", at=at),
        Endpoint(url="https://sdk.example/download", host="sdk.example", owner="sdk:x", at=at),
    )
    one = one.model_copy(update={"endpoints": ends, "identity": one.identity.model_copy(update={"finance": True})})
    game = Endpoint(url="https://game.example/download", host="game.example", owner="app", at=at)
    other = examination("cn.game")
    other = other.model_copy(
        update={"endpoints": (game,), "identity": other.identity.model_copy(update={"finance": False})}
    )
    for market in (LANDING, SEARCH, store_market()):
        store.markets.register(market, now=START)
    visit(lake, [listing(one)], START)
    examined(lake, [one, other], START)
    link = Link(number=0, parent=None, kind=LinkKind.QR_CODE, url="market://x", end=LinkEnd.MARKET, app="cn.linked")
    chain = Chain(id="c1", market="pages", start="https://l.example/", at=START, links=(link,))
    row = NoticeRow(app="通报应用", problem="x")
    notice = Notice(
        market="mb", url="https://mb.example/1", capture=None, sha256="c" * 64, form="html", seen=START, rows=(row,)
    )
    keep(lake, MarketId("pages"), [chain, notice], at=START)

    first = grow(store, lake, clock=lambda: later(1))
    assert first.leads == first.tasks == len(lake.tables.read("leads"))
    tasks = {task.url for task in store.frontier.tasks(MarketId("pages"))}
    assert tasks == {"https://own.example/download"}
    searched = {task.url for task in store.frontier.tasks(MarketId("so")) if task.kind is TaskKind.INDEX}
    assert "https://so.example/s?q=cn.linked" in searched
    assert "https://so.example/s?q=%E9%80%9A%E6%8A%A5%E5%BA%94%E7%94%A8" in searched
    reasons = set(lake.tables.read("leads")["reason"].to_pylist())
    assert {"endpoint", "market_link", "notice"} <= reasons
    again = grow(store, lake, clock=lambda: later(2))
    assert (again.leads, again.tasks) == (0, 0)


def test_of_what_markets_list_only_what_leads_anywhere_is_looked_at_a_market_and_day_at_a_time(
    lake: Lake, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = examination("cn.loan")
    one = one.model_copy(update={"identity": one.identity.model_copy(update={"finance": True})})
    own = listing(one, developer="星河 科技")
    strangers = [own.model_copy(update=stranger(f"cn.other{n}")) for n in range(50)]
    sibling = own.model_copy(update=stranger("cn.sibling") | {"developer": "星河科技"})
    signed = own.model_copy(update=stranger("cn.signed") | {"signer_sha256": own.signer_sha256})
    old = own.model_copy(update=stranger("cn.old") | {"developer": "星河科技"})
    visit(lake, [old], START - timedelta(days=5))
    visit(lake, [*strangers, sibling], START - timedelta(days=1))
    visit(lake, [own, *strangers, sibling, signed], START)
    examined(lake, [one], START)
    store.markets.register(store_market(), now=START)
    read, asked = type(lake.tables).read, []

    def spied(tables: Any, name: str, **how: Any) -> Any:
        if name == "listings":
            asked.append((how.get("market"), how.get("since"), how.get("until")))
        return read(tables, name, **how)

    monkeypatch.setattr(type(lake.tables), "read", spied)
    made: list[str] = []
    monkeypatch.setattr("finwatch.flow.expand._listing", lambda row: made.append(row["app"]) or listing_as_read(row))
    grow(store, lake, clock=lambda: later(1))
    assert set(made) == {"cn.loan", "cn.sibling", "cn.signed"}
    assert asked
    assert all(market is not None and since == until for market, since, until in asked)
    found = {(row["reason"], row["app"]) for row in lake.tables.read("leads").to_pylist()}
    assert {("developer", "cn.sibling"), ("signer", "cn.signed")} <= found
    assert not any(app in {"cn.old", *(stranger.app for stranger in strangers)} for _, app in found)


def stranger(app: str) -> dict[str, Any]:
    """What makes a listing one of another app, by another developer, with another signer."""
    return {
        "app": app,
        "developer": "Other",
        "package_sha256": hashlib.sha256(app.encode()).hexdigest(),
        "package_url": f"https://shop.example/{app}.apk",
        "signer_sha256": ("e" * 64,),
    }


def test_examinations_are_read_a_few_at_a_time_and_the_newest_of_a_package_counts(
    lake: Lake, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def seen(address: str, name: str) -> Any:
        one = examination(name)
        end = Endpoint(url=f"https://{address}/download", host=address, owner="app", at=FileAt(path="classes.dex"))
        identity = one.identity.model_copy(update={"finance": True})
        return one.model_copy(update={"endpoints": (end,), "identity": identity})

    examined(lake, [seen(f"new{n}.example", f"cn.app{n}") for n in range(10)], START + timedelta(days=3))
    examined(lake, [seen(f"old{n}.example", f"cn.app{n}") for n in range(10)], START)
    for day in (START, START + timedelta(days=3)):
        assert lake.tables.compact("examinations", market="shop", dt=day.date()) == 10
    for market in (LANDING, store_market()):
        store.markets.register(market, now=START)
    read, asked, held = type(lake.tables).read, [], []

    def spied(tables: Any, name: str, **how: Any) -> Any:
        asked.extend(how["columns"] if name == "examinations" else ())
        return read(tables, name, **how)

    class Watched(pq.ParquetFile):  # type: ignore[misc]
        def iter_batches(self, *arguments: Any, **named: Any) -> Any:
            for batch in super().iter_batches(*arguments, **named):
                held.append(batch.num_rows)
                yield batch

    monkeypatch.setattr(type(lake.tables), "read", spied)
    monkeypatch.setattr("finwatch.flow.expand._ROWS", 4)
    monkeypatch.setattr("finwatch.flow.expand.pq.ParquetFile", Watched)
    grow(store, lake, clock=lambda: later(1))
    assert set(asked) == {"sha256", "at"}, "no document is read with all the others"
    assert (max(held), sum(held)) == (4, 20)
    tasks = {task.url for task in store.frontier.tasks(MarketId("pages"))}
    assert tasks == {f"https://new{n}.example/download" for n in range(10)}

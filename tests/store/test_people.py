"""Organisations, sessions, attempts and sight in both kinds of database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from finwatch.errors import InputError, NotFound
from finwatch.model.access import OrganisationId, OrganisationKind, PersonId, Role, Sight
from finwatch.model.case import Case, Part, Party
from finwatch.model.fetch import MarketId
from finwatch.model.listing import EventKind, ListingEvent
from finwatch.model.view import AppDocument, AppFilter, AppRow, HistoryDocument, ListingSpan, VersionDocument
from finwatch.store import Store
from finwatch.store import access as rows
from finwatch.store import case as cases
from finwatch.supervise.accounts import OPERATOR
from tests.kit.people import founded, org, somebody
from tests.kit.store import START, examination, later, listing, market

WINDOW = timedelta(minutes=15)
HOUSES = {"qinghe": "shop", "yunxi": "bazaar"}


def test_attempts_made_at_once_are_each_counted(store: Store) -> None:
    def attempt(_: int) -> int:
        return store.sessions.count_attempt(["pair:a"], now=START, window=WINDOW)["pair:a"]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(24))) == list(range(1, 25))
    assert store.sessions.count_attempt(["pair:a"], now=START + WINDOW, window=WINDOW) == {"pair:a": 1}
    store.sessions.forgive(["pair:a"])
    assert store.sessions.since("pair:a") is None


def test_a_code_is_taken_by_one_of_those_who_send_it_at_once(store: Store) -> None:
    def use(_: int) -> bool:
        return store.sessions.use_code(PersonId("p"), "totp:7", now=START)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(16))) == 1
    assert store.sessions.use_code(PersonId("q"), "totp:7", now=START)


def test_what_waits_is_given_once_and_in_time(store: Store) -> None:
    until = later(60)
    store.sessions.start_oidc("d", sealed="s", until=until, now=START)
    assert store.sessions.take_oidc("d", now=START) == "s"
    assert store.sessions.take_oidc("d", now=START) is None
    store.sessions.start_oidc("late", sealed="s", until=until, now=START)
    assert store.sessions.take_oidc("late", now=later(61)) is None
    store.sessions.keep_form("f", person=PersonId("p"), sealed="s", until=until, now=START)
    assert store.sessions.kept_form("f", person=PersonId("p"), now=START) == "s"
    assert store.sessions.kept_form("f", person=PersonId("q"), now=START) is None
    assert store.sessions.kept_form("f", person=PersonId("p"), now=later(61)) is None


def test_the_tree_is_walked_and_names_are_taken_once(store: Store) -> None:
    founded(store)
    assert [one.id for one in store.accounts.below("reg")] == ["reg", "reg-east", "reg-west"]
    assert [one.id for one in store.accounts.below("qinghe-branch")] == ["qinghe-branch"]
    with pytest.raises(NotFound):
        store.accounts.below("nowhere")
    with pytest.raises(InputError), store.deciding(OPERATOR, now=START) as unit:
        rows.add_organisation(unit, org("reg", OrganisationKind.REGULATOR))
    person = somebody(store, "qinghe", Role.APP_OWNER, Role.AUDITOR)
    assert store.accounts.person(person.id).roles == (Role.APP_OWNER, Role.AUDITOR)
    with pytest.raises(InputError), store.deciding(OPERATOR, now=START) as unit:
        rows.add_person(unit, person.model_copy(update={"id": "another"}))


def published(store: Store) -> None:
    """An app of each house, each listed in its own market with an event there."""
    for shop in HOUSES.values():
        store.markets.register(market(shop), now=START)
    draft = store.publication.begin(now=later(1))
    for house, shop in HOUSES.items():
        of = examination(f"cn.{house}.bank", label=house, signer=house)
        identity = f"{of.package.id}~0"
        span = ListingSpan(
            market=MarketId(shop),
            app_id=identity,
            app=of.package.id,
            listing=listing(of, market=shop),
            first_seen=START,
            last_seen=later(1),
        )
        row = AppRow(
            id=identity,
            app=of.package.id,
            signer=None,
            name_zh=house,
            name_en=house,
            institution=house,
            sha256=of.package.sha256,
            band=of.rating.band,
            score=of.rating.score,
            markets=(MarketId(shop),),
        )
        draft.put_app(AppDocument(row=row, names=(house,), listings=(span,)), house)
        document = VersionDocument(app_id=identity, app=of.package.id, examined=later(1), examination=of)
        draft.put_version(document, house, current=True)
        event = ListingEvent(market=MarketId(shop), app=of.package.id, kind=EventKind.NEW_APP, at=START)
        draft.put_history(HistoryDocument(market=MarketId(shop), app=of.package.id, events=(event,)), house)
    draft.put_visits({shop: later(1) for shop in HOUSES.values()})
    draft.commit(at=later(2))


@pytest.mark.parametrize(
    ("sight", "seen"),
    [
        (Sight(everything=True), {"qinghe", "yunxi"}),
        (Sight(), set()),
        (Sight(institutions=("qinghe",)), {"qinghe"}),
        (Sight(regions=("51",)), {"yunxi"}),
        (Sight(regions=("5",)), {"yunxi"}),
        (Sight(regions=("44",)), set()),
        (Sight(markets=("shop",)), {"qinghe"}),
        (Sight(organisations=(OrganisationId("lab"),)), {"yunxi"}),
        (Sight(institutions=("qinghe",), markets=("bazaar",)), {"qinghe", "yunxi"}),
    ],
    ids=lambda value: ",".join(sorted(value)) or "nothing" if isinstance(value, set) else str(value)[:60],
)
def test_every_question_about_apps_keeps_to_the_sight(store: Store, sight: Sight, seen: set[str]) -> None:
    founded(store)
    published(store)
    case = Case(
        id=0,
        machine="filing",
        state="testing",
        version=1,
        owner=OrganisationId("yunxi"),
        region="51",
        title="x",
        subject="app:cn.yunxi.bank~0",
        parties=(Party(part=Part.LAB, organisation=OrganisationId("lab")),),
        opened=START,
        changed=START,
    )
    with store.deciding(OPERATOR, now=START) as unit:
        cases.add(unit, case, owner_name="y")
    reader = store.seen_by(sight)
    page = reader.apps()
    assert {row.name_en for row in page.rows} == seen
    assert page.total.value == len(seen)
    overview = reader.overview()
    assert (overview.apps, overview.versions, overview.events) == (len(seen), len(seen), len(seen))
    assert {row.app_name_en for row in reader.findings(outcome=None).rows} == seen
    assert {row.name_en for row in reader.events().rows} == seen
    for house, shop in HOUSES.items():
        listed = {row.app for row in reader.market_listings(MarketId(shop)).rows}
        assert listed == ({f"cn.{house}.bank"} if house in seen else set())
        if house in seen:
            view = reader.app(f"cn.{house}.bank~0")
            assert reader.version(view.versions[0].sha256).listings
            assert view.events
        else:
            with pytest.raises(NotFound):
                reader.app(f"cn.{house}.bank~0")
            with pytest.raises(NotFound):
                reader.version(examination(f"cn.{house}.bank", label=house, signer=house).package.sha256)


def test_what_is_remembered_for_one_reaches_nobody_who_may_see_less(store: Store) -> None:
    """The whole view first, twice, so that all of it is remembered; then somebody who sees one house."""
    founded(store)
    published(store)
    for _ in range(2):
        assert store.app("cn.yunxi.bank~0").row.institution == "yunxi"
        whole = store.apps()
        assert store.version(whole.rows[0].sha256 or "").row.app_id == whole.rows[0].id
    assert store.app("cn.yunxi.bank~0") is store.app("cn.yunxi.bank~0")
    less = store.seen_by(Sight(institutions=("qinghe",)))
    hidden = next(row.sha256 for row in whole.rows if row.institution == "yunxi")
    assert [row.institution for row in less.apps().rows] == ["qinghe"]
    for shop, seen in (("shop", 1), ("bazaar", 0)):
        of_market = AppFilter(market=MarketId(shop))
        assert store.apps(of_market).total.value == 1
        assert (less.apps(of_market).total.value, len(less.apps(of_market).rows)) == (seen, seen)
    with pytest.raises(NotFound):
        less.app("cn.yunxi.bank~0")
    with pytest.raises(NotFound):
        less.version(hidden or "")
    shown = less.app("cn.qinghe.bank~0")
    assert shown == store.app("cn.qinghe.bank~0")
    assert shown is not store.app("cn.qinghe.bank~0")
    assert shown is not less.app("cn.qinghe.bank~0")

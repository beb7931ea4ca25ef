"""One publication in both kinds of database: every named question has the same answer in each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from finwatch.lake import open_lake
from finwatch.model.examination import Answer, Band
from finwatch.model.fetch import MarketId, OutcomeKind
from finwatch.model.knowledge import Severity
from finwatch.model.listing import EventKind
from finwatch.model.view import AppFilter
from finwatch.model.web import LeadReason
from finwatch.store import Store, open_store
from tests.kit import postgres
from tests.kit.beyond import NOTICE
from tests.kit.filled import BANK, DAY, FAKE, fill, published
from tests.kit.store import MARKET, START, later, sha

NO_QUESTIONS = {"address", "close", "check_log", "deciding", "forget_outcomes", "seen_by"}
"""What a store does besides answering."""
WORDS = ("青禾", "禾", "奇", "qinghe", "cn.qinghe.bank", "青行", "%", "App", "青禾 fake", "'", '"', "😀", "a")
FILTERS = (
    AppFilter(),
    AppFilter(band=Band.RED),
    AppFilter(finance=True),
    AppFilter(kind="loan"),
    AppFilter(market="other"),
    AppFilter(check="trusts_any_certificate"),
    AppFilter(sdk="umeng", finance=True),
    AppFilter(permission="android.permission.READ_SMS"),
    AppFilter(event=EventKind.NEW_VERSION),
    AppFilter(gone=True),
    AppFilter(gone=False, suspected=True),
    AppFilter(suspected=False),
    AppFilter(examined=False),
    AppFilter(examined=True, market="shop"),
    *(AppFilter(q=word) for word in WORDS),
)


def of_apps(store: Store) -> Iterator[Any]:
    for where in FILTERS:
        for order in ("risk", "recent", "name"):
            key = None
            while True:
                page = store.apps(where, order=order, after=key, limit=1)
                yield page
                if (key := page.next) is None:
                    break
        yield store.apps(where)


def of_concern(store: Store) -> Iterator[Any]:
    for names in ((), ("青禾",), ("青禾", "fake", "没有")):
        for packages in ((), ("none.such",), ("cn.qinghe.bank", "none.such")):
            yield store.apps_of(packages=packages, names=names)
            yield store.apps_of(packages=packages, names=names, limit=1)


def of_findings(store: Store) -> Iterator[Any]:
    for outcome in (None, *Answer):
        for severity in (None, *Severity):
            for current in (True, False):
                yield store.findings(outcome=outcome, severity=severity, current=current)
    first = store.findings(outcome=None, current=False, limit=2)
    yield first
    yield store.findings(outcome=None, current=False, limit=2, after=first.next)
    yield store.findings(check="trusts_any_certificate", app_id=store.apps().rows[0].id)


def of_events(store: Store) -> Iterator[Any]:
    for kind in (None, *EventKind):
        yield store.events(kind=kind)
    first = store.events(limit=1)
    yield first
    yield store.events(limit=1, after=first.next)
    yield store.events(market=MARKET, app="cn.qinghe.odd", since=START, until=later(DAY))


def of_beyond(store: Store) -> Iterator[Any]:
    yield store.beyond.overview()
    chains = store.beyond.chains(limit=1)
    yield chains
    yield from (store.beyond.chains(packages=one) for one in (True, False))
    yield store.beyond.chains(package=sha("loan"))
    yield from (store.beyond.chain(row.id) for row in chains.rows)
    notices = store.beyond.notices()
    yield notices
    yield store.beyond.notices(url=NOTICE)
    yield from (store.beyond.notice(row.id) for row in notices.rows)
    yield from (store.beyond.entries(q=word) for word in (None, "青", "a", "%"))
    yield from (store.beyond.leads(reason=reason) for reason in (None, *LeadReason))


def of_series(store: Store) -> Iterator[Any]:
    entries = [(MARKET, "cn.qinghe.bank"), ("other", "cn.qinghe.bank")]
    yield store.series.ratings(entries)
    yield store.series.months(entries)
    first = store.series.reviews(entries, limit=1)
    yield first
    yield store.series.reviews(entries, limit=1, after=first.next)
    yield store.series.reviews(entries, month="2026-03")


QUESTIONS: dict[str, Callable[[Store], Any]] = {
    "overview": lambda store: store.overview(),
    "apps": lambda store: list(of_apps(store)),
    "apps_of": lambda store: list(of_concern(store)),
    "app": lambda store: [store.app(row.id) for row in store.apps().rows],
    "version": lambda store: [store.version(one.package.sha256[:12]) for one in (BANK, FAKE)],
    "unread_packages": lambda store: store.unread_packages(MarketId("other")),
    "findings": lambda store: list(of_findings(store)),
    "events": lambda store: list(of_events(store)),
    "market_listings": lambda store: [store.market_listings(MARKET), store.market_listings(MARKET, limit=1)],
    "market_health": lambda store: [
        store.market_health(since=START, now=later(DAY)),
        store.market_health(since=START, now=later(30), only=MARKET),
    ],
    "outcomes": lambda store: [store.outcomes(MARKET, kind=kind) for kind in (None, OutcomeKind.TIMEOUT)],
    "beyond": lambda store: list(of_beyond(store)),
    "series": lambda store: list(of_series(store)),
    "alerts": lambda store: store.alerts.newest(),
    "markets": lambda store: [store.markets.all(), store.markets.all(enabled=True), store.markets.names()],
    "runs": lambda store: store.runs.newest(),
    "frontier": lambda store: [store.frontier.tasks(MARKET), store.frontier.fetched_packages()],
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store]]:
    """The same two days in a SQLite and in a PostgreSQL store."""
    if (reason := postgres.absent()) is not None:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("both")
    with postgres.serving() as server:
        address = server.address(server.database())
        with open_store(f"sqlite:///{folder}/store.sqlite") as here, open_store(address) as there:
            fill(here, folder / "here")
            fill(there, folder / "there")
            yield here, there


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_same_answer(both: tuple[Store, Store], name: str) -> None:
    here, there = (QUESTIONS[name](store) for store in both)
    assert here == there
    assert here, "an answer that is empty in both proves nothing"
    assert (QUESTIONS[name](both[0]), QUESTIONS[name](both[1])) == (here, there), "what is remembered is what was told"


def test_apps_of_a_ledger_are_those_named_or_claimed(both: tuple[Store, Store]) -> None:
    for store in both:
        everything = {row.id for row in store.apps(limit=500).rows}
        named = {row.id for row in store.apps(AppFilter(q="奇"), limit=500).rows}
        package = {row.id for row in store.apps(limit=500).rows if row.app == "cn.qinghe.bank"}
        assert package
        assert named < everything
        assert {row.id for row in store.apps_of(packages=(), names=("奇",))} == named
        assert {row.id for row in store.apps_of(packages=("cn.qinghe.bank",), names=())} == package
        assert {row.id for row in store.apps_of(packages=("cn.qinghe.bank",), names=("奇",))} == named | package
        assert store.apps_of(packages=(), names=()) == ()


def test_every_question_of_the_read_model_is_asked() -> None:
    own = {name for name, _ in inspect.getmembers(Store) if not name.startswith("_")}
    assert own - NO_QUESTIONS <= QUESTIONS.keys()


def test_a_publication_is_remembered_until_the_next(store: Store, tmp_path: Path) -> None:
    """Pages are kept in the process: a new generation must never be answered from the one before."""
    lake = open_lake(str(tmp_path / "lake"))
    seen = []
    for _ in range(2):
        published(store, lake)
        rows = store.apps(order="name").rows
        assert rows == store.apps(order="name").rows
        seen.append([store.app(row.id).row for row in rows])
        assert list(rows) == seen[-1]
        assert store.overview().apps == len(rows)
        assert {row.event.app for row in store.events().rows} >= {"cn.qinghe.odd"}
    lake.close()

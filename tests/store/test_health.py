"""Market health: each way in which a visit can end is counted and shown apart."""

from __future__ import annotations

import pytest

from finwatch.model.fetch import MarketId, OutcomeKind, TaskKind
from finwatch.model.view import MarketHealth
from finwatch.store import Store
from tests.kit.store import MARKET, START, later, market, outcome, task

GOOD = {OutcomeKind.OK, OutcomeKind.NOT_MODIFIED, OutcomeKind.EMPTY}


def visit(store: Store, url: str, kind: OutcomeKind, at: float, **fields: object) -> None:
    store.frontier.add([task(url, due=later(at))])
    (held,) = store.frontier.lease(now=later(at), worker="w", seconds=60, limit=1)
    ended = outcome(held, kind, started=later(at), **fields)
    assert store.frontier.finish(held, ended, next_due=later(at + 600) if kind is OutcomeKind.TIMEOUT else None)


def health(store: Store, since: float = -1) -> MarketHealth:
    (one,) = store.market_health(since=later(since), now=later(100))
    return one


@pytest.mark.parametrize("kind", list(OutcomeKind))
def test_every_kind_of_outcome_is_shown(store: Store, kind: OutcomeKind) -> None:
    store.markets.register(market(), now=START)
    visit(store, "fine", OutcomeKind.OK, 0, bytes=5)
    visit(store, "odd", kind, 1, status=418, bytes=7)
    seen = health(store)
    assert (seen.visits, seen.bytes, seen.last_visit) == (2, 12, later(1))
    if kind in GOOD:
        assert (seen.succeeded, seen.rate, seen.failures, seen.last_error) == (2, 1.0, (), None)
        assert seen.last_success == later(1)
    else:
        (failure,) = seen.failures
        assert (failure.kind, failure.count, failure.at, failure.status) == (kind, 1, later(1), 418)
        assert failure.message == f"{kind.value} at odd"
        assert (seen.succeeded, seen.rate, seen.last_error) == (1, 0.5, failure)
        assert seen.last_success == START


def test_the_newest_failure_of_a_kind_stands_for_it(store: Store) -> None:
    store.markets.register(market(), now=START)
    for at, kind in enumerate([OutcomeKind.TIMEOUT, OutcomeKind.TIMEOUT, OutcomeKind.BAD_SIGNATURE]):
        visit(store, f"u{at}", kind, at)
    seen = health(store)
    assert [(one.kind, one.count, one.url) for one in seen.failures] == [
        (OutcomeKind.BAD_SIGNATURE, 1, "u2"),
        (OutcomeKind.TIMEOUT, 2, "u1"),
    ]
    assert (seen.backing_off, seen.given_up, seen.due) == (2, 1, 0)
    assert health(store, since=2).visits == 1
    numbered = store.outcomes(MARKET, kind=OutcomeKind.TIMEOUT)
    assert [one.url for _, one in numbered] == ["u1", "u0"]
    assert [one.url for _, one in store.outcomes(MARKET, before=numbered[0][0])] == ["u0"]
    assert store.forget_outcomes(before=later(1)) == 1


def test_a_market_that_was_never_visited_has_no_rate(store: Store) -> None:
    store.markets.register(market(), now=START)
    store.frontier.add([task("index", kind=TaskKind.INDEX)])
    seen = health(store)
    assert (seen.visits, seen.rate, seen.last_visit, seen.due) == (0, None, None, 1)
    assert seen.market == market()


def test_markets_do_not_mix(store: Store) -> None:
    store.markets.register(market(), now=START)
    store.markets.register(market("other"), now=START)
    visit(store, "u", OutcomeKind.GONE, 0)
    by_id = {one.market.id: one.visits for one in store.market_health(since=START, now=later(1))}
    assert by_id == {MARKET: 1, MarketId("other"): 0}

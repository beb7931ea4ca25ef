"""The frontier: what is due is leased once, kept through kills, and never lost."""

from __future__ import annotations

import pytest

from finwatch.crawl import ports
from finwatch.model.fetch import MarketId, OutcomeKind, TaskKind
from finwatch.store import Store
from finwatch.store.queue import EXAMINE
from tests.kit.store import MARKET, START, later, market, outcome, sha, task


def test_it_is_the_frontier_that_the_crawl_asks_for(store: Store) -> None:
    frontier: ports.Frontier = store.frontier
    assert frontier.add([task("a")]) == 1


def test_a_known_task_keeps_its_history_unless_its_hash_is_new(store: Store) -> None:
    store.frontier.add([task("a", expected_sha256=sha("1"))])
    (held,) = store.frontier.lease(now=START, worker="w", seconds=60, limit=5)
    assert store.frontier.finish(held, outcome(held, etag='"1"', sha256=sha("1")), next_due=None)

    assert store.frontier.add([task("a", expected_sha256=sha("1"), due=later(5))]) == 0
    assert store.frontier.lease(now=later(9), worker="w", seconds=60, limit=5) == []

    assert store.frontier.add([task("a", expected_sha256=sha("2"), due=later(10))]) == 0
    (again,) = store.frontier.lease(now=later(10), worker="w", seconds=60, limit=5)
    assert (again.expected_sha256, again.etag, again.content_sha256) == (sha("2"), '"1"', sha("1"))


def test_oldest_due_first_and_none_of_the_busy_buckets(store: Store) -> None:
    store.frontier.add([task("late", due=later(2)), task("early", due=later(1)), task("other", bucket="b:80")])
    leased = store.frontier.lease(now=later(5), worker="w", seconds=60, limit=9, busy={"b:80"})
    assert [one.url for one in leased] == ["early", "late"]


def test_what_is_not_due_is_not_leased(store: Store) -> None:
    store.frontier.add([task("a", due=later(1))])
    assert store.frontier.lease(now=START, worker="w", seconds=60, limit=9) == []
    assert store.frontier.next_due() == later(1)


def test_a_bucket_is_visited_by_one_worker_at_a_time(store: Store) -> None:
    store.frontier.add([task("a"), task("b")])
    (held,) = store.frontier.lease(now=START, worker="one", seconds=60, limit=1)
    assert store.frontier.lease(now=START, worker="two", seconds=60, limit=1) == []
    store.frontier.finish(held, outcome(held), next_due=None)
    (other,) = store.frontier.lease(now=START, worker="two", seconds=60, limit=1)
    assert other.url == "b"


def test_a_lease_that_ran_out_is_due_again_and_its_holder_cannot_end_it(store: Store) -> None:
    store.frontier.add([task("a")])
    (slow,) = store.frontier.lease(now=START, worker="w", seconds=10, limit=1)
    (fast,) = store.frontier.lease(now=later(11), worker="w", seconds=10, limit=1)
    assert (slow.attempts, fast.attempts) == (1, 2)
    assert not store.frontier.extend([slow], now=later(12), seconds=10)
    assert not store.frontier.finish(slow, outcome(slow), next_due=None, examine=[(sha("a"), "x")])
    assert store.outcomes() == []
    assert store.queue.backlog(EXAMINE, now=later(20)).ready == 0
    assert store.frontier.finish(fast, outcome(fast), next_due=None)


def test_extending_keeps_a_lease(store: Store) -> None:
    store.frontier.add([task("a")])
    (held,) = store.frontier.lease(now=START, worker="w", seconds=10, limit=1)
    assert store.frontier.extend([held], now=later(9), seconds=10) == {held.id}
    assert store.frontier.lease(now=later(15), worker="x", seconds=10, limit=1) == []


def test_one_beat_keeps_many_leases_and_tells_which_are_lost(store: Store) -> None:
    store.frontier.add([task("a"), task("b", bucket="b:80"), task("c", bucket="c:80")])
    held = store.frontier.lease(now=START, worker="w", seconds=10, limit=3)
    (a, b, c) = held
    assert store.frontier.finish(a, outcome(a), next_due=None)
    (taken,) = store.frontier.lease(now=later(11), worker="x", seconds=10, limit=1, busy=[c.bucket])
    assert taken.url == b.url
    assert store.frontier.extend(held, now=later(12), seconds=10) == {c.id}
    assert store.frontier.leased_until(now=later(12)) == later(21), "the other's is the first to run out"
    assert store.frontier.leased_until(now=later(21)) == later(22)
    assert store.frontier.leased_until(now=later(12), markets=[MarketId("nobody")]) is None
    assert store.frontier.extend([], now=later(12), seconds=10) == frozenset()


def test_finish_is_one_step(store: Store) -> None:
    store.frontier.add([task("index", kind=TaskKind.INDEX)])
    (held,) = store.frontier.lease(now=START, worker="w", seconds=10, limit=1)
    assert store.frontier.finish(
        held,
        outcome(held, took_ms=2000),
        next_due=later(3600),
        add=[task("p1"), task("p2")],
        examine=[(sha("p0"), "cn.qinghe.bank")],
        state={"timestamp": 5},
    )
    assert store.frontier.state(MARKET) == {"timestamp": 5}
    assert [one.url for one in store.frontier.tasks(MARKET)] == ["index", "p1", "p2"]
    (job,) = store.queue.lease(EXAMINE, now=later(2), worker="w", seconds=1)
    assert (job.key, job.payload) == (sha("p0"), {"app": "cn.qinghe.bank", "market": "shop"})
    ((_, kept),) = store.outcomes(MARKET)
    assert kept == outcome(held, took_ms=2000)


def test_a_failure_keeps_validators_and_counts_attempts(store: Store) -> None:
    store.frontier.add([task("a")])
    (first,) = store.frontier.lease(now=START, worker="w", seconds=10, limit=1)
    store.frontier.finish(first, outcome(first, etag="e", last_modified="m", sha256=sha("x")), next_due=later(1))
    (second,) = store.frontier.lease(now=later(1), worker="w", seconds=10, limit=1)
    assert (second.attempts, second.etag) == (1, "e")
    store.frontier.finish(second, outcome(second, OutcomeKind.TIMEOUT), next_due=later(2))
    (third,) = store.frontier.lease(now=later(2), worker="w", seconds=10, limit=1)
    assert (third.attempts, third.etag, third.last_modified, third.content_sha256) == (2, "e", "m", sha("x"))
    store.frontier.finish(third, outcome(third, OutcomeKind.NOT_MODIFIED, etag="f"), next_due=later(3))
    (fourth,) = store.frontier.lease(now=later(3), worker="w", seconds=10, limit=1)
    assert (fourth.attempts, fourth.etag, fourth.last_modified, fourth.content_sha256) == (1, "f", "m", sha("x"))


def test_a_new_hash_during_a_visit_is_not_forgotten(store: Store) -> None:
    store.frontier.add([task("a", expected_sha256=sha("1"))])
    (held,) = store.frontier.lease(now=START, worker="w", seconds=10, limit=1)
    store.frontier.add([task("a", expected_sha256=sha("2"), due=later(1))])
    assert store.frontier.finish(held, outcome(held, sha256=sha("1")), next_due=None)
    (again,) = store.frontier.lease(now=later(1), worker="w", seconds=10, limit=1)
    assert again.expected_sha256 == sha("2")


def test_a_disabled_market_is_left_alone(store: Store) -> None:
    store.markets.register(market(), now=START)
    store.frontier.add([task("a"), task("b", market=MarketId("other"), bucket="o:1")])
    store.markets.disable(MARKET)
    assert [one.url for one in store.frontier.lease(now=START, worker="w", seconds=1, limit=9)] == ["b"]


def test_hurry_makes_due_what_is_not(store: Store) -> None:
    store.frontier.add([task("i", kind=TaskKind.INDEX, due=later(999)), task("p", due=later(999))])
    assert store.frontier.hurry(MARKET, TaskKind.INDEX, now=START) == 1
    assert [one.url for one in store.frontier.lease(now=START, worker="w", seconds=1, limit=9)] == ["i"]


@pytest.mark.parametrize("name", ["nul\x00here", "lone\ud83dsurrogate", "银行\U0001f3e6", "x" * 20_000])
def test_any_text_can_be_kept(store: Store, name: str) -> None:
    """What has no place in SQL text is kept, and shown, as a visible escape."""
    assert store.frontier.add([task(name)]) == 1
    assert store.frontier.add([task(name)]) == 0
    (held,) = store.frontier.lease(now=START, worker="w", seconds=1, limit=1)
    assert held.url == name.replace("\x00", "\\u{0}").replace("\ud83d", "\\u{d83d}")
    assert store.frontier.finish(held, outcome(held, message=name), next_due=None, state={name: name})
    assert store.frontier.state(MARKET) == {held.url: held.url}

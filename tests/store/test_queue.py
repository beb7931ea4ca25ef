"""The queue: done once, by somebody, whatever is killed in between."""

from __future__ import annotations

from finwatch.store import Store
from finwatch.store.queue import ATTEMPTS, Job
from tests.kit.store import START, later


def job(key: str, **fields: object) -> Job:
    return Job.model_validate({"kind": "examine", "key": key, "due": START, **fields})


def take(store: Store, at: float = 0, worker: str = "w", limit: int = 9) -> list[Job]:
    return store.queue.lease("examine", now=later(at), worker=worker, seconds=60, limit=limit)


def test_adding_a_known_job_changes_nothing(store: Store) -> None:
    assert store.queue.add([job("a"), job("a", priority=9), job("b")]) == 2
    assert store.queue.add([job("a", priority=5)]) == 0
    held = take(store)
    assert [one.key for one in held] == ["a", "b"]
    assert store.queue.done(held, now=START) == []
    assert store.queue.add([job("a")]) == 0
    assert take(store, 999) == []


def test_priority_first_then_age(store: Store) -> None:
    store.queue.add([job("old", due=START), job("new", due=later(1)), job("urgent", due=later(2), priority=1)])
    assert [one.key for one in take(store, 5)] == ["urgent", "old", "new"]


def test_failures_wait_longer_each_time_and_end(store: Store) -> None:
    store.queue.add([job("a")])
    waits = []
    at = 0.0
    for _ in range(ATTEMPTS):
        while not (held := take(store, at)):
            at += 1
        waits.append(at)
        assert store.queue.fail(held[0], f"disk full, attempt {held[0].attempts}", now=later(at))
    assert waits == [0, 30, 90, 210]
    assert take(store, 1e6) == []
    (dead,) = store.queue.dead("examine")
    assert dead.error == f"disk full, attempt {ATTEMPTS}"
    assert store.queue.backlog("examine", now=START).dead == 1
    assert store.queue.again("examine", now=later(1e6), keys=["a"]) == 1
    assert take(store, 1e6)[0].attempts == 1


def test_a_job_whose_workers_all_die_is_given_up_with_a_reason(store: Store) -> None:
    store.queue.add([job("killer"), job("innocent", due=later(1))])
    for attempt in range(ATTEMPTS):
        assert [one.key for one in take(store, attempt * 100, limit=1)] == ["killer"]
    assert [one.key for one in take(store, ATTEMPTS * 100, limit=9)] == ["innocent"]
    (dead,) = store.queue.dead("examine")
    assert "ended without a result" in (dead.error or "")


def test_a_lost_lease_ends_nothing(store: Store) -> None:
    store.queue.add([job("a")])
    (slow,) = take(store)
    (fast,) = take(store, 61)
    assert store.queue.extend([slow, fast], now=later(61), seconds=60) == [slow]
    assert store.queue.done([slow], now=later(62)) == [slow]
    assert not store.queue.fail(slow, "late", now=later(62))
    assert store.queue.done([fast], now=later(62)) == []


def test_giving_back_costs_no_attempt(store: Store) -> None:
    store.queue.add([job("a")])
    for _ in range(ATTEMPTS + 3):
        (held,) = take(store)
        assert held.attempts == 1
        store.queue.give_back([held])


def test_forgetting_lets_a_key_come_again(store: Store) -> None:
    store.queue.add([job("a")])
    store.queue.done(take(store), now=later(5))
    assert store.queue.forget("examine", ended_before=later(5)) == 0
    assert store.queue.forget("examine", ended_before=later(6)) == 1
    assert store.queue.add([job("a")]) == 1

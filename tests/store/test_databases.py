"""What the two kinds of database do not do alike by themselves: long keys, order, conflicts, lost connections."""

from __future__ import annotations

import random
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text, update

from finwatch.errors import SettingError, StoreError
from finwatch.store import Store, open_store
from finwatch.store.columns import KEY_BYTES, abridged
from finwatch.store.dialect import Conflict, connect, reading, retried, shown_address, writing
from finwatch.store.queue import EXAMINE, Job
from finwatch.store.tables import frontier
from tests.kit import postgres
from tests.kit.store import MARKET, START, later, outcome, task

needs_postgres = pytest.mark.skipif(postgres.absent() is not None, reason=postgres.absent() or "")


def noise(length: int, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices("abcdefghijklmnopqrstuvwxyz0123456789银行", k=length))


def test_an_address_of_any_length_is_kept_whole_and_once(store: Store) -> None:
    url = f"https://shop.example/{noise(9_000)}"
    assert store.frontier.add([task(url, bucket=noise(3_000)), task(url + "?"), task(url)]) == 2
    assert store.frontier.add([task(url)]) == 0
    leased = store.frontier.lease(now=START, worker="w", seconds=9, limit=9)
    assert sorted(one.url for one in leased) == sorted([url, url + "?"])
    assert store.queue.add([Job(kind=EXAMINE, key=noise(5_000), due=START)] * 2) == 1


@pytest.mark.parametrize("text", ["", "short", "银" * 133, noise(400), noise(401), "银" * 134, "\x00" * 100])
def test_a_key_is_short_and_stays_as_it_is(text: str) -> None:
    key = abridged(text)
    assert len(key.encode()) <= KEY_BYTES
    assert abridged(key) == key


def test_order_is_that_of_the_bytes(store: Store) -> None:
    names = ["b", "A", "a", "Z", "银", "é", "e", "_", "0"]
    store.frontier.add([task(name) for name in names])
    assert [one.url for one in store.frontier.tasks(MARKET)] == sorted(names, key=str.encode)


def test_two_that_lease_at_once_are_never_in_one_bucket(store: Store) -> None:
    store.frontier.add([task(f"{at}", bucket=f"b{at % 3}:80") for at in range(30)])
    gate = threading.Barrier(4)

    def take(worker: str) -> list[tuple[str, str]]:
        gate.wait(30)
        leased = store.frontier.lease(now=START, worker=worker, seconds=60, limit=4)
        return [(one.bucket, worker) for one in leased]

    with ThreadPoolExecutor(4) as pool:
        taken = [pair for pairs in pool.map(take, "abcd") for pair in pairs]
    assert taken
    assert len({bucket for bucket, _ in taken}) == len(set(taken))


def test_a_visit_whose_task_another_touches_is_not_lost(store: Store, address: str) -> None:
    """``finish`` waits for whoever is writing to the row; it must not take the wait for a lost lease."""
    store.frontier.add([task("a", expected_sha256="1" * 64)])
    (held,) = store.frontier.lease(now=START, worker="w", seconds=60, limit=1)
    engine = connect(address)
    writes, go = threading.Event(), threading.Event()

    def touch() -> None:
        with writing(engine) as connection:
            connection.execute(update(frontier).values(expected_bytes=5))
            writes.set()
            go.wait(30)

    with ThreadPoolExecutor(2) as pool:
        touching = pool.submit(touch)
        assert writes.wait(30)
        ending = pool.submit(store.frontier.finish, held, outcome(held), next_due=None)
        go.set()
        assert ending.result(60)
        touching.result(60)
    engine.dispose()


def test_an_undone_transaction_is_run_again_and_not_for_ever() -> None:
    calls = []

    @retried
    def work(good_at: int) -> int:
        calls.append(1)
        if len(calls) < good_at:
            raise Conflict("busy")
        return len(calls)

    assert work(3) == 3
    calls.clear()
    with pytest.raises(Conflict):
        work(1_000)
    assert len(calls) < 20


@needs_postgres
def test_a_deadlock_is_resolved_by_running_one_again(databases: object, store: Store, address: str) -> None:
    if not address.startswith("postgresql"):
        pytest.skip("SQLite has one writer: no deadlock")
    store.frontier.add([task("a"), task("b")])
    engine = connect(address)
    meet = threading.Barrier(2)
    tries = {"ab": 0, "ba": 0}

    @retried
    def cross(order: str) -> None:
        tries[order] += 1
        with writing(engine) as connection:
            for at, name in enumerate(order):
                connection.execute(update(frontier).where(frontier.c.url == name).values(app=order))
                if at == 0 and tries[order] == 1:
                    meet.wait(30)

    with ThreadPoolExecutor(2) as pool:
        for ended in [pool.submit(cross, order) for order in tries]:
            ended.result(60)
    engine.dispose()
    assert sorted(tries.values()) == [1, 2]


@needs_postgres
def test_a_server_that_goes_and_comes_back() -> None:
    """What was kept is there again; until then every call says what to do, and none hangs."""
    with postgres.serving() as server:
        address = server.address(server.database())
        with open_store(address) as store:
            store.frontier.add([task("a")])
            server.stop(signal.SIGQUIT)
            for _ in range(2):
                with pytest.raises(StoreError, match="run again") as raised:
                    store.frontier.add([task("b")])
            assert "finwatch@127.0.0.1" in str(raised.value)
            with pytest.raises(StoreError):
                open_store(address)
            server.start()
            assert store.frontier.add([task("a"), task("b")]) == 1
            (one, two) = store.frontier.lease(now=later(1), worker="w", seconds=9, limit=9)
            assert {one.url, two.url} == {"a", "b"}


@needs_postgres
def test_a_connection_that_the_server_ended_is_noticed_before_it_is_used(databases: object, address: str) -> None:
    """And one that it did not end costs no question: the server sees only what was asked."""
    if not address.startswith("postgresql"):
        pytest.skip("about the server's connections")
    engine = connect(address)
    asked: list[str] = []
    ping = engine.dialect.do_ping

    def counted(connection: Any) -> bool:
        asked.append("ping")
        return ping(connection)

    engine.dialect.do_ping = counted  # type: ignore[method-assign]
    with open_store(address) as other:
        for _ in range(3):
            with reading(engine) as connection:
                number = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        assert asked == []
        with writing(other._engine) as connection:
            connection.execute(text("SELECT pg_terminate_backend(:number, 10000)"), {"number": number})
        with reading(engine) as connection:
            assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != number
        assert asked == ["ping"]
    engine.dispose()


@needs_postgres
def test_a_database_that_cannot_hold_every_character_is_refused() -> None:
    with postgres.serving() as server:
        name = server.database(encoding="SQL_ASCII")
        with pytest.raises(StoreError, match="SQL_ASCII"):
            open_store(server.address(name))


def test_a_password_is_never_shown() -> None:
    with pytest.raises(StoreError) as raised:
        open_store("postgresql://finwatch:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(raised.value)
    with pytest.raises(SettingError):
        open_store("postgresql+asyncpg://x/y")


def test_the_address_is_shown_without_its_password(address: str, store: Store) -> None:
    assert store.address.rpartition("/")[2] == address.rpartition("/")[2]
    engine = connect("postgresql://finwatch:hunter2@127.0.0.1:1/none")
    assert shown_address(engine) == "postgresql+psycopg://finwatch:***@127.0.0.1:1/none"

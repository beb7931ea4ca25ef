"""Runs of the store: one at a time, taken up where they were cut off; budgets and histories add up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from finwatch.errors import NotFound, StoreError
from finwatch.model.fetch import ChangeHistory, OutcomeKind, Spent
from finwatch.model.run import RunState, StepName, StepState
from finwatch.store import Store
from finwatch.store.dialect import connect, writing
from finwatch.store.run import HOLD_SECONDS, RunUnderWay
from finwatch.store.tables import generation
from finwatch.store.tables import run as table
from tests.kit.store import START, later, outcome, task


def hold(address: str, worker: str) -> None:
    """Gives the runs to another process."""
    engine = connect(address)
    with writing(engine) as connection:
        connection.execute(update(table).values(worker=worker))
    engine.dispose()


def test_a_run_that_is_not_done_is_gone_on_with(store: Store) -> None:
    first = store.runs.begin(now=START)
    assert (first.id, first.state, [step.name for step in first.steps]) == (1, RunState.RUNNING, list(StepName))
    store.runs.save(first.model_copy(update={"state": RunState.STOPPED, "error": "disk full"}), now=later(1))
    again = store.runs.begin(now=later(2))
    assert (again.id, again.started, again.error) == (1, START, None)
    store.runs.save(again.model_copy(update={"state": RunState.DONE, "ended": later(3)}), now=later(3))
    second = store.runs.begin(now=later(4))
    assert second.id == 2
    assert [one.id for one in store.runs.newest()] == [2, 1]
    assert [one.id for one in store.runs.newest(before=2)] == [1]
    assert store.runs.get(1).ended == later(3)
    with pytest.raises(NotFound):
        store.runs.get(3)


def test_a_run_in_other_hands_is_left_alone_until_they_are_silent(store: Store, address: str) -> None:
    mine = store.runs.begin(now=START)
    hold(address, "elsewhere/boot/7/4242/99")
    with pytest.raises(RunUnderWay, match="process 4242 on elsewhere"):
        store.runs.begin(now=later(HOLD_SECONDS - 1))
    assert not store.runs.keep(mine.id, now=later(1))
    with pytest.raises(StoreError, match="taken over"):
        store.runs.save(mine, now=later(1))
    taken = store.runs.begin(now=later(HOLD_SECONDS + 1))
    assert taken.id == mine.id
    assert store.runs.keep(taken.id, now=later(HOLD_SECONDS + 2))


def test_what_a_host_was_asked_adds_up_by_the_day(store: Store) -> None:
    store.frontier.add([task("a"), task("b"), task("c")])
    more = {"a:1": Spent(requests=2, bytes=10), "b:1": Spent(requests=1)}
    for day, name in ((START, "a"), (START, "b"), (START + timedelta(days=1), "c")):
        (held,) = store.frontier.lease(now=day, worker="w", seconds=5, limit=1)
        assert store.frontier.finish(held, outcome(held, started=day), next_due=None, spent=more), name
    assert store.frontier.spent("2026-03-02") == {"a:1": Spent(requests=4, bytes=20), "b:1": Spent(requests=2)}
    assert store.frontier.spent("2026-03-03") == more
    assert store.frontier.spent("2026-03-04") == {}


def test_a_history_is_kept_with_its_task(store: Store) -> None:
    store.frontier.add([task("a")])
    (held,) = store.frontier.lease(now=START, worker="w", seconds=5, limit=1)
    assert held.history == ChangeHistory()
    seen = ChangeHistory(visits=2.5, changes=1, watched_s=90_000, seen=START)
    store.frontier.finish(held, outcome(held), next_due=later(10), history=seen)
    (held,) = store.frontier.lease(now=later(10), worker="w", seconds=5, limit=1)
    assert held.history == seen
    store.frontier.finish(held, outcome(held, OutcomeKind.TIMEOUT), next_due=later(20))
    assert store.frontier.tasks(held.market)[0].history == seen


def test_bringing_forward_leaves_what_waits_after_a_failure(store: Store) -> None:
    store.frontier.add([task("soon", due=later(50)), task("late", due=later(500)), task("failed")])
    (held,) = store.frontier.lease(now=START, worker="w", seconds=5, limit=1)
    store.frontier.finish(held, outcome(held, OutcomeKind.TIMEOUT), next_due=later(40))
    assert store.frontier.bring_forward(now=later(1), until=later(100)) == 1
    assert [one.url for one in store.frontier.lease(now=later(1), worker="w", seconds=5, limit=9)] == ["soon"]


def test_a_run_that_an_earlier_version_began_has_every_step_when_it_goes_on(store: Store, address: str) -> None:
    run = store.runs.begin(now=START)
    done = run.step(StepName.CRAWL).model_copy(update={"state": StepState.DONE, "counts": {"visits": 3}})
    earlier = (done, *(run.step(StepName(name)) for name in ("examine", "compare", "publish")))
    store.runs.save(run.model_copy(update={"steps": earlier, "state": RunState.STOPPED}), now=later(1))
    again = store.runs.begin(now=later(2))
    assert [step.name for step in again.steps] == list(StepName)
    assert again.step(StepName.CRAWL) == done
    assert again.step(StepName.ALERTS).state is StepState.WAITING


def test_who_holds_the_publication_keeps_others_out_of_it(store: Store, address: str) -> None:
    with store.publication.held(now=START):
        engine = connect(address)
        with writing(engine) as connection:
            connection.execute(update(generation).values(publisher="elsewhere/1/x"))
        with pytest.raises(StoreError, match="publishing"), store.publication.held(now=later(1)):
            pass
        with writing(engine) as connection:
            connection.execute(update(generation).values(publisher=None))
        engine.dispose()
    store.publication.begin(now=later(2)).abandon()

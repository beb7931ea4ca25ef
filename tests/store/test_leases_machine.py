"""Two workers, any order of leasing, ending, failing, dying and waiting: each task is in one hand, none is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from finwatch.model.fetch import FrontierTask, OutcomeKind
from finwatch.store import Store, open_store
from finwatch.store.queue import ATTEMPTS, EXAMINE, Job
from tests.kit.store import MARKET, later, outcome, sha, task

WORKERS = st.sampled_from(["one", "two"])
SECONDS = 10
NAMES = "abcd"


class Machine(RuleBasedStateMachine):
    """What both machines share: a store and a clock."""

    fresh: ClassVar[Callable[[], tuple[str, Callable[[], Any]]]]
    checked: ClassVar[int] = 0
    """How often the invariants of the machine held."""

    @initialize()
    def begin(self) -> None:
        address, self.drop = type(self).fresh()
        self.store: Store = open_store(address)
        self.now = 0.0

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.drop()

    @rule(seconds=st.sampled_from([1, SECONDS, 3 * SECONDS]))
    def wait(self, seconds: int) -> None:
        self.now += seconds


class FrontierMachine(Machine):
    """The model: what is due when, who holds what until when, and what was finished."""

    @initialize()
    def fill(self) -> None:
        self.due: dict[str, float | None] = {}
        self.held: dict[str, tuple[FrontierTask, float]] = {}
        self.stale: list[FrontierTask] = []
        self.queued: set[str] = set()
        self.visits = 0

    def bucket(self, name: str) -> str:
        return "first:80" if name in "ab" else "second:80"

    @rule(name=st.sampled_from(NAMES))
    def add(self, name: str) -> None:
        known = name in self.due
        added = self.store.frontier.add([task(name, bucket=self.bucket(name), due=later(self.now))])
        assert added == (0 if known else 1)
        self.due.setdefault(name, self.now)

    @rule(worker=WORKERS, limit=st.integers(1, 3))
    def lease(self, worker: str, limit: int) -> None:
        got = self.store.frontier.lease(now=later(self.now), worker=worker, seconds=SECONDS, limit=limit)
        for one in got:
            due = self.due[one.url]
            assert due is not None
            assert due <= self.now
            if one.url in self.held:
                old, until = self.held[one.url]
                assert until <= self.now, "leased while somebody held it"
                self.stale.append(old)
            self.held[one.url] = (one, self.now + SECONDS)
        for one in got:
            for name, (other, until) in self.held.items():
                if until > self.now and self.bucket(name) == one.bucket and other.lease is not None:
                    assert other.lease.startswith(worker), "two workers in one bucket"
        if len(got) < limit:
            for name, due in self.due.items():
                free = name not in self.held or self.held[name][1] <= self.now
                mine = all(
                    (held.lease or "").startswith(worker)
                    for other, (held, until) in self.held.items()
                    if until > self.now and self.bucket(other) == self.bucket(name)
                )
                assert not (due is not None and due <= self.now and free and mine), f"{name} was due and not leased"

    @precondition(lambda self: self.held)
    @rule(data=st.data(), good=st.booleans(), again=st.sampled_from([None, 0, 5]))
    def finish(self, data: st.DataObject, good: bool, again: int | None) -> None:
        name = data.draw(st.sampled_from(sorted(self.held)))
        one, _ = self.held.pop(name)
        kind = OutcomeKind.OK if good else OutcomeKind.TIMEOUT
        next_due = None if again is None else later(self.now + again)
        examine = [(sha(name), name)] if good else []
        assert self.store.frontier.finish(one, outcome(one, kind), next_due=next_due, examine=examine)
        self.due[name] = None if again is None else self.now + again
        self.queued |= {key for key, _ in examine}
        self.visits += 1

    @precondition(lambda self: self.stale)
    @rule(data=st.data())
    def finish_too_late(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.stale))
        assert not self.store.frontier.finish(one, outcome(one), next_due=None, examine=[(sha("never"), "never")])
        assert not self.store.frontier.extend([one], now=later(self.now), seconds=SECONDS)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def extend(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.held)))
        one, _ = self.held[name]
        assert self.store.frontier.extend([one], now=later(self.now), seconds=SECONDS)
        self.held[name] = (one, self.now + SECONDS)

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "due"):
            return
        assert {one.url for one in self.store.frontier.tasks(MARKET)} == {
            name for name, due in self.due.items() if due is not None
        }
        assert len(self.store.outcomes(limit=10_000)) == self.visits
        assert self.store.queue.backlog(EXAMINE, now=later(self.now)).ready == len(self.queued)
        type(self).checked += 1


class QueueMachine(Machine):
    """The model: which jobs are ready, held, done and dead."""

    @initialize()
    def fill(self) -> None:
        self.attempts: dict[str, int] = {}
        self.due: dict[str, float] = {}
        self.held: dict[str, tuple[Job, float]] = {}
        self.stale: list[Job] = []
        self.done: set[str] = set()
        self.dead: set[str] = set()

    @rule(name=st.sampled_from(NAMES))
    def add(self, name: str) -> None:
        known = name in self.attempts
        assert self.store.queue.add([Job(kind="k", key=name, due=later(self.now))]) == (0 if known else 1)
        self.attempts.setdefault(name, 0)
        self.due.setdefault(name, self.now)

    def ready(self) -> set[str]:
        return {
            name
            for name, due in self.due.items()
            if due <= self.now
            and name not in self.done | self.dead
            and (name not in self.held or self.held[name][1] <= self.now)
        }

    @rule(worker=WORKERS, limit=st.integers(1, 4))
    def lease(self, worker: str, limit: int) -> None:
        ready = self.ready()
        given_up = {name for name in ready if self.attempts[name] >= ATTEMPTS}
        self.dead |= given_up
        for name in given_up:
            self.stale.append(self.held.pop(name)[0])
        got = self.store.queue.lease("k", now=later(self.now), worker=worker, seconds=SECONDS, limit=limit)
        assert {one.key for one in got} <= ready - given_up
        assert len(got) == min(limit, len(ready - given_up))
        for one in got:
            if one.key in self.held:
                self.stale.append(self.held[one.key][0])
            self.held[one.key] = (one, self.now + SECONDS)
            self.attempts[one.key] += 1
            assert one.attempts == self.attempts[one.key]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), how=st.sampled_from(["done", "fail", "give_back"]))
    def end(self, data: st.DataObject, how: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.held)))
        one, _ = self.held.pop(name)
        if how == "done":
            assert self.store.queue.done([one], now=later(self.now)) == []
            self.done.add(name)
        elif how == "give_back":
            self.store.queue.give_back([one])
            self.attempts[name] -= 1
        else:
            assert self.store.queue.fail(one, "no", now=later(self.now))
            if one.attempts >= ATTEMPTS:
                self.dead.add(name)
            else:
                self.due[name] = self.now + 30 * 2 ** (one.attempts - 1)

    @precondition(lambda self: self.stale)
    @rule(data=st.data())
    def end_too_late(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.stale))
        assert self.store.queue.done([one], now=later(self.now)) == [one]
        assert not self.store.queue.fail(one, "late", now=later(self.now))

    @invariant()
    def every_job_is_somewhere(self) -> None:
        if not hasattr(self, "due"):
            return
        left = self.store.queue.backlog("k", now=later(self.now))
        held = sum(until > self.now for _, until in self.held.values())
        waiting = len(self.attempts) - len(self.done) - len(self.dead) - held
        assert (left.ready, left.leased, left.done, left.dead) == (waiting, held, len(self.done), len(self.dead))
        type(self).checked += 1


@pytest.mark.parametrize("machine", [FrontierMachine, QueueMachine])
def test_any_order(machine: type[Machine], fresh: Callable[[], tuple[str, Callable[[], Any]]]) -> None:
    machine.fresh, machine.checked = staticmethod(fresh), 0
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=25, deadline=None))
    assert machine.checked > 25, "the invariants were looked at"

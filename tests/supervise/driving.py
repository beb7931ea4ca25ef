"""Drives machines of any workflow: a tour that goes every arc, and walks drawn by Hypothesis that try everything else.

A workflow's tests give a ``Cast``: its machines, a furnished store, and how each arc is gone where it is legal (a
``Play``: who, and with what). From that, for every machine alike:

* ``tour`` goes every arc at least once (the cast's own script), and ``consistent`` holds after each;
* ``walk`` draws a case, any arc of its machine, and whether to try it as it should be, as somebody who may not, on an
  old version, or where it does not lead out: what is refused leaves no trace, what is done leaves step, journal and
  one leaf of the log that agree with the rows.

``tests/supervise/test_kills.py`` goes the same tours and kills the process between any two statements.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from finwatch.errors import Denied, FormError, InputError, NotFound, Stale
from finwatch.model.access import EVERYTHING, Actor, Organisation
from finwatch.model.case import Case
from finwatch.model.integrity import FaultKind
from finwatch.store import Store, open_store
from finwatch.store.case import CaseFilter
from finwatch.store.dialect import reading
from finwatch.store.integrity import check
from finwatch.store.tables import DECIDED, journal, log_leaf, outbox, step
from finwatch.supervise.desk import SYSTEM, Desk
from finwatch.supervise.machine import Arc, Machine
from tests.kit.office import Clock

REFUSALS = (Denied, FormError, InputError, NotFound, Stale)


@dataclass(frozen=True)
class Play:
    """How an arc is gone: by whom (``SYSTEM`` for automatic ones), with what."""

    actor: Actor
    form: Mapping[str, Any] = field(default_factory=dict)
    note: Mapping[str, Any] = field(default_factory=dict)
    comment: str = "因为测试"
    attachments: Sequence[str] = ()
    before: Callable[[], None] = lambda: None
    """Makes the moment right: moves the clock."""
    owner: Organisation | None = None
    """Of an opening for somebody else."""


@dataclass
class Stage:
    """A furnished store with its desk, its clock and its people."""

    store: Store
    desk: Desk
    clock: Clock
    people: dict[str, Actor] = field(default_factory=dict)
    reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(machine, arc) → how often it was gone."""

    def cases(self, machine: str | None = None, *states: str) -> tuple[Case, ...]:
        """All cases of a machine, oldest first."""
        numbers, after = [], None
        while True:
            page = self.store.cases.newest(
                CaseFilter(machine=machine, states=states), scope=EVERYTHING, after=after, limit=500
            )
            numbers += [row.id for row in page.rows]
            after = page.next
            if after is None:
                return tuple(self.store.cases.get(number, scope=EVERYTHING) for number in sorted(numbers))

    def case(self, number: int) -> Case:
        """One case as it stands."""
        return self.store.cases.get(number, scope=EVERYTHING)

    def go(self, number: int, arc: str, play: Play) -> Case:
        """Goes an arc as a play says."""
        play.before()
        return self.desk.go(
            play.actor,
            number,
            arc,
            form=play.form,
            note=play.note,
            comment=play.comment,
            attachments=play.attachments,
        )

    def open(self, machine: str, arc: str, play: Play) -> Case:
        """Opens a case as a play says."""
        play.before()
        return self.desk.open(
            play.actor, machine, arc=arc, form=play.form, note=play.note, comment=play.comment, owner=play.owner
        )


class Cast(Protocol):
    """A workflow's part of the driving."""

    name: str
    machines: tuple[Machine, ...]

    def furnish(self, store: Store) -> None:
        """Writes organisations and people into an empty store."""

    def enter(self, store: Store) -> Stage:
        """A stage over a furnished store."""

    def tour(self, stage: Stage) -> Iterator[Callable[[], object]]:
        """Acts, one transaction each, that together go every arc of every machine. Each is called once, in order."""

    def beginnings(self, stage: Stage) -> Sequence[tuple[str, str, Play]]:
        """(machine, opening arc, play): what can be opened now."""

    def play(self, stage: Stage, case: Case, arc: Arc) -> Play | None:
        """How ``arc`` is gone from where ``case`` stands; ``None`` = it cannot be, for now."""


def fingerprint(store: Store) -> str:
    """A digest of everything that was decided: rows, outbox and log."""
    told = hashlib.sha256()
    with reading(store._engine) as connection:
        for table in (*DECIDED, outbox, log_leaf):
            rows = connection.execute(select(table)).all()
            told.update(table.name.encode())
            for row in sorted(repr(tuple(row)) for row in rows):
                told.update(row.encode())
    return told.hexdigest()


def consistent(stage: Stage) -> None:
    """Steps, journal and log agree with every case: what each case went through is told once, and nothing else is."""
    with reading(stage.store._engine) as connection:
        told: Counter[tuple[str, str]] = Counter()
        for action, resource in connection.execute(select(journal.c.action, journal.c.resource)):
            told[action, resource] += 1
        walked: dict[int, list[Any]] = {}
        for row in connection.execute(select(step).order_by(step.c.case_id, step.c.seq)).mappings():
            walked.setdefault(row["case_id"], []).append(row)
    cases = stage.cases()
    for case in cases:
        steps = walked.pop(case.id)
        assert [one["seq"] for one in steps] == list(range(1, case.version + 1))
        assert [one["before"] for one in steps] == ["", *(one["after"] for one in steps[:-1])]
        assert steps[-1]["after"] == case.state
        machine = stage.desk.machine(case.machine)
        assert (case.closed is not None) == machine.state(case.state).final
        arcs = Counter(one["arc"] for one in steps)
        for arc, times in arcs.items():
            assert told[f"{case.machine}:{arc}", f"case:{case.id}"] == times
    assert walked == {}
    result = check(stage.store._engine, now=stage.clock.at, trusted=())
    assert [fault for fault in result.faults if fault.kind is not FaultKind.HEAD_UNSIGNED] == []


def tour(cast: Cast, stage: Stage) -> None:
    """Goes the cast's tour; every arc of every machine must have been gone, and every state reached."""
    for act in cast.tour(stage):
        act()
        consistent(stage)
    gone = counted(stage)
    arcs = {(machine.id, arc.id) for machine in cast.machines for arc in machine.arcs}
    assert arcs - set(gone) == set(), f"never gone: {sorted(arcs - set(gone))}"
    with reading(stage.store._engine) as connection:
        reached = {row.after for row in connection.execute(select(step.c.after))}
    states = {state.id for machine in cast.machines for state in machine.states}
    assert states - reached == set(), f"never reached: {sorted(states - reached)}"


def counted(stage: Stage) -> Counter[tuple[str, str]]:
    """How often each arc of each machine was gone, as the steps tell."""
    machine_of = {case.id: case.machine for case in stage.cases()}
    with reading(stage.store._engine) as connection:
        rows = connection.execute(select(step.c.case_id, step.c.arc)).all()
    return Counter((machine_of[number], arc) for number, arc in rows)


def illegal(cast: Cast, stage: Stage) -> int:
    """Tries, on every case of the stage, every arc that does not lead out of where it stands; none leaves a trace.

    Returns how many were tried.
    """
    before, tried = fingerprint(stage.store), 0
    for case in stage.cases():
        machine = stage.desk.machine(case.machine)
        for arc in machine.arcs:
            if case.state in arc.sources:
                continue
            for actor in (SYSTEM, *stage.people.values()):
                try:
                    stage.desk.go(actor, case.id, arc.id, comment="c")
                except (InputError, NotFound):
                    tried += 1
                else:
                    raise AssertionError(f"{case.machine}.{arc.id} was gone from {case.state}")
    assert fingerprint(stage.store) == before
    return tried


def forbidden(cast: Cast, stage: Stage) -> int:
    """Tries every arc out of where each case stands as everybody who may not go it: denied, without a trace."""
    before, tried = fingerprint(stage.store), 0
    for case in stage.cases():
        machine = stage.desk.machine(case.machine)
        for arc in machine.arcs_from(case.state):
            for actor in (SYSTEM, *stage.people.values()):
                system = actor is SYSTEM
                if system == arc.automatic and (system or actor.may(arc.permission)):
                    continue
                try:
                    stage.desk.go(actor, case.id, arc.id, comment="c")
                except (Denied, NotFound):
                    tried += 1
                else:
                    raise AssertionError(f"{actor.person} went {case.machine}.{arc.id}")
    assert fingerprint(stage.store) == before
    return tried


@dataclass(frozen=True)
class Moments:
    """The stores as they stood before the tour and after each of its acts, each a file of its own."""

    cast: Cast
    folder: Path
    times: list[datetime]

    @contextmanager
    def at(self, number: int) -> Iterator[Stage]:
        """A stage over a copy of a moment, which the block may change."""
        copy = self.folder / "walked.sqlite"
        for suffix in ("", "-wal", "-shm"):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.folder / f"{number}.sqlite", copy)
        with open_store(f"sqlite:///{copy}") as store:
            stage = self.cast.enter(store)
            stage.clock.at = self.times[number]
            yield stage


def moments(cast: Cast, folder: Path) -> Moments:
    """Goes the tour once and keeps every moment of it."""
    with open_store(f"sqlite:///{folder / 'tour.sqlite'}") as store:
        cast.furnish(store)
        stage = cast.enter(store)
        times: list[datetime] = []

        def keep() -> None:
            with (
                closing(sqlite3.connect(folder / "tour.sqlite")) as here,
                closing(sqlite3.connect(folder / f"{len(times)}.sqlite")) as there,
            ):
                here.backup(there)
            times.append(stage.clock.at)

        keep()
        for act in cast.tour(stage):
            act()
            keep()
    return Moments(cast, folder, times)


def walk(cast: Cast, folder: Path, *, examples: int = 15, steps: int = 24) -> Counter[tuple[str, str]]:
    """Random walks over all machines of a cast, each from some moment of its tour.

    Returns how often each arc was gone by a walk.
    """
    gone: Counter[tuple[str, str]] = Counter()
    kept = moments(cast, folder)

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(st.data())
    def walking(data: st.DataObject) -> None:
        moment = data.draw(st.integers(0, len(kept.times) - 1), label="moment")
        with kept.at(moment * 61 % len(kept.times)) as stage:
            before = counted(stage)
            for _ in range(data.draw(st.integers(steps // 2, steps), label="steps")):
                _one(cast, stage, data)
            consistent(stage)
            gone.update(counted(stage) - before)

    walking()
    return gone


def _one(cast: Cast, stage: Stage, data: st.DataObject) -> None:
    cases = stage.cases()
    openings = cast.beginnings(stage)
    if not cases or (openings and data.draw(st.integers(0, 7), label="open") == 0):
        machine, arc, play = data.draw(st.sampled_from(list(openings)), label="opening")
        _refusable(stage, lambda: stage.open(machine, arc, play))
        return
    standing = [case for case in reversed(cases) if case.closed is None]
    still = standing and data.draw(st.integers(0, 7), label="standing") > 0
    case = data.draw(st.sampled_from(standing if still else cases), label="case")
    machine_of = stage.desk.machine(case.machine)
    leading = machine_of.arcs_from(case.state)
    legal = leading and data.draw(st.integers(0, 3), label="legal") > 0
    drawn = data.draw(st.sampled_from(leading if legal else machine_of.arcs), label="arc")
    if case.state not in drawn.sources:
        everybody = [SYSTEM, *stage.people.values()]
        actor = data.draw(st.sampled_from(everybody), label="actor")
        _refused(stage, lambda: stage.desk.go(actor, case.id, drawn.id, comment="c"))
        return
    found = cast.play(stage, case, drawn)
    if found is None:
        return
    how = data.draw(st.sampled_from([*["as it should be"] * 6, "stale", "by a stranger"]), label="how")
    if how == "stale":
        found.before()
        _refused(
            stage,
            lambda: stage.desk.go(
                found.actor, case.id, drawn.id, version=case.version - 1, form=found.form, note=found.note, comment="c"
            ),
        )
    elif how == "by a stranger":
        stranger = next((one for one in stage.people.values() if not one.may(drawn.permission)), None)
        if stranger is not None:
            _refused(stage, lambda: stage.desk.go(stranger, case.id, drawn.id, comment="c"))
    else:
        _refusable(stage, lambda: stage.go(case.id, drawn.id, found))


def _refused(stage: Stage, act: Callable[[], object]) -> None:
    """The act is refused, and nothing is written."""
    before = fingerprint(stage.store)
    try:
        act()
    except REFUSALS:
        assert fingerprint(stage.store) == before
    else:
        raise AssertionError("it was not refused")


def _refusable(stage: Stage, act: Callable[[], object]) -> None:
    """The act is done, or a guard refuses it and nothing is written."""
    before = fingerprint(stage.store)
    leaves = _leaves(stage)
    try:
        act()
    except FormError:
        assert fingerprint(stage.store) == before
    else:
        assert _leaves(stage) == leaves + 1, "an act is one leaf of the log"


def _leaves(stage: Stage) -> int:
    with reading(stage.store._engine) as connection:
        return len(connection.execute(select(log_leaf.c.index)).all())

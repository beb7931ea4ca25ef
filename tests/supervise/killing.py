"""Goes a cast's tour, and before each act lets a child of its own be killed between any two statements of it.

``python -m tests.supervise.killing ADDRESS CAST STRIDE``: for each arc the first time the tour goes it, a forked child
does the act and sends itself SIGKILL before its n-th statement (or before its COMMIT), for every n, every STRIDE-th
where that is more than 1; after each the rows, outbox and log must be what they were. At last a child is killed right
after its COMMIT: then everything must be there. Prints what was done as JSON; ends with 1 and the fault otherwise.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import event

from finwatch.store import open_store
from tests.supervise.casts import CASTS
from tests.supervise.driving import Stage, consistent, counted, fingerprint

AFTER = -1
"""Kill when the act is done and its COMMIT has returned."""
_END = 9


class Fault(Exception):
    """A half of something was found."""


def main(address: str, name: str, stride: int) -> int:
    """Kills its way through the tour of a cast; 0 = nothing was ever left by halves."""
    cast = next(cast for cast in CASTS if cast.name == name)
    kills, acts = 0, 0
    with open_store(address) as store:
        cast.furnish(store)
        stage = cast.enter(store)
        for act in cast.tour(stage):
            acts += 1
            known = set(counted(stage))
            found = _probe(stage, act)
            new = found - known
            kills += _kill_through(stage, act, stride) if new else _through(stage, act)
            if new:
                consistent(stage)
    print(json.dumps({"acts": acts, "kills": kills}))
    return 0


def _probe(stage: Stage, act: Callable[[], object]) -> set[tuple[str, str]]:
    """Which arcs an act goes: asked of a child that does it and takes it back."""
    reading, writing = os.pipe()
    at = stage.clock.at
    stage.store._engine.dispose()
    child = os.fork()
    if child == 0:
        gone: set[tuple[str, str]] = set()
        engine = stage.store._engine

        def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
            if "INSERT INTO journal" in statement and isinstance(parameters, tuple | dict):
                values = parameters.values() if isinstance(parameters, dict) else parameters
                for value in values:
                    machine, _, arc = value.partition(":") if isinstance(value, str) else ("", "", "")
                    if machine in stage.desk.machines and arc and not arc.isdigit():
                        gone.add((machine, arc))

        event.listen(engine, "before_cursor_execute", note)

        @event.listens_for(engine, "commit")
        def told(connection: Any) -> None:
            if not gone:  # a read
                return
            os.write(writing, json.dumps(sorted(gone)).encode())
            os.kill(os.getpid(), signal.SIGKILL)

        _do(act)
        os._exit(_END)
    os.close(writing)
    said = b""
    while part := os.read(reading, 65536):
        said += part
    os.close(reading)
    os.waitpid(child, 0)
    stage.clock.at = at
    if not said:
        raise Fault("an act of the tour wrote nothing")
    return {(machine, arc) for machine, arc in json.loads(said)}


def _kill_through(stage: Stage, act: Callable[[], object], stride: int) -> int:
    before = fingerprint(stage.store)
    points, kills = 1, 0
    while _killed_before(stage, act, points):
        kills += 1
        if fingerprint(stage.store) != before:
            raise Fault(f"killed before statement {points}, and something was left")
        points += stride
    if fingerprint(stage.store) == before:
        raise Fault("killed after COMMIT, and nothing was there")
    return kills


def _through(stage: Stage, act: Callable[[], object]) -> int:
    _killed_before(stage, act, sys.maxsize)
    return 0


def _killed_before(stage: Stage, act: Callable[[], object], point: int) -> bool:
    """Whether the child died before ``point``; else it was killed after COMMIT, and the act is done."""
    reading, writing = os.pipe()
    stage.store._engine.dispose()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _arm(stage, point)
        _do(act)
        os.write(writing, stage.clock.at.isoformat().encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.close(writing)
    said = os.read(reading, 100)
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        raise Fault(f"a child ended by itself with {os.waitstatus_to_exitcode(status)}")
    if said:
        stage.clock.at = datetime.fromisoformat(said.decode())
    return not said


def _arm(stage: Stage, point: int) -> None:
    """From now on, SIGKILL before the ``point``-th statement or COMMIT of this process."""
    counted = 0

    def step(*_: Any) -> None:
        nonlocal counted
        counted += 1
        if counted == point:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(stage.store._engine, "before_cursor_execute", step)
    event.listen(stage.store._engine, "commit", step)


def _do(act: Callable[[], object]) -> None:
    try:
        act()
    except BaseException as error:  # noqa: BLE001 - the child must not run its parent's code
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(_END)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    except Fault as fault:
        print(f"fault: {fault}", file=sys.stderr)
        sys.exit(1)

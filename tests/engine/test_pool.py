"""The engine of this machine runs every batch to an end, whatever a batch does to its process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from finwatch.engine import Engine, LocalEngine
from finwatch.engine.pool import Pool
from tests.kit.stages import batch, stage


def gone(folder: Path) -> bool:
    """Whether every process that the stage started has ended."""
    return not any(Path(f"/proc/{path.name.removeprefix('started-')}").exists() for path in folder.glob("started-*"))


def test_every_batch_comes_back_once(tmp_path: Path) -> None:
    engine: Engine = LocalEngine(processes=2)
    ran = list(engine.run(stage(tmp_path), (batch(number) for number in range(12))))
    answers = {one.input.to_pylist()[0]["number"]: one.output.to_pylist()[0]["number"] for one in ran if one.output}
    assert answers == {number: number * 2 for number in range(12)}
    assert len(ran) == 12
    assert 1 <= len(list(tmp_path.glob("started-*"))) <= 2
    assert gone(tmp_path)


def test_processes_stay_warm_and_batches_are_asked_for_when_there_is_room(tmp_path: Path) -> None:
    asked = []

    def source() -> Iterator[pa.RecordBatch]:
        for number in range(3):
            asked.append(number)
            yield batch(number)

    with Pool(stage(tmp_path), processes=1, seconds=60) as pool:
        for position, _ in enumerate(pool.run(source()), 1):
            assert len(asked) == position
        list(pool.run([batch(9)]))
        assert len(list(tmp_path.glob("started-*"))) == 1
    assert gone(tmp_path)


def test_a_killed_process_costs_nothing(tmp_path: Path) -> None:
    """A kill from outside looks like this: it does not happen again."""
    (ran,) = LocalEngine(processes=1).run(stage(tmp_path), [batch(4, "die once")])
    assert ran.problem is None
    assert ran.output is not None
    assert ran.output.to_pylist()[0]["number"] == 8


def test_a_batch_that_kills_its_process_takes_only_itself(tmp_path: Path) -> None:
    ran = list(LocalEngine(processes=1).run(stage(tmp_path), [batch(1), batch(2, "die"), batch(3)]))
    problems = {one.input.to_pylist()[0]["number"]: one.problem for one in ran}
    assert problems[1] is None
    assert problems[3] is None
    assert problems[2] is not None
    assert (problems[2].kind, problems[2].message) == ("died", "Its process ended by signal 9, twice.")
    assert len(list(tmp_path.glob("started-*"))) == 3
    assert gone(tmp_path)


def test_a_batch_that_hangs_is_given_up(tmp_path: Path) -> None:
    with Pool(stage(tmp_path), processes=1, seconds=60) as pool:
        list(pool.run([batch(1)]))
        pool._seconds = 0.2
        (ran,) = pool.run([batch(2, "hang")])
    assert ran.problem is not None
    assert ran.problem.kind == "hung"
    assert gone(tmp_path)


def test_what_a_stage_raises_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    ran = list(LocalEngine(processes=1).run(stage(tmp_path), [batch(1, "raise"), batch(2), batch(3, "lie")]))
    told = {one.input.to_pylist()[0]["number"]: one.problem for one in ran}
    assert told[2] is None
    assert told[1] is not None
    assert "ValueError: no such number" in told[1].message
    assert told[3] is not None
    assert told[3].kind == "raised"


def test_nothing_just_now_is_not_the_end(tmp_path: Path) -> None:
    source = iter([batch(1), None, None, batch(2)])
    ran = list(LocalEngine(processes=1).run(stage(tmp_path), source))
    assert len(ran) == 2


def test_closing_early_ends_the_processes(tmp_path: Path) -> None:
    running = LocalEngine(processes=2).run(stage(tmp_path), [batch(1), batch(2, "hang"), batch(3)])
    next(running)
    running.close()  # type: ignore[attr-defined]
    assert gone(tmp_path)

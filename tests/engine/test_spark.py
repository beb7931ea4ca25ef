"""Spark gives what this machine gives: the same rows for every question, the same result for every batch."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from finwatch import engine
from finwatch.engine import LocalEngine, Ran, Stage
from finwatch.engine.questions import lists_of, text_of
from finwatch.engine.spark import SparkEngine
from finwatch.errors import LakeError, NotFound
from finwatch.flow.changes import follow
from finwatch.lake import Lake, open_lake
from tests.kit.lakes import APPS, HASHES, MARKETS, START, random_lake
from tests.kit.sparks import killing, spark
from tests.kit.stages import batch, stage

pytestmark = [pytest.mark.server, pytest.mark.timeout(900)]
LOCAL = LocalEngine(processes=1)
QUESTIONS = sorted(path.stem for path in Path(engine.__file__).parent.glob("sql/*.sql"))
PARAMETERS: dict[str, Any] = {
    "hashes": [HASHES[0], HASHES[2], "not there"],
    "entries": [f"{MARKETS[0]}/{APPS[0]}", f"{MARKETS[1]}/{APPS[2]}"],
    "engine_version": "0.1.0",
    "catalog_version": "c2",
    "apps": [APPS[0], APPS[2]],
    "round": 3,
    "begun": [MARKETS[0]],
    "urls": ["名称", "Name", "zz"],
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[SparkEngine]:
    made = spark()
    yield made
    made.close()


@pytest.fixture(scope="module", params=[1, 2])
def lake(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """In a folder whose name means something to a shell, to a URL, and to a JVM that knows ASCII only."""
    made = random_lake(tmp_path_factory.mktemp("lake") / "湖 [1]{a}%20#?*", request.param)
    assert follow(made, LOCAL) > 3
    return made


def asked(question: str) -> dict[str, Any]:
    """The parameters that a question has."""
    text = text_of(question)
    names = {*re.findall(r"\$([a-z_]+)", text), *lists_of(text)}
    assert names <= PARAMETERS.keys(), f"say what {question} shall be asked for: {names - PARAMETERS.keys()}"
    return {name: PARAMETERS[name] for name in sorted(names)}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_has_the_same_rows(cluster: SparkEngine, lake: Lake, question: str) -> None:
    here = LOCAL.ask(question, lake.tables, asked(question))
    there = cluster.ask(question, lake.tables, asked(question))
    assert here.num_rows > 0, "this lake says nothing about the question"
    assert there.schema.equals(here.schema), f"{there.schema}\n--\n{here.schema}"
    assert there.to_pylist() == here.to_pylist()


def test_an_empty_lake_and_nothing_asked_for(cluster: SparkEngine, tmp_path: Path) -> None:
    empty = open_lake(str(tmp_path))
    for question in ("documents", "events"):
        parameters = {name: [] for name in lists_of(text_of(question))}
        answer = cluster.ask(question, empty.tables, parameters)
        assert answer.num_rows == 0
        assert answer.schema.equals(LOCAL.ask(question, empty.tables, parameters).schema)


def test_a_damaged_file_is_named(cluster: SparkEngine, tmp_path: Path) -> None:
    lake = random_lake(tmp_path, 3, rows=8)
    Path(lake.tables.files("matches")[0]).write_bytes(b"no parquet")
    with pytest.raises(LakeError, match=r"\.parquet"):
        cluster.ask("compared", lake.tables)


def test_a_missing_file_is_named(cluster: SparkEngine, tmp_path: Path) -> None:
    lake = random_lake(tmp_path, 3, rows=8)
    Path(lake.tables.files("matches")[1]).unlink()
    with pytest.raises(LakeError, match=r"\.parquet"):
        cluster.ask("compared", lake.tables)


def test_an_unknown_question_is_named(cluster: SparkEngine, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="whatever"):
        cluster.ask("whatever", open_lake(str(tmp_path)).tables)


def told(results: list[Ran]) -> list[tuple[int, int | None, str | None]]:
    """Number, answer and kind of problem of each result, by number."""
    rows = []
    for ran in results:
        answer = ran.output.to_pylist()[0]["number"] if ran.output is not None else None
        rows.append((ran.input.to_pylist()[0]["number"], answer, ran.problem.kind if ran.problem else None))
    return sorted(rows)


def test_a_batch_that_kills_its_process_gets_the_verdict_it_gets_here(cluster: SparkEngine, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("here", "there")]
    for folder in folders:
        folder.mkdir()
    batches = [*map(batch, range(5)), batch(5, "die"), batch(6, "raise"), batch(7, "die once"), batch(8, "lie")]
    here = told(list(LOCAL.run(stage(folders[0]), batches)))
    there = told(list(cluster.run(stage(folders[1]), batches)))
    assert there == here
    assert [problem for *_, problem in here] == [None] * 5 + ["died", "raised", None, "raised"]


def test_a_batch_that_hangs_is_given_up_and_the_rest_go_on(cluster: SparkEngine, tmp_path: Path) -> None:
    quick = SparkEngine(seconds=40.0)
    quick._begun = cluster.session()
    results = told(list(quick.run(stage(tmp_path), [batch(1), batch(2, "hang"), batch(3)])))
    assert results == [(1, 2, None), (2, None, "hung"), (3, 6, None)]


def test_an_executor_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    cluster: SparkEngine, tmp_path: Path
) -> None:
    numbers = stage(tmp_path)
    deadly = Stage(
        name="deadly",
        input=numbers.input,
        output=numbers.output,
        process=partial(killing, stage=numbers, folder=tmp_path, victim=("number", 11)),
    )
    results = told(list(cluster.run(deadly, map(batch, range(30)))))
    assert results == [(number, 2 * number, None) for number in range(30)]
    assert (tmp_path / "killed").exists()
    assert len(list(tmp_path.glob("11.*"))) == 2, "the batch was done again in another process"


def test_a_source_that_has_nothing_just_now_is_asked_again(cluster: SparkEngine, tmp_path: Path) -> None:
    results = cluster.run(stage(tmp_path), iter([batch(1), None, batch(2), None]))
    assert told(list(results)) == [(1, 2, None), (2, 4, None)]


def test_closing_the_results_ends_the_work(cluster: SparkEngine, tmp_path: Path) -> None:
    results = cluster.run(stage(tmp_path), [*map(batch, range(40)), batch(99, "hang")])
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert told(list(cluster.run(stage(tmp_path), [batch(1)]))) == [(1, 2, None)]


def test_a_stage_can_travel(tmp_path: Path) -> None:
    assert pickle.loads(pickle.dumps(stage(tmp_path))).output == stage(tmp_path).output


def test_a_master_that_nobody_knows_is_said() -> None:
    """In a process of its own: there is one Spark in a process."""
    pytest.importorskip("pyspark")
    asked = "from finwatch.engine.spark import SparkEngine; SparkEngine(master='nonsense').session()"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False, timeout=200)
    assert "EngineError: Spark does not start (nonsense): " in done.stderr


def test_without_java_it_says_what_to_install() -> None:
    pytest.importorskip("pyspark")
    asked = "from finwatch.engine.spark import SparkEngine; SparkEngine(master='local').session()"
    bare = {"PATH": "/usr/bin/nowhere", "JAVA_HOME": "/nowhere"}
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=False, timeout=200, env=bare
    )
    assert "EngineError: Spark does not start (local): " in done.stderr
    assert "Java 17" in done.stderr


def test_rows_are_ordered_by_bytes_and_times_are_kept(cluster: SparkEngine, lake: Lake) -> None:
    apps = cluster.ask("rating_state", lake.tables).column("app").to_pylist()
    assert set(apps) == set(APPS)
    newest = cluster.ask("rating_state", lake.tables).column("newest").to_pylist()
    assert max(newest).microsecond == 4
    assert min(newest) > START

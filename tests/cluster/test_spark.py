"""Spark over a lake in HDFS: the same documents and the same rows as this machine gives, with an executor killed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from finwatch.engine import LocalEngine, Ran, Stage
from finwatch.engine.questions import lists_of, text_of
from finwatch.engine.spark import SparkEngine
from finwatch.flow.changes import follow
from finwatch.flow.examine_batches import INPUT, OUTPUT, examine_batches
from finwatch.lake.hdfs.lake import HdfsLake
from tests.kit.hadoop.cluster import Cluster
from tests.kit.hdfs_lake import AT, lake_at
from tests.kit.observed import visit
from tests.kit.sparks import killing, spark
from tests.kit.store import examination, listing

pytestmark = [pytest.mark.server, pytest.mark.timeout(900)]
LOCAL = LocalEngine(processes=1)
PACKAGES = sorted((Path(__file__).resolve().parents[2] / "samples" / "packages").glob("*.apk"))[:12]


@pytest.fixture(scope="module")
def lake(hadoop_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HdfsLake]:
    """Twelve packages and three visits of a market."""
    made = lake_at(hadoop_cluster, tmp_path_factory.mktemp("machine"), root="/spark")
    for number, package in enumerate(PACKAGES):
        made.blobs.put(package.read_bytes())
        of = examination(f"cn.app{number}")
        PAIRS.append((of, listing(of, names={"zh": f"应用{number}"})))
    for day in range(3):
        shown = [one for number, (_, one) in enumerate(PAIRS) if (number + day) % 4]
        visit(made, shown, AT + timedelta(days=day))
    yield made
    made.close()


PAIRS: list[tuple[Any, Any]] = []


@pytest.fixture(scope="module")
def cluster(lake: HdfsLake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    """Executors that have the lake from HDFS, not from this machine: their spool is a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FINWATCH_SPOOL", str(tmp_path_factory.mktemp("executors")))
        made = spark()
        yield made
        made.close()


def batches(lake: HdfsLake) -> list[pa.RecordBatch]:
    hashes = [hashlib.sha256(package.read_bytes()).hexdigest() for package in PACKAGES]
    assert {blob.name for blob in lake._files.entries("blobs", deep=True)} == set(hashes)
    return [pa.RecordBatch.from_pylist([{"sha256": one, "at": AT, "listing": None}], schema=INPUT) for one in hashes]


def examined(results: Iterator[Ran]) -> dict[str, dict[str, Any]]:
    """Rows of ``examinations`` by hash; how long each took aside."""
    rows: dict[str, dict[str, Any]] = {}
    for ran in results:
        assert ran.problem is None
        assert ran.output is not None
        (row,) = ran.output.to_pylist()
        assert row["error"] is None
        assert row["sha256"] not in rows, "examined twice"
        document = json.loads(row["document"])
        assert document["engine"].pop("took_ms") > 0
        rows[row["sha256"]] = {**row, "document": document}
    return rows


def test_packages_on_hdfs_give_the_same_documents_though_an_executor_is_killed(
    lake: HdfsLake, cluster: SparkEngine, tmp_path: Path
) -> None:
    asked = batches(lake)
    stage = Stage(
        name="examine",
        input=INPUT,
        output=OUTPUT,
        process=partial(examine_batches, lake=lake.address, catalog_folder=None),
    )
    victim = asked[5].column("sha256")[0].as_py()
    deadly = Stage(
        name="examine",
        input=INPUT,
        output=OUTPUT,
        process=partial(killing, stage=stage, folder=tmp_path, victim=("sha256", victim)),
    )
    there = examined(cluster.run(deadly, asked))
    assert len(list(tmp_path.glob(f"{victim}.*"))) == 2, "an executor was killed, and its package examined again"
    here = examined(LOCAL.run(stage, asked))
    assert there.keys() == here.keys() == {batch.column("sha256")[0].as_py() for batch in asked}
    assert there == here
    assert len({row["band"] for row in here.values()}) > 1, "the packages differ"
    rows = [{name: row[name] for name in OUTPUT.names if name != "error"} for row in here.values()]
    rows = [row | {"document": json.dumps(row["document"])} for row in rows]
    lake.tables.append("examinations", rows, key="all", dt=AT.date(), market="shop")


def test_tables_on_hdfs_have_the_same_answers(lake: HdfsLake, cluster: SparkEngine) -> None:
    assert all(file.startswith("hdfs://") for file in lake.tables.files("visits"))
    parameters = {"hashes": [package.package.sha256 for package, _ in PAIRS[:3]]}
    for question in ("spans", "events", "examined", "listed_packages"):
        asked = {name: parameters[name] for name in lists_of(text_of(question))}
        here = LOCAL.ask(question, lake.tables, asked)
        assert here.num_rows > 0, question
        assert cluster.ask(question, lake.tables, asked).equals(here), question


def test_what_changed_is_followed_on_spark_as_here(
    hadoop_cluster: Cluster, cluster: SparkEngine, tmp_path: Path
) -> None:
    found = []
    for name, engine in (("here", LOCAL), ("there", cluster)):
        lake = lake_at(hadoop_cluster, tmp_path / name, root=f"/follow-{name}")
        for day in range(2):
            visit(lake, [one for number, (_, one) in enumerate(PAIRS) if (number + day) % 3], AT + timedelta(days=day))
        assert follow(lake, engine) == 2
        tables = {table: lake.tables.read(table).to_pylist() for table in ("rounds", "spans", "events")}
        for row in tables["rounds"]:
            assert row.pop("file").startswith("dt=")  # each lake names its files itself
        found.append(tables)
        lake.close()
    assert found[0] == found[1]
    assert all(found[0].values())

"""Two days of the sample market: every question, and all that is published, is the same from Spark and from here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from finwatch import engine
from finwatch.engine import Engine, LocalEngine
from finwatch.engine.questions import lists_of, text_of
from finwatch.engine.spark import SparkEngine
from finwatch.flow.demo import demonstrate
from finwatch.flow.publish import publish
from finwatch.lake import Lake, open_lake
from finwatch.settings import Settings
from finwatch.store import open_store
from finwatch.store.dialect import connect, reading
from finwatch.store.tables import READ_MODEL
from tests.kit.sparks import spark

pytestmark = [pytest.mark.server, pytest.mark.timeout(900)]
LOCAL = LocalEngine(processes=1)
QUESTIONS = sorted(path.stem for path in Path(engine.__file__).parent.glob("sql/*.sql"))
SILENT = {"policies_at", "rating_moves", "rating_state", "ratings", "review_state", "reviews"}
"""The sample markets have neither policies nor ratings nor reviews."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[SparkEngine]:
    made = spark()
    yield made
    made.close()


@pytest.fixture(scope="module")
def lake(cluster: SparkEngine, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    settings = Settings(home=tmp_path_factory.mktemp("sample"))
    assert len(demonstrate(settings, processes=2).days) == 2
    return open_lake(settings.lake_address)


def parameters(lake: Lake, question: str) -> dict[str, Any]:
    """What the lake can be asked about, for the parameters of a question."""
    examined = lake.tables.read("examinations", columns=["sha256", "engine_version", "catalog_version"]).to_pylist()
    listed = lake.tables.read("listings", columns=["market", "app"]).to_pylist()
    known = {
        "hashes": [row["sha256"] for row in examined[::2]],
        "apps": [row["app"] for row in listed[::2]],
        "entries": [f"{row['market']}/{row['app']}" for row in listed],
        "urls": ["https://shop.example/policy"],
        "begun": sorted({row["market"] for row in listed}),
        "round": max(lake.tables.read("rounds")["round"].to_pylist()),
        "engine_version": examined[0]["engine_version"],
        "catalog_version": examined[0]["catalog_version"],
    }
    text = text_of(question)
    return {name: value for name, value in known.items() if f"${name}" in text or name in lists_of(text)}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question(cluster: SparkEngine, lake: Lake, question: str) -> None:
    asked = parameters(lake, question)
    here = LOCAL.ask(question, lake.tables, asked)
    assert (here.num_rows == 0) == (question in SILENT)
    there = cluster.ask(question, lake.tables, asked)
    assert there.schema.equals(here.schema)
    assert there.to_pylist() == here.to_pylist()


def published(lake: Lake, by: Engine, address: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the read model that an engine gives."""
    with open_store(address) as store:
        assert publish(store, lake, engine=by).versions > 0
    database = connect(address)
    with reading(database) as connection:
        rows = {
            table.name: [tuple(row) for row in connection.execute(select(*table.c[1:]).order_by(table.c.id))]
            for table in READ_MODEL
        }
    database.dispose()
    return rows


def test_all_that_is_published(cluster: SparkEngine, lake: Lake, tmp_path: Path) -> None:
    here = published(lake, LOCAL, f"sqlite:///{tmp_path / 'here.sqlite'}")
    there = published(lake, cluster, f"sqlite:///{tmp_path / 'there.sqlite'}")
    assert here["app"]
    assert here["finding"]
    assert here["event"]
    assert there == here

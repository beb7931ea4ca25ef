"""Comparing: every package with the official apps and its likes, and again only when something changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from finwatch import catalog
from finwatch.flow.compare import compare_all
from finwatch.flow.worker import work
from finwatch.lake import Lake
from finwatch.model.knowledge import Knowledge
from finwatch.store import Store
from finwatch.store.queue import EXAMINE, Job
from tests.kit.store import START, later

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "packages"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return catalog.load(ROOT / "samples" / "catalog")


def test_the_counterfeit_and_the_repackaged_copy_are_found(store: Store, lake: Lake, knowledge: Knowledge) -> None:
    names = ["example.qinghe.bank_50200.apk", "qinghe-bank-repackaged.apk", "example.square.calculator_14.apk"]
    keys = [lake.blobs.put((SAMPLES / name).read_bytes()) for name in names]
    store.queue.add([Job(kind=EXAMINE, key=key, due=START) for key in keys])
    assert work(store, lake, catalog_folder=ROOT / "samples" / "catalog").examined == 3

    first = compare_all(lake, knowledge=knowledge, clock=lambda: later(1))
    assert (first.packages, first.compared) == (3, 3)
    rows = {row["sha256"]: row["document"] for row in lake.tables.read("matches").to_pylist()}
    assert "suspected_repackaged" in rows[keys[1]]
    assert '"matches":[]' in rows[keys[2]]
    assert "suspected" not in rows[keys[0]]

    again = compare_all(lake, knowledge=knowledge, clock=lambda: later(2))
    assert (again.packages, again.compared) == (3, 0)
    assert lake.tables.read("matches").num_rows == 3

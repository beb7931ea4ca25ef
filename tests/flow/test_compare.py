"""Comparing: every package with the official apps and its likes, and again only when something changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from finwatch import catalog
from finwatch.flow.compare import Neighbours, catalogue_candidates, compare_all, marks
from finwatch.flow.worker import work
from finwatch.lake import Lake
from finwatch.model.examination import Candidate
from finwatch.model.knowledge import Knowledge
from finwatch.store import Store
from finwatch.store.queue import EXAMINE, Job
from tests.kit.store import START, later, sha

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples" / "packages"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return catalog.load(ROOT / "samples" / "catalog")


def candidate(name: str, **fields: object) -> Candidate:
    values: dict[str, object] = {"app": f"cn.{name}", "sha256": sha(name), "label": None}
    return Candidate.model_validate(values | fields)


@pytest.mark.parametrize(
    "shared",
    [
        {"app": "cn.same"},
        {"signers": (sha("key"),)},
        {"label": "青禾银行"},
        {"names": ("Qinghe Bank",)},
        {"icon_phash": "00ff00ff00ff00ff"},
        {"code_signature": tuple(range(64)), "code_signature_version": 1},
    ],
)
def test_what_is_shared_brings_two_together(shared: dict[str, object]) -> None:
    one, other = candidate("one", **shared), candidate("other", **shared)
    assert set(marks(one)) & set(marks(other))
    assert not set(marks(one)) & set(marks(candidate("third")))


def test_half_an_icon_and_one_character_are_enough(knowledge: Knowledge) -> None:
    icon, name = "00ff00ff00ff00ff", "青禾银行"
    assert set(marks(candidate("a", icon_phash=icon))) & set(marks(candidate("b", icon_phash="00ff" + "9" * 12)))
    assert set(marks(candidate("a", label=name))) & set(marks(candidate("b", label="青和借款")))


def test_official_apps_are_always_candidates(knowledge: Knowledge) -> None:
    def row(name: str, **fields: object) -> dict[str, object]:
        columns = ["names", "institution", "signers", "icon_phash", "icon_colours", "code_signature", "version_code"]
        empty = dict.fromkeys([*columns, "code_signature_version", "label"])
        return {"app": f"cn.{name}", "sha256": sha(name), "official": False, **empty, **fields}

    rows = [row("bank", official=True), row("fake"), row("other")]
    neighbours = Neighbours(rows, knowledge)
    assert neighbours.hashes(sha("fake")) == [sha("bank")]
    assert neighbours.hashes(sha("bank")) == []
    assert len(neighbours.of(sha("fake"))) == len(catalogue_candidates(knowledge)) + 1


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

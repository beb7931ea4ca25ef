"""Collecting: a visit is kept once, whole or not at all; the sample world goes from a market to the pages."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from finwatch.engine import LocalEngine
from finwatch.flow.collect import LakeSink
from finwatch.flow.demo import demonstrate
from finwatch.lake import Lake
from finwatch.lake.rows import listing_of
from finwatch.model.listing import EventKind
from finwatch.model.view import AppFilter
from finwatch.settings import Settings
from finwatch.store import open_store
from tests.kit.store import START, examination, later, listing, market

ROOT = Path(__file__).resolve().parents[2]
A, B = examination("cn.a"), examination("cn.b")


def test_the_same_visit_is_kept_once(lake: Lake) -> None:
    sink = LakeSink(lake)
    for _ in range(2):
        sink.snapshot(market(), [listing(A), listing(B)], visit="v1", at=START)
    (visit,) = lake.tables.read("visits").to_pylist()
    assert (visit["listings"], visit["apps"], visit["at"]) == (2, 2, START)
    rows = lake.tables.read("listings").to_pylist()
    assert [listing_of(row) for row in rows] == [listing(A), listing(B)]


def test_a_visit_that_was_cut_off_before_its_end_shows_nothing(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = LakeSink(lake)
    sink.snapshot(market(), [listing(A)], visit="v1", at=START)
    append = lake.tables.append

    def cut(name: str, *rows: object, **fields: object) -> bool:
        if name == "visits":
            raise KeyboardInterrupt
        return append(name, *rows, **fields)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(lake.tables, "append", cut)
        with pytest.raises(KeyboardInterrupt):
            sink.snapshot(market(), [listing(A), listing(B)], visit="v2", at=later(1))
    engine = LocalEngine(processes=1)
    assert engine.ask("events", lake.tables).num_rows == 0
    sink.snapshot(market(), [listing(A), listing(B)], visit="v2", at=later(1))
    assert engine.ask("events", lake.tables)["kind"].to_pylist() == ["new_app"]


def test_a_market_may_list_nothing(lake: Lake) -> None:
    LakeSink(lake).snapshot(market(), [], visit="v1", at=START)
    assert lake.tables.read("visits")["listings"].to_pylist() == [0]


@pytest.mark.server
def test_the_sample_world_from_the_market_to_the_pages(tmp_path: Path) -> None:
    stages = []
    done = demonstrate(Settings(home=tmp_path), processes=2, progress=lambda stage, *_: stages.append(stage) or None)
    first, second = done.days
    assert not first.collected.failures
    assert not second.collected.failures
    assert first.worked.examined == first.compared.packages == first.published.versions
    assert second.worked.examined == second.published.versions - first.published.versions > 0
    assert {"crawl", "examine", "compare", "changes", "publish", "totals", "approved"} == set(stages)
    with open_store(done.settings.store_address) as store:
        kinds = {row.event.kind for row in store.events().rows}
        assert {EventKind.NEW_APP, EventKind.NEW_VERSION, EventKind.APP_GONE} <= kinds
        assert store.apps(AppFilter(suspected=True)).total.value == done.overview.suspected >= 2
        assert store.apps(AppFilter(q="青禾")).rows
        gone = store.apps(AppFilter(gone=True)).rows
        assert [row.app for row in gone] == ["example.yingzhou.pay"]
        assert all(health.rate == 1.0 for health in store.market_health(since=START, now=START.replace(year=2100)))
        listed = store.approved.list()
        assert listed.apps == len(store.approved.page().rows) >= 2, "what is filed, and what was cancelled"
        assert store.heads.newest() is not None
        (bank,) = store.approved.page(package="example.qinghe.bank").rows
        original = (ROOT / "samples" / "packages" / "example.qinghe.bank_50200.apk").read_bytes()
        assert [one.sha256 for one in bank.versions] == [sha256(original).hexdigest()], "not its counterfeit"
    assert (done.registered.cases, done.registered.filed) == (9, 1)
    (again,) = demonstrate(Settings(home=tmp_path), processes=2).days
    assert (again.collected.failures, again.worked.examined, again.compared.compared) == ({}, 0, 0)
    assert (again.published.written, again.published.dropped) == (0, 0)

"""A publication looks at what is new, finds everything that is touched by it, and ends where a rebuild ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from finwatch.flow import publish as publishing
from finwatch.flow.publish import publish
from finwatch.lake import Lake
from finwatch.model.view import AppFilter
from finwatch.store import Store
from tests.flow.test_publish import BANK_1, BANK_2, FAKE, GAME, everything, first_day, second_day
from tests.kit.beyond import rated
from tests.kit.observed import examined, visit
from tests.kit.store import MARKET, START, later, listing

DAY = 86_400


def clock(at: datetime) -> Callable[[], datetime]:
    return lambda: at


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The package names that publications looked at, in order."""
    names: list[str] = []
    real = publishing.Observed

    def watched(lake: Any, engine: Any, asked: Any, **rest: Any) -> Any:
        names.extend(asked)
        return real(lake, engine, asked, **rest)

    monkeypatch.setattr(publishing, "Observed", watched)
    return names


def rebuilt(store: Store, lake: Lake, at: datetime) -> bool:
    """Whether a rebuild changes nothing that is read."""
    before = everything(store)
    publish(store, lake, rebuild=True, clock=clock(at))
    return everything(store) == before


def test_only_names_of_which_anything_new_is_said_are_looked_at(store: Store, lake: Lake, looked: list[str]) -> None:
    first_day(lake)
    publish(store, lake, clock=clock(later(100)))
    assert sorted(looked) == ["cn.qinghe.bank", "cn.qinghe.game"]
    looked.clear()
    visit(lake, [listing(BANK_1), listing(GAME, developer="Another")], later(DAY))
    done = publish(store, lake, clock=clock(later(DAY + 1)))
    assert (looked, done.written, done.apps, done.versions) == (["cn.qinghe.game"], 2, 2, 2)
    looked.clear()
    assert publish(store, lake, clock=clock(later(DAY + 2))).written == 0
    assert looked == []


def test_what_is_listed_was_seen_with_the_newest_visit(store: Store, lake: Lake, looked: list[str]) -> None:
    first_day(lake)
    publish(store, lake, clock=clock(later(100)))
    looked.clear()
    visit(lake, [listing(BANK_1), listing(GAME)], later(DAY))
    publish(store, lake, clock=clock(later(DAY + 1)))
    assert looked == [], "nothing is said that was not said before"
    assert [row.last_seen for row in store.apps().rows] == [later(DAY), later(DAY)]
    assert [span.last_seen for span in store.app("cn.qinghe.game").listings] == [later(DAY)]
    visit(lake, [listing(BANK_1)], later(2 * DAY))
    publish(store, lake, clock=clock(later(2 * DAY + 1)))
    (span,) = store.app("cn.qinghe.game").listings
    assert (span.last_seen, span.gone_at) == (later(DAY), later(2 * DAY))
    assert store.app("cn.qinghe.game").row.last_seen == later(DAY)
    assert rebuilt(store, lake, later(3 * DAY))


def test_a_package_that_turns_out_to_be_another_app_leaves_the_one_it_was_listed_as(store: Store, lake: Lake) -> None:
    lying = listing(GAME, app="cn.qinghe.other", signer_sha256=())
    visit(lake, [lying], START)
    publish(store, lake, clock=clock(later(1)))
    assert [row.id for row in store.apps().rows] == ["cn.qinghe.other~unknown"]
    examined(lake, [GAME], later(2))
    done = publish(store, lake, clock=clock(later(3)))
    assert [row.app for row in store.apps().rows] == ["cn.qinghe.game"]
    assert done.dropped == 1
    assert rebuilt(store, lake, later(4))


def test_files_that_were_joined_change_nothing(store: Store, lake: Lake, looked: list[str]) -> None:
    first_day(lake)
    second_day(lake)
    examined(lake, [FAKE.model_copy(update={"engine": BANK_2.engine})], later(DAY + 70))
    publish(store, lake, clock=clock(later(DAY + 100)))
    before = everything(store)
    looked.clear()
    assert lake.tables.compact("examinations", market=MARKET, dt=later(DAY).date()) > 1
    done = publish(store, lake, clock=clock(later(DAY + 200)))
    assert (looked, done.written) == ([], 0), "the rows are the same: nothing is looked at anew"
    assert everything(store) == before


def test_what_is_new_in_a_file_that_was_joined_is_found(store: Store, lake: Lake, looked: list[str]) -> None:
    first_day(lake)
    examined(lake, [GAME], later(60))
    publish(store, lake, clock=clock(later(100)))
    looked.clear()
    examined(lake, [BANK_2], later(200))
    assert lake.tables.compact("examinations", market=MARKET, dt=later(200).date()) > 1
    publish(store, lake, clock=clock(later(300)))
    assert "cn.qinghe.bank" in looked
    assert rebuilt(store, lake, later(400))


def test_a_lake_that_lost_rows_is_looked_at_whole(store: Store, lake: Lake, looked: list[str]) -> None:
    """As after a backup was restored that is older than the publication."""
    first_day(lake)
    examined(lake, [BANK_2], later(200))
    publish(store, lake, clock=clock(later(300)))
    looked.clear()
    manifest = Path(lake.address) / "tables" / "examinations" / "manifest.json"
    told = json.loads(manifest.read_text())
    told["files"] = told["files"][:-1]
    manifest.write_text(json.dumps(told))
    publish(store, lake, clock=clock(later(400)))
    assert sorted(set(looked)) == ["cn.qinghe.bank", "cn.qinghe.game"]
    assert rebuilt(store, lake, later(500))


def test_a_series_grows_only_where_something_moved(store: Store, lake: Lake) -> None:
    rated(lake, "cn.a", [(0, 4.0, 10)])
    rated(lake, "cn.b", [(0, 3.0, 10)])
    publish(store, lake, clock=clock(later(10)))
    rated(lake, "cn.a", [(DAY, 4.0, 10)])
    rated(lake, "cn.b", [(DAY, 3.5, 10)])
    assert publish(store, lake, clock=clock(later(DAY + 1))).written == 1
    entries = [(MARKET, "cn.a"), (MARKET, "cn.b")]
    shown = {one.app: [point.rating for point in one.points] for one in store.series.ratings(entries)}
    assert shown == {"cn.a": [4.0], "cn.b": [3.0, 3.5]}
    assert publish(store, lake, rebuild=True, clock=clock(later(DAY + 2))).written == 2
    assert {one.app: [point.rating for point in one.points] for one in store.series.ratings(entries)} == shown


@pytest.mark.parametrize("few", [0, 3_000])
def test_few_and_many_hits_are_the_same_apps(
    store: Store, lake: Lake, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    first_day(lake)
    second_day(lake)
    publish(store, lake, clock=clock(later(DAY + 100)))
    monkeypatch.setattr("finwatch.store.published.app._FEW", few)
    bank = {"cn.qinghe.bank"}
    for where, expected in [
        (AppFilter(q="青禾"), bank | {"cn.qinghe.game"}),
        (AppFilter(q="禾银"), bank | {"cn.qinghe.game"}),
        (AppFilter(q="银行 ball"), {"cn.qinghe.game"}),
        (AppFilter(q="BALL"), {"cn.qinghe.game"}),
        (AppFilter(q="青行"), set()),
        (AppFilter(market="other"), bank),
        (AppFilter(check="trusts_any_certificate"), bank | {"cn.qinghe.game"}),
    ]:
        assert {row.app for row in store.apps(where).rows} == expected, where


def test_the_index_of_names_holds_what_is_published_and_nothing_else(store: Store, lake: Lake) -> None:

    first_day(lake)
    publish(store, lake, clock=clock(later(100)))
    second_day(lake)
    publish(store, lake, clock=clock(later(DAY + 100)))
    with store.publication._engine.connect() as connection:
        indexed = connection.execute(text("SELECT rowid FROM app_search ORDER BY rowid")).scalars().all()
        held = connection.execute(text("SELECT id FROM app ORDER BY id")).scalars().all()
    assert indexed == held
    assert len(held) == 3

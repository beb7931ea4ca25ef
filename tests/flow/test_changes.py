"""Markets are followed from visit to visit: the same answers as from all visits at once, however they come in."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from finwatch.engine import LocalEngine
from finwatch.flow import changes
from finwatch.flow.changes import follow
from finwatch.flow.documents import history_event
from finwatch.lake import Lake, open_lake
from finwatch.model.listing import Listing
from tests.kit.observed import visit
from tests.kit.store import examination, later, listing

ENGINE = LocalEngine(processes=1)
APPS = [examination(f"cn.{name}", version=version) for name in "abcd" for version in (1, 2, 3)]
MARKETS = ("shop", "other", "third")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_lake(str(tmp_path / "lake"))


def shown(draw: random.Random, market: str) -> list[Listing]:
    """What a market might show: any versions of any apps, described in one of a few ways."""
    ways: list[dict[str, Any]] = [
        {},
        {"names": {"zh": "别名"}},
        {"developer": None},
        {"package_sha256": None},
        {"package_sha256": None, "version_code": None},
        {"downloads": 5},
    ]
    return [listing(one, market=market, **draw.choice(ways)) for one in draw.sample(APPS, draw.randrange(7))]


def answers(lake: Lake) -> tuple[list[Any], list[Any]]:
    """Spans and events as the rounds give them."""
    names = sorted({one.package.id or "" for one in APPS})
    visited = {row["market"]: row["at"] for row in ENGINE.ask("visited", lake.tables).to_pylist()}
    spans = ENGINE.ask("standing", lake.tables, {"apps": names, "hashes": []}).to_pylist()
    for row in spans:
        row["last_seen"] = row["last_seen"] or visited[row["market"]]
    return [_bare(row) for row in spans], ENGINE.ask("histories", lake.tables, {"apps": names}).to_pylist()


def at_once(lake: Lake) -> tuple[list[Any], list[Any]]:
    """Spans and events from all visits together."""
    events = [history_event(row).model_dump() for row in ENGINE.ask("events", lake.tables).to_pylist()]
    key = ("market", "app", "at", "kind")
    events.sort(key=lambda row: (*(row[name] for name in key), row["version_code"] is None, row["version_code"] or 0))
    return [_bare(row) for row in ENGINE.ask("spans", lake.tables).to_pylist()], events


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    """Without when and where it was read: a round keeps the first reading that said it."""
    return {name: value for name, value in row.items() if name not in {"seen", "capture"}}


def _same(lake: Lake) -> None:
    (spans, events), (all_spans, all_events) = answers(lake), at_once(lake)
    order: Callable[[dict[str, Any]], str] = lambda row: repr(sorted(row.items(), key=str))  # noqa: E731
    assert sorted(spans, key=order) == sorted(all_spans, key=order)
    bare = [{name: value for name, value in row.items() if name != "capture"} for row in all_events]
    assert [{name: value for name, value in row.items() if name != "capture"} for row in events] == bare


@pytest.mark.parametrize("seed", range(6))
def test_rounds_say_what_all_visits_say_together(lake: Lake, seed: int) -> None:
    draw = random.Random(seed)
    for day in range(8):
        for market in draw.sample(MARKETS, draw.randrange(1, 4)):
            visit(lake, shown(draw, market), later(day * 86_400), market=market)
        if draw.random() < 0.6:
            follow(lake, ENGINE)
    follow(lake, ENGINE)
    assert at_once(lake)[1], "something happened"
    _same(lake)
    assert follow(lake, ENGINE) == 0


def test_a_visit_that_comes_in_late_takes_its_place(lake: Lake) -> None:
    draw = random.Random(7)
    days = {day: shown(draw, "shop") for day in range(5)}
    for day in (0, 1, 3):
        visit(lake, days[day], later(day * 86_400))
    visit(lake, shown(draw, "other"), later(0), market="other")
    follow(lake, ENGINE)
    for day in (2, 4):
        visit(lake, days[day], later(day * 86_400))
    assert follow(lake, ENGINE), "the late visit was not followed"
    assert at_once(lake)[1], "something happened"
    _same(lake)


def test_killed_between_two_steps_nothing_is_lost_or_twice(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(3)
    for day in range(3):
        visit(lake, shown(draw, "shop"), later(day * 86_400))
    real = type(lake.tables).append
    for broken in ("rounds", "spans", "events", "spans", "events", "rounds"):

        def append(self: Any, name: str, *rest: Any, _broken: str = broken, **named: Any) -> bool:
            done = real(self, name, *rest, **named)
            if name == _broken:
                raise RuntimeError("killed")
            return done

        with monkeypatch.context() as patch:
            patch.setattr(type(lake.tables), "append", append)
            with pytest.raises(RuntimeError):
                follow(lake, ENGINE)
    follow(lake, ENGINE)
    _same(lake)


def test_a_day_reads_the_listings_of_that_day_only(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(3):
        visit(lake, [listing(APPS[day])], later(day * 86_400))
    follow(lake, ENGINE)
    visit(lake, [listing(APPS[3])], later(3 * 86_400))
    read: list[int] = []
    monkeypatch.setattr(
        changes,
        "Some",
        lambda tables, **files: read.append(len(files.get("listings", []))) or changes_some(tables, **files),
    )
    follow(lake, ENGINE)
    assert sum(read) == 1


changes_some = changes.Some

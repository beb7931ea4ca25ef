"""Due times: what changes often is visited often, what does not is not, within the bounds of the market."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finwatch.crawl.due import REVISIT, changed, interval, observed
from finwatch.model.fetch import ChangeHistory, FrontierTask, MarketId, Outcome, OutcomeKind, Politeness, TaskKind

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WEEKLY = Politeness(revisit_min_s=600, revisit_max_s=7 * 86_400)


def followed(changes: list[bool], politeness: Politeness = WEEKLY) -> timedelta:
    """The interval after visits, each made when it was due, that saw what ``changes`` says."""
    history = observed(ChangeHistory(), at=START, changed=None)
    at = START
    for seen in changes:
        at += interval(history, TaskKind.INDEX, politeness)
        history = observed(history, at=at, changed=seen)
    return interval(history, TaskKind.INDEX, politeness)


def test_nothing_known_means_the_longest_time() -> None:
    assert interval(ChangeHistory(), TaskKind.INDEX, Politeness()) == REVISIT[TaskKind.INDEX] == DAY
    assert interval(ChangeHistory(), TaskKind.INDEX, WEEKLY) == 7 * DAY
    assert interval(ChangeHistory(), TaskKind.ICON, Politeness()) == 30 * DAY


def test_what_always_changes_is_visited_ever_more_often_down_to_the_bound() -> None:
    steps = [followed([True] * visits) for visits in range(1, 12)]
    assert steps == sorted(steps, reverse=True)
    assert followed([True] * 90) == timedelta(seconds=600)


def test_what_stops_changing_is_visited_ever_less_often_again() -> None:
    busy = [True] * 90
    steps = [followed(busy + [False] * visits) for visits in range(60)]
    assert steps == sorted(steps)
    assert steps[0] == timedelta(seconds=600)
    assert steps[-1] > 10 * steps[0]


def test_a_change_every_second_visit_holds_the_pace() -> None:
    history = observed(ChangeHistory(), at=START, changed=None)
    for at in range(1, 41):
        history = observed(history, at=START + at * DAY / 4, changed=at % 2 == 0)
    assert timedelta(hours=5) < interval(history, TaskKind.INDEX, WEEKLY) < timedelta(hours=8)


def test_the_estimate_is_that_of_the_paper() -> None:
    """Three visits a day apart, one change: -ln(2.5 / 3.5) changes a day, so half a chance after 2.06 days."""
    history = ChangeHistory(visits=3, changes=1, watched_s=3 * 86_400, seen=START)
    assert interval(history, TaskKind.INDEX, WEEKLY).total_seconds() == pytest.approx(2.06 * 86_400, rel=0.001)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1e7)), max_size=30), st.floats(1, 1e6), st.floats(1, 1e6))
def test_the_bounds_hold_whatever_was_seen(seen: list[tuple[bool, float]], low: float, high: float) -> None:
    history, at = observed(ChangeHistory(), at=START, changed=None), START
    for was, gap in seen:
        at += timedelta(seconds=gap)
        history = observed(history, at=at, changed=was)
    politeness = Politeness(revisit_min_s=low, revisit_max_s=high)
    found = interval(history, TaskKind.INDEX, politeness).total_seconds()
    assert min(low, high) - 1e-5 <= found <= high + 1e-5


@pytest.mark.parametrize(
    ("before", "after", "kind", "expected"),
    [
        ("a" * 64, "a" * 64, OutcomeKind.OK, False),
        ("a" * 64, "b" * 64, OutcomeKind.OK, True),
        ("a" * 64, None, OutcomeKind.NOT_MODIFIED, False),
        (None, "b" * 64, OutcomeKind.OK, None),
        ("a" * 64, None, OutcomeKind.OK, None),
    ],
)
def test_what_counts_as_a_change(
    before: str | None, after: str | None, kind: OutcomeKind, expected: bool | None
) -> None:
    task = FrontierTask(
        market=MarketId("m"), kind=TaskKind.INDEX, url="u", bucket="b", due=START, content_sha256=before
    )
    end = Outcome(market=task.market, kind=kind, task=task.kind, url="u", started=START, took_ms=1, sha256=after)
    assert changed(task, end) is expected

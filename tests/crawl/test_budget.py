"""The budget of a day: held over runs and processes, never passed by more than the answer under way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from finwatch.crawl.politeness.budget import Budget, day_of, next_day
from finwatch.lake.local import LocalLake
from finwatch.model.fetch import Market, OutcomeKind, Politeness, Spent, TaskKind
from tests.crawl.test_runner import World, crawl
from tests.kit.crawling import AT

DAY = day_of(AT)


def bounded(world: World, **bounds: int) -> Market:
    polite = Politeness(requests_per_second=0, obey_robots=False, **bounds)
    return world.market.model_copy(update={"politeness": polite})


def test_a_day_ends_at_its_requests_and_the_next_goes_on(lake: LocalLake) -> None:
    async def story(world: World) -> None:
        market = bounded(world, requests_per_day=3)
        await world.run(market)
        first = list(world.asked)
        assert len(first) == 3
        spent = world.frontier.spent(DAY)
        assert [one.requests for one in spent.values()] == [3]
        await world.run(market)
        assert world.asked == first, "the same day, another process: nothing more"
        waiting = [task for task in world.frontier.tasks.values() if task is not None and task.kind is TaskKind.PACKAGE]
        assert waiting, "what was not asked for is still to be"
        world.tomorrow()
        await world.run(market)
        assert len(world.asked) == 3
        ended = {outcome.kind for outcome in world.frontier.outcomes}
        assert ended <= {OutcomeKind.OK, OutcomeKind.NOT_MODIFIED, OutcomeKind.OVER_BUDGET}

    crawl(lake, story)


def test_a_visit_that_runs_out_half_way_waits_for_the_next_day(lake: LocalLake) -> None:
    """An index of more than one page needs more than what is left."""

    async def story(world: World) -> None:
        await world.run(bounded(world, requests_per_day=1))
        assert world.frontier.kinds() == [(TaskKind.INDEX, OutcomeKind.OVER_BUDGET)]
        ((task),) = [task for task in world.frontier.tasks.values() if task is not None]
        assert task.due == next_day(AT)
        (outcome,) = world.frontier.outcomes
        assert "1 requests of 1 a day" in outcome.message
        assert len(world.asked) == 1

    crawl(lake, story)


def test_bytes_are_counted_as_they_come_over_the_wire(lake: LocalLake) -> None:
    async def story(world: World) -> None:
        await world.run(bounded(world, bytes_per_day=1 << 30))
        (spent,) = world.frontier.spent(DAY).values()
        assert spent.requests == len(world.asked)
        packages = 3 * len(b"package 0") * 1000
        assert packages < spent.bytes < packages + 50_000
        world.frontier.asked[DAY] = dict.fromkeys(world.frontier.asked[DAY], Spent(requests=1, bytes=1 << 30))
        world.publish(2_000)
        for task in list(world.frontier.tasks.values()):
            if task is not None:
                world.frontier.tasks[task.market, task.kind, task.url] = task.model_copy(update={"due": AT})
        await world.run(bounded(world, bytes_per_day=1 << 30))
        assert world.asked == []

    crawl(lake, story)


@pytest.mark.parametrize("bounds", [{}, {"requests_per_day": 6}, {"bytes_per_day": 101}])
def test_what_is_not_used_up(bounds: dict[str, int]) -> None:
    budget = Budget()
    budget.load(DAY, {"a:1": Spent(requests=4, bytes=60)})
    budget.spend("a:1", at=AT, received=40)
    polite = Politeness(**bounds)
    assert budget.exhausted("a:1", polite, at=AT) == ""
    assert budget.take() == {"a:1": Spent(requests=1, bytes=40)}
    assert budget.take() == {}
    budget.spend("a:1", at=AT, received=1)
    assert bool(budget.exhausted("a:1", polite, at=AT)) == bool(bounds)
    assert budget.exhausted("a:1", polite, at=AT + timedelta(days=1)) == ""
    budget.spend("a:1", at=AT + timedelta(days=1), received=1)
    assert budget.exhausted("a:1", polite, at=AT + timedelta(days=1)) == ""

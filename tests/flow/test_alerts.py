"""What got worse: raised once by whoever publishes, told once by the run that comes next."""

from __future__ import annotations

from pathlib import Path

import pytest

from finwatch.errors import StoreError
from finwatch.flow.alerts import tell
from finwatch.flow.publish import publish
from finwatch.lake import Lake
from finwatch.model.alert import Alert, AlertKind
from finwatch.model.examination import Band, Verdict
from finwatch.model.fetch import MarketId, OutcomeKind, TaskKind
from finwatch.model.run import Run, RunState, Step, StepName, StepState
from finwatch.store import Store
from finwatch.store.published import publication
from tests.kit.observed import compared, examined, visit
from tests.kit.store import START, examination, later, listing, market, match, outcome, task

ORANGE = examination("cn.a", band=Band.ORANGE, score=40.0)
RED = examination("cn.a", version=2, band=Band.RED, score=80.0)


def alerts(store: Store) -> list[Alert]:
    return [one for _, one in store.alerts.newest()]


def shown(store: Store, lake: Lake, *packages: object, day: int) -> None:
    """The market lists these packages, all examined, and that is published."""
    visit(lake, [listing(one) for one in packages], later(86_400 * day))  # type: ignore[arg-type]
    examined(lake, packages, later(86_400 * day + 60))  # type: ignore[arg-type]
    publish(store, lake)


def test_a_first_publication_raises_none_and_what_turns_red_is_told_once(store: Store, lake: Lake) -> None:
    other = examination("cn.b", band=Band.RED)
    shown(store, lake, ORANGE, other, day=0)
    assert alerts(store) == []
    shown(store, lake, ORANGE, RED, other, day=1)
    (told,) = alerts(store)
    assert (told.kind, told.app, told.before, told.score) == (AlertKind.RED, "cn.a", Band.ORANGE, 80.0)
    assert (told.sha256, told.name_zh, told.run) == (RED.package.sha256, "青禾银行", None)
    shown(store, lake, RED, other, day=2)
    publish(store, lake, rebuild=True)
    assert len(alerts(store)) == 1


def test_a_new_app_that_is_red_is_told(store: Store, lake: Lake) -> None:
    shown(store, lake, ORANGE, day=0)
    shown(store, lake, ORANGE, examination("cn.new"), day=1)
    (told,) = alerts(store)
    assert (told.app, told.before) == ("cn.new", None)


def test_a_suspicion_is_told_once_a_pair_of_apps(store: Store, lake: Lake) -> None:
    quiet = [examination("cn.copy", version=version, band=Band.ORANGE) for version in (1, 2)]
    shown(store, lake, quiet[0], day=0)
    suspicions = (match("cn.bank", None), match("cn.kin", None, Verdict.RELATED))
    first = quiet[0].model_copy(update={"matches": suspicions})
    compared(lake, first, later(90_000), against="s1")
    publish(store, lake)
    (told,) = alerts(store)
    assert (told.kind, told.app, told.other_app) == (AlertKind.COUNTERFEIT, "cn.copy", "cn.bank")
    assert told.verdict is Verdict.SUSPECTED_COUNTERFEIT
    shown(store, lake, *quiet, day=2)
    second = quiet[1].model_copy(update={"matches": (*suspicions, match("cn.pay", None, Verdict.SUSPECTED_REPACKAGED))})
    compared(lake, second, later(90_000 * 3), against="s2")
    publish(store, lake)
    assert [(one.other_app, one.verdict) for one in alerts(store)] == [
        ("cn.pay", Verdict.SUSPECTED_REPACKAGED),
        ("cn.bank", Verdict.SUSPECTED_COUNTERFEIT),
    ]


def test_two_packages_of_one_app_that_imitate_the_same_are_one_suspicion(store: Store, lake: Lake) -> None:
    both = [examination("cn.copy", version=version, band=Band.ORANGE) for version in (1, 2)]
    shown(store, lake, *both, day=0)
    for one in both:
        suspected = one.model_copy(update={"matches": (match("cn.bank", None),)})
        compared(lake, suspected, later(90_000), against="s")
    publish(store, lake)
    assert [one.other_app for one in alerts(store)] == ["cn.bank"]


def test_a_publication_that_is_not_finished_raises_none(
    store: Store, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(store, lake, ORANGE, day=0)

    def fails(*_: object, **__: object) -> None:
        raise StoreError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(publication, "raise_alerts", fails)
        with pytest.raises(StoreError, match="no room"):
            shown(store, lake, ORANGE, RED, day=1)
    assert store.publication.current()[0] == 1, "what it would have told is not shown either"
    publish(store, lake)
    assert [one.app for one in alerts(store)] == ["cn.a"]


def visited(store: Store, name: str, at: float, kind: OutcomeKind, task_kind: TaskKind = TaskKind.INDEX) -> None:
    """A visit that ended so."""
    store.frontier.add([task(f"https://{name}.example/{at}", market=MarketId(name), kind=task_kind, due=START)])
    (held,) = store.frontier.lease(now=later(at), worker="w", seconds=1, limit=1)
    store.frontier.finish(held, outcome(held, kind, started=later(at)), next_due=None)


def finished(store: Store, begun: float, crawled: float) -> Run:
    """A run whose crawl is done."""
    run = store.runs.begin(now=later(begun))
    crawl = Step(name=StepName.CRAWL, state=StepState.DONE, started=later(begun), ended=later(crawled))
    return run.model_copy(update={"steps": (crawl, *run.steps[1:])})


def ended(store: Store, run: Run) -> None:
    store.runs.save(run.model_copy(update={"state": RunState.DONE}), now=run.started)


def test_a_market_that_begins_to_fail_is_told_once_until_it_answered_again(store: Store) -> None:
    for name in ("down", "up", "never"):
        store.markets.register(market(name), now=START)
    failing = []
    answers = [
        {"down": OutcomeKind.OK, "up": OutcomeKind.OK},
        {"down": OutcomeKind.TIMEOUT, "up": OutcomeKind.NOT_MODIFIED, "never": OutcomeKind.REFUSED},
        {"down": OutcomeKind.TIMEOUT, "up": OutcomeKind.EMPTY, "never": OutcomeKind.REFUSED},
        {"down": OutcomeKind.OK},
        {"down": OutcomeKind.SERVER_ERROR},
    ]
    for day, answered in enumerate(answers):
        at = 1000.0 * day
        run = finished(store, at, at + 500)
        for position, (name, kind) in enumerate(answered.items()):
            visited(store, name, at + 10 + position, kind)
        tell(store, run, at=later(at + 600))
        failing.append(sorted(str(one.market) for _, one in store.alerts.newest(run=run.id)))
        ended(store, run)
    assert failing == [[], ["down", "never"], [], [], ["down"]]
    (_, last) = store.alerts.newest(kind=AlertKind.MARKET, limit=1)[0]
    assert (last.outcome, last.visits) == (OutcomeKind.SERVER_ERROR, 1)
    assert last.message is not None


def test_packages_that_arrive_do_not_hide_an_index_that_does_not(store: Store) -> None:
    store.markets.register(market("half"), now=START)
    run = finished(store, 0, 500)
    visited(store, "half", 10, OutcomeKind.OK, TaskKind.PACKAGE)
    visited(store, "half", 20, OutcomeKind.TIMEOUT)
    assert tell(store, run, at=later(600)) == {"market": 1}


def test_a_run_takes_what_nobody_told_and_may_tell_it_again(store: Store, lake: Lake) -> None:
    store.markets.register(market("down"), now=START)
    shown(store, lake, ORANGE, day=0)
    run = finished(store, 0, 500)
    visited(store, "down", 10, OutcomeKind.TIMEOUT)
    shown(store, lake, ORANGE, RED, day=1)
    assert [tell(store, run, at=later(600)) for _ in range(3)] == [{"market": 1, "red": 1}] * 3
    report = store.runs.report(since=run.started, until=later(500), number=run.id)
    assert (report.worse, [one.count for one in report.alerts]) == (2, [1, 1])
    ended(store, run)
    following = finished(store, 1000, 1500)
    assert tell(store, following, at=later(1600)) == {}


def test_alerts_page_by_number(store: Store, lake: Lake, tmp_path: Path) -> None:
    shown(store, lake, ORANGE, day=0)
    shown(store, lake, *(examination(f"cn.{at}") for at in range(5)), day=1)
    first = store.alerts.newest(limit=3)
    rest = store.alerts.newest(before=first[-1][0])
    assert len({number for number, _ in (*first, *rest)}) == 5
    assert store.alerts.newest(kind=AlertKind.MARKET) == []

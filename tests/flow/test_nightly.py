"""The daily run: killed in any step it goes on with the same run; two at once are told apart; what fails is said."""

from __future__ import annotations

import json
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from finwatch.lake import open_lake
from finwatch.model.run import Run, RunState, StepName, StepState
from finwatch.store import open_store
from tests.kit.nights import World, kill, world

pytestmark = pytest.mark.server


def left(here: World) -> dict[str, Any]:
    """What a run leaves, times and durations aside."""
    lake = open_lake(here.lake)
    tables = {
        name: Counter((row["market"], row.get("app"), row.get("sha256"), row.get("package_sha256")) for row in rows)
        for name in ("visits", "listings", "examinations", "matches")
        for rows in [lake.tables.read(name).to_pylist()]
    }
    lake.close()
    with open_store(here.store) as store:
        apps = [(row.id, row.band, row.score, row.versions) for row in store.apps(limit=500).rows]
        return {"tables": tables, "apps": sorted(apps, key=str), "overview": store.overview().apps}


def only(here: World) -> Run:
    """The one run there is."""
    with open_store(here.store) as store:
        (run,) = store.runs.newest()
    return run


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """An undisturbed run."""
    with world(tmp_path_factory.mktemp("calm")) as here:
        here.register("backstreet")
        done = here.run("nightly", "--json", "--patience", "0")
        assert done.returncode == 0, done.stderr
        run = Run.model_validate_json(done.stdout)
        assert run == only(here)
        assert run.report is not None
        crawl, examine, _, _, publish, alerts, approved, tidy = run.steps
        assert crawl.counts["failed"] == run.report.failed == 0
        assert run.report.new == 0, "what a market shows at first sight is not new to it"
        assert crawl.counts["listings"] == publish.counts["apps"] > 0
        assert examine.counts["examined"] == publish.counts["versions"]
        assert crawl.counts["sealed"] > 0
        assert tidy.counts == {"settled": 0, "tables": 0, "segments": 0, "removed": 0}, "nothing is of a past day"
        assert approved.counts == {"changed": 0}, "nothing is filed"
        assert ["finwatch log key new" in one.en for one in approved.notes] == [True], "and no key to sign with"
        assert (alerts.counts, run.report.worse) == ({}, 0), "there was nothing before it"
        assert len(set(here.asked())) == len(here.asked())
        return {"left": left(here), "asked": sorted(here.asked()), "report": run.report}


def test_killed_in_every_step_it_is_the_same_run_in_the_end(tmp_path: Path, calm: dict[str, Any]) -> None:
    """At the worst moment of each: all is done, and nothing says so yet."""
    with world(tmp_path) as here:
        here.register("backstreet")
        for step in StepName:
            kill(here.standing(f"after-{step}"))
            run = only(here)
            assert (run.id, run.state, run.step(step).state) == (1, RunState.RUNNING, StepState.RUNNING)
        done = here.run("nightly", "--json", "--patience", "0")
        assert done.returncode == 0, done.stderr
        run = Run.model_validate_json(done.stdout)
        assert [step.attempts for step in run.steps] == [2] * len(StepName)
        assert (run.id, run.state, run.holder) == (1, RunState.DONE, None)
        assert run == only(here)
        assert left(here) == calm["left"]
        assert sorted(here.asked()) == calm["asked"], "something was fetched twice, or not at all"
        assert run.report is not None
        assert (run.report.new, run.report.failed) == (calm["report"].new, 0)


def test_two_days_and_what_changed_between_them(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.register()
        assert here.run("nightly", "--patience", "0").returncode == 0
        here.server.day = 2
        with open_store(here.store) as store:
            run = store.runs.begin(now=only(here).started + timedelta(hours=1))
            store.runs.save(run.model_copy(update={"state": RunState.DONE}), now=run.started)
            for market in store.markets.all():
                assert store.frontier.hurry(market.id, "index", now=run.started)  # type: ignore[arg-type]
        done = here.run("nightly", "--patience", "0")
        assert done.returncode == 0, done.stderr
        with open_store(here.store) as store:
            third, _, first = store.runs.newest()
            assert third.report is not None
            assert first.report is not None
            assert third.report.gone > 0
            assert third.report.changed > 0
            assert first.report.until < third.report.since
            for report in (first.report, third.report):
                for change in report.changes:
                    rows = store.events(
                        market=change.market, kind=change.kind, since=report.since, until=report.until
                    ).total
                    assert rows.value == change.count
        assert f"{third.report.gone} gone" in done.stdout
        assert "app gone: 1" in done.stdout


def test_a_failure_is_in_the_report_and_its_visits_open(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.register("backstreet")
        here.server.shutdown()
        here.server.server_close()
        done = here.run("nightly", "--patience", "0")
        assert done.returncode == 0
        run = only(here)
        assert run.report is not None
        (missed,) = run.report.failures
        assert (missed.market, run.report.failed) == ("backstreet", missed.count)
        with open_store(here.store) as store:
            visits = store.outcomes(
                missed.market, kind=missed.kind, since=run.report.since, until=run.report.until, limit=9
            )
        assert len(visits) == missed.count


def test_two_at_once_the_second_says_who_runs(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.register("backstreet")
        first = here.standing("before-crawl")
        second = here.run("nightly")
        assert second.returncode == 3
        assert f"process {first.pid} on" in second.stderr
        assert "Run 1" in second.stderr
        assert here.asked() == []
        kill(first)


@pytest.mark.parametrize("point", ["before-crawl", "after-examine"])
def test_sigterm_stops_it_and_the_next_start_goes_on(tmp_path: Path, point: str, calm: dict[str, Any]) -> None:
    with world(tmp_path) as here:
        here.register("backstreet")
        process = here.standing(point)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=100)
        assert process.returncode == 3, err
        assert json.loads(out)["state"] == only(here).state == RunState.STOPPED
        assert only(here).holder is None
        assert here.run("nightly", "--patience", "0").returncode == 0
        assert only(here).state is RunState.DONE
        assert left(here) == calm["left"]

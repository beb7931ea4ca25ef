"""The daily run on Spark's own standalone cluster (``spark://…``), a worker killed in the middle."""

from __future__ import annotations

from pathlib import Path

import pytest

from finwatch.model.run import Run, RunState, StepName, StepState
from tests.flow.test_nightly import left, only
from tests.kit.nights import world
from tests.kit.standalone import driver, standalone, until

pytestmark = [pytest.mark.server, pytest.mark.timeout(1800)]


def test_a_worker_that_goes_down_in_the_middle_costs_the_daily_run_nothing(tmp_path: Path) -> None:
    with world(tmp_path / "here") as here:
        here.register("backstreet")
        assert here.run("nightly", "--patience", "0").returncode == 0
        calm = left(here)
    with standalone(tmp_path / "spark") as cluster, world(tmp_path / "there") as there:
        there.register("backstreet")
        settings = driver(cluster, tmp_path / "conf")
        run = there.start("nightly", "--json", "--patience", "0", **settings)
        try:
            until(
                lambda: cluster.working("worker0") or run.poll() is not None, "no executor began to work", seconds=400
            )
            assert run.poll() is None, run.communicate()
            under_way = only(there)
            assert under_way.step(StepName.EXAMINE).state is StepState.RUNNING
            assert len(cluster.kill_worker("worker0")) > 2, "the worker, its executor and what that began"
            out, err = run.communicate(timeout=1200)
        finally:
            run.kill()
        assert run.returncode == 0, err
        done = Run.model_validate_json(out)
        assert (done.id, done.state) == (under_way.id, RunState.DONE)
        assert done.step(StepName.EXAMINE).attempts == 1, "Spark did what was lost again, not the run"
        assert left(there) == calm
        assert "finwatch" in cluster.said("master")
        until(lambda: "worker-" in cluster.said("master") and "remov" in cluster.said("master").lower(), "not missed")

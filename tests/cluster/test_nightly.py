"""The daily run with ``FINWATCH_ENGINE=spark``: what it leaves is what it leaves on one machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from finwatch.model.run import Run, RunState
from tests.flow.test_nightly import left
from tests.kit.nights import world
from tests.kit.sparks import configured

pytestmark = [pytest.mark.server, pytest.mark.timeout(1800)]


def test_a_daily_run_on_spark_leaves_what_it_leaves_here(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="the cluster extra is not installed: make cluster-setup")
    if shutil.which("java") is None:
        pytest.skip("there is no Java: apt-get install openjdk-17-jre-headless")
    found = []
    for name, settings in (("here", {}), ("there", configured(tmp_path / "conf"))):
        with world(tmp_path / name) as here:
            here.register("backstreet")
            done = here.run("nightly", "--json", "--patience", "0", seconds=800, **settings)
            assert done.returncode == 0, done.stderr
            run = Run.model_validate_json(done.stdout)
            assert run.state is RunState.DONE
            counts = {step.name: {**step.counts, "bytes": 0} for step in run.steps}
            found.append((left(here), counts))
    assert found[0] == found[1]

"""The database gone in mid-run, the disk full: a clear error; what was fetched stays, and nothing is kept twice."""

from __future__ import annotations

import re
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from finwatch.cli.nightly import told
from finwatch.lake import open_lake
from finwatch.model.run import Run, RunState, StepName, StepState
from finwatch.store import open_store
from tests.kit import postgres
from tests.kit.authority import LocalAuthority
from tests.kit.nights import Turnstile, World, world

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(postgres.absent() is not None, reason=postgres.absent() or ""),
]


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    with postgres.serving() as running:
        yield running


def complete(here: World) -> dict[str, Any]:
    """What a completed run left: each row once."""
    lake = open_lake(here.lake)
    tables = {name: lake.tables.read(name).to_pylist() for name in ("visits", "listings", "examinations")}
    lake.close()
    packages = Counter(row["sha256"] for row in tables["examinations"])
    assert {row["package_sha256"] for row in tables["listings"]} == set(packages)
    assert set(packages.values()) == {1}
    assert len(tables["visits"]) == 1
    with open_store(here.store) as store:
        (run,) = store.runs.newest()
        assert run.state is RunState.DONE
        assert store.overview().apps > 0
        return {"run": run, "packages": len(packages)}


def test_the_database_goes_in_the_middle_of_a_crawl_and_comes_back(tmp_path: Path, server: postgres.Server) -> None:
    with world(tmp_path, store=server.address(server.database())) as here:
        here.register("backstreet")
        log = here.server.requests = Turnstile(at=1)
        process = here.start("nightly", "--json", "--patience", "0")
        assert log.reached.wait(100)
        server.stop(signal.SIGQUIT)
        log.go.set()
        _, err = process.communicate(timeout=100)
        assert process.returncode == 3, err
        assert "cannot be used" in err
        assert "run again" in err
        assert "Traceback" not in err
        again = here.run("nightly", "--json", "--patience", "0")
        assert (again.returncode, "Traceback" in again.stderr) == (3, False)

        server.start()
        done = here.run("nightly", "--json", "--patience", "0")
        assert done.returncode == 0, done.stderr
        left = complete(here)
        assert left["run"].id == 1
        assert left["run"].step(StepName.CRAWL).attempts == 2
        # The package that was under way is in the lake, or is asked for from where it ended: never both.
        assert left["packages"] == len({path for _, path in here.asked() if path.endswith(".apk")})


@pytest.mark.parametrize("verb", ["nightly", "watch --every 6h"])
def test_stamps_that_could_not_be_verified_are_told_before_anything_is_asked_for(tmp_path: Path, verb: str) -> None:
    with world(tmp_path) as here:
        here.register("backstreet")
        told = here.run(*verb.split(), FINWATCH_TSA_URL="http://tsa.example/")
        assert told.returncode == 2, told.stderr
        assert "FINWATCH_TSA_CERTIFICATE is not" in told.stderr
        assert here.asked() == []
        with open_store(here.store) as store:
            assert store.runs.newest() == []


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from finwatch.cli.main import main
main()
"""


def test_a_full_disk_is_said_and_the_run_is_gone_on_with(tmp_path: Path, server: postgres.Server) -> None:
    """A file that may not grow fails as a full disk does: in the middle of a write."""
    with world(tmp_path, store=server.address(server.database())) as here:
        here.register("backstreet")
        (tmp_path / "limited.py").write_text(LIMITED)
        full = here.start("16384", "nightly", "--patience", "0", script=tmp_path / "limited.py")
        _, err = full.communicate(timeout=200)
        assert full.returncode == 3, err
        assert "Traceback" not in err
        assert re.search(r"(The lake|A download) cannot .*: File too large", err), err
        with open_store(here.store) as store:
            (run,) = store.runs.newest()
        assert run.state is RunState.STOPPED
        assert "File too large" in (run.error or "")
        assert run.step(StepName.PUBLISH).state is StepState.WAITING

        done = here.run("nightly", "--json", "--patience", "0")
        assert done.returncode == 0, done.stderr
        assert Run.model_validate_json(done.stdout) == complete(here)["run"]


def test_a_descriptor_with_an_error_names_its_place_and_touches_nothing(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        here.register("backstreet")
        broken = tmp_path / "broken.toml"
        broken.write_text(
            '[[market]]\nid = "new"\nname = { zh = "新", en = "New" }\nprotocol = "fdriod"\naddress = "http://a.example/repo"\n'
        )
        refused = here.run("crawl", str(broken))
        assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
        assert "broken.toml" in refused.stderr
        assert "fdroid" in refused.stderr
        with open_store(here.store) as store:
            assert [one.id for one in store.markets.all()] == ["backstreet"]
        assert here.asked() == []


class _Dying(LocalAuthority):
    """An authority that is there when the run begins and gone when it is asked."""

    def __init__(self, folder: Path, how: str) -> None:
        super().__init__(folder)
        self.how = how

    def reply(self, query: bytes) -> bytes:
        if self.how == "garbage":
            return b"<html>maintenance</html>"
        return super().reply(query)


@pytest.mark.parametrize("how", ["refuses", "unreachable", "garbage", "certificate"])
def test_an_authority_that_dies_while_the_crawl_runs_costs_nothing_of_it(tmp_path: Path, how: str) -> None:
    """The certificate is there and can be read when the run begins; what then becomes of authority and file differs."""
    authority = _Dying(tmp_path / "tsa", how)
    with world(tmp_path / "home") as here, authority.serving():
        here.register("backstreet")
        settings = {"FINWATCH_TSA_URL": authority.url, "FINWATCH_TSA_CERTIFICATE": str(authority.certificate)}
        if how == "unreachable":
            settings["FINWATCH_TSA_URL"] = "http://127.0.0.1:9/tsr"
        running = here.standing("before-crawl", **settings)
        kept = authority.certificate.read_bytes()
        if how == "refuses":
            authority.status = 503
        if how == "certificate":
            authority.certificate.unlink()
        out, err = running.communicate("\n", timeout=240)
        assert (running.returncode, "Traceback" in err) == (0, False), err
        run = complete(here)["run"]
        crawl = run.step(StepName.CRAWL)
        assert run.state is RunState.DONE
        assert crawl.counts["listings"] > 0
        assert crawl.counts["sealed"] > 0
        (note,) = crawl.notes
        says = {"refuses": "503", "unreachable": "could not be reached", "garbage": "cannot be used"}
        assert says.get(how, "FINWATCH_TSA_CERTIFICATE") in note.en
        assert Run.model_validate_json(out) == run
        assert note.en in told(run, "en")
        assert note.zh in told(run, "zh")

        authority.certificate.write_bytes(kept)
        authority.status, authority.how = 200, ""
        settings["FINWATCH_TSA_URL"] = authority.url
        again = here.run("nightly", "--patience", "0", **settings)
        assert again.returncode == 0, again.stderr
        whole = here.run("evidence", "verify", **settings)
        assert (whole.returncode, " 0 pending" in whole.stdout) == (0, True), whole.stdout

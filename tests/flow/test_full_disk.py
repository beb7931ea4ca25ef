"""A disk that is really full in the middle of a daily run: said, and gone on with once there is room."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.flow.test_nightly import left
from tests.kit.nights import ROOT, World, world

pytestmark = pytest.mark.server
OWN = ["unshare", "--user", "--map-root-user", "--mount", "--"]
"""A name space of its own, in which anybody may mount a file system of memory."""


def _missing() -> str | None:
    if shutil.which("unshare") is None:
        return "there is no unshare(1)"
    tried = subprocess.run([*OWN, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True, check=False)
    return f"no name spaces for users here: {tried.stderr.strip()}" if tried.returncode else None


def inside(home: Path) -> None:
    """Runs in the name space: a daily run on 1.4 MB, and again on 300 MB. Prints what each said and what is left."""
    home.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1400k", "tmpfs", str(home)], check=True)
    with world(home) as here:
        here.register("backstreet")
        full = here.run("nightly", "--json", "--patience", "0")
        subprocess.run(["mount", "-o", "remount,size=300m", str(home)], check=True)
        done = here.run("nightly", "--json", "--patience", "0")
        told = {"full": [full.returncode, full.stderr], "done": [done.returncode, done.stderr, done.stdout]}
        print(json.dumps(told | {"left": _left(here)}))


def _left(here: World) -> Any:
    found = left(here)
    tables = {name: sorted(map(str, rows.elements())) for name, rows in found["tables"].items()}
    return json.loads(json.dumps(found | {"tables": tables}, default=str))


def test_a_file_system_that_is_full_stops_the_run_and_room_lets_it_go_on(tmp_path: Path) -> None:
    if (reason := _missing()) is not None:
        pytest.skip(reason)
    with world(tmp_path / "calm") as here:
        here.register("backstreet")
        assert here.run("nightly", "--patience", "0").returncode == 0
        calm = _left(here)
    code = (
        f"from pathlib import Path; from tests.flow.test_full_disk import inside; inside(Path({str(tmp_path / 'm')!r}))"
    )
    ran = subprocess.run(
        [*OWN, sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    code_full, said = told["full"]
    assert (code_full, "Traceback" in said) == (3, False), said
    assert "full" in said.lower() or "No space left" in said, said
    code_done, err, out = told["done"]
    assert code_done == 0, err
    run = json.loads(out)
    assert (run["id"], run["state"]) == (1, "done"), "the same run was gone on with"
    assert told["left"] == calm

"""Killed between any two statements, a transition of any machine leaves all or nothing, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.supervise.casts import CASTS
from tests.supervise.driving import Cast

ROOT = Path(__file__).resolve().parents[2]
STRIDE = int(os.environ.get("TEST_KILLS_STRIDE", "4"))
"""Each how manieth statement is killed before, more apart for a workflow of many arcs; 1 (``TEST_KILLS_STRIDE=1``) is
every one, and takes minutes."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("cast", CASTS, ids=[cast.name for cast in CASTS])
def test_killed_anywhere_a_transition_leaves_all_or_nothing(address: str, cast: Cast) -> None:
    arcs = sum(len(machine.arcs) for machine in cast.machines)
    stride = STRIDE if STRIDE == 1 else STRIDE * (1 + arcs // 50)
    command = [sys.executable, "-m", "tests.supervise.killing", address, cast.name, str(stride)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    told = json.loads(run.stdout)
    assert told["kills"] > told["acts"], told

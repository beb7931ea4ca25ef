"""Killed between any two statements, a transition of any machine leaves all or nothing, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.supervise.casts import CASTS

ROOT = Path(__file__).resolve().parents[2]
STRIDE = int(os.environ.get("TEST_KILLS_STRIDE", "4"))
"""Each how manieth statement is killed before; 1 (``TEST_KILLS_STRIDE=1``) is every one, and takes minutes."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", [cast.name for cast in CASTS])
def test_killed_anywhere_a_transition_leaves_all_or_nothing(address: str, name: str) -> None:
    command = [sys.executable, "-m", "tests.supervise.killing", address, name, str(STRIDE)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    told = json.loads(run.stdout)
    assert told["kills"] > told["acts"], told

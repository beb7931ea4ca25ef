"""Who is measured, and the environments that the peers run in (``bench/.envs``, from ``bench/locks``)."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent
ENVS = ROOT / ".envs"
RUNNERS = ROOT / "runners"
TIMEOUT_SECONDS = 1_800


@dataclass(frozen=True)
class Result:
    """What one contender took for one package."""

    cpu: float
    """Median CPU seconds, start-up left out."""
    peak: int
    start_up: float = 0.0
    facts: dict[str, int] = field(default_factory=dict)
    runs: int = 1
    trouble: str | None = None
    """Why there is no figure."""


PEERS = {"androguard": "androguard", "exodus-core": "exodus", "dexllm": "dexllm"}
"""Lock file → runner."""


def prepare(peer: str) -> Path:
    """The Python of ``peer``'s environment, installed on first use by its lock."""
    python = ENVS / peer / "bin" / "python"
    done = ENVS / peer / ".done"
    if not done.exists():
        venv.create(ENVS / peer, with_pip=True, clear=True)
        lock = ROOT / "locks" / f"{peer}.txt"
        command = [str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)]
        subprocess.run(command, check=True)
        done.touch()
    return python


def run_peer(peer: str, path: Path, times: int) -> Result:
    """``peer`` on the package at ``path``."""
    script = RUNNERS / f"run_{PEERS[peer]}.py"
    return _run([str(prepare(peer)), str(script), str(path), str(times)])


def run_finwatch(path: Path, times: int) -> Result:
    """Our own examination of the package at ``path``."""
    return _run([sys.executable, "-m", "bench.runners.run_finwatch", str(path), str(times)])


def run_floor(path: Path, times: int) -> Result:
    """The floor on the package at ``path``; the example is built on first use."""
    folder = ROOT.parent / "target" / "bench"
    build = ["cargo", "build", "--release", "-q", "-p", "finwatch-core", "--example", "floor"]
    subprocess.run([*build, "--target-dir", str(folder)], check=True, cwd=ROOT.parent)
    program = folder / "release" / "examples" / "floor"
    done = subprocess.run([str(program), str(path), str(times)], check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    return Result(cpu=told["median_cpu_seconds"], peak=0, runs=times)


def _run(command: list[str]) -> Result:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS, cwd=ROOT.parent
        )
    except subprocess.TimeoutExpired:
        return Result(cpu=0, peak=0, trouble=f"not done after {TIMEOUT_SECONDS} s")
    line = done.stdout.strip().splitlines()[-1:] or [""]
    if done.returncode or not line[0].startswith("{"):
        last = done.stderr.strip().splitlines()[-1:] or ["no output"]
        return Result(cpu=0, peak=0, trouble=f"failed: {last[0][:160]}")
    told = json.loads(line[0])
    return Result(
        cpu=statistics.median(told["cpu"]),
        peak=told["peak"],
        start_up=told["start_up"],
        facts=told["facts"],
        runs=len(told["cpu"]),
    )

"""The demo's home, made once for all workers of a test run, and pages served from it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

FINWATCH = [sys.executable, "-m", "finwatch"]
ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]


@dataclass(frozen=True)
class Demo:
    """What one run of ``finwatch demo --once`` left."""

    home: Path
    printed: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment that a person would have used."""
        return environment(self.home)


def environment(home: Path) -> dict[str, str]:
    """The settings of the demo's home and nothing inherited."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FINWATCH_", "LC_", "LANG"))}
    catalog = str(ROOT / "samples" / "catalog")
    return {**kept, "FINWATCH_HOME": str(home), "FINWATCH_CATALOG": catalog, "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Demo:
    """The demo, run once: the first worker that comes runs it, the others wait."""
    shared = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    home, printed = shared / "demo-home", shared / "demo.out"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not printed.exists():
            run = subprocess.run(
                [*FINWATCH, "demo", "--once", "--lang", "en"],
                env=environment(home),
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=240,
                check=False,
            )
            assert run.returncode == 0, run.stderr[-4000:] + run.stdout[-4000:]
            printed.write_text(run.stdout)
    return Demo(home / "demo", printed.read_text())


@pytest.fixture(scope="module")
def address(demo: Demo) -> Iterator[str]:
    """The address of pages served from the demo's home by ``finwatch serve``."""
    server = subprocess.Popen(
        [*FINWATCH, "serve", "--port", "0"], env=demo.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        line = server.stdout.readline()
        assert "http://127.0.0.1:" in line, line
        yield line.split()[-1].rstrip("/")
    finally:
        server.terminate()
        assert server.wait(timeout=20) in (0, -15)
        server.stdout.close()


@pytest.fixture(scope="module")
def player() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(player: Playwright) -> Iterator[Browser]:
    browser = player.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()

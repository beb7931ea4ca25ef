"""Daily runs of the sample market in processes of their own, which can be made to stand still where a test kills them.

``python -m tests.kit.nights POINT`` is ``finwatch nightly --json`` that says ``REACHED`` and waits: at ``before-crawl``
when the step is recorded and has done nothing, at ``after-crawl`` when it has done all and that is not recorded yet.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from finwatch.crawl.sources import descriptor
from finwatch.store import open_store

ROOT = Path(__file__).resolve().parents[2]
REACHED = "REACHED"
POINTS = {
    "crawl": "sealed",
    "examine": "work",
    "compare": "compare_all",
    "compute": "compute",
    "publish": "publish",
    "alerts": "tell",
    "approved": "publish_approved",
    "tidy": "tidied",
}
"""The function that each step ends with."""


class World:
    """A home and a sample market that runs."""

    def __init__(self, home: Path, server: Any, store: str | None) -> None:
        self.home = home
        self.server = server
        self.store = store or f"sqlite:///{home / 'store.sqlite'}"
        self.lake = str(home / "lake")

    def register(self, *names: str) -> None:
        """Registers sample markets, all of them where none is named."""
        with open_store(self.store) as store:
            for market in descriptor.read(ROOT / "samples" / "market" / "descriptor.toml"):
                if not names or market.id in names:
                    store.markets.register(market, now=datetime.now(UTC))

    def environment(self, **more: str) -> dict[str, str]:
        """The settings under which a process sees this world."""
        resolve = ",".join(f"{name}={target}" for name, target in self.server.resolve.items())
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FINWATCH_")}
        return {
            **kept,
            "FINWATCH_HOME": str(self.home),
            "FINWATCH_STORE": self.store,
            "FINWATCH_LAKE": self.lake,
            "FINWATCH_RESOLVE": resolve,
            "FINWATCH_ALLOW_PRIVATE": ",".join(self.server.names),
            "FINWATCH_WORKERS": "1",
            "FINWATCH_LANGUAGE": "en",
            **more,
        }

    def start(
        self, *command: str, module: str = "finwatch", script: Path | None = None, **more: str
    ) -> subprocess.Popen[str]:
        """A process of this world: of a module, or of a script."""
        program = ["-m", module] if script is None else [str(script)]
        return subprocess.Popen(
            [sys.executable, *program, *command],
            env=self.environment(**more),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str, seconds: float = 250, **more: str) -> subprocess.CompletedProcess[str]:
        """A command of this world, ended; killed when it takes longer than ``seconds``."""
        process = self.start(*command, **more)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            kill(process)
            raise
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def standing(self, point: str, **more: str) -> subprocess.Popen[str]:
        """A daily run that stands at ``point``."""
        process = self.start(point, module="tests.kit.nights", **more)
        assert process.stdout is not None
        said = process.stdout.readline().strip()
        assert said == REACHED, (said, process.communicate()[1])
        return process

    def asked(self) -> list[tuple[str, str]]:
        """Host and path of every request for something, robots.txt aside."""
        return [(one.host, one.path) for one in self.server.requests if one.path != "/robots.txt"]


class Turnstile(list[Any]):
    """A server's log that holds the answer to the n-th package back until it is let go."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._guard = threading.Lock()
        self._left = at
        self.reached = threading.Event()
        self.go = threading.Event()

    def append(self, request: Any) -> None:
        with self._guard:
            super().append(request)
            self._left -= request.path.endswith(".apk")
            stop = self._left == 0 and not self.reached.is_set()
            if stop:
                self.reached.set()
        if stop:
            self.go.wait(60)


@contextmanager
def world(home: Path, *, store: str | None = None, day: int = 1) -> Iterator[World]:
    """A home with a sample market while the block runs."""
    from samples.market.serve import serving

    home.mkdir(parents=True, exist_ok=True)
    with serving(day=day) as server:
        yield World(home, server, store)


def kill(process: subprocess.Popen[str]) -> None:
    """kill -9, and waits until it is gone."""
    process.kill()
    process.communicate()


def main(point: str) -> None:
    """``finwatch nightly --json``, standing still at ``point``."""
    from finwatch.cli.main import app
    from finwatch.flow import nightly

    when, _, step = point.partition("-")
    first = "collect" if step == "crawl" and when == "before" else POINTS[step]
    real = getattr(nightly, first)

    def stand(*arguments: Any, **named: Any) -> Any:
        done = real(*arguments, **named) if when == "after" else None
        print(REACHED, flush=True)
        sys.stdin.readline()
        return done if when == "after" else real(*arguments, **named)

    setattr(nightly, first, stand)
    app(["nightly", "--json", "--patience", "0"])


if __name__ == "__main__":
    main(sys.argv[1])

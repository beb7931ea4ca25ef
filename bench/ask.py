"""May this be listed? 1,000 packages in a row over HTTP: how long a store waits for each answer.

    python -m bench.ask [--packages FOLDER] [--count 1000] [--largest-mb 120] [--apps 10000]

The server is ours in a process of its own, with an approved list of 10,000 apps or as many as asked; the packages are
those of the folder (default: the project's samples), each made new by bytes added behind it, so that no answer can be
kept. One larger package is added by padding a sample's asset. Times are wall times seen by the client, one question
after another on one connection. Writes docs/evaluation/ask.md when it ran with its defaults or with --write.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import socket
import statistics
import tempfile
import time
import zipfile
from pathlib import Path

import httpx
import uvicorn

from finwatch import catalog
from finwatch.cli.application import application
from finwatch.lake import open_lake
from finwatch.model.access import Permission, Role
from finwatch.settings import Settings
from finwatch.store import open_store
from finwatch.web.pages import Site
from tests.kit import publishing
from tests.kit import transparency as kit
from tests.kit.office import furnish, hire
from tests.kit.people import token_of

ROOT = Path(__file__).resolve().parents[1]
APPS = 10_000
"""Four times what the association had published by mid-2025 (2,664 apps)."""
LIMIT = 2.0
"""Seconds that a store is promised."""


def serve(home: str, port: int, apps: int, ready: object) -> None:
    """The server, with a list of so many filed apps, in a process of its own."""
    settings = Settings(home=Path(home))
    with open_store(settings.store_address) as store:
        furnish(store)
        hire(store, "store", Role.STORE_OPERATOR, name="shop")
        made = publishing.registry(store, Path(home))
        for start in range(0, apps, 500):
            made.put(*(kit.app(number) for number in range(start + 1, min(start + 500, apps) + 1)))
        made.publish()
        token = token_of(store, store.accounts.person("shop"), Permission.LISTING_ASK)
        site = Site(store=store, lake=open_lake(settings.lake_address), knowledge=catalog.load(None), checks=())
        ready.put(token)  # type: ignore[attr-defined]
        uvicorn.run(application(site, settings=settings), host="127.0.0.1", port=port, log_level="error")


def bodies(folder: Path, count: int, largest_mb: int) -> list[tuple[str, bytes]]:
    """As many different packages: each file of the folder again and again, its archive comment changed."""
    files = sorted(path for path in folder.iterdir() if path.suffix == ".apk" and zipfile.is_zipfile(path))
    made = []
    for number in range(count):
        path = files[number % len(files)]
        made.append((path.name, _commented(path.read_bytes(), f"asked {number}".encode())))
    largest = max(files, key=lambda path: path.stat().st_size)
    made.append((f"{largest.name} + {largest_mb} MB", _padded(largest, largest_mb)))
    return made


def _commented(data: bytes, comment: bytes) -> bytes:
    """The archive with another comment at its end (APPNOTE 4.3.16): other bytes, the same entries."""
    at = data.rfind(b"PK\x05\x06")
    return data[: at + 20] + len(comment).to_bytes(2, "little") + comment


def _padded(path: Path, megabytes: int) -> bytes:
    with tempfile.NamedTemporaryFile(suffix=".apk") as file:
        file.write(path.read_bytes())
        file.flush()
        with zipfile.ZipFile(file.name, "a", zipfile.ZIP_STORED) as archive:
            archive.writestr("assets/ballast.bin", os.urandom(1 << 20) * megabytes)
        return Path(file.name).read_bytes()


def main() -> None:
    """Asks, and says how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--packages", type=Path, default=ROOT / "samples" / "packages")
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--largest-mb", type=int, default=120)
    parser.add_argument("--apps", type=int, default=APPS)
    parser.add_argument("--write", action="store_true", help="write docs/evaluation/ask.md")
    asked = parser.parse_args()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    ready: multiprocessing.Queue[str] = multiprocessing.get_context("spawn").Queue()
    with tempfile.TemporaryDirectory() as home:
        server = multiprocessing.get_context("spawn").Process(target=serve, args=(home, port, asked.apps, ready))
        server.start()
        try:
            token = ready.get(timeout=1_800)
            assert server.pid is not None  # it was started
            lines = ask(f"http://127.0.0.1:{port}", token, asked, server=server.pid)
        finally:
            server.terminate()
            server.join(60)
    print("\n".join(lines))
    if asked.write:
        (ROOT / "docs" / "evaluation" / "ask.md").write_text("\n".join(lines) + "\n", "utf-8")


def spent(process: int) -> float:
    """CPU seconds of a process, of its children that have ended, and of those that live (proc(5))."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        lists = [path.read_text().split() for path in Path(f"/proc/{process}/task").glob("*/children")]
    except OSError:  # it ended meanwhile, and its parent counts it
        return 0.0
    own = sum(int(one) for one in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return own + sum(spent(int(child)) for children in lists for child in children)


def ask(address: str, token: str, asked: argparse.Namespace, *, server: int) -> list[str]:
    """Every question, and the page about them. ``server`` is its process."""
    packages = bodies(asked.packages, asked.count, asked.largest_mb)
    client = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=120)
    with client:
        for _ in range(600):  # the first answer waits for the server and its indexes
            try:
                first = client.post("/api/v1/may-be-listed", content=packages[0][1])
                break
            except httpx.TransportError:
                time.sleep(0.5)
        assert first.status_code == 200, first.text
        before = spent(server)
        seconds, verdicts, failed = [], {}, 0
        for number, (name, body) in enumerate(packages):
            began = time.perf_counter()
            answer = client.post("/api/v1/may-be-listed", params={"name": name[:200]}, content=body)
            took = time.perf_counter() - began
            if answer.status_code != 200 or not all(one["reason"]["says"]["zh"] for one in answer.json()["reasons"]):
                failed += 1
                continue
            verdict = answer.json()["verdict"]
            verdicts[verdict] = verdicts.get(verdict, 0) + 1
            seconds.append((took, name))
            if number % 50 == 0:
                print(f"\r{number:>5} of {len(packages)}", end="", flush=True)
    times = sorted(took for took, _ in seconds)
    cuts = statistics.quantiles(times, n=100)
    slowest = max(seconds)
    late = sum(took > LIMIT for took in times)
    cpu = spent(server) - before
    return [
        "# May this be listed?",
        "",
        f"`python -m bench.ask`: {len(packages):,} packages in a row over HTTP, "
        f"an approved list of {asked.apps:,} apps, {platform.machine()}, {os.cpu_count()} cores, "
        f"load average {os.getloadavg()[0]:.1f} at the end.",
        "",
        "| | seconds |",
        "|---|---|",
        f"| median | {cuts[49]:.3f} |",
        f"| p95 | {cuts[94]:.3f} |",
        f"| p99 | {cuts[98]:.3f} |",
        f"| longest | {slowest[0]:.3f} ({slowest[1]}) |",
        "",
        f"Answers later than {LIMIT:g} s: {late}. Without an answer: {failed}. Verdicts: "
        f"{json.dumps(verdicts, sort_keys=True)}. Server: {cpu:.0f} CPU s.",
    ]


if __name__ == "__main__":
    main()

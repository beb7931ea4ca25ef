"""Processes under measurement: the site, ``finwatch crawl`` in a folder of its own, and Scrapy."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.crawl_log import Asked, parse
from bench.crawl_site import Group
from bench.peers import ROOT, prepare
from finwatch.lake import open_lake

TICK_S = 0.05


@dataclass(frozen=True)
class Measured:
    """One process from start to end."""

    wall: float
    cpu: float
    """User and system seconds, starting up included."""
    peak: int
    """Bytes: the high-water mark of its resident memory, looked at every 50 ms."""
    anonymous: int
    """Bytes: the most that was its own at one time, libraries mapped from the disk left out."""
    code: int
    """Exit code; negative = the signal that ended it."""
    said: str
    """The end of what it printed."""


class Site:
    """The running site."""

    def __init__(self, port: int, log: Path, groups: Sequence[Group]) -> None:
        self.port = port
        self._log = log
        self._read = 0
        self.groups = groups

    def since(self) -> list[Asked]:
        """What was asked since the last call."""
        data = self._log.read_bytes()
        new, self._read = data[self._read :], len(data)
        return parse(new.decode())


@contextlib.contextmanager
def site(folder: Path, groups: Sequence[Group]) -> Iterator[Site]:
    """Serves ``groups`` until the block ends."""
    log = folder / "site.log"
    log.touch()
    command = [sys.executable, "-m", "bench.crawl_site", str(log), *(group.as_json() for group in groups)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT.parent)
    try:
        assert process.stdout is not None
        yield Site(int(process.stdout.readline()), log, groups)
    finally:
        process.terminate()
        process.wait(10)


def descriptor(group: Group, port: int) -> str:
    """The markets of ``group`` as a descriptor file, as a person would write it."""
    text = []
    for host in group.names():
        address = f"http://{host}:{port}"
        text.append(f'[[market]]\nid = "{host.partition(".")[0]}"\nname = {{ zh = "市场", en = "Market" }}')
        text.append(f'protocol = "pages"\naddress = "{address}/list"')
        text.append(f"politeness = {{ requests_per_second = {group.per_second} }}")
        text.append(f'[[market.source.lists]]\nurl = "{address}/list?page={{page}}"')
        if group.is_detailed(host):
            text.append('form = "html"\nitems = "li.app"\npaging = { by = "page" }')
            text.append('[market.source.lists.fields]\napp = "a"\nstore_url = "a@href"')
            text.append('store_id = { at = "a@href", find = "[0-9]+$" }')
            text.append(f'[market.source.detail]\nurl = "{address}/app/{{store_id}}"\nform = "html"')
            text.append('item = "article.about"\n[market.source.detail.fields]')
            names = {name: f"dd.{name}" for name in ("app", "name", "developer", "downloads", "rating")}
            names |= {"version_name": "dd.version", "version_code": "dd.code", "icon_url": "dd.icon"}
            names |= {"package_url": "dd.package", "package_bytes": "dd.size"}
        else:
            text.append('items = "apps"\npaging = { by = "page" }\n[market.source.lists.fields]')
            names = {name: name for name in ("app", "name", "developer", "downloads", "rating")}
            names |= {"version_name": "version", "version_code": "code", "icon_url": "icon"}
            names |= {"package_url": "package", "package_bytes": "size"}
        text += [f'{field} = "{path}"' for field, path in names.items()]
        text.append("")
    return "\n".join(text)


def environment(home: Path, groups: Sequence[Group], port: int) -> dict[str, str]:
    """The settings of a crawl that keeps everything in ``home`` and finds all hosts on the site's port."""
    names = [name for group in groups for name in group.names()]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FINWATCH_")}
    return clean | {
        "FINWATCH_HOME": str(home),
        "FINWATCH_RESOLVE": ",".join(f"{name}=127.0.0.1:{port}" for name in names),
        "FINWATCH_ALLOW_PRIVATE": ",".join(names),
    }


def begin_crawl(home: Path, group: Group, port: int, *, at_once: int) -> subprocess.Popen[bytes]:
    """``finwatch crawl`` of a group, begun; what it prints goes to ``crawl.log`` in ``home``."""
    home.mkdir(parents=True, exist_ok=True)
    file = home / "markets.toml"
    file.write_text(descriptor(group, port), "utf-8")
    program = str(Path(sys.executable).parent / "finwatch")
    command = [program, "crawl", str(file), "--patience", "5", "--at-once", str(at_once)]
    return _begin(command, home / "crawl.log", environment(home, [group], port))


def crawl(home: Path, group: Group, port: int, *, at_once: int) -> Measured:
    """``finwatch crawl`` of a group, to its end."""
    return measured(begin_crawl(home, group, port, at_once=at_once), home / "crawl.log")


def scrapy(home: Path, group: Group, port: int, *, at_once: int) -> tuple[Measured, int]:
    """Scrapy on a group, and how many listings it wrote."""
    python = prepare("scrapy")
    home.mkdir(parents=True)
    hosts = [
        {
            "name": name,
            "url": f"http://{name}:{port}",
            "detailed": group.is_detailed(name),
            "interval": group.interval(name),
        }
        for name in group.names()
    ]
    (home / "plan.json").write_text(json.dumps({"at_once": at_once, "hosts": hosts}))
    out = home / "listings.jsonl"
    command = [str(python), str(ROOT / "crawl_scrapy.py"), str(home / "plan.json"), str(out)]
    done = measured(_begin(command, home / "scrapy.log", dict(os.environ)), home / "scrapy.log")
    return done, len(out.read_text("utf-8").splitlines()) if out.exists() else 0


def _begin(command: list[str], log: Path, variables: dict[str, str]) -> subprocess.Popen[bytes]:
    with log.open("ab") as stream:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env=variables, cwd=log.parent
        )


def measured(process: subprocess.Popen[bytes], log: Path, *, kill_after: float | None = None) -> Measured:
    """``process`` to its end, or to ``kill -9`` after so many seconds."""
    begun, peak, anonymous = time.monotonic(), 0, 0
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        peak = max(peak, _memory(process.pid, "VmHWM"))
        anonymous = max(anonymous, _memory(process.pid, "RssAnon"))
        if kill_after is not None and time.monotonic() - begun >= kill_after:
            os.kill(process.pid, signal.SIGKILL)
            kill_after = None
        time.sleep(TICK_S)
    process.returncode = os.waitstatus_to_exitcode(status)
    said = log.read_text("utf-8", "replace")[-2_000:]
    wall = time.monotonic() - begun
    return Measured(wall, used.ru_utime + used.ru_stime, peak, anonymous, process.returncode, said)


def _memory(pid: int, field: str) -> int:
    """A field of ``/proc/<pid>/status`` in bytes; ``ru_maxrss`` would count the memory of the process that forked."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) << 10
    return 0


def listings(home: Path) -> int:
    """Rows of the table ``listings`` that a crawl left in the lake."""
    return int(open_lake(str(home / "lake")).tables.read("listings", columns=["app"]).num_rows)


def blobs_of(home: Path, size: int) -> int:
    """How many blobs of ``size`` bytes a crawl left in the lake."""
    return sum(path.stat().st_size == size for path in (home / "lake" / "blobs").rglob("*") if path.is_file())

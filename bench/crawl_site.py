"""The site that is crawled: many markets on one loopback port, told apart by the ``Host`` they are asked for.

``python -m bench.crawl_site LOG GROUP…`` prints its port and serves until it is stopped; each ``GROUP`` is a ``Group``
as JSON. Everything is made from names, nothing is kept: the same question has the same answer. Every request ends as a
line in ``LOG``: host, path, begin, end (seconds, monotonic), status, and bytes sent, with tabs between them.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from aiohttp import web

DOMAIN = "bench.example"
PER_PAGE = 20
BLOCK = 256 << 10
CRAWL_DELAY_S = 2.0
FORBIDDEN = "/private/"


@dataclass(frozen=True)
class Group:
    """Markets of one kind."""

    prefix: str
    """One letter: the hosts are ``<prefix>000.bench.example`` and so on."""
    hosts: int
    listings: int
    """Of each host."""
    per_second: float = 1.0
    """How often a host may be asked."""
    detailed: int = 2
    """Each how manieth host has its lists as HTML and a page for each app; the others list all in JSON; 0 = none."""
    delayed: int = 16
    """Each how manieth host asks for ``Crawl-delay: 2``; 0 = none."""
    packages: int = 0
    """Of each host: so many of its first apps have one."""
    package_bytes: int = 0

    def names(self) -> list[str]:
        """The hosts."""
        return [f"{self.prefix}{at:03}.{DOMAIN}" for at in range(self.hosts)]

    def is_detailed(self, host: str) -> bool:
        """Whether a host has a page for each app."""
        return bool(self.detailed) and number(host) % self.detailed == self.detailed - 1

    def interval(self, host: str) -> float:
        """Least seconds between two requests to a host."""
        late = bool(self.delayed) and number(host) % self.delayed == self.delayed - 1
        return max(1 / self.per_second, CRAWL_DELAY_S if late else 0.0)

    def as_json(self) -> str:
        """For the command line of the site."""
        return json.dumps(asdict(self))


def number(host: str) -> int:
    """Which host of its group it is."""
    return int(host.partition(".")[0][1:])


def package_name(host: str, at: int) -> str:
    """The app with that number on a host."""
    return f"example.{host.partition('.')[0]}.app{at:05}"


def details(group: Group, host: str, at: int) -> dict[str, object]:
    """What a market tells of an app."""
    app = package_name(host, at)
    seed = hashlib.sha256(app.encode()).digest()
    told: dict[str, object] = {
        "app": app,
        "name": f"理财 {at} {seed.hex()[:6]}",
        "developer": f"Developer {seed[0]}",
        "version": f"{seed[1]}.{seed[2]}",
        "code": int.from_bytes(seed[3:5]),
        "downloads": int.from_bytes(seed[5:8]),
        "rating": round(1 + seed[8] % 40 / 10, 1),
    }
    if at == 0:
        told["icon"] = f"{FORBIDDEN}icon.png"
    if at < group.packages:
        told["package"] = f"/package/{at}.apk"
        told["size"] = group.package_bytes
    return told


def list_page(group: Group, host: str, page: int) -> bytes:
    """One page of a market's list: apps, or nothing after the last."""
    shown = range(min((page - 1) * PER_PAGE, group.listings), min(page * PER_PAGE, group.listings))
    if not group.is_detailed(host):
        return json.dumps({"apps": [details(group, host, at) for at in shown]}, ensure_ascii=False).encode()
    items = "".join(f'<li class="app"><a href="/app/{at}">{package_name(host, at)}</a></li>' for at in shown)
    return _page(f"<h1>All apps</h1><ul>{items}</ul>")


def app_page(group: Group, host: str, at: int) -> bytes:
    """The page of one app."""
    fields = "".join(f'<dd class="{name}">{value}</dd>' for name, value in details(group, host, at).items())
    about = f"<p>{'An app that lends, pays and invests. ' * 40}</p>"
    return _page(f'<article class="about"><dl>{fields}</dl>{about}</article>')


def _page(body: str) -> bytes:
    frame = "".join(f'<a class="nav" href="/category/{at}">Category {at}</a>' for at in range(60))
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>Market</title></head><body>{frame}{body}</body></html>"
    ).encode()


def block(host: str, at: int) -> bytes:
    """What a package repeats: 256 KiB that only it has."""
    return hashlib.shake_256(f"{host} {at}".encode()).digest(BLOCK)


class Site:
    """Answers for all hosts, and writes down who asked for what and when."""

    def __init__(self, groups: list[Group], log: IO[str]) -> None:
        self._groups = {group.prefix: group for group in groups}
        self._log = log

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Any request."""
        begun, host = time.monotonic(), request.host.partition(":")[0]
        status, sent = 0, 0
        try:
            group = self._groups.get(host[:1])
            if group is None or not host.endswith(DOMAIN):
                response: web.StreamResponse = web.Response(status=421)
            elif request.path.startswith("/package/"):
                response = await self._package(request, group, host)
            else:
                response = self._small(request, group, host)
            status, sent = response.status, response.body_length
            return response
        finally:
            self._log.write(f"{host}\t{request.path_qs}\t{begun:.6f}\t{time.monotonic():.6f}\t{status}\t{sent}\n")
            self._log.flush()

    def _small(self, request: web.Request, group: Group, host: str) -> web.Response:
        name, _, last = request.path.strip("/").rpartition("/")
        if request.path == "/robots.txt":
            late = group.interval(host) > 1 / group.per_second
            rules = ["User-agent: *", f"Disallow: {FORBIDDEN}"] + ([f"Crawl-delay: {CRAWL_DELAY_S:g}"] if late else [])
            return web.Response(text="\n".join([*rules, ""]))
        if request.path == "/list":
            kind = "text/html" if group.is_detailed(host) else "application/json"
            page = int(request.query.get("page", "1"))
            return web.Response(body=list_page(group, host, page), content_type=kind, charset="utf-8")
        if name == "app" and last.isdigit():
            return web.Response(body=app_page(group, host, int(last)), content_type="text/html", charset="utf-8")
        if request.path.startswith(FORBIDDEN):
            return web.Response(body=b"\x89PNG", content_type="image/png")
        return web.Response(status=404)

    async def _package(self, request: web.Request, group: Group, host: str) -> web.StreamResponse:
        """A package, from the byte that ``Range`` names."""
        at = int(request.path.rpartition("/")[2].removesuffix(".apk"))
        tag, total = f'"{host}-{at}"', group.package_bytes
        begin = 0
        if request.headers.get("If-Range", tag) == tag and request.http_range.start:
            begin = min(request.http_range.start, total)
        response = web.StreamResponse(status=206 if begin else 200)
        response.content_type = "application/vnd.android.package-archive"
        response.headers["ETag"] = tag
        response.content_length = total - begin
        if begin:
            response.headers["Content-Range"] = f"bytes {begin}-{total - 1}/{total}"
        await response.prepare(request)
        body = memoryview(block(host, at))
        while begin < total:
            offset = begin % BLOCK
            piece = body[offset : offset + total - begin]
            await response.write(piece)
            begin += len(piece)
        await response.write_eof()
        return response


async def serve(log: Path, groups: list[Group]) -> None:
    """Serves on a free port of 127.0.0.1 until SIGTERM."""
    with log.open("a", encoding="utf-8") as stream:
        application = web.Application()
        application.router.add_route("*", "/{rest:.*}", Site(groups, stream).answer)
        runner = web.AppRunner(application, access_log=None, keepalive_timeout=75)
        await runner.setup()
        place = web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=1)
        await place.start()
        print(runner.addresses[0][1], flush=True)
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        await stopped.wait()
        await runner.cleanup()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(Path(sys.argv[1]), [Group(**json.loads(one)) for one in sys.argv[2:]]))

"""Serves the sample markets and policies on loopback: ``python -m samples.market.serve --port 0 --day 1``.

One small server, several names by the Host header: each market of ``markets.toml`` at the host of its address, the
policies at ``policies.finwatch.example``; any other host (``127.0.0.1``) sees the first market. It answers GET and
HEAD with ETag and Last-Modified, conditional requests and one byte range (RFC 9110 §13, §14), and robots.txt.
``MarketServer.day`` may be changed while it runs; what a day does not offer is gone (404).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from samples.build import PACKAGES
from samples.market.offer import DATA, SampleMarket, day_times, markets

POLICIES = DATA.parent.parent / "policies"
POLICY_HOST = "policies.finwatch.example"
ROBOTS = b"User-agent: *\nDisallow: /private/\nCrawl-delay: 0\n"
TYPES = {
    ".apk": "application/vnd.android.package-archive",
    ".html": "text/html",
    ".jar": "application/java-archive",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".txt": "text/plain",
}
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Resource(NamedTuple):
    """Something that can be asked for."""

    body: bytes
    content_type: str
    etag: str
    modified: datetime


class Request(NamedTuple):
    """A line of the server's own log, for tests that count what was asked."""

    host: str
    method: str
    path: str
    status: int


class MarketServer(ThreadingHTTPServer):
    """The server. ``requests`` is everything asked so far, in order of arrival."""

    daemon_threads = True

    def __init__(self, *, port: int = 0, day: int = 1) -> None:
        self.day = day
        self.requests: list[Request] = []
        self.markets = markets()
        self.times = day_times()
        super().__init__(("127.0.0.1", port), partial(Handler, self))

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    @property
    def names(self) -> list[str]:
        """The host names that it answers to."""
        return [*(urlsplit(market.address).hostname or "" for market in self.markets.values()), POLICY_HOST]

    @property
    def resolve(self) -> dict[str, str]:
        """What ``FINWATCH_RESOLVE`` must hold for the crawler to find it."""
        return dict.fromkeys(self.names, f"127.0.0.1:{self.port}")

    @property
    def environment(self) -> dict[str, str]:
        """The settings under which the crawler may visit it."""
        return {
            "FINWATCH_RESOLVE": ",".join(f"{name}={address}" for name, address in self.resolve.items()),
            "FINWATCH_ALLOW_PRIVATE": ",".join(self.names),
        }

    def find(self, host: str, path: str) -> Resource | None:
        """What ``path`` names at ``host`` today; ``None`` = nothing."""
        if path == "/robots.txt":
            return _resource(ROBOTS, ".txt", self.times[1])
        if host == POLICY_HOST:
            return _file(POLICIES, path.lstrip("/"), self.times[1])
        market = next(
            (market for market in self.markets.values() if urlsplit(market.address).hostname == host),
            next(iter(self.markets.values())),
        )
        return self._in_market(market, path.removeprefix("/repo/")) if path.startswith("/repo/") else None

    def _in_market(self, market: SampleMarket, name: str) -> Resource | None:
        folder = DATA / market.id
        if name.startswith("icons/"):
            return _file(folder / "icons", name.removeprefix("icons/"), self.times[1])
        state = folder / f"day{self.day}"
        if name.endswith(".apk"):
            index = json.loads((state / "index-v2.json").read_text("utf-8"))
            files = {v["file"]["name"]: v for p in index["packages"].values() for v in p["versions"].values()}
            version = files.get(f"/{name}")
            added = datetime.fromtimestamp(version["added"] / 1000, UTC) if version else self.times[1]
            return _file(PACKAGES, name, added) if version else None
        return _file(state, name, self.times[self.day])


def _file(folder: Path, name: str, modified: datetime) -> Resource | None:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or path.suffix not in TYPES or not path.is_file():
        return None
    return _resource(path.read_bytes(), path.suffix, modified)


def _resource(body: bytes, suffix: str, modified: datetime) -> Resource:
    return Resource(body, TYPES[suffix], f'"{hashlib.sha256(body).hexdigest()[:32]}"', modified)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server_version = "SampleMarket/1"

    def __init__(self, market_server: MarketServer, *arguments: object) -> None:
        self.market_server = market_server
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answers GET."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answers HEAD."""
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0].lower()
        path = unquote(urlsplit(self.path).path)
        resource = self.market_server.find(host, path)
        if resource is None:
            status, body, extra = HTTPStatus.NOT_FOUND, b"not found\n", {"Content-Type": "text/plain"}
        else:
            status, body, extra = self._select(resource)
        self.market_server.requests.append(Request(host, self.command, path, int(status)))
        self.send_response(status)
        for name, value in extra.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body and status != HTTPStatus.NOT_MODIFIED:
            self.wfile.write(body)

    def _select(self, resource: Resource) -> tuple[HTTPStatus, bytes, dict[str, str]]:
        extra = {
            "ETag": resource.etag,
            "Last-Modified": format_datetime(resource.modified, usegmt=True),
            "Accept-Ranges": "bytes",
            "Content-Type": resource.content_type,
        }
        if self._unchanged(resource):
            return HTTPStatus.NOT_MODIFIED, b"", extra
        wanted = RANGE.fullmatch(self.headers.get("Range") or "")
        if wanted is None or not self._range_holds(resource) or wanted.groups() == ("", ""):
            return HTTPStatus.OK, resource.body, extra
        size = len(resource.body)
        first, last = wanted.groups()
        start = int(first) if first else max(size - int(last), 0)
        end = min(int(last), size - 1) if first and last else size - 1
        if start >= size or start > end:
            extra["Content-Range"] = f"bytes */{size}"
            return HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", extra
        extra["Content-Range"] = f"bytes {start}-{end}/{size}"
        return HTTPStatus.PARTIAL_CONTENT, resource.body[start : end + 1], extra

    def _unchanged(self, resource: Resource) -> bool:
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return tags.strip() == "*" or resource.etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        since = _date(self.headers.get("If-Modified-Since"))
        return since is not None and resource.modified <= since

    def _range_holds(self, resource: Resource) -> bool:
        validator = self.headers.get("If-Range")
        if validator is None:
            return True
        return validator.strip() == resource.etag or _date(validator) == resource.modified

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing: ``MarketServer.requests`` is the log."""


def _date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None


@contextmanager
def serving(*, port: int = 0, day: int = 1) -> Iterator[MarketServer]:
    """The server, answering in a thread of its own until the block ends."""
    with MarketServer(port=port, day=day) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    """Serves until interrupted, after printing where and under which settings."""
    parser = argparse.ArgumentParser(prog="python -m samples.market.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 = any free port")
    parser.add_argument("--day", type=int, default=1, choices=sorted(day_times()))
    options = parser.parse_args()
    with MarketServer(port=options.port, day=options.day) as server:
        print(f"http://127.0.0.1:{server.port}/repo", flush=True)
        for name, value in server.environment.items():
            print(f"export {name}={value}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()

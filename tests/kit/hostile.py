"""A web server on loopback that answers as badly as it is told to, and writes down what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    def __getitem__(self, name: str) -> str | None:
        return self.headers.get(name.lower())


Route = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """The running server. ``routes`` may change at any time; an unknown path is 404."""

    port: int = 0
    routes: dict[str, Route] = field(default_factory=dict)
    log: list[Asked] = field(default_factory=list)
    busy: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}{path}"

    def serve(self, path: str, body: bytes, *, status: int = 200, **headers: str) -> None:
        """Answers ``path`` with ``body``; ``Range`` is heeded when an ``etag`` is given."""
        self.routes[path] = plain(body, status=status, **headers)

    def asked(self, path: str) -> list[Asked]:
        return [one for one in self.log if one.path == path]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.busy.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._converse(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()
            self.busy.discard(task)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ")
            fields = (line.split(": ", 1) for line in head[1:] if line)
            named = {name.lower(): value for name, value in fields}
            asked = Asked(method, path, named, await reader.readexactly(int(named.get("content-length", "0"))))
            self.log.append(asked)
            await self.routes.get(path, plain(b"not here", status=404))(asked, writer)
            await writer.drain()


def plain(body: bytes, *, status: int = 200, **headers: str) -> Route:
    """A correct answer, with ranges and conditions (RFC 9110) when it has an entity tag."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        tag = headers.get("etag")
        if tag and asked["If-None-Match"] == tag:
            write_head(writer, 304, ETag=tag)
            return
        asked_range = asked["Range"]
        if tag and asked_range and asked["If-Range"] in {None, tag}:
            first, _, last = asked_range.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last or len(body)), len(body) - 1)
            if start >= len(body):
                write_head(writer, 416, Content_Range=f"bytes */{len(body)}", Content_Length="0")
                return
            part = body[start : end + 1]
            span = f"bytes {start}-{end}/{len(body)}"
            write_head(writer, 206, Content_Length=str(len(part)), Content_Range=span, **headers)
            writer.write(part)
            return
        write_head(writer, status, Content_Length=str(len(body)), **headers)
        writer.write(body)

    return answer


def redirect(target: str, status: int = 302) -> Route:
    """A redirect to ``target``."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        write_head(writer, status, Location=target, Content_Length="0")

    return answer


def cut(body: bytes, *, after: int, chunked: bool = False, **headers: str) -> Route:
    """Declares ``body`` and hangs up ``after`` bytes of it."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if chunked:
            write_head(writer, 200, Transfer_Encoding="chunked", **headers)
            writer.write(f"{after:x}\r\n".encode() + body[:after] + b"\r\n")
        else:
            write_head(writer, 200, Content_Length=str(len(body)), **headers)
            writer.write(body[:after])
        await writer.drain()
        writer.close()

    return answer


def endless(piece: bytes = b"\0" * 65536) -> Route:
    """A body without end and without a declared length."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        write_head(writer, 200, Transfer_Encoding="chunked")
        while not writer.is_closing():
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            await writer.drain()

    return answer


def long(piece: bytes, times: int) -> Route:
    """A declared body of ``piece`` over and over, sent as fast as it is taken."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        write_head(writer, 200, Content_Length=str(len(piece) * times))
        for _ in range(times):
            writer.write(piece)
            await writer.drain()

    return answer


def reset() -> Route:
    """Cuts the connection with RST before any answer."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    return answer


def drip(until: asyncio.Event) -> Route:
    """One byte, and then silence until ``until`` is set."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        write_head(writer, 200, Content_Length="1000")
        writer.write(b"x")
        await writer.drain()
        await until.wait()
        writer.close()

    return answer


def raw(data: bytes) -> Route:
    """Whatever bytes, then the end."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return answer


def write_head(writer: asyncio.StreamWriter, status: int, **headers: str) -> None:
    """A status line and header fields; ``_`` in a name stands for ``-``."""
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    """A server on an ephemeral port of loopback."""
    server = Server()
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in list(server.busy):
            task.cancel()
        await asyncio.gather(*server.busy, return_exceptions=True)

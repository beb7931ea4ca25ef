"""``finwatch serve``: the pages and the API on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal
from finwatch.errors import SettingError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from typing import Any

    from fastapi import FastAPI

    from finwatch.settings import Settings
    from finwatch.store import Store

KEPT_SECONDS = 75
"""How long a connection that nobody uses is kept for the reader's next page; proxies reckon with a minute or more."""

TURN_SECONDS = 0.001
"""How long a thread works before others may. A page waits for its turn after each of its questions to the database, so
a fifth of Python's usual turn keeps short pages short beside long ones."""


def run(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8420,
    workers: Annotated[int, typer.Option(help="Processes that answer; one a core is right.", min=1, max=64)] = 1,
) -> None:
    """Serve the pages and the API; Ctrl-C stops."""
    serve(
        terminal.settings(),
        host=host,
        port=port,
        ready=lambda address: print(f"Finwatch: {address}", flush=True),
        workers=workers,
    )


def serve(settings: Settings, *, host: str, port: int, ready: Callable[[str], None], workers: int = 1) -> None:
    """Serves until stopped; calls ``ready`` with the address once the socket listens. With several ``workers``, each is
    a process of its own on one socket; when one ends, all do, so that whoever watches over the service sees it.

    Raises ``InputError`` when the port is taken.
    """
    import uvicorn

    from finwatch import catalog, checks
    from finwatch.cli.application import application
    from finwatch.lake import open_lake
    from finwatch.store import open_store
    from finwatch.web.pages import Site, compile_templates

    listener = listen(host, port)
    if workers > 1:
        with open_store(settings.store_address) as store:  # migrated once, before there are several
            check_reach(store, host)
        compile_templates()
        if _parent(workers, lambda: ready(_address(listener))):
            return
        ready = _silent
    with open_store(settings.store_address) as store:
        check_reach(store, host)
        site = Site(
            store=store,
            lake=open_lake(settings.lake_address),
            knowledge=catalog.load(settings.catalog),
            checks=tuple(check.definition for check in checks.load()),
            language=settings.language,
            address=settings.address,
        )
        app = application(site, settings=settings)
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", access_log=False, timeout_keep_alive=KEPT_SECONDS)
        )
        _settle(app)
        ready(_address(listener))
        server.run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """A socket that readers can reach. Raises ``InputError`` when the port is taken."""
    import socket

    from finwatch.errors import InputError

    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise InputError(
            f"{host}:{port} cannot be listened on ({error.strerror}).", todo="Choose another --port."
        ) from error
    # Inherited by what is accepted. Without it the end of an answer waits for the reader's delayed acknowledgement,
    # 40 ms on Linux (tcp(7)); asyncio sees to it only for sockets that were made with the protocol's number.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _settle(app: FastAPI) -> None:
    """Gets what the first reader would wait for: a request for nothing looks at every route, which makes it whole. Then
    takes all that was loaded out of the garbage collector's rounds, which would stop everybody to walk it, and lets
    threads take shorter turns."""
    import asyncio
    import gc
    import sys

    async def nothing() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def unheard(_message: Any) -> None:
        return

    about: dict[str, Any] = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET"}
    place = {"scheme": "http", "path": "/-", "raw_path": b"/-", "root_path": "", "query_string": b"", "headers": []}
    asyncio.run(app({**about, **place, "client": None, "server": None}, nothing, unheard))
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(TURN_SECONDS)


def _silent(_address: str) -> None:
    return


def _address(listener: socket.socket) -> str:
    address, bound = listener.getsockname()[:2]
    return f"http://{f'[{address}]' if ':' in address else address}:{bound}/"


def _parent(workers: int, ready: Callable[[], None]) -> bool:
    """Starts ``workers`` copies of this process. In each of them: ``False`` at once. In this one: ``True`` once they
    have ended; a signal to stop goes to all of them. Nothing that does not survive ``fork(2)`` may be open."""
    import os
    import signal

    children: set[int] = set()
    for _ in range(workers):
        child = os.fork()
        if child == 0:
            return False
        children.add(child)

    def stop(*_: object) -> None:
        for child in children:
            os.kill(child, signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    ready()
    while children:
        child, _ = os.wait()
        children.discard(child)
        stop()
    return True


def check_reach(store: Store, host: str) -> None:
    """Raises ``SettingError`` when others could reach a store that asks nobody who they are: none is registered."""
    import ipaddress

    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if not here and not store.accounts.anyone():
        raise SettingError(
            f"Nobody is registered in the store, so its pages may not be served on {host}.",
            zh=f"尚未登记任何人员，不得在 {host} 上提供服务。",
            todo="Register the first administrator with `finwatch access first`, or serve on 127.0.0.1.",
        )

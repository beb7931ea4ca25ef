"""``finwatch serve``: the pages and the API on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from finwatch.cli import terminal
from finwatch.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from finwatch.settings import Settings
    from finwatch.store import Store


def run(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8420,
) -> None:
    """Serve the pages and the API; Ctrl-C stops."""
    serve(terminal.settings(), host=host, port=port, ready=lambda address: print(f"Finwatch: {address}", flush=True))


def serve(settings: Settings, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serves until stopped; calls ``ready`` with the address once the socket listens.

    Raises ``InputError`` when the port is taken.
    """
    import socket

    import uvicorn

    from finwatch import catalog, checks
    from finwatch.cli.application import application
    from finwatch.errors import InputError
    from finwatch.lake import open_lake
    from finwatch.store import open_store
    from finwatch.web.pages import Site

    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise InputError(
            f"{host}:{port} cannot be listened on ({error.strerror}).", todo="Choose another --port."
        ) from error
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
        server = uvicorn.Server(
            uvicorn.Config(application(site, settings=settings), log_level="warning", access_log=False)
        )
        address, bound = listener.getsockname()[:2]
        ready(f"http://{f'[{address}]' if ':' in address else address}:{bound}/")
        server.run(sockets=[listener])


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

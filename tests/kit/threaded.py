"""A server of ``hostile`` in a thread of its own, for tests of what has an event loop itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.kit.hostile import Server, serving


@contextmanager
def served() -> Iterator[Server]:
    """A running server; its routes may be set from here."""
    ready, over = threading.Event(), threading.Event()
    held: list[Server] = []

    async def go() -> None:
        async with serving() as server:
            held.append(server)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(go()))
    thread.start()
    ready.wait()
    try:
        yield held[0]
    finally:
        over.set()
        thread.join()

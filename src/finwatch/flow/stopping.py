"""SIGTERM ends a run as Ctrl-C does: by ``KeyboardInterrupt``, so that leases are given back and files are closed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sigterm_stops() -> Iterator[None]:
    """Inside the block SIGTERM raises ``KeyboardInterrupt`` in the main thread; elsewhere it changes nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

"""What was answered about a generation, kept in this process: a publication never changes once it is published.

A store keeps the newest answers of the generation that was asked about last, for readers who see every app; whoever
sees less is answered anew each time, since what they see follows cases as they move. Answers are frozen nouns, so they
may be handed to many. Another publication, or the same number published at another time, empties it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

T = TypeVar("T")
ANSWERS: Final = 1_000
"""Answers that are kept: pages of 50 rows take about 100 KB each, counts next to nothing."""
PAGES: Final = 200
"""Pages among them."""


class Memory:
    """The newest answers about one generation. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: tuple[int, datetime | None] | None = None
        self._kept: dict[str, OrderedDict[Hashable, Any]] = {}

    def answer(
        self, of: tuple[int, datetime | None], kind: str, key: Hashable, ask: Callable[[], T], *, most: int = ANSWERS
    ) -> T:
        """What ``ask`` gives, or gave before for ``kind`` and ``key`` about the same generation."""
        with self._lock:
            if of != self._of:
                self._of = of
                self._kept = {}
            shelf = self._kept.setdefault(kind, OrderedDict())
            if key in shelf:
                shelf.move_to_end(key)
                found: T = shelf[key]
                return found
        told = ask()
        with self._lock:
            if of == self._of:
                shelf[key] = told
                while len(shelf) > most:
                    shelf.popitem(last=False)
        return told


_MEMORIES: Final[WeakKeyDictionary[Engine, Memory]] = WeakKeyDictionary()
_MAKING: Final = threading.Lock()


def memory_of(engine: Engine) -> Memory:
    """The memory of an engine, made when it is asked for first."""
    with _MAKING:
        found = _MEMORIES.get(engine)
        if found is None:
            found = _MEMORIES[engine] = Memory()
        return found

"""What was answered about a generation, kept in this process: a publication never changes once it is published.

A store keeps the newest answers of the generation that was asked about last, for readers who see every app; whoever
sees less is answered anew each time, since what they see follows cases as they move. Answers are frozen nouns, so they
may be handed to many. Another publication, or the same number published at another time, empties it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

T = TypeVar("T")
ANSWERS: Final = 1_000
"""Answers that are kept: pages of 50 rows take about 100 KB each, counts next to nothing."""
PAGES: Final = 200
"""Pages among them."""
SUBJECTS: Final = 100
"""Apps, and packages, that are kept whole: a few hundred KB each."""


class Memory:
    """The newest answers about one generation. Safe to share between threads: of many who ask the same thing at once,
    one asks the database, and the others wait for what it is told."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: tuple[int, datetime | None] | None = None
        self._kept: dict[str, OrderedDict[Hashable, Future[Any]]] = {}

    def answer(
        self, of: tuple[int, datetime | None], kind: str, key: Hashable, ask: Callable[[], T], *, most: int = ANSWERS
    ) -> T:
        """What ``ask`` gives, or gave before for ``kind`` and ``key`` about the same generation. What it raises is
        raised for those who waited too, and not kept."""
        with self._lock:
            if of != self._of:
                self._of = of
                self._kept = {}
            shelf = self._kept.setdefault(kind, OrderedDict())
            told: Future[T] | None = shelf.get(key)
            if told is not None:
                shelf.move_to_end(key)
            else:
                mine: Future[T] = Future()
                shelf[key] = mine
                while len(shelf) > most:
                    shelf.popitem(last=False)
        if told is not None:
            return told.result()
        try:
            mine.set_result(ask())
        except BaseException as error:
            with self._lock:
                if shelf.get(key) is mine:
                    del shelf[key]
            mine.set_exception(error)
            raise
        return mine.result()


_MEMORIES: Final[WeakKeyDictionary[Engine, Memory]] = WeakKeyDictionary()
_MAKING: Final = threading.Lock()


def memory_of(engine: Engine) -> Memory:
    """The memory of an engine, made when it is asked for first."""
    with _MAKING:
        found = _MEMORIES.get(engine)
        if found is None:
            found = _MEMORIES[engine] = Memory()
        return found

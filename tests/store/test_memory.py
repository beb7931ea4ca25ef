"""What is remembered of a publication: asked once, for that generation, and never when it went wrong."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from finwatch.store.published.memory import Memory

FIRST, SECOND = (1, None), (2, None)


def test_many_who_ask_at_once_are_one_question() -> None:
    memory, asked = Memory(), []
    gate, go = threading.Barrier(8), threading.Event()

    def ask() -> str:
        asked.append(1)
        go.wait(10)
        return "told"

    def one() -> str:
        gate.wait(10)
        return memory.answer(FIRST, "apps", "key", ask)

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(one) for _ in range(8)]
        go.set()
        assert [each.result(10) for each in waiting] == ["told"] * 8
    assert len(asked) == 1


def test_another_generation_is_asked_about_anew() -> None:
    memory = Memory()
    assert memory.answer(FIRST, "apps", "key", lambda: 1) == 1
    assert memory.answer(FIRST, "apps", "key", lambda: 2) == 1
    assert memory.answer(FIRST, "events", "key", lambda: 3) == 3
    assert memory.answer(SECOND, "apps", "key", lambda: 4) == 4
    assert memory.answer(FIRST, "apps", "key", lambda: 5) == 5


def test_what_went_wrong_is_not_kept() -> None:
    memory = Memory()

    def fail() -> int:
        raise ValueError("lost")

    with pytest.raises(ValueError, match="lost"):
        memory.answer(FIRST, "apps", "key", fail)
    assert memory.answer(FIRST, "apps", "key", lambda: 1) == 1


def test_the_oldest_goes_first() -> None:
    memory = Memory()
    for key in "abca":
        memory.answer(FIRST, "apps", key, lambda: "old", most=2)
    assert [memory.answer(FIRST, "apps", key, lambda: "new", most=2) for key in "ca"] == ["old", "old"]
    assert memory.answer(FIRST, "apps", "b", lambda: "new", most=2) == "new"

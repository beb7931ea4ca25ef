"""What readers of cells share: words with a meaning, text for comparing, and how a value is refused. Pure.

Text is compared in one form of letters (Unicode UAX #15 NFKC), so that full-width digits are digits.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import resources
from typing import Any

from finwatch.model.base import Text
from finwatch.supervise.ledger.sheet.book import Value


class Wrong(Exception):
    """A value that cannot be taken: what is wrong, and what to write instead."""

    def __init__(self, zh: str, en: str, *, todo_zh: str, todo_en: str) -> None:
        super().__init__(en)
        self.says = Text(zh=zh, en=en)
        self.todo = Text(zh=todo_zh, en=todo_en)


@dataclass(slots=True)
class Around:
    """What a cell's meaning rests on besides itself; ``said`` collects what was assumed."""

    today: date
    epoch_1904: bool = False
    factor: int = 1
    """The unit in the heading: 10,000 under 用户数（万）."""
    said: list[Text] = field(default_factory=list)

    def say(self, zh: str, en: str) -> None:
        """Note an assumption, to be shown beside the value."""
        self.said.append(Text(zh=zh, en=en))


@functools.cache
def words() -> dict[str, Any]:
    """The word lists of ``words.toml``, each entry bare."""
    read = tomllib.loads((resources.files(__package__) / "words.toml").read_text("utf-8"))
    return {
        name: {meaning: tuple(map(bare, said)) for meaning, said in given.items()}
        if isinstance(given, dict)
        else frozenset(map(bare, given))
        for name, given in read.items()
    }


def bare(text: str) -> str:
    """Text for comparing: NFKC, lower case, no white space."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text).lower())


def plain(value: Value) -> str:
    """A value as its reader sees it, NFKC, with inner white space as one space."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return re.sub(r"[ \t\xa0\u3000]+", " ", unicodedata.normalize("NFKC", str(value))).strip()


def empty(value: Value) -> bool:
    """Whether a value says that there is none: 无, /, 不涉及."""
    return isinstance(value, str) and bare(value) in words()["empty"]

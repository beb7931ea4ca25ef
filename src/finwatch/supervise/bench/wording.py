"""How comparisons are worded: equality of names and versions, clauses as a letter cites them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from finwatch.model.base import Text
from finwatch.model.knowledge import Clause

_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_LEGAL = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团|公司|股份)")
MOST = 8
"""Names listed in one sentence; the rest is counted."""


def folded(value: str) -> str:
    """A name without what says nothing: width, case, spaces."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", value)).casefold()


def same_name(one: str, other: str) -> bool:
    """Whether two names are one but for width, case and spaces."""
    return folded(one) == folded(other)


def same_organisation(one: str, names: Iterable[str]) -> bool:
    """Whether ``one`` is one of ``names``, legal forms (股份有限公司) left aside."""
    bare = _LEGAL.sub("", folded(one))
    return bool(bare) and any(bare == _LEGAL.sub("", folded(name)) for name in names)


def same_version(one: str, other: str) -> bool:
    """Whether two version names are one but for a leading ``v``."""
    return _version(one) == _version(other)


def newer(one: str, other: str) -> bool | None:
    """Whether version ``one`` comes after ``other``; ``None`` where they are not numbers with dots."""
    try:
        first, second = ([int(part) for part in _version(value).split(".")] for value in (one, other))
    except ValueError:
        return None
    width = max(len(first), len(second))
    return first + [0] * (width - len(first)) > second + [0] * (width - len(second))


def _version(value: str) -> str:
    return re.sub(r"^(?:版本|version|ver|v)[.:： ]?", "", folded(value))


def listed(names: Iterable[str]) -> Text:
    """Names in a sentence: the first few, and how many more there are."""
    every = list(names)
    shown, rest = every[:MOST], len(every) - MOST
    zh, en = "、".join(shown), ", ".join(shown)
    if rest > 0:
        return Text(zh=f"{zh}等{len(every)}项", en=f"{en} and {rest} more")
    return Text(zh=zh, en=en)


def cited(sentence: Text, clauses: Iterable[str], known: Mapping[str, Clause]) -> Text:
    """The sentence with the texts that it rests on. A number is given only where the text behind it was seen."""
    numbers: dict[str, list[str]] = {}
    for clause in (known[one] for one in clauses if one in known):
        told = numbers.setdefault(clause.source, [])
        if clause.numbered:
            told.append(clause.number)
    if not numbers:
        return sentence
    zh = "；".join(_cited(source, found, zh=True) for source, found in numbers.items())
    en = "; ".join(_cited(source, found, zh=False) for source, found in numbers.items())
    return Text(zh=f"{sentence.zh}（参见{zh}）", en=f"{sentence.en} (See {en}.)")


def _cited(source: str, numbers: list[str], *, zh: bool) -> str:
    """A text with its numbers; articles are called so only where they are articles."""
    title = source if "〔" in source or source[:1].isascii() else f"《{source}》"
    if not numbers:
        return title
    if "办法" in source and all(number.isdigit() for number in numbers):
        return title + "、".join(f"第{number}条" for number in numbers) if zh else f"{title}, art. {', '.join(numbers)}"
    return f"{title} {'、'.join(numbers)}" if zh else f"{title} {', '.join(numbers)}"

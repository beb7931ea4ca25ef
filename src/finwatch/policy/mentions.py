"""Where a policy names data items: the catalogue's names and synonyms, found in the text.

A mention says that the words stand there. Whether the policy says "we collect", "we never collect" or speaks of
somebody else is for the statements that are read later; no check may conclude anything from a mention alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple

from finwatch.model.knowledge import DataItem
from finwatch.model.locator import PolicyAt
from finwatch.model.policy import Mention, PolicyText
from finwatch.policy.normal import normalise

LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
"""Keeps the length, which ``str.lower`` does not for every letter."""
ACRONYM = 4
"""Latin words up to this length in capitals (IP, MAC, IMEI) count in capitals alone: "ip" and "mac" are other words."""


def find_mentions(policy: PolicyText, items: Mapping[str, DataItem]) -> tuple[Mention, ...]:
    """Every mention of an item of ``items`` in ``policy``, in order of place, then of item.

    Where one name holds another (``手机号码`` and ``手机``), the longest counts. A word that names two items gives two
    mentions. Latin names are matched as whole words and in any case, except acronyms.
    """
    names = _names(items)
    plain = policy.text.translate(LOWER)
    found: list[Mention] = []
    for paragraph in policy.paragraphs:
        at = paragraph.start
        while at < paragraph.end:
            name = _longest(names.get(plain[at], ()), policy.text, plain, at=at)
            if name is None:
                at += 1
                continue
            place = PolicyAt(document=policy.document, paragraph=paragraph.number, start=at, end=at + len(name.plain))
            words = policy.text[place.start : place.end]
            found += [Mention(item=item, words=words, at=place) for item in name.items]
            at = place.end
    return tuple(found)


class _Name(NamedTuple):
    plain: str
    """Latin letters in lower case, for a first comparison."""
    words: str
    exact: bool
    """Only these very letters count."""
    items: tuple[str, ...]


def _names(items: Mapping[str, DataItem]) -> dict[str, list[_Name]]:
    """The names by their first character, longest first."""
    by_words: dict[str, set[str]] = defaultdict(set)
    for item in items.values():
        for name in (item.name.zh, item.name.en, *item.synonyms_zh, *item.synonyms_en):
            words = normalise(name)
            if words:
                by_words[words if _is_acronym(words) else words.translate(LOWER)].add(item.id)
    names: dict[str, list[_Name]] = defaultdict(list)
    for words in sorted(by_words, key=lambda name: (-len(name), name)):
        plain = words.translate(LOWER)
        names[plain[0]].append(_Name(plain, words, _is_acronym(words), tuple(sorted(by_words[words]))))
    return dict(names)


def _is_acronym(words: str) -> bool:
    return words.isascii() and words.isupper() and len(words) <= ACRONYM


def _longest(names: Iterable[_Name], text: str, plain: str, *, at: int) -> _Name | None:
    for name in names:
        after = at + len(name.plain)
        if not plain.startswith(name.plain, at):
            continue
        if name.exact and not text.startswith(name.words, at):
            continue
        if not (_inside_word(text, at) or _inside_word(text, after)):
            return name
    return None


def _inside_word(text: str, at: int) -> bool:
    """Whether Latin letters or digits stand on both sides of ``at``."""
    return 0 < at < len(text) and all(text[i].isascii() and text[i].isalnum() for i in (at - 1, at))

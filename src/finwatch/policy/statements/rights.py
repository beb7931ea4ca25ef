"""Rights that a policy grants, with the way to each and the promised days (PIPL Arts. 15, 44-50; GB/T 35273-2020 §8).

In: ``PolicyText``; out: ``Right`` values. A right is read from a sentence that speaks to the person (您可以, 您有权,
you may) and names it; the way is read from that sentence and, where it has none, from the one after.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from importlib import resources

import ahocorasick_rs

from finwatch.model.policy import ParagraphKind, PolicyText
from finwatch.model.statement import Right, RightKind

_WORDS = tomllib.loads(resources.files(__package__).joinpath("rights.toml").read_text("utf-8"))
LETTER = re.compile("[A-Za-z]")
ESCAPED = re.compile(r"\\.")
ALL = re.compile("|".join(f"(?P<{kind.name}>{'|'.join(_WORDS[kind.value])})" for kind in RightKind), re.IGNORECASE)
WITHOUT_LETTERS = re.compile(
    "|".join(
        f"(?P<{kind.name}>{'|'.join(word for word in _WORDS[kind.value] if not LETTER.search(ESCAPED.sub('', word)))})"
        for kind in RightKind
    )
)
"""The same for a sentence without Latin letters: half the words, and cases need not be told apart."""
TO_PERSON, WAY, DAYS = (
    re.compile("|".join(_WORDS["sentence"][name]), re.IGNORECASE) for name in ("to_person", "way", "days")
)
TRIGGERS = ahocorasick_rs.AhoCorasick(
    _WORDS["sentence"]["triggers"], implementation=ahocorasick_rs.Implementation.DFA
).find_matches_as_indexes
DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
NAVIGATION = ParagraphKind.NAVIGATION
KINDS = dict(RightKind.__members__)
ENDS = re.compile(r"[。;；\n!?]|\.\s")


def rights_of(policy: PolicyText) -> tuple[Right, ...]:
    """The rights that ``policy`` grants, in order of place; each kind once a sentence."""
    text = policy.text
    paragraphs = [one for one in policy.paragraphs if one.kind is not NAVIGATION]
    starts = [one.start for one in paragraphs]
    found: dict[tuple[int, RightKind], Right] = {}
    done = -1
    for _, at, _ in TRIGGERS(text):
        place = bisect_right(starts, at) - 1
        if at < done or place < 0 or at >= paragraphs[place].end:
            continue
        paragraph = paragraphs[place]
        start, end = _sentence(text, at, paragraph.start, paragraph.end)
        done = end
        if not TO_PERSON.search(text, start, end):
            continue
        matches = (ALL if LETTER.search(text, start, end) else WITHOUT_LETTERS).finditer(text, start, end)
        named = dict.fromkeys(KINDS[str(match.lastgroup)] for match in matches)
        kinds = [kind for kind in named if (start, kind) not in found]
        if not kinds:
            continue
        way = WAY.search(text, start, end) or WAY.search(text, end, _sentence(text, end + 1, end, paragraph.end)[1])
        days = DAYS.search(text, start, paragraph.end)
        for kind in kinds:
            found[(start, kind)] = Right(
                kind, paragraph.number, start, end, way.span() if way else None, _number(days) if days else None
            )
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0], key[1].value)))


def _sentence(text: str, at: int, first: int, last: int) -> tuple[int, int]:
    at = min(at, last)
    start = max(text.rfind(mark, first, at) for mark in "。;!?\n") + 1
    english = text.rfind(". ", first, at) + 1
    match = ENDS.search(text, at, last)
    return max(start, english, first), match.start() if match else last


def _number(match: re.Match[str]) -> int | None:
    words = match.group(1) or match.group(2)
    if words.isdigit():
        return int(words)
    if "十" in words:
        tens, _, ones = words.partition("十")
        return (DIGITS.get(tens, 1) if tens else 1) * 10 + DIGITS.get(ones, 0)
    return DIGITS.get(words)

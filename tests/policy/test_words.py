"""The native pass over a text gives the tokens that a plain reading of its rules gives, character by character."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finwatch import catalog
from finwatch._native import Token, Words
from finwatch.policy.statements.lexicon import (
    BOUNDED,
    ITEM,
    LANGUAGES,
    LETTERED,
    LOWER,
    SILENT,
    Kind,
    Lexicon,
    entries,
    neighbours,
)

ITEMS = catalog.load().items
ENTRIES = {language: entries(language, ITEMS) for language in LANGUAGES}
LEXICONS = {language: Lexicon(language, ITEMS) for language in LANGUAGES}
KELVIN, DOTTED = "\u212a", "\u0130"
ODD = f"{KELVIN}{DOTTED}ſΣßåÅ\u0301\u200b𝐈📷 \n\tabzAZ09éＡ"


def plain(language: str) -> Callable[[str], list[tuple[Kind, Any, int, int]]]:
    """The rules of ``Words`` one by one, slowly."""
    words = {word: (mode, kind, value) for word, mode, kind, value in ENTRIES[language]}
    beside = neighbours(language)
    longest = max(map(len, words))

    def joins(one: str, two: str) -> bool:
        return (one + two).isascii() and one.isalnum() and two.isalnum()

    def fits(text: str, lower: str, start: int, end: int, mode: int) -> bool:
        if mode & LETTERED and (
            (start and joins(lower[start - 1], lower[start]))
            or (end < len(lower) and joins(lower[end - 1], lower[end]))
        ):
            return False
        if mode & ITEM and text.startswith(tuple(beside["function"]), end):
            return False
        if mode & BOUNDED:
            before, after = text[start - 1 : start] or "\n", text[end : end + 1] or "\n"
            return (
                before in beside["left"]
                and after in beside["right"]
                and (
                    before in beside["beside"]
                    or after in beside["beside"]
                    or (before in beside["outer"] and after in beside["outer"])
                )
            )
        return not mode & SILENT

    def scan(text: str) -> list[tuple[Kind, Any, int, int]]:
        lower = text.lower()
        lower = lower if len(lower) == len(text) else text.translate(LOWER)
        found = []
        at = 0
        while at < len(text):
            end = next((end for end in range(at + longest, at, -1) if lower[at:end] in words and end <= len(text)), 0)
            if end:
                mode, kind, value = words[lower[at:end]]
                if fits(text, lower, at, end, mode):
                    found.append((kind, value, at, end))
            at = end or at + 1
        return found

    return scan


PLAIN = {language: plain(language) for language in LANGUAGES}


def texts(language: str) -> st.SearchStrategy[str]:
    """Texts of listed words, their parts, letters beside them and characters whose lower case is odd."""
    words = st.sampled_from([word for word, *_ in ENTRIES[language]])
    beside = neighbours(language)
    marks = st.sampled_from([*beside["left"], *beside["right"], *beside["function"], *ODD])
    part = st.one_of(
        words, words.map(str.upper), words.map(lambda word: word[:-1]), marks, marks, st.characters(codec="utf-8")
    )
    return st.lists(part, max_size=40).map("".join)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_native_pass_gives_what_the_rules_give(language: str) -> None:
    @settings(max_examples=400, deadline=None)
    @given(texts(language))
    def check(text: str) -> None:
        assert [(one.kind, one.value, one.start, one.end) for one in LEXICONS[language].scan(text)] == PLAIN[language](
            text
        )

    check()


@pytest.mark.parametrize("language", LANGUAGES)
def test_lower_case_outside_ascii_matters_in_no_list_but_for_the_kelvin_sign(language: str) -> None:
    letters = {letter for word, *_ in ENTRIES[language] for letter in word}
    others = {
        character
        for character in map(chr, range(128, sys.maxunicode + 1))
        if character.lower() != character and not letters.isdisjoint(character.lower())
    }
    assert others <= {KELVIN, DOTTED}


def test_a_token_is_a_value() -> None:
    token = Token(Kind.ITEM, ("name",), 3, 5)
    assert token == Token(Kind.ITEM, ("name",), 3, 5)
    assert hash(token) == hash(Token(Kind.ITEM, ("name",), 3, 5))
    assert token != token._replace(kind=Kind.VERB)
    assert token._replace(start=4, end=6, value=None) == Token(Kind.ITEM, None, 4, 6)
    assert (token == ("name",)) is False
    assert repr(token) == "Token(Kind.ITEM, ('name',), 3, 5)"
    with pytest.raises(AttributeError):
        token.start = 4  # type: ignore[misc]
    with pytest.raises(TypeError):
        token._replace(place=1)  # type: ignore[call-arg]


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        LEXICONS["zh"].scan("收集\ud800")


def test_words_without_neighbours() -> None:
    words = Words([("ab", LETTERED, Kind.VERB, 1)], function=[], left="", right="", beside="", outer="")
    assert [(one.start, one.end) for one in words.scan("AB, abc ab")] == [(0, 2), (8, 10)]

"""The native way of normalising gives what the full way gives, and is told nothing that Unicode does not allow."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finwatch import _native
from finwatch.policy.normal import Origin, becomes, normalise, normalise_in_full, traced, traced_in_full

CODE_POINTS = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000]
MIXED = (
    "我们收集姓名ＡＢ，。　 \n\r\t\x0b\x1c\x85\xa0&<>é…ﬁ㎡①⼿⻚\u200b\u200d\ufeff\u2028\u0301ｶﾞ각"
    "\u1100\u1161각\u09c7\u09be📷字"
)


@st.composite
def origins(draw: st.DrawFn) -> tuple[str, Origin]:
    """A text, and places for it as a page's entities leave them."""
    text = draw(st.one_of(st.text(st.sampled_from(MIXED), max_size=30), st.text(max_size=20)))
    origin, source = [], draw(st.integers(0, 50))
    for offset in range(len(text)):
        if not offset or draw(st.integers(0, 3)) == 0:
            width = draw(st.integers(1, 6))
            origin.append((offset, source, width))
            source += width - 1
        source += 1
    return text, tuple(origin)


@settings(deadline=None, max_examples=600)
@given(origins(), st.integers(0, 9))
def test_both_ways_trace_alike(case: tuple[str, Origin], at: int) -> None:
    text, origin = case
    assert traced(text, origin, at) == traced_in_full(text, origin, at)
    assert traced(text, ()) == (normalise(text), [])
    assert normalise(text) == normalise_in_full(text)


def test_offsets_that_fall_are_left_to_the_full_way() -> None:
    origin = ((0, 5, 1), (9, 20, 6), (4, 40, 1))
    assert traced("我们收集姓名", origin) == traced_in_full("我们收集姓名", origin)


def test_half_a_surrogate_pair_is_no_error() -> None:
    assert traced("我\ud800们", ((0, 0, 1),)) == ("我\ud800们", [(0, 0, 1)])


def test_every_character_becomes_what_it_becomes_alone() -> None:
    for character in CODE_POINTS:
        told = becomes(character)
        if told is not None:
            assert told.strip(" ") == normalise_in_full(character), hex(ord(character))
            assert (told == " ") is character.isspace()
            assert told == " " or " " not in told


def test_no_character_told_of_joins_another() -> None:
    """UAX #15: only characters of a combining class, second characters of a composition and Hangul's inner letters
    change what stands before them, and every composition needs one of those."""
    pairs = [
        unicodedata.decomposition(one).split()
        for one in CODE_POINTS
        if not unicodedata.decomposition(one).startswith("<")
    ]
    seconds = {chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2}
    seconds |= {chr(point) for point in range(0x1161, 0x1176)} | {chr(point) for point in range(0x11A8, 0x11C3)}
    for character in CODE_POINTS:
        told = becomes(character)
        if told is not None and told != " ":
            parts = unicodedata.normalize("NFKC", told or character) + (told or character)
            assert not any(unicodedata.combining(one) or one in seconds for one in parts), hex(ord(character))


@given(
    st.text(
        st.one_of(st.sampled_from("Az@[`{我们㐀\u33ff\u4dc0龥\ua000é1 "), st.characters(codec="utf-8")), max_size=40
    )
)
def test_scripts_are_counted(text: str) -> None:
    han = len(re.findall(r"[\u3400-\u4dbf\u4e00-\u9fff]", text))
    assert _native.scripts(text) == (han, len(re.findall("[A-Za-z]+", text)))


@pytest.mark.parametrize("character", "我，Ａ…①\u3000\u200b⻚📷k.")
def test_the_usual_characters_are_told_of(character: str) -> None:
    assert becomes(character) is not None

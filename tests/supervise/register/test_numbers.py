"""Credit codes and filing numbers: what a slip of the pen makes of them is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finwatch.supervise.register import credit_code, numbering

EXAMPLE = "91350100M000100Y43"
"""The example of GB 32100-2015, annex."""
CODES = st.text(credit_code.ALPHABET, min_size=17, max_size=17).map(
    lambda first: first + credit_code.check_character(first + "0")
)


def test_the_standards_own_example_is_a_code() -> None:
    assert credit_code.wrong(EXAMPLE) is None


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (EXAMPLE[:-1], "18 characters, this one 17"),
        (EXAMPLE.replace("Y", "I"), "Character 16, “I”"),
        (EXAMPLE.lower(), "Character 9, “m”"),
        (EXAMPLE[:-1] + "4", "check character"),
        ("", "this one 0"),
    ],
)
def test_what_cannot_be_a_code_is_told_where(code: str, says: str) -> None:
    told = credit_code.wrong(code)
    assert told is not None
    assert says in told.en


@given(CODES, st.integers(0, 17), st.sampled_from(credit_code.ALPHABET))
def test_one_wrong_character_is_always_found(code: str, place: int, other: str) -> None:
    changed = code[:place] + other + code[place + 1 :]
    assert (credit_code.wrong(changed) is None) == (changed == code)


@given(CODES, st.integers(0, 15))
def test_two_neighbours_that_changed_places_are_always_found(code: str, place: int) -> None:
    changed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert (credit_code.wrong(changed) is None) == (changed == code)


class Counting:
    """Gives numbers in order, under each name."""

    def __init__(self) -> None:
        self.given: dict[str, int] = {}

    def number(self, name: str) -> int:
        """The next number."""
        self.given[name] = self.given.get(name, 0) + 1
        return self.given[name]


def test_numbers_run_by_year_and_platform() -> None:
    look = Counting()
    day = date(2026, 3, 2)
    made = [numbering.app_number(look, day, platform) for platform in ("android", "android", "ios")]  # type: ignore[arg-type]
    made.append(numbering.app_number(look, date(2027, 1, 4), "android"))  # type: ignore[arg-type]
    assert [number[:-1] for number in made] == [
        "FA2026A000001",
        "FA2026A000002",
        "FA2026I000001",
        "FA2027A000001",
    ]
    assert all(numbering.is_number(number) for number in made)
    assert numbering.is_number(numbering.institution_number(look, day))  # type: ignore[arg-type]
    assert numbering.is_number(numbering.linked_number(look, day, "other"))  # type: ignore[arg-type]


@given(st.integers(1, 999_999), st.integers(6, 13), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_a_number_is_found(running: int, place: int, digit: str) -> None:
    told = f"2026{running:06d}"
    number = f"FA2026A{running:06d}{numbering.check_digit(told)}"
    place += 1 if place == 6 else 0
    changed = number[:place] + digit + number[place + 1 :]
    assert numbering.is_number(changed) == (changed == number)


def test_the_mark_belongs_to_number_package_and_signers() -> None:
    mark = numbering.mark("FA2026A0000014", "example.app", ["b", "a"])
    assert mark == numbering.mark("FA2026A0000014", "example.app", ["a", "b"])
    assert len(mark) == 20
    assert mark != numbering.mark("FA2026A0000014", "example.other", ["a", "b"])
    assert mark != numbering.mark("FA2026A0000014", "example.app", ["a"])

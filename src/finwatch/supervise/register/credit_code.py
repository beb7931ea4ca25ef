"""Unified social credit codes: eighteen characters, the last of which checks the others (GB 32100-2015)."""

from __future__ import annotations

from typing import Final

from finwatch.model.base import Text

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Digits and the letters without I, O, S, V, Z: 31 characters, each worth its place (Table 2)."""
LENGTH: Final = 18
_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
"""Of each of the first 17 places: 3 to the power of the place, modulo 31 (Table 3)."""


def check_character(code: str) -> str:
    """The last character that belongs to the first 17 of ``code`` (§5). Raises ``ValueError`` for a foreign one."""
    total = sum(
        weight * ALPHABET.index(character) for weight, character in zip(_WEIGHTS, code[: LENGTH - 1], strict=True)
    )
    return ALPHABET[-total % 31]


def wrong(code: str) -> Text | None:
    """What is wrong with a credit code, ``None`` when nothing is."""
    if len(code) != LENGTH:
        return Text(
            zh=f"统一社会信用代码应为18位，现为{len(code)}位。",
            en=f"A unified social credit code has 18 characters, this one {len(code)}.",
        )
    for place, character in enumerate(code, 1):
        if character not in ALPHABET:
            return Text(
                zh=f"第{place}位“{character}”不是统一社会信用代码的字符（数字和大写字母，不含I、O、S、V、Z）。",
                en=f"Character {place}, “{character}”, is none of a credit code (digits, capitals without I O S V Z).",
            )
    if check_character(code) != code[-1]:
        return Text(
            zh="校验码不符：前17位或末位有误（GB 32100-2015），请对照营业执照核对。",
            en="The check character does not fit the others (GB 32100-2015): compare it with the business licence.",
        )
    return None

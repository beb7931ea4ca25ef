"""Numbers that the register gives out, and the mark that ties a number to what was filed.

``FA2026A0000017`` is the first Android app that was filed in 2026: a running number of the year, and a last digit that
checks the others (ISO/IEC 7064, MOD 11,10), so that a number that is read out or typed wrongly is refused, not looked
up. Numbers of branches begin with ``FL``, those of institutions with ``FI``; a letter tells the platform.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from finwatch.supervise.machine import Look

PLATFORMS: Final = {"android": "A", "ios": "I", "other": "X"}
_NUMBER: Final = re.compile(r"F([AIL])(\d{4})([AIX]?)(\d{6})(\d)")


def app_number(look: Look, day: date, platform: str) -> str:
    """The next filing number of an app."""
    return _number(look, "FA", day, PLATFORMS[platform])


def linked_number(look: Look, day: date, platform: str) -> str:
    """The next filing number of a branch's app."""
    return _number(look, "FL", day, PLATFORMS[platform])


def institution_number(look: Look, day: date) -> str:
    """The next filing number of an institution."""
    return _number(look, "FI", day, "")


def is_number(text: str) -> bool:
    """Whether ``text`` is a number of the register, its check digit included."""
    found = _NUMBER.fullmatch(text)
    return found is not None and check_digit(found[2] + found[4]) == found[5]


def check_digit(digits: str) -> str:
    """The digit that follows ``digits``: ISO/IEC 7064, MOD 11,10."""
    product = 10
    for digit in digits:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def mark(number: str, package: str, signers: Iterable[str]) -> str:
    """The filing mark (备案标识): twenty hex digits over number, package name and signers.

    Whoever has the package can compute it again: a mark copied onto another app does not fit there.
    """
    told = "\n".join([number, package, *sorted(signers)])
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def _number(look: Look, kind: str, day: date, letter: str) -> str:
    running = f"{look.number(f'{kind}{day.year}{letter}'):06d}"
    return f"{kind}{day.year}{letter}{running}{check_digit(f'{day.year}{running}')}"

"""The line of a TOML file at which a field stands, so that a mistake can be told by its place.

What comes in: the text of a file that is TOML, and the place of a value in its document. What goes out: a line number.
``tomllib`` keeps no lines; so the headers and keys are followed as they are written. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?\Z")
_KEY: Final = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\")(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"))*)\s*=")


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line (from 1) at which the value at ``place``, or the nearest thing around it, is written."""
    wanted = tuple(place)
    best, line = 0, 1
    table: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    for number, written in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(written)
        key = None if header else _KEY.match(written)
        if header is not None:
            table = _table(header[2], counts, array=header[1] == "[[")
            here = table
        elif key is not None:
            here = (*table, *_names(key[1]))
        else:
            continue
        common = _common(here, wanted)
        if common > best:
            best, line = common, number
    return line


def _names(dotted: str) -> list[str]:
    return [part.strip().strip('"') for part in re.findall(r"[\w-]+|\"[^\"]*\"", dotted)]


def _table(dotted: str, counts: dict[tuple[str | int, ...], int], *, array: bool) -> tuple[str | int, ...]:
    """The place of a table; in an array of tables the newest one is meant (TOML 1.0)."""
    place: tuple[str | int, ...] = ()
    names = _names(dotted)
    for depth, name in enumerate(names):
        place = (*place, name)
        last = depth == len(names) - 1
        if array and last:
            counts[place] = counts.get(place, -1) + 1
            for below in [one for one in counts if one[: len(place)] == place and len(one) > len(place)]:
                if below[len(place)] == counts[place]:
                    del counts[below]
        if place in counts:
            place = (*place, counts[place])
    return place


def _common(one: Sequence[str | int], other: Sequence[str | int]) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length

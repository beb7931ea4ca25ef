"""Characters of a policy made comparable, and where each of them came from.

NFKC (UAX #15) makes full-width forms, compatibility ideographs and Kangxi radicals plain; radicals of the CJK
supplement that fonts in PDF files put for whole characters, which NFKC leaves alone, are replaced by a table
(Unicode, EquivalentUnifiedIdeograph). Invisible characters go, runs of white space become one space.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection
from functools import lru_cache

SPACES = re.compile(r"\s+")
UNSEEN = "\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\0-\x08\x0e-\x1f"
FAR = 1 << 62
INVISIBLE = re.compile(f"[{UNSEEN}]")
RADICALS = str.maketrans(
    "⺝⺟⺠⺩⻁⻄⻅⻆⻉⻋⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰",
    "月母民王虎西见角贝车长门雨青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙",
)

RADICAL = re.compile("[" + "".join(map(chr, RADICALS)) + "]")


def normalise(text: str) -> str:
    """``text`` under NFKC, without invisible characters, white space runs as one space, none at the ends."""
    if RADICAL.search(text):
        text = text.translate(RADICALS)
    return SPACES.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip()


class Normaliser:
    """``normalise`` for the texts of one document, able to say where each character came from.

    Made from the document's characters: where none of them changes its number under NFKC, which is nearly always so,
    characters run one to one and only white space needs a look.
    """

    def __init__(self, characters: Collection[str]) -> None:
        odd = sorted(one for one in characters if _is_odd(one))
        joining = "".join(one for one in odd if _joins(one))
        single = "".join(one for one in odd if not _joins(one))
        changing = f"|.?[{re.escape(joining)}]+" if joining else ""
        changing += f"|[{re.escape(single)}]" if single else ""
        self._events = re.compile(rf"[\s{UNSEEN}]{{2,}}|[{UNSEEN}]{changing}", re.DOTALL)
        self._plain = not odd and not INVISIBLE.search("".join(characters))
        """Characters run one to one but for white space."""

    def __call__(self, text: str) -> str:
        """``text`` normalised."""
        return normalise(text)

    def traced(self, text: str, origin: Origin) -> tuple[str, list[tuple[int, int, int]]]:
        """``text`` normalised, and where its characters stand in the original (as ``PolicyText.origin``).

        ``origin`` is the same for ``text`` itself. Where normalising mixes characters so that none can be told from
        the next (accents that stand alone), all point at the beginning of the block.
        """
        words = normalise(text)
        if not words or not origin:
            return words, []
        cut = len(text) - len(text.lstrip())
        if self._plain and len(origin) == 1 and len(words) == len(text.strip()):
            return words, [(0, *_source(origin, cut))]
        pieces: list[str] = []
        taken: list[tuple[int, int, int]] = []
        size = last = 0
        for event in self._events.finditer(text):
            start, end = event.span()
            size = _copied(text, last, start, size=size, pieces=pieces, taken=taken)
            put = normalise(event.group()) if not event.group()[0].isspace() else ""
            put = put or (" " if SPACES.search(event.group()) else "")
            taken += [(size + number, start, end - start) for number in range(len(put))]
            pieces.append(put)
            size += len(put)
            last = end
        _copied(text, last, len(text), size=size, pieces=pieces, taken=taken)
        whole = "".join(pieces)
        if whole.strip() != words:
            return words, [(number, origin[0][1], 1) for number in range(len(words))]
        cut = len(whole) - len(whole.lstrip())
        return words, _cut(_led_on(taken, origin, size=len(whole)), cut, cut + len(words))


Origin = tuple[tuple[int, int, int], ...]


def _joins(character: str) -> bool:
    """Whether a character may melt into the one before it."""
    plain = unicodedata.normalize("NFKC", character)
    return any(unicodedata.combining(one) or "\u1100" <= one <= "\u11ff" for one in character + plain)


@lru_cache(maxsize=1 << 15)
def _is_odd(character: str) -> bool:
    """Whether NFKC may change the number of characters around it."""
    return len(unicodedata.normalize("NFKC", character)) != 1 or _joins(character)


def _copied(text: str, start: int, end: int, *, size: int, pieces: list[str], taken: list[tuple[int, int, int]]) -> int:
    """Takes ``text[start:end]`` over one to one; the size of the whole after it."""
    if start < end:
        taken.append((size, start, 1))
        pieces.append(_even(text[start:end]))
    return size + end - start


def _even(text: str) -> str:
    """``text`` normalised, its white space not joined: as many characters as before."""
    return SPACES.sub(" ", unicodedata.normalize("NFKC", text.translate(RADICALS) if RADICAL.search(text) else text))


def _led_on(taken: list[tuple[int, int, int]], origin: Origin, *, size: int) -> list[tuple[int, int, int]]:
    """Places in a block led on through the block's own ``origin`` to the original."""
    found: list[tuple[int, int, int]] = []
    for number, (put, at, width) in enumerate(taken):
        if width != 1:
            first, _ = _source(origin, at)
            last, wide = _source(origin, at + width - 1)
            found.append((put, first, max(last + wide - first, 1)))
            continue
        length = (taken[number + 1][0] if number + 1 < len(taken) else size) - put
        found.append((put, *_source(origin, at)))
        found += [(put + offset - at, source, wide) for offset, source, wide in origin if at < offset < at + length]
    return found


def _source(origin: Origin, at: int) -> tuple[int, int]:
    place = max(bisect_right(origin, (at, FAR, FAR)) - 1, 0)
    offset, source, width = origin[place]
    return (source, width) if at <= offset else (source + width + at - offset - 1, 1)


def _cut(found: list[tuple[int, int, int]], start: int, end: int) -> list[tuple[int, int, int]]:
    """The entries of ``found`` for the characters from ``start`` to ``end``, counted from ``start``."""
    kept = [(put - start, source, width) for put, source, width in found if start <= put < end]
    if start and (not kept or kept[0][0] > 0):
        kept.insert(0, (0, *_source(tuple(found), start)))
    return kept

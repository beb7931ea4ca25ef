"""Characters of a policy made comparable, and where each of them came from.

NFKC (UAX #15) makes full-width forms, compatibility ideographs and Kangxi radicals plain; radicals of the CJK
supplement that fonts in PDF files put for whole characters, which NFKC leaves alone, are replaced by a table
(Unicode, EquivalentUnifiedIdeograph). Invisible characters go, runs of white space become one space.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache

from finwatch import _native

SPACES = re.compile(r"\s+")
UNSEEN = "\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\0-\x08\x0e-\x1f"
FAR = 1 << 62
INVISIBLE = re.compile(f"[{UNSEEN}]")
RADICALS = str.maketrans(
    "⺝⺟⺠⺩⻁⻄⻅⻆⻉⻋⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰",
    "月母民王虎西见角贝车长门雨青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙",
)

ALONE = re.compile("[\0-\u02ff\u2000-\u312f\u3200-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U0001f300-\U0001faff]")
"""Where no character joins the one before it but those that combine: Latin letters, signs, kana, Han, emoji."""
Origin = tuple[tuple[int, int, int], ...]

RADICAL = re.compile("[" + "".join(map(chr, RADICALS)) + "]")


def normalise(text: str) -> str:
    """``text`` under NFKC, without invisible characters, white space runs as one space, none at the ends."""
    try:
        found = QUICK.traced(text, ())
    except UnicodeEncodeError:  # half of a surrogate pair
        found = None
    return found[0] if found is not None else normalise_in_full(text)


def normalise_in_full(text: str) -> str:
    """As ``normalise``, for any characters."""
    if RADICAL.search(text):
        text = text.translate(RADICALS)
    return SPACES.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip()


def traced(text: str, origin: Origin, at: int = 0) -> tuple[str, list[tuple[int, int, int]]]:
    """``text`` normalised, and where its characters stand in the original (as ``PolicyText.origin``, from ``at`` on).

    ``origin`` is the same for ``text`` itself. Where normalising mixes characters so that none can be told from the
    next (accents that stand alone), all point at the beginning of the block.
    """
    try:
        found = QUICK.traced(text, origin, at)
    except UnicodeEncodeError:  # half of a surrogate pair
        found = None
    return found if found is not None else traced_in_full(text, origin, at)


def traced_in_full(text: str, origin: Origin, at: int = 0) -> tuple[str, list[tuple[int, int, int]]]:
    """As ``traced``, for any characters; the native core does the same for those that ``becomes`` tells of."""
    words = normalise_in_full(text)
    if not words or not origin:
        return words, []
    pieces: list[str] = []
    taken: list[tuple[int, int, int]] = []
    size = last = 0
    for event in _events("".join(sorted(one for one in set(text) if _is_odd(one)))).finditer(text):
        start, end = event.span()
        size = _copied(text, last, start, size=size, pieces=pieces, taken=taken)
        put = normalise_in_full(event.group()) if not event.group()[0].isspace() else ""
        put = put or (" " if SPACES.search(event.group()) else "")
        taken += [(size + number, start, end - start) for number in range(len(put))]
        pieces.append(put)
        size += len(put)
        last = end
    _copied(text, last, len(text), size=size, pieces=pieces, taken=taken)
    whole = "".join(pieces)
    if whole.strip() != words:
        return words, [(at + number, origin[0][1], 1) for number in range(len(words))]
    cut = len(whole) - len(whole.lstrip())
    found = _cut(_led_on(taken, origin, size=len(whole)), cut, cut + len(words))
    return words, [(at + put, source, width) for put, source, width in found]


def becomes(character: str) -> str | None:
    """What ``character`` becomes wherever it stands: nothing, a space, one character or several; ``None`` = it may
    change its neighbours or be changed by them."""
    if not ALONE.match(character) or _joins(character):
        return None
    if character.isspace():
        return None if INVISIBLE.match(character) else " "
    if INVISIBLE.match(character):
        return ""
    plain = normalise_in_full(character)
    return plain if plain and " " not in plain else None


QUICK = _native.Characters(becomes)


@lru_cache(maxsize=1 << 10)
def _events(odd: str) -> re.Pattern[str]:
    """What is not copied one to one, where ``odd`` are the characters that may change their number."""
    joining = "".join(one for one in odd if _joins(one))
    single = "".join(one for one in odd if not _joins(one))
    changing = f"|.?[{re.escape(joining)}]+" if joining else ""
    changing += f"|[{re.escape(single)}]" if single else ""
    return re.compile(rf"[\s{UNSEEN}]{{2,}}|[{UNSEEN}]{changing}", re.DOTALL)


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

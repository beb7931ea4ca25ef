"""How alike two names are: spelling, look and sound, with the reason in words.

A copy seldom keeps the name letter by letter: 青禾银行 becomes 青禾银行官方版 (added words), 青禾銀行 or Qinghe 8ank
(characters that look the same), 青河银行 (the same sound). Each is undone one step at a time, so the score can say
which step made the names equal. Words of the trade (银行, wallet) are never what makes two names alike.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from finwatch.model.base import Text

_CORE_LETTERS = 8
"""Shorter remainders are compared for equality alone: one letter more or less is another name."""
_HAN = "\u3007\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_HAN}]+|(?:[^\W_{_HAN}]|[@$!|])+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class NameLikeness:
    """The best comparison among several names of two apps."""

    score: float
    """0 … 1."""
    ours: str
    theirs: str
    says: Text
    distinctive: bool
    """What is alike is more than words of the trade."""


def compare_names(ours: Iterable[str], theirs: Iterable[str]) -> NameLikeness | None:
    """The likeness of the two names that are most alike; ``None`` when a side has no name with a letter in it."""
    pairs = [_compare(one, other) for one in _named(ours) for other in _named(theirs)]
    return max(pairs, key=lambda pair: (pair.distinctive, pair.score, pair.ours, pair.theirs), default=None)


@dataclass(frozen=True)
class _Name:
    """A name, taken apart."""

    plain: str
    """Letters and digits in one width and one case."""
    bare: str
    """… without the words that a copy adds."""
    core: str
    """… and without words of the trade."""
    core_looks: str
    """The core with each character replaced by the one it is taken for."""


def _named(names: Iterable[str]) -> list[str]:
    return sorted({name.strip() for name in names if any(map(str.isalnum, _apart(name).plain))})


def _compare(ours: str, theirs: str) -> NameLikeness:
    a, b = _apart(ours), _apart(theirs)
    score, says = _equal(a, b) or _alike(a, b)
    return NameLikeness(
        score=score,
        ours=ours,
        theirs=theirs,
        says=Text(zh=f"“{ours}”与“{theirs}”：{says.zh}", en=f"“{ours}” and “{theirs}”: {says.en}"),
        distinctive=bool(a.core) and bool(b.core),
    )


def _equal(a: _Name, b: _Name) -> tuple[float, Text] | None:
    """The first step after which the names are equal."""
    core = _says_much(a.core) and _says_much(b.core)
    steps = (
        (1.0, a.plain == b.plain, Text(zh="名称相同", en="the same name")),
        (
            0.97,
            a.bare == b.bare,
            Text(zh="去掉附加词（如“官方”“正版”“Pro”）后名称相同", en="the same but for added words"),
        ),
        (0.95, looks(a.bare) == looks(b.bare), Text(zh="字形相近，看起来相同", en="characters that look the same")),
        (0.92, _sounds(a.bare) == _sounds(b.bare), Text(zh="读音相同", en="characters of the same sound")),
        (
            0.90,
            core and a.core_looks == b.core_looks,
            Text(zh="只差行业通用词", en="the same but for words of the trade"),
        ),
        (
            0.88,
            core and _sounds(a.core) == _sounds(b.core),
            Text(zh="除通用词外读音相同", en="the same sound but for such words"),
        ),
    )
    return next(((score, says) for score, holds, says in steps if holds), None)


def _alike(a: _Name, b: _Name) -> tuple[float, Text]:
    """How much of the name, and of what tells it apart, is equal: the lesser of the two."""
    share = _share(looks(a.bare), looks(b.bare))
    core = _share(a.core_looks, b.core_looks) if a.core and b.core else share
    score = round(min(share, core) * 0.95, 4)
    if min(len(a.core), len(b.core)) < _CORE_LETTERS:
        score = min(score, 0.8)
    return score, Text(zh=f"相似度 {score:.2f}", en=f"alike by {score:.2f}")


def _share(a: str, b: str) -> float:
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - loaded when first compared, so that a bare import stays cheap

    return float(OSA.normalized_similarity(a, b))


def _says_much(core: str) -> bool:
    """Long enough to be somebody's name: two Chinese characters, or four letters."""
    return len(core) >= (4 if core.isascii() else 2)


@cache
def _apart(name: str) -> _Name:
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", name))
    tokens = _TOKEN.findall(spaced.casefold())
    bare = _bare(tokens)
    words = _words()
    return _Name(
        plain="".join(tokens),
        bare="".join(bare),
        core=_without(bare, words.generic),
        core_looks=_without([looks(token) for token in bare], words.generic_looks),
    )


def _bare(tokens: list[str]) -> list[str]:
    """``tokens`` without the affixes at both ends; a name of nothing else keeps its last one."""
    affixes = _words().affixes
    left = list(tokens)
    while left:
        for place in (-1, 0):
            token = left[place]
            affix = next((word for word in affixes if _ends(token, word, place)), None)
            rest = "" if affix is None else token.removesuffix(affix) if place else token.removeprefix(affix)
            if affix is not None and (rest or len(left) > 1):
                left[place] = rest
                left = [token for token in left if token]
                break
        else:
            return left
    return left


def _ends(token: str, word: str, place: int) -> bool:
    """A Latin affix is a word of its own; a Chinese one stands at the end (or start) of a run of characters."""
    if word.isascii():
        return token == word
    return token.endswith(word) if place else token.startswith(word)


def _without(tokens: list[str], generic: tuple[str, ...]) -> str:
    return "".join(_stripped(token, generic) for token in tokens if token not in generic)


def _stripped(token: str, generic: tuple[str, ...]) -> str:
    for word in generic:
        if not word.isascii():
            token = token.replace(word, "")
    return token


@dataclass(frozen=True)
class _Words:
    affixes: tuple[str, ...]
    generic: tuple[str, ...]
    generic_looks: tuple[str, ...]
    """Longest first, as the other two."""
    looks: dict[str, str]


@cache
def _words() -> _Words:
    data = tomllib.loads(files("finwatch.likeness").joinpath("names.toml").read_text("utf-8"))
    table = {character: group[0] for group in data["confusable"] for character in group}
    seen = {"".join(table.get(character, character) for character in word) for word in data["generic"]}
    return _Words(_longest(data["affixes"]), _longest(data["generic"]), _longest(seen), table)


def _longest(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def looks(name: str) -> str:
    """``name`` with each character replaced by the one it is taken for."""
    table = _words().looks
    return "".join(table.get(character, character) for character in name)


@cache
def _sounds(name: str) -> str:
    """Pinyin without tones for Chinese characters; everything else as it is."""
    if name.isascii():
        return name
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionaries take a tenth of a second to load

    return "".join(lazy_pinyin(name))

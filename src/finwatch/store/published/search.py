"""Search by pairs of neighbouring characters.

Chinese names have no spaces and are often two characters long, which trigram indexes cannot find. An app's names are
therefore cut into pairs and single characters (``青禾银行`` gives 青 青禾 禾 禾银 …); a word is found by the rows that
hold all its pairs, and then confirmed in the whole text. Works alike in every database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 512
"""Characters of one name that are looked at."""
_MOST: Final = 8
"""Words of a query, and grams of a word, that are used: more narrows nothing."""
SEPARATOR: Final = "\n"


def normal(text: str) -> str:
    """``text`` as it is compared: NFKC, case folded, white space as single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text[:_LONGEST]).casefold().split())


def search_text(names: Iterable[str]) -> str:
    """Every distinct name, normal, one a line."""
    return SEPARATOR.join(sorted({normal(name) for name in names} - {""}))


def grams(text: str) -> list[str]:
    """The distinct single characters and pairs of a normal text (not across lines or blanks), sorted."""
    found: set[str] = set()
    for word in text.split():
        found.update(word)
        found.update(word[at : at + 2] for at in range(len(word) - 1))
    return sorted(found)


def words(query: str) -> list[str]:
    """The words of a query, normal; each has to be found."""
    return normal(query).split()[:_MOST]


def word_grams(word: str) -> list[str]:
    """What to ask the index for: the word's pairs, or the word itself when it is one character."""
    if len(word) == 1:
        return [word]
    return sorted({word[at : at + 2] for at in range(len(word) - 1)})[:_MOST]

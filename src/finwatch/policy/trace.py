"""Where the words of a page stand in its source: the parser's text nodes set against the source between its tags.

The parser gives no positions. Text nodes come in the order of the source, so each is looked up among the stretches
between tags, a few ahead at most; a node that the parser made up or moved points at the stretch where it was expected.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from finwatch.policy.normal import Origin

BETWEEN = re.compile(
    r"<!--.*?-->|<(script|style|noscript|template|iframe)\b.*?</\1\s*>|<!\[CDATA\[|<[a-zA-Z/!?][^<>]*(?:>|$)",
    re.DOTALL | re.IGNORECASE,
)
REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?|\r\n?")
AHEAD = 40
"""Stretches looked at for one text node."""


class Stretch(NamedTuple):
    """Text between two tags: what it says, and where it stands in the source (as ``PolicyText.origin``)."""

    words: str
    origin: Origin


class Trace:
    """Gives text nodes their places, asked in document order."""

    def __init__(self, page: str) -> None:
        self._stretches = _stretches(page)
        self._at = 0

    def origin(self, words: str) -> Origin:
        """Where the next text node stands, whose text is ``words``; empty for one of white space alone."""
        if not words.strip():
            return ()
        ahead = self._stretches[self._at : self._at + AHEAD]
        for number, stretch in enumerate(ahead):
            if stretch.words == words:
                self._at += number + 1
                return stretch.origin
        inner = words.strip()
        for number, stretch in enumerate(ahead):
            place = stretch.words.find(inner)
            if place >= 0:
                self._at += number + 1
                return _moved(stretch.origin, place - words.find(inner))
        return ((0, ahead[0].origin[0][1] if ahead else 0, 1),)


def _moved(origin: Origin, by: int) -> Origin:
    """``origin`` for a text that begins ``by`` characters later (earlier where negative)."""
    if by == 0:
        return origin
    if by < 0:
        before = (0, max(origin[0][1] + by, 0), 1)
        return (before, *((offset - by, source, width) for offset, source, width in origin))
    kept = [(offset - by, source, width) for offset, source, width in origin if offset >= by]
    if not kept or kept[0][0] > 0:
        offset, source, width = [one for one in origin if one[0] < by][-1]
        kept.insert(0, (0, source + width + by - offset - 1, 1))
    return tuple(kept)


def _stretches(page: str) -> list[Stretch]:
    found: list[Stretch] = []
    last = 0
    for tag in BETWEEN.finditer(page):
        _add(page, last, tag.start(), found)
        last = tag.end()
    _add(page, last, len(page), found)
    return found


def _add(page: str, start: int, end: int, found: list[Stretch]) -> None:
    words = page[start:end]
    if not words or words.isspace():
        return
    if "&" not in words and "\r" not in words:
        found.append(Stretch(words, ((0, start, 1),)))
        return
    pieces: list[str] = []
    pairs: list[tuple[int, int, int]] = []
    size = last = 0
    for match in REFERENCE.finditer(words):
        if last < match.start():
            pairs.append((size, start + last, 1))
            pieces.append(words[last : match.start()])
            size += match.start() - last
        said = "\n" if match.group()[0] == "\r" else html.unescape(match.group())
        pairs += [(size + number, start + match.start(), len(match.group())) for number in range(len(said))]
        pieces.append(said)
        size += len(said)
        last = match.end()
    if last < len(words):
        pairs.append((size, start + last, 1))
        pieces.append(words[last:])
    found.append(Stretch("".join(pieces), tuple(pairs)))

"""Sentences as numbers: hashed character n-grams, and flags for form and place.

In: the sentences of one document. Out: ``Grams`` for each length of n-gram, and a matrix of flags. Training and
labelling both come through here, so they cannot drift apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from finwatch.policy.label.structure import NUMBERINGS, Place

LONGEST = 4
"""Characters of the longest n-gram."""
SENTENCE_CHARACTERS = 4000
"""Longer sentences are read up to here: tables that were flattened into one line reach 10,000."""
_ENDS = ("。", "；", "：", ";", ":", ")", "）", "")
_DECILES, _LENGTHS, _DEPTHS = 10, 11, 6
FLAGS = len(NUMBERINGS) + 2 * 2 + _DECILES + _LENGTHS + len(_ENDS) + _DEPTHS + 2
_DROPPED = re.compile(r"[\s,]+")
_START, _END = "\x02", "\x03\x03\x03"


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of one length in a document: 32-bit ``hashes`` in reading order, and where each sentence's begin.

    Every sentence has at least one n-gram of every length, so ``starts`` (one a sentence) rises strictly.
    """

    hashes: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.intp]


def normal(sentence: str) -> str:
    """A sentence without spaces and ASCII commas, NFKC, in lower case.

    In CAPP-130 every space of a sentence that has a label became an ASCII comma, and no other: with either left in, a
    model learns who was labelled from the typing. Full-width commas, which Chinese text uses, are kept.
    """
    return unicodedata.normalize("NFKC", _DROPPED.sub("", sentence[:SENTENCE_CHARACTERS])).lower()


def hash_of(text: str) -> int:
    """The hash that ``grams`` gives an n-gram of this text, which must be normal and not longer than ``LONGEST``."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return int(_mixed(_rolled(codes)[len(codes) - 1])[0])


def grams(sentences: Sequence[str]) -> tuple[Grams, ...]:
    """The n-grams of one to ``LONGEST`` characters, by length; begin and end of a sentence count as characters."""
    padded = [f"{_START}{normal(sentence)}{_END}" for sentence in sentences]
    lengths = np.fromiter((len(text) for text in padded), np.intp, len(padded))
    starts = np.cumsum(lengths) - lengths
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32)
    rolled = _rolled(codes)
    found = [Grams(_mixed(rolled[0]), starts)]
    crossing = np.zeros(len(codes), bool)
    for length in range(2, LONGEST + 1):
        crossing[starts[1:] - (length - 1)] = True
        whole = rolled[length - 1][~crossing[: len(codes) - length + 1]]
        found.append(Grams(_mixed(whole), starts - (length - 1) * np.arange(len(starts))))
    return tuple(found)


def _rolled(codes: npt.NDArray[np.uint32]) -> list[npt.NDArray[np.uint32]]:
    """For each length up to ``LONGEST`` a hash of the n-gram that begins at each character."""
    found = [codes * np.uint32(0x9E3779B1)]
    for length in range(2, min(LONGEST, len(codes)) + 1):
        found.append((found[-1][:-1] ^ (codes[length - 1 :] + np.uint32(length))) * np.uint32(0x01000193))
    return found


def _mixed(hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Hashes whose low bits depend on all bits (the finaliser of MurmurHash3)."""
    hashes = hashes ^ (hashes >> np.uint32(16))
    hashes = hashes * np.uint32(0x85EBCA6B)
    hashes = hashes ^ (hashes >> np.uint32(13))
    hashes = hashes * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))


def flags(sentences: Sequence[str], places: Sequence[Place]) -> npt.NDArray[np.float32]:
    """Form and place of each sentence as zeros and ones, shape (sentences, ``FLAGS``)."""
    matrix = np.zeros((len(sentences), FLAGS), np.float32)
    total = max(1, len(sentences))
    for row, (sentence, place) in enumerate(zip(sentences, places, strict=True)):
        text = sentence.strip()
        end = text[-1:] if text[-1:] in _ENDS else ""
        hot = (
            (place.numbering, len(NUMBERINGS)),
            (2 * place.heading + place.leads, 4),
            (row * _DECILES // total, _DECILES),
            (min(_LENGTHS - 1, len(text).bit_length()), _LENGTHS),
            (_ENDS.index(end), len(_ENDS)),
            (min(_DEPTHS - 1, place.depth), _DEPTHS),
            (int(place.lead >= 0), 2),
        )
        start = 0
        for position, width in hot:
            matrix[row, start + position] = 1
            start += width
    return matrix

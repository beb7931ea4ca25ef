"""The labelling model: loaded once, then sentences to scores and labels with numpy alone.

In: the sentences of one document, in order. Out: for each sentence a score a label, and the labels whose score passes
their threshold. The model is linear: a sentence's own n-grams, the n-grams of the sentences around it (before, after,
the headings above, the head of its list), flags for form and place, and cues. ``training`` makes the file, ``MODEL.md``
describes it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from finwatch.policy.label.cues import cues
from finwatch.policy.label.features import Grams, flags, grams
from finwatch.policy.label.structure import Place, places

Floats = npt.NDArray[np.float32]
LABELS = (
    "collection",
    "permission",
    "sharing",
    "usage",
    "storage",
    "security",
    "special_audiences",
    "management",
    "contact",
    "changes",
    "cessation",
    "important",
    "risk",
)
"""Names as CAPP-130 writes them: eleven topics, then whether a sentence matters to users, then whether it is a risk."""
TOPICS = LABELS[:11]
VERSION = 1
"""Raised when features or the layout of the file change: another number is refused."""
AROUND = ("before", "after", "parent", "top", "lead")
"""The sentences whose n-grams count too, each with weights of its own."""
OWN_BITS, AROUND_BITS = 17, 14
AROUND_LONGEST = 2
"""Characters of the longest n-gram that is read in a sentence around."""
FILE = "model.npz"
_BLOCK = 64
"""Sentences whose look-ups are held at once: they stay in the processor's cache, and a long document in memory."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One set of linear weights.

    Shapes: ``own`` (2^17, labels), ``around`` (2^14, places around × labels), ``marks`` (flags and cues, labels),
    ``bias`` and ``thresholds`` (labels); ``own_idf`` and ``around_idf`` weigh the buckets.
    """

    own: Floats
    own_idf: Floats
    around: Floats
    around_idf: Floats
    marks: Floats
    bias: Floats
    thresholds: Floats


class Labeller:
    """Labels sentences with one set of weights. Safe to share between threads: nothing changes after construction."""

    def __init__(self, weights: Weights) -> None:
        self._own = _weighed(weights.own, weights.own_idf)
        self._around = _weighed(weights.around, weights.around_idf)
        self._marks = weights.marks
        self._bias = weights.bias
        self._thresholds = weights.thresholds

    def scores(self, sentences: Sequence[str]) -> Floats:
        """Scores of the sentences of one document, shape (sentences, ``LABELS``); above 0 is a yes."""
        if not sentences:
            return np.zeros((0, len(LABELS)), np.float32)
        where = places(sentences)
        found = grams(sentences)
        total = _summed(self._own, found) + marks(sentences, where, found) @ self._marks + self._bias
        around = _summed(self._around, found[:AROUND_LONGEST]).reshape(len(sentences), len(AROUND), len(LABELS))
        for position, other in enumerate(neighbours(where).T):
            known = other >= 0
            total[known] += around[other[known], position]
        return total - self._thresholds

    def labels(self, sentences: Sequence[str]) -> list[tuple[str, ...]]:
        """The labels of each sentence of one document, in the order of ``LABELS``."""
        passed = self.scores(sentences) > 0
        return [tuple(name for name, yes in zip(LABELS, row, strict=True) if yes) for row in passed]


def marks(sentences: Sequence[str], where: Sequence[Place], found: Sequence[Grams]) -> Floats:
    """Flags and cues of each sentence side by side."""
    return np.hstack([flags(sentences, where), cues(found)])


def neighbours(where: Sequence[Place]) -> npt.NDArray[np.intp]:
    """For each sentence the index of each of ``AROUND`` in the document, or -1; shape (sentences, ``AROUND``)."""
    last = len(where) - 1
    return np.array(
        [
            (row - 1, row + 1 if row < last else -1, place.parent, place.top, place.lead)
            for row, place in enumerate(where)
        ],
        np.intp,
    ).reshape(len(where), len(AROUND))


def _weighed(weights: Floats, idf: Floats) -> Floats:
    """Weights times idf, and the square of idf beside them, so that one look-up a bucket brings score and length."""
    return np.hstack([weights * idf[:, None], (idf * idf)[:, None]]).astype(np.float32)


def _summed(table: Floats, found: Sequence[Grams]) -> Floats:
    """The scores of each sentence's n-grams as a unit vector: summed look-ups over the root of the summed squares."""
    mask = np.uint32(len(table) - 1)
    sums = np.zeros((len(found[0].starts), table.shape[1]), np.float32)
    for first in range(0, len(sums), _BLOCK):
        for one in found:
            starts = one.starts[first : first + _BLOCK]
            end = one.starts[first + _BLOCK] if first + _BLOCK < len(sums) else len(one.hashes)
            looked_up = table.take(one.hashes[starts[0] : end] & mask, axis=0)
            sums[first : first + _BLOCK] += np.add.reduceat(looked_up, starts - starts[0], axis=0)
    return (sums[:, :-1] / np.sqrt(np.maximum(sums[:, -1:], 1e-6))).astype(np.float32, copy=False)


def packed(weights: Weights) -> bytes:
    """A model file: the big tables as 8-bit steps of a scale for each column. The same weights give the same bytes."""
    arrays: dict[str, Any] = {"version": np.array(VERSION), "labels": np.array(LABELS)}
    for name in ("own", "around"):
        table = getattr(weights, name)
        scale = np.maximum(np.abs(table).max(axis=0), 1e-9).astype(np.float32) / np.float32(127)
        arrays[name] = np.rint(table / scale).astype(np.int8)
        arrays[f"{name}_scale"] = scale
        arrays[f"{name}_idf"] = getattr(weights, f"{name}_idf").astype(np.float16)
    for name in ("marks", "bias", "thresholds"):
        arrays[name] = getattr(weights, name).astype(np.float32)
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def unpacked(content: bytes) -> Weights:
    """The weights of a model file. Raises ``ValueError`` for a file of another version or other labels."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        if int(arrays["version"]) != VERSION or tuple(arrays["labels"].tolist()) != LABELS:
            raise ValueError(f"the labelling model is not of version {VERSION}; rebuild it with make policy-model")
        return Weights(
            own=arrays["own"] * arrays["own_scale"],
            own_idf=arrays["own_idf"].astype(np.float32),
            around=arrays["around"] * arrays["around_scale"],
            around_idf=arrays["around_idf"].astype(np.float32),
            marks=arrays["marks"],
            bias=arrays["bias"],
            thresholds=arrays["thresholds"],
        )


@cache
def labeller() -> Labeller:
    """The labeller with the model that ships, loaded once a process."""
    return Labeller(unpacked(files(__package__).joinpath(FILE).read_bytes()))

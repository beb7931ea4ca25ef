"""Training: a labelled corpus to the weights of ``model``. Needs scikit-learn, which labelling does not.

A linear support-vector machine a label. Two things beside the features decide what is learnt:

* every document has a column of its own while training, thrown away afterwards. Annotators of CAPP-130 differ (the
  share of *risk* is 1 % in some documents and 20 % in others), and these columns take that up instead of the words;
* thresholds are those with the best F1 on sentences of groups of documents that the weights they are used with had not
  seen, because macro F1 over rare labels is lost at the threshold sooner than in the ranking.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.svm import LinearSVC

from finwatch.errors import InputError
from finwatch.policy.label.cues import CUES
from finwatch.policy.label.features import FLAGS, grams
from finwatch.policy.label.model import (
    AROUND,
    AROUND_BITS,
    AROUND_LONGEST,
    LABELS,
    OWN_BITS,
    Floats,
    Weights,
    marks,
    neighbours,
)
from finwatch.policy.label.structure import places

FOLDS = 3
"""Parts that thresholds are found on."""
COST = 0.2
AROUND_SHARE, FLAG_SHARE, CUE_SHARE, DOCUMENT_SHARE = 0.4, 0.3, 0.15, 1.0
"""Lengths of the vectors beside a sentence's own n-grams, whose length is 1."""
_TOLERANCE, _ROUNDS = 1e-2, 2000

_MARKS = np.concatenate([np.full(FLAGS, FLAG_SHARE), np.full(len(CUES), CUE_SHARE)]).astype(np.float32)

Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled sentences in document order, with the name of the document and the group of each."""

    sentences: tuple[str, ...]
    documents: tuple[str, ...]
    groups: tuple[str, ...]
    labels: Bools

    def folds(self, count: int, salt: str = "") -> Rows:
        """A part for each sentence, whole groups together: by the order of a hash of the group's name."""
        order = sorted(set(self.groups), key=lambda group: hashlib.sha256(f"{salt}:{group}".encode()).hexdigest())
        part = {group: place % count for place, group in enumerate(order)}
        return np.array([part[group] for group in self.groups], np.intp)


def read_corpus(path: Path) -> Corpus:
    """A corpus from lines of {"doc", "group", "text", "labels"}. Raises ``InputError`` naming the line."""
    sentences, documents, groups, labels = [], [], [], []
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).", todo="Name the labelled sentences.") from error
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            known = set(row["labels"])
            sentences.append(str(row["text"]))
            documents.append(str(row["doc"]))
            groups.append(str(row.get("group", row["doc"])))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{path}, line {number}: not a labelled sentence ({error}).",
                todo='Give lines of {"doc", "group", "text", "labels"}.',
            ) from error
        labels.append([label in known for label in LABELS])
    return Corpus(tuple(sentences), tuple(documents), tuple(groups), np.array(labels, bool).reshape(-1, len(LABELS)))


@dataclass(frozen=True, slots=True)
class Design:
    """A corpus as matrices, a row a sentence: counts of n-grams, marks, rows of the sentences around, its document."""

    own: Any
    around: Any
    marks: Floats
    neighbours: Rows
    documents: Rows


def design(corpus: Corpus) -> Design:
    """The matrices of a corpus."""
    own, around, form, near = [], [], [], []
    starts = [row for row, name in enumerate(corpus.documents) if row == 0 or corpus.documents[row - 1] != name]
    for first, end in zip(starts, [*starts[1:], len(corpus.sentences)], strict=True):
        sentences = corpus.sentences[first:end]
        where, found = places(sentences), grams(sentences)
        form.append(marks(sentences, where, found))
        near.append(np.where(neighbours(where) >= 0, neighbours(where) + first, -1))
        for length, one in enumerate(found, start=1):
            sizes = np.diff(np.append(one.starts, len(one.hashes)))
            rows = np.repeat(np.arange(first, end), sizes)
            own.append((rows, one.hashes & np.uint32(2**OWN_BITS - 1)))
            if length <= AROUND_LONGEST:
                around.append((rows, one.hashes & np.uint32(2**AROUND_BITS - 1)))
    return Design(
        own=_counts(own, (len(corpus.sentences), 2**OWN_BITS)),
        around=_counts(around, (len(corpus.sentences), 2**AROUND_BITS)),
        marks=np.vstack(form),
        neighbours=np.vstack(near),
        documents=np.unique(np.array(corpus.documents), return_inverse=True)[1],
    )


def _counts(pairs: list[tuple[Any, Any]], shape: tuple[int, int]) -> Any:
    rows = np.concatenate([row for row, _ in pairs])
    buckets = np.concatenate([bucket for _, bucket in pairs]).astype(np.intp)
    counts = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, buckets)), shape=shape)
    counts.sum_duplicates()
    return counts


def train(
    corpus: Corpus, shape: Design | None = None, *, rows: Rows | None = None, say: Say = lambda _: None
) -> Weights:
    """Weights from the rows of a corpus (default: all), thresholds included. The same rows, the same weights."""
    shape = shape or design(corpus)
    rows = np.arange(len(corpus.sentences)) if rows is None else rows
    folds = corpus.folds(FOLDS, "thresholds")[rows]
    scores = np.zeros((len(rows), len(LABELS)), np.float32)
    for fold in range(FOLDS):
        say(f"thresholds, part {fold + 1} of {FOLDS}")
        if (folds == fold).any() and (folds != fold).any():
            fitted = fit(corpus, shape, rows[folds != fold])
            scores[folds == fold] = score(fitted, shape, rows[folds == fold])
    say("weights")
    return replace(fit(corpus, shape, rows), thresholds=best_thresholds(corpus.labels[rows], scores))


def fit(corpus: Corpus, shape: Design, rows: Rows) -> Weights:
    """Weights from some rows of a corpus, with thresholds of zero."""
    own_idf, around_idf = _idf(shape.own[rows]), _idf(shape.around[rows])
    features = _features(shape, rows, own_idf, around_idf)
    width = features.shape[1]
    own = sparse.csr_matrix(
        (np.full(len(rows), DOCUMENT_SHARE, np.float32), (np.arange(len(rows)), shape.documents[rows])),
        shape=(len(rows), int(shape.documents.max()) + 1),
    )
    features = sparse.hstack([features, own]).tocsr()
    weights, bias = np.zeros((width, len(LABELS)), np.float32), np.zeros(len(LABELS), np.float32)
    for column in range(len(LABELS)):
        wanted = corpus.labels[rows, column]
        if wanted.all() or not wanted.any():
            bias[column] = 1 if wanted.all() else -1
            continue
        machine = LinearSVC(C=COST, tol=_TOLERANCE, max_iter=_ROUNDS, random_state=0).fit(features, wanted)
        weights[:, column] = machine.coef_[0, :width]
        bias[column] = machine.intercept_[0]
    return _split(weights, bias, own_idf, around_idf)


def _split(weights: Floats, bias: Floats, own_idf: Floats, around_idf: Floats) -> Weights:
    """The columns of the training matrix as the tables of the model, the lengths of the vectors multiplied in."""
    own, form = weights[: 2**OWN_BITS], weights[2**OWN_BITS : len(weights) - len(AROUND) * 2**AROUND_BITS]
    around = weights[len(own) + len(form) :].reshape(len(AROUND), 2**AROUND_BITS, len(LABELS))
    return Weights(
        own=own,
        own_idf=own_idf,
        around=around.transpose(1, 0, 2).reshape(2**AROUND_BITS, -1) * np.float32(AROUND_SHARE),
        around_idf=around_idf,
        marks=form * _MARKS[:, None],
        bias=bias,
        thresholds=np.zeros(len(LABELS), np.float32),
    )


def score(weights: Weights, shape: Design, rows: Rows) -> Floats:
    """Scores of some rows as ``Labeller.scores`` gives them, before thresholds are taken off."""
    around = weights.around.reshape(2**AROUND_BITS, len(AROUND), len(LABELS)).transpose(1, 0, 2) / AROUND_SHARE
    stacked = np.vstack([weights.own, weights.marks / _MARKS[:, None], around.reshape(-1, len(LABELS))])
    scores: Floats = (_features(shape, rows, weights.own_idf, weights.around_idf) @ stacked + weights.bias).astype(
        np.float32
    )
    return scores


def _features(shape: Design, rows: Rows, own_idf: Floats, around_idf: Floats) -> Any:
    """The matrix that weights multiply: own n-grams, marks, n-grams of each sentence around."""
    around = _unit(shape.around, around_idf)
    around = sparse.vstack([around, sparse.csr_matrix((1, around.shape[1]), dtype=np.float32)]).tocsr()
    near = [around[shape.neighbours[rows, place]] * AROUND_SHARE for place in range(len(AROUND))]
    return sparse.hstack(
        [_unit(shape.own[rows], own_idf), sparse.csr_matrix(shape.marks[rows] * _MARKS), *near]
    ).tocsr()


def _idf(counts: Any) -> Floats:
    """Inverse document frequency of each bucket, 0 where only one sentence has it; rounded as the file rounds."""
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log((1 + counts.shape[0]) / (1 + seen)) + 1
    return np.where(seen < 2, 0, idf).astype(np.float16).astype(np.float32)


def _unit(counts: Any, idf: Floats) -> Any:
    """Counts times idf, each row divided by the root of the sum, over its n-grams, of idf squared."""
    weighed = counts.copy()
    lengths = np.sqrt(np.maximum(counts @ (idf * idf), 1e-6))
    weighed.data = counts.data * idf[counts.indices] / np.repeat(lengths, np.diff(counts.indptr))
    return weighed.astype(np.float32)


def best_thresholds(labels: Bools, scores: Floats) -> Floats:
    """For each label the score above which F1 is best; half way to the next lower score."""
    thresholds = np.zeros(labels.shape[1], np.float32)
    for column in range(labels.shape[1]):
        order = np.argsort(-scores[:, column], kind="stable")
        ranked, right = scores[order, column], np.cumsum(labels[order, column])
        if not right[-1]:
            continue
        best = int(np.argmax(2 * right / (np.arange(1, len(order) + 1) + right[-1])))
        thresholds[column] = (ranked[best] + ranked[min(best + 1, len(order) - 1)]) / 2
    return thresholds

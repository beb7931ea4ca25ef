"""CAPP-130: topics, important and risk of every sentence, labelled or not, cross-validated by group of documents.

Each of five parts is labelled by a model that was trained, thresholds included, on the four others. Part 0 was kept
apart while features and costs were chosen on the other four; its figures are given beside those of all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bench.policy.scores import Bools, Counts, Figure, counts, f1, figure, micro, of_both
from finwatch.policy.label.model import LABELS, TOPICS, Labeller, labeller, packed, unpacked
from finwatch.policy.label.training import Corpus, design, read_corpus, train

PARTS, SALT, APART = 5, "finwatch-fold", 0
IMPORTANT, RISK = LABELS.index("important"), LABELS.index("risk")
MEASURES: dict[str, tuple[float | None, Callable[[Counts], float]]] = {
    "topics, macro F1": (0.80, lambda sums: float(f1(sums)[: len(TOPICS)].mean())),
    "topics, micro F1": (None, lambda sums: micro(sums[:, : len(TOPICS)])),
    "important, F1": (0.90, lambda sums: float(f1(sums)[IMPORTANT])),
    "important, mean F1 of yes and no": (0.90, lambda sums: float(of_both(sums)[IMPORTANT])),
    "risk, F1": (None, lambda sums: float(f1(sums)[RISK])),
    "risk, mean F1 of yes and no": (0.74, lambda sums: float(of_both(sums)[RISK])),
}
"""Each figure's wanted value and its formula over counts (scores.counts)."""


@dataclass(frozen=True, slots=True)
class Result:
    """Figures by name; ``labels`` holds each label's F1 and how many sentences have it."""

    figures: dict[str, Figure]
    labels: dict[str, tuple[Figure, int]]


def measured(wanted: Bools, given: Bools, corpus: Corpus, rows: np.ndarray | None = None) -> Result:
    """The figures of given labels over some rows (all where none are named)."""
    rows = np.arange(len(corpus.sentences)) if rows is None else rows
    by_group = counts(wanted[rows], given[rows], [corpus.groups[row] for row in rows])
    return Result(
        {name: figure(by_group, measure) for name, (_, measure) in MEASURES.items()},
        {
            label: (figure(by_group[:, :, [column]], lambda sums: float(f1(sums)[0])), int(wanted[rows, column].sum()))
            for column, label in enumerate(LABELS)
        },
    )


def cross_validated(corpus: Corpus, say: Callable[[str], None]) -> Bools:
    """Labels for every sentence from a model that has not seen its group, through the bytes of a model file."""
    parts, shape = corpus.folds(PARTS, SALT), design(corpus)
    given = np.zeros_like(corpus.labels)
    for part in range(PARTS):
        say(f"part {part + 1} of {PARTS}")
        weights = train(corpus, shape, rows=np.flatnonzero(parts != part), say=say)
        labelled(Labeller(unpacked(packed(weights))), corpus, np.flatnonzero(parts == part), given)
    return given


def typed(corpus: Corpus) -> Corpus:
    """The corpus with its typing left in: spaces and ASCII commas as characters that the features do not drop."""
    kept = str.maketrans({",": "\ue000", " ": "\ue001"})
    return replace(corpus, sentences=tuple(sentence.strip().translate(kept) for sentence in corpus.sentences))


def labelled(model: Labeller, corpus: Corpus, rows: np.ndarray, given: Bools) -> None:
    """Writes the labels of whole documents into ``given``."""
    documents: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        documents[corpus.documents[row]].append(int(row))
    for members in documents.values():
        given[members] = model.scores([corpus.sentences[row] for row in members]) > 0


def plain(corpus: Corpus) -> Bools:
    """What a plain machine gives: character 1- to 4-grams, no context, threshold 0, same parts, typing as it is."""
    parts = corpus.folds(PARTS, SALT)
    matrix = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True).fit_transform(
        corpus.sentences
    )
    given = np.zeros_like(corpus.labels)
    for part in range(PARTS):
        for column in range(len(LABELS)):
            machine = LinearSVC(C=0.5, random_state=0).fit(matrix[parts != part], corpus.labels[parts != part, column])
            given[parts == part, column] = machine.decision_function(matrix[parts == part]) > 0
    return given


def repeated(corpus: Corpus) -> tuple[Result, int]:
    """How well other annotators' labels of the same sentence foretell a sentence's: the majority in other groups.

    Over sentences that stand word for word in at least two documents of other groups. No text classifier without
    context can be expected far above it on these.
    """
    same: dict[str, list[int]] = defaultdict(list)
    for row, sentence in enumerate(corpus.sentences):
        same[sentence].append(row)
    rows, given = [], []
    for members in same.values():
        for row in members:
            others = [other for other in members if corpus.groups[other] != corpus.groups[row]]
            if len(others) > 1:
                rows.append(row)
                given.append(corpus.labels[others].mean(axis=0) >= 0.5)
    chosen = np.array(rows)
    filled = np.zeros_like(corpus.labels)
    filled[chosen] = np.array(given)
    return measured(corpus.labels, filled, corpus, chosen), len(rows)


def typing(corpus: Corpus) -> dict[str, tuple[int, float]]:
    """Sentences with an ASCII comma, with a space, with neither: how many, and the share that has a label."""
    kinds: Counter[str] = Counter()
    with_label: Counter[str] = Counter()
    for sentence, labels in zip(corpus.sentences, corpus.labels, strict=True):
        kind = "comma" if "," in sentence else "space" if " " in sentence.strip() else "neither"
        kinds[kind] += 1
        with_label[kind] += bool(labels.any())
    return {kind: (number, with_label[kind] / number) for kind, number in sorted(kinds.items())}


def held_back(path: Path) -> tuple[Result, Corpus]:
    """The model that ships on labelled documents that it was not trained on."""
    corpus = read_corpus(path)
    given = np.zeros_like(corpus.labels)
    labelled(labeller(), corpus, np.arange(len(corpus.sentences)), given)
    return measured(corpus.labels, given, corpus), corpus

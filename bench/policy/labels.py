"""The sections on labels: CAPP-130 with what limits any figure on it, and VioDroid's rules."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.policy import capp, viodroid
from finwatch.policy.label.model import LABELS, labeller
from finwatch.policy.label.training import read_corpus

Say = Callable[[str], None]
CHARACTERS = 10_000
_RUNS = 5


def section(shared: Path, say: Say) -> str:
    """CAPP-130: figures, what an equal sentence elsewhere foretells, how typing gives labels away, speed."""
    corpus = read_corpus(shared / "capp130.jsonl")
    given = capp.cross_validated(corpus, say)
    rows = np.flatnonzero(corpus.folds(capp.PARTS, capp.SALT) == capp.APART)
    figures, apart = capp.measured(corpus.labels, given, corpus), capp.measured(corpus.labels, given, corpus, rows)
    say("the same with the typing left in")
    told = capp.measured(corpus.labels, capp.cross_validated(capp.typed(corpus), say), corpus)
    say("plain machine")
    plain = capp.measured(corpus.labels, capp.plain(corpus), corpus)
    foretold, sentences = capp.repeated(corpus)
    lines = [
        "## Labels of sentences: CAPP-130",
        "",
        f"{len(corpus.sentences):,} sentences, labelled or not, of {len(set(corpus.documents))} documents in "
        f"{len(set(corpus.groups))} groups. Five parts by group; each is labelled by a model trained, thresholds "
        "included, on the other four, through the bytes of a model file. Features and costs were chosen on parts 1 to "
        f"4; part 0 ({len(rows):,} sentences) was kept apart and is shown beside all. *Plain* is a support-vector "
        "machine over characters, threshold 0, same parts. *Typing left in* is this same model, trained and tried on "
        "sentences with their spaces and ASCII commas, which the wanted figures were set by: it ships nowhere.",
        "",
        *table(figures, {"part 0 alone": apart, "typing left in": told, "plain": plain}),
        "",
        "F1 of each label, with the number of sentences that have it:",
        "",
        "| label | sentences | F1 | plain | same sentence elsewhere |",
        "|---|---:|---|---:|---:|",
        *(
            f"| {label} | {figures.labels[label][1]:,} | {figures.labels[label][0]} | "
            f"{plain.labels[label][0].value:.3f} | {foretold.labels[label][0].value:.3f} |"
            for label in LABELS
        ),
        "",
        "### What limits these figures",
        "",
        f"**Annotators differ.** {sentences:,} sentences stand word for word in at least two documents of other "
        "groups. When each is given the majority of the labels that it has *there*, which no reading of its words can "
        "be expected to beat by much, the figures on these sentences are the last column above, and: "
        + "; ".join(f"{name} {one.value:.3f}" for name, one in foretold.figures.items())
        + ".",
        "",
        "**Typing gives labels away.** In this corpus a space within a labelled sentence became an ASCII comma:",
        "",
        "| in the sentence | sentences | of them with a label |",
        "|---|---:|---:|",
        *(f"| {kind} | {number:,} | {share:.1%} |" for kind, (number, share) in capp.typing(corpus).items()),
        "",
        "A model that sees either learns who was labelled, not what is said, and would be wrong on policies that are "
        "typed normally. Spaces and ASCII commas are therefore removed before anything is read; *plain* and *typing "
        "left in* see them.",
        "",
        speed(corpus),
        "",
    ]
    return "\n".join(lines)


def table(figures: capp.Result, others: dict[str, capp.Result] | None) -> list[str]:
    """The figures beside the wanted ones, and those of others."""
    beside = others or {}
    lines = [
        "| figure | wanted | reached | " + "".join(f"{name} | " for name in beside),
        "|---|---:|---|" + "---|" * len(beside),
    ]
    for name, (wanted, _) in capp.MEASURES.items():
        aim = "" if wanted is None else f"{wanted:.2f}"
        cells = "".join(f" {other.figures[name]} |" for other in beside.values())
        lines.append(f"| {name} | {aim} | {figures.figures[name]} |{cells}")
    return lines


def speed(corpus: capp.Corpus) -> str:
    """Policies of 10,000 characters that one core labels in a second, once the model is loaded."""
    model = labeller()
    documents = [
        [corpus.sentences[row] for row in np.flatnonzero(np.array(corpus.documents) == name)]
        for name in sorted(set(corpus.documents))
    ]
    texts = [text for text in documents if sum(map(len, text)) >= CHARACTERS]
    characters = sum(len(sentence) for text in texts for sentence in text)
    seconds = []
    for _ in range(_RUNS):
        before = time.process_time()
        for text in texts:
            model.scores(text)
        seconds.append(time.process_time() - before)
    rate = characters / CHARACTERS / sorted(seconds)[_RUNS // 2]
    return f"**Speed**: {rate:.0f} policies of {CHARACTERS:,} characters a second on one core, the model loaded."


def viodroid_section(shared: Path, say: Say) -> str:
    """VioDroid's rules."""
    corpus = viodroid.read(shared / "viodroid.jsonl")
    say("VioDroid")
    return "\n".join(
        [
            "## Rules of disclosure: VioDroid",
            "",
            f"{len(corpus.sentences):,} sentences in {len(set(corpus.clusters)):,} clusters of near-duplicates (the "
            "corpus names no documents); five parts by cluster, thresholds from the other four. The corpus is "
            "AGPL-3.0: the machines are trained within this command and dropped, nothing of them ships. Neighbouring "
            "lines are not used: the corpus is sorted by rule in places, so a neighbour would give the answer away. "
            "The cues were written after sentences of the whole corpus had been read: for them these figures are not "
            "blind, those of documents held back are (`--viodroid FILE`). Rules 23 to 26 have 4 to 12 sentences; their "
            "figures mean little.",
            "",
            *rules_table(viodroid.cross_validated(corpus)),
            "",
        ]
    )


def rules_table(result: viodroid.Result) -> list[str]:
    """The figures beside the wanted one, then each rule's F1."""
    return [
        "| figure | wanted | reached | plain |",
        "|---|---:|---|---|",
        f"| 26 rules, macro F1 | 0.78 | {result.macro} | {result.plain} |",
        f"| 26 rules, micro F1 | | {result.micro} | |",
        "",
        "F1 of each rule (sentences that have it): "
        + ", ".join(f"{rule} {value:.2f} ({support})" for rule, (value, support) in result.rules.items())
        + ".",
    ]

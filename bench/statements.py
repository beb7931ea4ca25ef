"""Statements read from policies against annotations made by hand: precision, recall, F1, with intervals.

The annotations (``bench/annotations/policies/*.jsonl``) hold labels and character offsets, never the texts: each line
names a file, its SHA-256, passages drawn by that hash, and for every practice in them the item, action, party and
conditions. A statement counts by item, coarse action and kind of party within its passage; a component by its name,
and by name and item. *False not told*: an item that the annotation says is told of, and that the comparison with a
package would not find. Last comes how fast the texts are read. Run it where the texts are:
``python -m bench.statements TEXTS [held_settled.jsonl] [-v]``, TEXTS the folder of the finance policies or, for
``general.jsonl``, the file ``capp130.jsonl``, whose documents are read as their sentences, one a line.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from finwatch import catalog
from finwatch.checks.policy.compare import flat_denial
from finwatch.checks.policy.text import PolicyView
from finwatch.model.knowledge import DataItem
from finwatch.model.policy import PolicyText
from finwatch.model.statement import Action, PartyKind, PolicyReading, Statement
from finwatch.policy import Grammar, find_mentions, read_policy_text, read_statements

Record = dict[str, Any]
Row = tuple[int, str, str]
"""Passage, name, item; the item is empty for the row itself."""

ANNOTATIONS = Path(__file__).parent / "annotations" / "policies"
Z = 1.96
"""95 % (Wilson)."""
CHARACTERS = 10_000
RUNS = 3


class Unit(NamedTuple):
    """What is compared: one practice in one passage."""

    file: str
    passage: int
    item: str
    action: str
    party: str


def conditions_of(
    policy: PolicyText, file: str, passages: list[list[int]], statements: Iterable[Statement]
) -> dict[Unit, set[str]]:
    """The statements whose item stands in one of the passages, with the kinds of their conditions."""
    found: dict[Unit, set[str]] = {}
    for one in statements:
        start, end = policy.source_span(one.start, one.end)
        first, _ = policy.source_span(one.item_start, one.item_end)
        for number, (low, high) in enumerate(passages):
            if start < high and end > low and (low <= first < high or not (start <= first < end)) and start >= low:
                unit = Unit(file, number, one.item, one.folded, _party(one.party.kind))
                found.setdefault(unit, set()).update(condition.kind.value for condition in one.conditions)
    return found


def _party(kind: PartyKind) -> str:
    if kind in (PartyKind.FIRST, PartyKind.DEVICE):
        return kind.value
    return "third"


def interval(hits: int, total: int) -> tuple[float, float, float]:
    """Share and the bounds of its Wilson interval."""
    if not total:
        return 0.0, 0.0, 1.0
    share = hits / total
    middle = (share + Z * Z / (2 * total)) / (1 + Z * Z / total)
    half = Z * ((share * (1 - share) + Z * Z / (4 * total)) / total) ** 0.5 / (1 + Z * Z / total)
    return share, middle - half, middle + half


def name_key(name: str) -> str:
    """A component's name as compared: small letters and digits, without the word SDK."""
    return re.sub(r"sdk|[\W_]", "", unicodedata.normalize("NFKC", name).lower())


def row_units(reading: PolicyReading, policy: PolicyText, raw: str, record: Record) -> tuple[set[Row], set[Row]]:
    """The components annotated and the components read, as (passage, name) and (passage, name, item).

    A row counts in a passage where its words lie in or around the passage and its name stands in it; an annotated one
    is found wherever the policy's row of that name is, for a component told of in prose makes one row.
    """
    gold: set[Row] = set()
    found: set[Row] = set()
    rows = [(name_key(row.name), row) for row in reading.sdks]
    for number, (low, high) in enumerate(record["passages"]):
        wanted = {name_key(raw[s["start"] : s["end"]]): s["items"] for s in record["sdks"] if s["passage"] == number}
        gold |= {(number, name, item) for name, items in wanted.items() for item in ("", *items)}
        words = name_key(raw[low:high])
        for key, row in rows:
            start, end = policy.source_span(row.start, row.end)
            near = (name for name in wanted if key and (key in name or name in key))
            known = key if key in wanted else next(near, None)
            if known is not None or (start < high and end > low and key and key in words):
                items = {*row.items} if known is None else {*row.items} & {*wanted[known]}
                inside = start >= low and end <= high
                items = {*row.items} if inside else items
                found |= {(number, known or key, item) for item in ("", *items)}
    return gold, found


def told(view: PolicyView, item: str) -> bool:
    """Whether the comparison of a policy with a package would take ``item`` for told: stated, listed, or named."""
    stated = any(not one.denied and one.action is not Action.DELETE for one in view.of_item(item))
    listed = any(item in row.items for row in view.reading.sdks)
    return (
        stated or listed or (not any(flat_denial(one) for one in view.of_item(item)) and view.named(item) is not None)
    )


class Scores:
    """Hits, made and wanted of each figure, over the policies."""

    def __init__(self) -> None:
        self.pairs: dict[str, tuple[set[object], set[object]]] = {}
        self.by_action: dict[str, Counter[str]] = {}
        self.conditions = [0, 0]
        self.silent = [0, 0]

    def add(self, figure: str, gold: Iterable[object], found: Iterable[object]) -> None:
        wanted, made = self.pairs.setdefault(figure, (set(), set()))
        wanted.update(gold)
        made.update(found)

    def print(self) -> None:
        for action, counts in sorted(self.by_action.items()):
            print(f"{action:12} {counts['hit']:4} hit {counts['extra']:4} extra {counts['missed']:4} missed")
        for figure, (gold, found) in self.pairs.items():
            hits = len(gold & found)
            for name, total in (("precision", len(found)), ("recall", len(gold))):
                share, low, high = interval(hits, total)
                print(f"{figure}: {name:9} {share:.3f} [{low:.3f}, {high:.3f}] of {total}")
            print(f"{figure}: F1        {2 * hits / max(1, len(found) + len(gold)):.3f}")
        for name, (part, total) in (("same kinds of condition", self.conditions), ("false not told", self.silent)):
            share, low, high = interval(part, total)
            print(f"{name}: {share:.3f} [{low:.3f}, {high:.3f}] of {total}")


def score(record: Record, data: bytes, grammar: Grammar, items: Mapping[str, DataItem], scores: Scores) -> list[str]:
    """Adds one policy to ``scores``; returns the differences, one a line."""
    file = record["file"]
    policy = read_policy_text(data, name=file)
    reading = read_statements(policy, grammar)
    labels = {Unit(file, one["passage"], one["item"], one["action"], one["party"]): one for one in record["labels"]}
    made = conditions_of(policy, file, record["passages"], reading.statements)
    gold, found = set(labels), set(made)
    scores.add("statements", gold, found)
    lines = []
    for name, group in (("hit", found & gold), ("extra", found - gold), ("missed", gold - found)):
        for unit in sorted(group):
            scores.by_action.setdefault(unit.action, Counter())[name] += 1
            if name != "hit":
                lines.append(" ".join((name, *map(str, unit))))
    for unit in found & gold:
        scores.conditions[1] += 1
        scores.conditions[0] += {*labels[unit]["conditions"]} == made[unit]
    if "sdks" in record:
        wanted, rows = row_units(reading, policy, data.decode("utf-8-sig"), record)
        for figure, named in (("components", True), ("items of components", False)):
            a, b = ({(file, *one) for one in side if (not one[2]) == named} for side in (wanted, rows))
            scores.add(figure, a, b)
            lines += [f"missed row {one}" for one in sorted(a - b)] + [f"extra row {one}" for one in sorted(b - a)]
    view = PolicyView(policy, reading, origin=file, items=items, mentions=find_mentions(policy, items))
    for item in sorted({unit.item for unit in gold if not unit.action.startswith("not-") and unit.action != "delete"}):
        scores.silent[1] += 1
        if not told(view, item):
            scores.silent[0] += 1
            lines.append(f"not told {file} {item}")
    return lines


def speed(texts: Iterable[bytes], grammar: Grammar) -> str:
    """Policies of 10,000 characters that one core reads in a second, bytes to statements, after start-up."""
    texts, seconds, characters = list(texts), [], 0
    for _ in range(RUNS):
        characters, before = 0, time.process_time()
        for data in texts:
            policy = read_policy_text(data, name="policy")
            read_statements(policy, grammar)
            characters += len(policy.text)
        seconds.append(time.process_time() - before)
    rate = characters / CHARACTERS / sorted(seconds)[RUNS // 2]
    return f"speed: {rate:.1f} policies of {CHARACTERS:,} characters a second on one core (wanted 60)"


def read_texts(source: Path) -> dict[str, bytes]:
    """The texts by name: the files of a folder, or the documents of CAPP-130."""
    if source.is_dir():
        return {path.name: path.read_bytes() for path in sorted(source.glob("*.txt"))}
    documents: dict[str, list[str]] = {}
    for line in source.read_text("utf-8").splitlines():
        row = json.loads(line)
        documents.setdefault(f"capp130-{row['doc']}.txt", []).append(row["text"])
    return {name: ("\n".join(lines) + "\n").encode() for name, lines in documents.items()}


def main(source: Path, annotations: Path, *, verbose: bool) -> int:
    """Prints the comparison; 1 where a text is missing or another than was annotated."""
    texts = read_texts(source)
    items = catalog.load().items
    grammar = Grammar(items)
    scores = Scores()
    for line in annotations.read_text("utf-8").splitlines():
        record = json.loads(line)
        data = texts.get(record["file"], b"")
        if hashlib.sha256(data).hexdigest() != record["sha256"]:
            print(f"{record['file']}: another text than was annotated", file=sys.stderr)
            return 1
        lines = score(record, data, grammar, items, scores)
        if verbose:
            print("\n".join(lines))
    scores.print()
    print(speed(texts.values(), grammar))
    return 0


if __name__ == "__main__":
    sys.exit(
        main(
            Path(sys.argv[1]),
            ANNOTATIONS / (sys.argv[2] if len(sys.argv) > 2 and not sys.argv[2].startswith("-") else "settled.jsonl"),
            verbose="-v" in sys.argv,
        )
    )

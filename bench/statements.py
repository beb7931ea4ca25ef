"""Statements read from policies against annotations made by hand: precision, recall, F1, with intervals.

The annotations (``bench/annotations/policies/*.jsonl``) hold labels and character offsets, never the texts: each line
names a file, its SHA-256, passages drawn by that hash, and for every practice in them the item, action, party and
conditions. A statement counts by item, coarse action and kind of party within its passage. Run it where the texts are:
``python -m bench.statements FOLDER``.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from finwatch import catalog
from finwatch.model.policy import PolicyText
from finwatch.model.statement import PartyKind, Statement
from finwatch.policy import Grammar, read_policy_text, read_statements

ANNOTATIONS = Path(__file__).parent / "annotations" / "policies"
Z = 1.96
"""95 % (Wilson)."""


class Unit(NamedTuple):
    """What is compared: one practice in one passage."""

    file: str
    passage: int
    item: str
    action: str
    party: str


def units_of(policy: PolicyText, file: str, passages: list[list[int]], statements: Iterable[Statement]) -> set[Unit]:
    """The statements whose item stands in one of the passages."""
    found = set()
    for one in statements:
        start, end = policy.source_span(one.start, one.end)
        first, _ = policy.source_span(one.item_start, one.item_end)
        for number, (low, high) in enumerate(passages):
            if start < high and end > low and (low <= first < high or not (start <= first < end)) and start >= low:
                found.add(Unit(file, number, one.item, one.folded, _party(one.party.kind)))
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


def main(folder: Path, annotations: Path, *, verbose: bool) -> int:
    """Prints the comparison; 1 where a text is missing or another than was annotated."""
    grammar = Grammar(catalog.load().items)
    hits = made = wanted = 0
    by_action: dict[str, Counter[str]] = {}
    for line in annotations.read_text("utf-8").splitlines():
        record = json.loads(line)
        data = (folder / record["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != record["sha256"]:
            print(f"{record['file']}: another text than was annotated", file=sys.stderr)
            return 1
        policy = read_policy_text(data, name=record["file"])
        reading = read_statements(policy, grammar)
        found = units_of(policy, record["file"], record["passages"], reading.statements)
        gold = {
            Unit(record["file"], one["passage"], one["item"], one["action"], one["party"]) for one in record["labels"]
        }
        hits, made, wanted = hits + len(found & gold), made + len(found), wanted + len(gold)
        for name, group in (("hit", found & gold), ("extra", found - gold), ("missed", gold - found)):
            for unit in sorted(group):
                by_action.setdefault(unit.action, Counter())[name] += 1
                if verbose and name != "hit":
                    print(name, *unit)
    for action, counts in sorted(by_action.items()):
        print(f"{action:12} {counts['hit']:4} hit {counts['extra']:4} extra {counts['missed']:4} missed")
    for name, total in (("precision", made), ("recall", wanted)):
        share, low, high = interval(hits, total)
        print(f"{name:9} {share:.3f} [{low:.3f}, {high:.3f}] of {total}")
    print(f"F1        {2 * hits / (made + wanted):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(
        main(
            Path(sys.argv[1]),
            ANNOTATIONS / (sys.argv[2] if len(sys.argv) > 2 and not sys.argv[2].startswith("-") else "first.jsonl"),
            verbose="-v" in sys.argv,
        )
    )

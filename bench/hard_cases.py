"""Hard sentences read: negation, direction, conditions, lists, local processing (``python -m bench.hard_cases FILE``).

``FILE`` holds one case a line: a sentence and its right reading (items, action, party). A case is fully right when
every reading is found with its action and kind of party, and no item of a reading has the opposite action besides.
Two actions of a reading joined by ``/`` are alternatives; ``not-upload`` reads as ``not-share``.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from finwatch import catalog
from finwatch.model.statement import PartyKind, Statement
from finwatch.policy import Grammar, read_policy_text, read_statements

OPPOSITE = {"collect": "not-collect", "share": "not-share", "store": "not-store", "use": "not-use"}
OPPOSITE |= {denied: said for said, denied in OPPOSITE.items()}


def wanted(case: dict[str, Any]) -> list[tuple[str, tuple[str, ...], str]]:
    """Item, actions of which one must be said, and party, for each part of the reading."""
    found = []
    for part in case["reading"]:
        action = re.sub(r"\s*\(.*?\)", "", part["action"])
        for item in part["data_items"]:
            name = re.sub(r"\(.*\)", "", item)
            name = "personal_info" if name in ("any", "") else name
            for one in action.split(";"):
                choices = tuple("not-share" if each == "not-upload" else each for each in one.split("/"))
                found.append((name, choices, part["party"]))
    return found


def faults(case: dict[str, Any], statements: tuple[Statement, ...]) -> list[str]:
    """What is wrong with the reading; empty = fully right."""
    want = wanted(case)
    found = []
    for item, choices, party in want:
        fitting = [one for one in statements if one.item == item and one.folded in choices]
        if not fitting:
            found.append(f"missing {item} {'/'.join(choices)}")
        elif not any(_party(one, party) for one in fitting):
            found.append(f"party of {item} {'/'.join(choices)}")
    meant: dict[str, set[str]] = {}
    for item, choices, _ in want:
        meant.setdefault(item, set()).update(choices)
    for one in statements:
        if OPPOSITE.get(one.folded) in meant.get(one.item, set()) and one.folded not in meant[one.item]:
            found.append(f"contradicts {one.item} {one.folded}")
    if case["no_practice"] and statements:
        found.append("a practice where there is none")
    return found


def _party(one: Statement, party: str) -> bool:
    """``third`` may act or receive; ``first via SDK`` may be read as either."""
    third = one.party.kind is not PartyKind.FIRST or (
        one.recipient is not None and one.recipient.kind is not PartyKind.FIRST
    )
    if party.startswith("third"):
        return third
    return one.party.kind is PartyKind.FIRST or "via SDK" in party or "third" in party


def main(path: Path) -> None:
    """Prints each case that is not fully right, and how many are."""
    grammar = Grammar(catalog.load().items)
    right = total = 0
    for line in path.read_text("utf-8").splitlines():
        case = json.loads(line)
        policy = read_policy_text(case["sentence"].encode(), name=f"case {case['id']}")
        wrong = faults(case, read_statements(policy, grammar).statements)
        total += 1
        right += not wrong
        if wrong:
            print(case["id"], case["phenomenon"], "; ".join(wrong))
    print(f"{right} of {total} fully right")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

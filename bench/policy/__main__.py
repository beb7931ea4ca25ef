"""``python -m bench.policy``: measures how well policies are read, prints it and writes ``docs/evaluation/policy.md``.

A part that is run replaces its section of the page, the others stay. Documents held back are given by option and only
printed.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from bench.policy import capp, labels, viodroid

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "policies"
PAGE = ROOT / "docs" / "evaluation" / "policy.md"
HEAD = """# How well policies are read

Made by `python -m bench.policy`. Intervals are those of 95 % of 2,000 resamples of whole groups of documents.
"""
Say = Callable[[str], None]
PARTS: dict[str, Callable[[Path, Say], str]] = {"labels": labels.section, "viodroid": labels.viodroid_section}
"""Each part's section, beginning with its heading, from the folder of the corpora."""


def main() -> int:
    """Runs the parts asked for. Exit code 2 where a corpus is missing."""
    options = argparse.ArgumentParser(prog="bench.policy", description=__doc__)
    options.add_argument("--only", action="append", choices=sorted(PARTS), help="only this part; may be given again")
    options.add_argument("--shared", type=Path, default=SHARED, help=f"folder of the corpora; default: {SHARED.name}")
    options.add_argument("--capp", type=Path, help="labelled documents held back, as lines like capp130.jsonl")
    options.add_argument("--viodroid", type=Path, help="sentences held back, as lines like viodroid.jsonl")
    chosen = options.parse_args()
    if chosen.capp is not None or chosen.viodroid is not None:
        return held_back(chosen.capp, chosen.viodroid, chosen.shared)
    if not chosen.shared.is_dir():
        say(f"{chosen.shared}: no such folder; give the folder of the policy corpora with --shared.")
        return 2
    sections = [PARTS[name](chosen.shared, say) for name in chosen.only or PARTS]
    print("\n".join(sections))
    PAGE.write_text(merged(PAGE.read_text("utf-8") if PAGE.is_file() else HEAD, sections), "utf-8")
    return 0


def held_back(documents: Path | None, sentences: Path | None, shared: Path) -> int:
    """Prints the figures of documents that nothing here was trained on."""
    if documents is not None:
        print("\n".join(labels.table(capp.held_back(documents)[0], None)))
    if sentences is not None:
        known = viodroid.read(shared / "viodroid.jsonl")
        print("\n".join(labels.rules_table(viodroid.held_back(known, sentences))))
    return 0


def merged(page: str, sections: list[str]) -> str:
    """The page with each section put in the place of the one of the same heading, or added at its end."""
    parts = re.split(r"(?m)^(?=## )", page)
    for section in sections:
        heading = section.splitlines()[0]
        place = next((index for index, part in enumerate(parts) if part.splitlines()[:1] == [heading]), len(parts))
        parts[place : place + 1] = [section]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())

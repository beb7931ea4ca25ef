"""The results of ``bench.transparency`` as a page of Markdown."""

from __future__ import annotations

import os
import platform
from typing import Any, Final

SOON: Final = 2.0
"""Seconds within which anybody's offline question is to be answered."""
NAMES: Final = {"sqlite": "SQLite (the embedded default)", "postgresql": "PostgreSQL 15"}
STEPS: Final = (
    ("append_ms", "one leaf appended, in a transaction of its own"),
    ("root_ms", "root of the log"),
    ("inclusion_ms", "inclusion proof of a leaf, under the newest signed head"),
    ("consistency_ms", "consistency proof between any two sizes"),
    ("first_row_ms", "first proof of an app's row (the list's tree is read, then kept)"),
    ("row_ms", "further proofs of an app's row: in the list, the list in the log"),
    ("page_ms", "a page of 50 filed apps"),
    ("number_ms", "apps of a filing number"),
    ("word_ms", "a page by a word of the name"),
)
COMMANDS: Final = (
    ("publish", "`finwatch approved publish --no-refresh`: JSON, CSV, signatures, leaf, head"),
    ("export", "`finwatch approved export`"),
    ("verify_number", "`finwatch verify NUMBER --list … --key …`, the last one of the list"),
    ("verify_none", "the same, a number that is not in the list"),
    ("verify_package", "`finwatch verify APP.apk --list … --key …`"),
    ("prove_row", "`finwatch log prove --record …`"),
    ("prove_growth", "`finwatch log prove --since …`"),
    ("second_list", "the second verifier over the whole list: `tools/verify_log.py list`"),
    ("second_proof", "the second verifier over one proof"),
    ("check", "`finwatch log check`: every row, leaf and node hashed again"),
)


def page(result: dict[str, Any]) -> str:
    """The page."""
    found = result["databases"]
    any_ = found["sqlite"]
    commands = any_["commands"]
    verify = max(commands[name]["seconds"] for name in _OFFLINE)
    parts = [
        "# The approved list and its log",
        f"Made by `python -m bench.transparency`; do not edit. {result['at']} UTC, {platform.machine()}, "
        f"{os.cpu_count()} cores with other work (load average {result['load']:.1f} at the end). "
        f"{result['apps']:,} filed apps with three versions each, {any_['leaves_at_proofs']:,} leaves in the log. "
        "All names are made up.",
        f"The list is {any_['approved.json'] / 1e6:.0f} MB as JSON and {any_['approved.csv'] / 1e6:.0f} MB as CSV. "
        f"Anybody's offline question takes {verify:.1f} s at most (target: {SOON:g} s): "
        f"{'met' if verify <= SOON else '**not met**'}.",
        "## Proofs and pages",
        "Milliseconds, median and 95th percentile, in one process.",
        _table(["", *(NAMES[name] for name in found)], [_step(name, says, found) for name, says in STEPS]),
        "## Commands",
        "Each in a process of its own, start-up and imports included; seconds (median where it is run more than once) "
        "and peak memory as the kernel counts it, on SQLite. Verifying offline opens no database.",
        _table(["", "seconds", "MB"], [_command(says, commands[name]) for name, says in COMMANDS]),
        "## How",
        f"The log is filled to {result['leaves']:,} leaves, then {result['apps']:,} rows are brought into the list in "
        f"units of 500, each with a row of the journal and a leaf: {_rows(found)}. The first publication in that "
        f"process: {_first(found)}. The filling leaves vouch for rows that do not exist, so the check ends by naming "
        "them, having read everything. `verify` checks the signature over the whole file, then reads only the rows "
        "whose text can matter (`flow/verify.py`); a test holds its answers against those over every row.",
    ]
    return "\n\n".join(parts) + "\n"


_OFFLINE: Final = ("verify_number", "verify_none", "verify_package")


def _step(name: str, says: str, found: dict[str, Any]) -> list[str]:
    return [says, *(f"{one[name][0]:.1f} / {one[name][1]:.1f}" for one in found.values())]


def _command(says: str, told: dict[str, float]) -> list[str]:
    return [says, f"{told['seconds']:.2f}", f"{told['megabytes']:.0f}"]


def _rows(found: dict[str, Any]) -> str:
    return ", ".join(f"{one['rows_s']:.0f} s on {NAMES[name]}" for name, one in found.items())


def _first(found: dict[str, Any]) -> str:
    return ", ".join(f"{one['first_publish_s']:.1f} s on {NAMES[name]}" for name, one in found.items())


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---", *("---:" for _ in heads[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
